"""A coordinator urges the units that have not begun, from the overview (conversations 9).

Before it goes, who gets it and what it says; afterwards, what was sent and who was left out.
"""

from collections.abc import Sequence

from handlers.dialogue import Choice, Conversation, Part, State, Turn, on_choice, on_text
from handlers.leading import led_campaign
from models import chasing, reminders
from models.chasing import Nudge
from models.chasing.nudging import Idle
from models.people import Role
from models.policy import Action
from models.units import some_names

NAMES = 6


class At(State):
    CONFIRM = "confirm"
    NOTE = "note"


def preview(turn: Turn, _: str = "") -> State:
    campaign = led_campaign(turn, Action.CHASE)
    found = chasing.prepare(turn.session, campaign, turn.now)
    manners = reminders.manners_of(turn.session)
    if refusal := chasing.why_not_nudge(found, "", turn.now, manners):
        raise refusal
    first, note = found.told[0], turn.memory.get("note", "")
    turn.memory["units"] = len(found.told)
    about = (campaign, first.standing, first.closes_at, turn.now, note)
    return turn.ask(
        At.CONFIRM,
        "confirm_nudge",
        [
            Choice("nudge_send", found.mark, count=found.people),
            *(Choice("nudge_edit"), Choice("nudge_drop"), Choice("menu")),
        ],
        people=found.people,
        units=len(found.told),
        names=names_part(found.told),
        message=Part("unit_nudged", **chasing.nudge_values(*about)),
        last=Part("nudged_last", at=found.last_at) if found.last_at else Part("never_nudged"),
        left_out=left_out(found),
    )


def left_out(found: Nudge) -> list[Part]:
    """Whom it does not reach, and why."""
    parts = []
    if found.too_soon:
        about = {"count": len(found.too_soon), "names": names_part(found.too_soon)}
        parts.append(Part("nudge_too_soon", **about))
    if found.nobody:
        about = {"count": len(found.nobody), "names": names_part(found.nobody)}
        parts.append(Part("nudge_nobody", **about))
    return parts


def names_part(units: Sequence[Idle]) -> Part:
    names = [idle.standing.unit.short_name for idle in units]
    return some_names(names, NAMES)


def ask_note(turn: Turn, _: str) -> State:
    back = Choice("nudge_idle", n=turn.memory["units"])
    offers = [back, Choice("nudge_drop"), Choice("menu")]
    return turn.ask(At.NOTE, "ask_nudge_note", offers)


def enter_note(turn: Turn, text: str) -> State:
    if refusal := chasing.why_not_note(text):
        raise refusal
    turn.memory["note"] = text.strip()
    return preview(turn)


def send(turn: Turn, value: str) -> State | None:
    """Where the list is another by now, it is shown again; the words are kept."""
    campaign = led_campaign(turn, Action.CHASE)
    note = turn.memory.get("note", "")
    found = chasing.prepare(turn.session, campaign, turn.now)
    if found.told and found.mark != value:
        turn.say("nudge_list_changed")
        return preview(turn)
    done = chasing.nudge(turn.session, turn.by, campaign, value, note)
    return turn.end(
        "nudge_sent",
        [Choice("progress"), Choice("reach_board"), Choice("menu")],
        people=done.people,
        units=len(done.told),
        names=names_part(done.told),
        at=turn.now,
        left_out=left_out(done),
    )


def drop(turn: Turn, _: str) -> State | None:
    return turn.end("nudge_dropped", [Choice("progress"), Choice("menu")])


conversation = Conversation(
    name="nudging",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[on_choice("nudge_idle", preview)],
    states={
        At.CONFIRM: [on_choice("nudge_send", send), on_choice("nudge_edit", ask_note)],
        At.NOTE: [on_text(enter_note)],
    },
    fallbacks=[on_choice("nudge_drop", drop)],
)
