"""To whom a coordinator writes: the segment, step by step (F18)."""

import re
from collections.abc import Sequence

from handlers import unit_picking
from handlers.broadcasts.common import At, campaign_of
from handlers.dialogue import Choice, Part, State, Turn
from models import broadcasts, campaigns, reach
from models.broadcasts import Audience, Segment, SegmentKind
from models.campaigns import Campaign
from models.refusals import Refusal
from models.units import Unit

NAMES = 6  # Of units that one line shows.


def begin(turn: Turn) -> State:
    campaign = campaign_of(turn)
    turn.memory.clear()
    offers, others = kinds_of(turn, campaign), [Choice("menu")]
    if broadcasts.sent_in(turn.session, campaign, limit=1):
        others.insert(0, Choice("broadcasts_sent"))
    if begun := broadcasts.open_draft(turn.session, campaign, turn.by):
        others.insert(0, Choice("broadcast_resume", begun.id, text=begun.text))
    return turn.ask(At.SEGMENT, "broadcast_begin", offers, always=others, year=campaign.year)


def kinds_of(turn: Turn, campaign: Campaign) -> list[Choice]:
    begun = broadcasts.has_begun(turn.session, campaign, turn.now)
    return [
        Choice("broadcast_kind", kind, kind=kind)
        for kind in SegmentKind
        if begun or kind is not SegmentKind.UNFINISHED
    ]


def pick_kind(turn: Turn, value: str) -> State:
    """The next question, where the kind leaves one open."""
    campaign, kind = campaign_of(turn), SegmentKind(value)
    turn.memory["kind"] = kind.value
    always = [Choice("broadcast_restart"), Choice("menu")]
    match kind:
        case SegmentKind.ROLE:
            offers = [Choice("broadcast_value", role, name=role) for role in reach.MEMBERS]
            return turn.ask(At.VALUE, "ask_broadcast_role", offers, always=always)
        case SegmentKind.GROUP:
            kinds = [group.kind for group in campaign.groups]
            offers = [Choice("broadcast_value", each, name=each) for each in kinds]
            return turn.ask(At.VALUE, "ask_broadcast_group", offers, always=always)
        case SegmentKind.AREA:
            offers = [
                Choice("broadcast_value", code, name=Part("area_name", code=code, title=title))
                for code, title in broadcasts.areas(turn.session, campaign)
            ]
            return turn.ask(At.VALUE, "ask_broadcast_area", offers, always=always)
        case SegmentKind.UNITS:
            turn.memory["units"] = []
            return ask_units(turn)
        case SegmentKind.UNFINISHED:
            if not broadcasts.has_begun(turn.session, campaign, turn.now):
                raise Refusal("no_step_begun", [Choice("broadcast_restart")])
            return ask_audience(turn)
    return ask_text(turn)


def pick_value(turn: Turn, value: str) -> State:
    turn.memory["value"] = value
    of_units = SegmentKind(turn.memory["kind"]) in broadcasts.OF_UNITS
    return ask_audience(turn) if of_units else ask_text(turn)


def ask_units(turn: Turn, problems: Sequence[Part] = ()) -> State:
    """Units are named in words, several at once, or picked from the list."""
    chosen = turn.memory["units"]
    reach = units_of(turn, campaign_of(turn))
    offers = [
        Choice("broadcast_unit", unit.id, unit=unit.short_name)
        for unit in reach
        if unit.id not in chosen
    ]
    names = [unit.short_name for unit in reach if unit.id in chosen]
    done = [Choice("broadcast_units_done", count=len(chosen))] if chosen else []
    shown = Part("broadcast_units_chosen", count=len(names), names=names[:NAMES])
    return turn.ask(
        At.UNITS,
        "ask_broadcast_units",
        offers,
        always=[*done, Choice("broadcast_restart"), Choice("menu")],
        chosen=shown if names else "",
        more=Part("broadcast_units_more", count=len(names) - NAMES) if names[NAMES:] else "",
        problems=list(problems),
    )


def enter_units(turn: Turn, text: str) -> State:
    """What can be understood is taken; the rest is named, and nothing else is lost."""
    reach, problems = units_of(turn, campaign_of(turn)), []
    written = [each.strip() for each in re.split(r"[,;\n]", text) if each.strip()]
    for each in written:
        try:
            found = unit_picking.named(turn.session, each, reach)
        except Refusal:
            problems.append(Part("broadcast_unit_unknown", text=each[:60]))
            continue
        if len(found) > 1:
            names = [unit.short_name for unit in found[:NAMES]]
            problems.append(Part("broadcast_unit_unclear", text=each[:60], names=names))
        elif found[0].id not in turn.memory["units"]:
            turn.memory["units"] = [*turn.memory["units"], found[0].id]
    return ask_units(turn, problems)


def pick_unit(turn: Turn, value: str) -> State:
    if int(value) not in turn.memory["units"]:
        turn.memory["units"] = [*turn.memory["units"], int(value)]
    return ask_units(turn)


def ask_audience(turn: Turn) -> State:
    offers = [Choice("broadcast_audience", each, audience=each) for each in Audience]
    always = [Choice("broadcast_restart"), Choice("menu")]
    return turn.ask(At.AUDIENCE, "ask_broadcast_audience", [*offers, *always])


def pick_audience(turn: Turn, value: str) -> State:
    turn.memory["audience"] = Audience(value).value
    return ask_text(turn)


def ask_text(turn: Turn) -> State:
    """How many it will be for; a segment in which nobody is goes no further."""
    campaign = campaign_of(turn)
    found = broadcasts.select_people(turn.session, campaign, segment_of(turn), turn.by)
    if not found.recipients:
        left_out = len(found.left_out)
        offers = kinds_of(turn, campaign)
        return turn.ask(
            At.SEGMENT,
            "broadcast_segment_empty",
            offers,
            always=[Choice("menu")],
            left_out=Part("broadcast_segment_left_out", count=left_out) if left_out else "",
        )
    return turn.ask(
        At.TEXT,
        "ask_broadcast_text",
        [Choice("broadcast_restart"), Choice("menu")],
        count=len(found.recipients),
        units=found.units,
        limit=broadcasts.TEXT_SIGNS,
        size=broadcasts.FILE_BYTES,
    )


def segment_of(turn: Turn) -> Segment:
    """The segment as it was chosen step by step."""
    memory = turn.memory
    return Segment(
        SegmentKind(memory["kind"]),
        memory.get("value", ""),
        tuple(memory.get("units", ())),
        Audience(memory.get("audience", Audience.WORKERS)),
    )


def units_of(turn: Turn, campaign: Campaign) -> list[Unit]:
    ids = campaigns.units_in(turn.session, campaign)
    return [turn.session.get_one(Unit, unit_id) for unit_id in ids]
