"""A coordinator sets when each duty is reminded of, and sees beforehand what that gives (C4)."""

from datetime import datetime
from typing import Any

import models.duties  # noqa: F401 - the ladders are those of all duties.
from handlers import leading
from handlers.dialogue import Choice, Conversation, Part, State, Turn, on_choice, on_text
from models import conduct, reminders
from models.campaigns import Campaign
from models.people import Role
from models.refusals import Refusal
from models.reminders import Duty, Schedule, schedules

INSTANTS = 12  # More would push the buttons off a phone's screen.


class At(State):
    LIST = "list"
    LADDER = "ladder"
    PART = "part"
    CONFIRM = "confirm"


def list_ladders(turn: Turn, value: str) -> State:
    campaign = leading.led(turn, value)
    manners = reminders.manners_of(turn.session)
    return turn.ask(
        At.LIST,
        "ladders_of_campaign",
        [
            Choice("ladder_of", f"{campaign.id}:{duty.name}", duty=duty_part(duty))
            for duty in reminders.every_duty()
            if duty.has_ladder
        ],
        always=[Choice("calendar_of", campaign.id, **about(campaign)), Choice("menu")],
        year=campaign.year,
        since=f"{manners.quiet_from:%H:%M}",
        until=f"{manners.quiet_until:%H:%M}",
        free=Part("manners_free") if manners.free_days else "",
        a_day=manners.a_day,
    )


def show_ladder(turn: Turn, value: str) -> State:
    campaign, duty = chosen(turn, value)
    schedule = schedules.of(turn.session, campaign.id, duty.name)
    edits = [
        Choice("edit_ladder", part, part=Part(f"ladder_part.{part}")) for part in schedules.PARTS
    ]
    others = [] if schedule == Schedule() else [Choice("default_ladder")]
    offers = [*edits, *others, Choice("ladders", campaign.id), Choice("menu")]
    return turn.ask(At.LADDER, "ladder_shown", offers, **picture(turn, schedule))


def ask_part(turn: Turn, value: str) -> State:
    campaign, duty = chosen(turn)
    if value not in schedules.PARTS:
        raise Refusal("press_unknown", [Choice("menu")])
    turn.memory["part"] = value
    schedule = schedules.of(turn.session, campaign.id, duty.name)
    back = Choice("ladder_of", turn.memory["ladder"], duty=duty_part(duty))
    now = written(schedule, value)
    return turn.ask(At.PART, f"ask_ladder.{value}", [back, Choice("menu")], value=now)


def enter_part(turn: Turn, text: str) -> State:
    campaign, duty = chosen(turn)
    schedule = schedules.of(turn.session, campaign.id, duty.name)
    return propose(turn, schedules.with_part(schedule, turn.memory["part"], text))


def propose(turn: Turn, schedule: Schedule) -> State:
    """What it would give, before it holds (N8)."""
    campaign, duty = chosen(turn)
    where = (turn.session, turn.by, campaign, duty.name)
    if refusal := conduct.why_not_ladder(*where, schedule):
        raise refusal
    seen = schedules.of(turn.session, campaign.id, duty.name)
    turn.memory["schedule"], turn.memory["seen"] = map(schedules.as_json, (schedule, seen))
    back = Choice("ladder_of", turn.memory["ladder"], duty=duty_part(duty))
    offers = [Choice("keep_ladder"), back, Choice("menu")]
    return turn.ask(At.CONFIRM, "confirm_ladder", offers, **picture(turn, schedule))


def keep(turn: Turn, _: str) -> State | None:
    campaign, duty = chosen(turn)
    schedule, seen = (schedules.from_json(turn.memory[key]) for key in ("schedule", "seen"))
    conduct.set_ladder(turn.session, turn.by, campaign, duty.name, schedule, seen)
    back = Choice("ladder_of", turn.memory["ladder"], duty=duty_part(duty))
    ways = [back, Choice("ladders", campaign.id), Choice("menu")]
    return turn.end("ladder_is_set", ways, duty=duty_part(duty), at=turn.at)


def picture(turn: Turn, schedule: Schedule) -> dict[str, Any]:
    campaign, duty = chosen(turn)
    found = reminders.preview(turn.session, campaign, duty, schedule, turn.now)
    return {
        "duty": duty_part(duty),
        "lines": ladder_lines(schedule),
        "instants": instant_lines(found),
    }


def ladder_lines(schedule: Schedule) -> list[Part]:
    parts = schedules.PARTS
    return [Part(f"ladder_line.{part}", value=written(schedule, part)) for part in parts]


def instant_lines(found: list[tuple[datetime, int]]) -> list[Part]:
    if not found:
        return [Part("ladder_no_instants")]
    lines = [Part("ladder_instant", at=at, n=count) for at, count in found[:INSTANTS]]
    more = len(found) - len(lines)
    return [*lines, Part("ladder_more", n=more)] if more else lines


def written(schedule: Schedule, part: str) -> Part | str:
    return schedules.written(schedule, part) or Part("ladder_nothing")


def duty_part(duty: Duty) -> Part:
    return Part(f"duty.{duty.name}")


def about(campaign: Campaign) -> dict[str, Any]:
    return {"year": campaign.year, "owner": campaign.owner.short_name}


def chosen(turn: Turn, value: str = "") -> tuple[Campaign, Duty]:
    """What ``12:review`` says; kept, so that what follows belongs to it."""
    turn.memory["ladder"] = value or turn.memory.get("ladder", "")
    number, _, name = str(turn.memory["ladder"]).partition(":")
    campaign, duty = leading.led(turn, number), reminders.named(name)
    if refusal := conduct.why_not_ladder(turn.session, turn.by, campaign, name):
        raise refusal
    assert duty is not None  # The rule has seen that there is one.
    return campaign, duty


conversation = Conversation(
    name="ladders",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[on_choice("ladders", list_ladders), on_choice("ladder_of", show_ladder)],
    states={
        At.LADDER: [
            on_choice("edit_ladder", ask_part),
            on_choice("default_ladder", lambda turn, _: propose(turn, Schedule())),
        ],
        At.PART: [on_text(enter_part)],
        At.CONFIRM: [on_choice("keep_ladder", keep)],
    },
)
