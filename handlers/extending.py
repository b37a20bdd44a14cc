"""A coordinator extends a step for one unit, for several, or for all: until when, why (F7)."""

from collections.abc import Sequence
from datetime import datetime

from handlers import leading, unit_picking
from handlers.dialogue import Choice, Conversation, Part, State, Turn, on_choice, on_text
from models import calendar, campaigns, conduct, units
from models.calendar import Deadline
from models.campaigns import Campaign, EffectiveWindow, Step
from models.conduct.notices import UNIT_STEPS
from models.people import Role
from models.refusals import Refusal
from models.units import Unit


class At(State):
    STEP = "step"
    UNITS = "units"
    UNTIL = "until"
    REASON = "reason"
    CONFIRM = "confirm"


def ask_step(turn: Turn, value: str) -> State:
    campaign = leading.led(turn, value)
    turn.memory["campaign"] = campaign.id
    steps = [step for step in Step if step is not Step.PLAN]
    return turn.ask(
        At.STEP,
        "ask_extend_step",
        [Choice("extend_of", step, step=step) for step in steps],
        always=[Choice("menu")],
        year=campaign.year,
    )


def pick_step(turn: Turn, value: str) -> State:
    turn.memory["step"] = Step(value).value
    turn.memory["units"] = None
    if Step(value) not in UNIT_STEPS:
        return ask_until(turn)
    return turn.ask(
        At.UNITS,
        "ask_extend_units",
        [Choice("extend_all"), *ways_back(turn)],
        step=Step(value),
        closes_at=common(turn).closes_at,
    )


def enter_units(turn: Turn, text: str) -> State:
    """Several are written with commas between; each must be clear."""
    campaign = chosen(turn)
    reach = [turn.session.get_one(Unit, i) for i in campaigns.units_in(turn.session, campaign)]
    found: dict[int, Unit] = {}
    for word in filter(None, (word.strip() for word in text.replace("\n", ",").split(","))):
        fitting = unit_picking.named(turn.session, word, reach)
        if len(fitting) > 1:
            raise Refusal("units_not_clear", text=word, units=[u.name for u in fitting])
        found[fitting[0].id] = fitting[0]
    if not found:
        raise Refusal("unit_not_found", text=text)
    turn.memory["units"] = list(found)
    return ask_until(turn)


def ask_until(turn: Turn, _: str = "") -> State:
    return turn.ask(
        At.UNTIL,
        "ask_extend_until",
        ways_back(turn),
        step=step_of(turn),
        units=units_part(turn),
        closes_at=common(turn).closes_at,
        own=own_ends(turn),
    )


def enter_until(turn: Turn, text: str) -> State:
    deadline = calendar.parse_deadline(text, chosen(turn).year)
    check(turn, deadline.closes_at, None)
    turn.memory["until"] = deadline.closes_at.isoformat()
    turn.memory["wording"] = deadline.wording
    turn.memory["alternative"] = (a := deadline.alternative) and a.isoformat()
    return turn.ask(
        At.REASON,
        "ask_extend_reason",
        ways_back(turn),
        step=step_of(turn),
        units=units_part(turn),
        closes_at=deadline.closes_at,
    )


def enter_reason(turn: Turn, text: str) -> State:
    until = until_of(turn).closes_at
    check(turn, until, text)
    turn.memory["reason"] = text.strip()
    turn.memory["seen"] = [end.isoformat() for end in standing(turn)]
    return turn.ask(
        At.CONFIRM,
        "confirm_extension",
        [Choice("extend_now"), *ways_back(turn)],
        step=step_of(turn),
        units=units_part(turn),
        closes_at=until,
        reason=text.strip(),
        warnings=warnings(turn),
        people=told(turn),
    )


def extend(turn: Turn, _: str) -> State | None:
    """All units: the window itself moves, so that whoever joins later has it too."""
    campaign, step, until = chosen(turn), step_of(turn), until_of(turn)
    reason = str(turn.memory["reason"])
    to, by, end, people = picked(turn), turn.by, until.closes_at, told(turn)
    seen = [datetime.fromisoformat(each) for each in turn.memory["seen"]]
    conduct.check_ends(turn.session, campaign, step, to, seen)
    if to is None:
        check(turn, end, reason)
        conduct.move(turn.session, by, campaign, step, None, end, until.wording, reason)
    else:
        conduct.extend_units(turn.session, by, campaign, to, step, end, reason)
    about = {"year": campaign.year, "owner": campaign.owner.short_name}
    ways = [Choice("calendar_of", campaign.id, **about), Choice("menu")]
    return turn.end(
        "extension_is_granted",
        ways,
        step=step,
        units=units_part(turn),
        closes_at=end,
        people=people,
    )


def ways_back(turn: Turn) -> list[Choice]:
    return [Choice("extend_again", chosen(turn).id), Choice("menu")]


def standing(turn: Turn) -> list[datetime]:
    return conduct.ends(turn.session, chosen(turn), step_of(turn), picked(turn))


def told(turn: Turn) -> int:
    where = (chosen(turn), step_of(turn), picked(turn))
    return len(conduct.people_told(turn.session, turn.by, *where))


def own_ends(turn: Turn) -> list[Part]:
    """Who of those chosen has another end already."""
    shared = common(turn).closes_at
    return [
        Part("extension_stands", unit=unit.name, closes_at=end)
        for unit, end in zip(picked(turn) or (), standing(turn), strict=False)
        if end != shared
    ]


def check(turn: Turn, until: datetime, reason: str | None) -> None:
    where = (turn.session, turn.by, chosen(turn), picked(turn) or (), step_of(turn))
    if refusal := conduct.why_not_extend(*where, until, reason):
        raise refusal


def warnings(turn: Turn) -> list[Part]:
    """What is odd about the date, and how "trước" was read (F9, reliability.md 6)."""
    until, window = until_of(turn), common(turn)
    found = campaigns.warnings([conduct.planned(window, None, until.closes_at)], turn.now)
    for unit, end in zip(picked(turn) or (), standing(turn), strict=False):
        if until.closes_at < end:
            found.append(Part("extension_taken_back", unit=unit.name, closes_at=end))
    if until.alternative is not None:
        values = {"closes_at": until.closes_at, "alternative": until.alternative}
        found.append(Part("read_literally", wording=until.wording, **values))
    return found


def units_part(turn: Turn) -> Part | list[str]:
    to = picked(turn)
    return Part("extended_all") if to is None else [unit.name for unit in to]


def chosen(turn: Turn) -> Campaign:
    return leading.led(turn, str(turn.memory.get("campaign", "")))


def step_of(turn: Turn) -> Step:
    return Step(turn.memory["step"])


def picked(turn: Turn) -> Sequence[Unit] | None:
    """The units, or None for all."""
    ids = turn.memory["units"]
    return None if ids is None else [u for u in units.all_units(turn.session) if u.id in ids]


def common(turn: Turn) -> EffectiveWindow:
    return campaigns.effective_window(turn.session, chosen(turn), step_of(turn), None)


def until_of(turn: Turn) -> Deadline:
    alternative = turn.memory.get("alternative")
    return Deadline(
        datetime.fromisoformat(turn.memory["until"]),
        turn.memory["wording"],
        datetime.fromisoformat(alternative) if alternative else None,
    )


conversation = Conversation(
    name="extending",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[on_choice("extend_step", ask_step)],
    states={
        At.STEP: [on_choice("extend_of", pick_step)],
        At.UNITS: [on_text(enter_units), on_choice("extend_all", ask_until)],
        At.UNTIL: [on_text(enter_until)],
        At.REASON: [on_text(enter_reason)],
        At.CONFIRM: [on_choice("extend_now", extend)],
    },
    fallbacks=[on_choice("extend_again", ask_step)],
)
