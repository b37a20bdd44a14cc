"""A coordinator urges a late unit: one rung after the other, and by an official letter.

Nothing here happens by itself: each step upward is offered on the unit's card and takes a tap
(N16). The letter is drafted as a document; once it is signed, its number and date are recorded
and the unit is told (N10).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from handlers import downloads
from handlers.dialogue import (
    Choice,
    Conversation,
    Part,
    State,
    Turn,
    on_choice,
    on_file,
    on_text,
)
from handlers.leading import led_campaign
from models import calendar, chasing, files, policy, signatories
from models.assessment import Assessment
from models.campaigns import Campaign
from models.chasing import ChaseLetter, ChaseRung, Escalation
from models.files import Received
from models.people import Role
from models.policy import Action
from models.refusals import Refusal
from models.units import UnitKind, some_names

NAMES = 6  # Of units that one line shows.


class At(State):
    UNITS = "units"
    UNIT = "unit"
    NUMBER = "number"
    DATE = "date"
    FILE = "file"


def list_units(turn: Turn, _: str = "") -> State:
    """Who is late, by how much; the list of those that the coordinator has put on it is marked."""
    campaign = led_campaign(turn, Action.CHASE)
    sheets = chasing.late_sheets(turn.session, campaign, turn.now)
    always = [Choice("progress"), Choice("menu")]
    if not sheets:
        return turn.ask(At.UNITS, "no_units_late", always)
    listed = chasing.listed_units(turn.session, campaign)
    offers = [
        Choice(
            "late_unit",
            sheet.id,
            unit=sheet.unit.short_name,
            days=chasing.debt_of(turn.session, sheet, turn.now).days,
        )
        for sheet in sheets
    ]
    names = [sheet.unit.short_name for sheet in sheets if sheet.unit_id in listed]
    to = len(chasing.to_write_to(sheets))
    letter = [Choice("chase_letter_all", campaign.id, count=to)] if to else []
    proposed = chasing.proposals(turn.session, campaign, turn.now)
    next_steps = [Choice("rungs_proposed", n=len(proposed))] if proposed else []
    return turn.ask(
        At.UNITS,
        "units_late",
        offers,
        always=[*next_steps, *letter, *always],
        count=len(sheets),
        listed=Part("units_listed", count=len(names), names=names) if names else None,
    )


def show_unit(turn: Turn, value: str) -> State:
    """How late, what is missing, what was done, and the next rungs."""
    sheet = sheet_at(turn, value)
    debt = chasing.debt_of(turn.session, sheet, turn.now)
    if refusal := chasing.why_not_late(sheet.unit.name, debt.due_at, sheet.locked_at, turn.now):
        raise refusal
    taken = chasing.rungs_taken(turn.session, sheet)
    letters = chasing.letters_to(turn.session, sheet)
    return turn.ask(
        At.UNIT,
        "late_unit",
        unit_choices(turn, sheet, letters),
        unit=sheet.unit.name,
        due=debt.due_at,
        days=debt.days,
        owed=chasing.owed(debt),
        taken=[taken_part(each) for each in taken],
        letters=[letter_part(letter) for letter in letters],
    )


def unit_choices(turn: Turn, sheet: Assessment, letters: Sequence[ChaseLetter]) -> list[Choice]:
    """The rungs that are open, in the order of etiquette; then the letter."""
    rungs = [
        Choice("take_rung", f"{sheet.id}:{rung.value}", rung=rung)
        for rung in chasing.open_rungs(turn.session, sheet, turn.now)
    ]
    waiting = [letter for letter in letters if letter.recorded_at is None][:1]
    record = [Choice("record_letter", letter.id) for letter in waiting]
    others = [Choice("late_units"), Choice("progress"), Choice("menu")]
    barred = chasing.why_no_letter(sheet.unit_id, sheet.campaign.owner_id)
    letter = [] if barred else [Choice("chase_letter", sheet.id)]
    return [*rungs, *letter, *record, *others]


def taken_part(taken: Escalation) -> Part:
    about = {"rung": taken.rung, "at": taken.taken_at, "person": taken.taken_by.name}
    return Part("rung_was_taken", **about)


def letter_part(letter: ChaseLetter) -> Part:
    if letter.recorded_at is None:
        return Part("letter_drafted", at=letter.drafted_at)
    return Part("letter_numbered", number=letter.number, dated_on=letter.dated_on)


def take_rung(turn: Turn, value: str) -> State:
    sheet, rung = sheet_at(turn, value), ChaseRung(value.partition(":")[2])
    chasing.take_rung(turn.session, turn.by, sheet, rung)
    return show_unit(turn, value)


def draft_for_unit(turn: Turn, value: str) -> None:
    sheet = sheet_at(turn, value)
    send_draft(turn, sheet.campaign, [sheet])


def draft_for_all(turn: Turn, _: str) -> None:
    campaign = led_campaign(turn, Action.CHASE)
    late = chasing.late_sheets(turn.session, campaign, turn.at)
    send_draft(turn, campaign, chasing.to_write_to(late))


def send_draft(turn: Turn, campaign: Campaign, sheets: Sequence[Assessment]) -> None:
    letter = chasing.draft_letter(turn.session, turn.by, campaign, sheets)
    name = ("cong-van-don-doc", letter.id)
    file = downloads.made(turn, "chase_letter", "docx", name, letter_values(turn, letter))
    ways = [Choice("record_letter", letter.id), Choice("late_units"), Choice("menu")]
    count = len(letter.units)
    turn.say("letter_as_file", ways, enclosure=file, count=count, units=names_part(letter))


def names_part(letter: ChaseLetter) -> Part:
    """The units it goes to, as many as fit a line."""
    return some_names([each.unit.short_name for each in letter.units], NAMES)


def letter_values(turn: Turn, letter: ChaseLetter) -> dict[str, Any]:
    """What ``bot.reports.chase_letter`` is made from."""
    campaign = letter.campaign
    department = campaign.owner.kind is UnitKind.DEPARTMENT
    return {
        "above": campaign.owner.parent.name if campaign.owner.parent else "",
        "owner": campaign.owner.name,
        "symbol": campaign.owner.code if department else "UBND",
        "year": campaign.year,
        "plan": campaign.plan_number,
        "plan_dated_on": campaign.plan_dated_on,
        "made_at": letter.drafted_at,
        "signatory": signatories.of(turn.session, campaign.owner),
        "units": [
            each | {"due_at": datetime.fromisoformat(each["due_at"])}
            for each in letter.content["units"]
        ],
    }


def ask_number(turn: Turn, value: str) -> State:
    letter = letter_at(turn, value)
    if refusal := chasing.why_not_record(letter):
        raise refusal
    turn.memory["letter"] = letter.id
    return turn.ask(
        At.NUMBER,
        "ask_letter_number",
        [Choice("late_units"), Choice("menu")],
        units=names_part(letter),
    )


def enter_number(turn: Turn, text: str) -> State:
    if refusal := chasing.why_not_number(text):
        raise refusal
    turn.memory["number"] = "".join(text.split())
    offers = [Choice("letter_again", turn.memory["letter"]), Choice("menu")]
    return turn.ask(At.DATE, "ask_letter_date", offers, number=turn.memory["number"])


def enter_date(turn: Turn, text: str) -> State:
    letter = letter_at(turn, str(turn.memory["letter"]))
    dated_on = calendar.parse_day(text, calendar.local_day(turn.at).year)
    if refusal := chasing.why_not_date(letter, dated_on, turn.at):
        raise refusal
    turn.memory["dated_on"] = dated_on.isoformat()
    return ask_file(turn)


def ask_file(turn: Turn) -> State:
    """The signed copy may go along; then all of it is confirmed."""
    letter = letter_at(turn, str(turn.memory["letter"]))
    kept = turn.memory.get("file")
    name = Part("letter_file", name=kept["name"]) if kept else Part("letter_without_file")
    return turn.ask(
        At.FILE,
        "confirm_letter",
        [Choice("confirm_letter", letter.id), Choice("letter_again", letter.id), Choice("menu")],
        number=turn.memory["number"],
        dated_on=date.fromisoformat(turn.memory["dated_on"]),
        units=names_part(letter),
        count=len(letter.units),
        file=name,
    )


def take_file(turn: Turn, received: Sequence[Received], _: str) -> State:
    if received[0].refusal is not None:
        raise received[0].refusal
    turn.memory["file"] = files.as_json(received[0])
    return ask_file(turn)


def record(turn: Turn, value: str) -> None:
    letter, memory = letter_at(turn, value), turn.memory
    signed = files.from_json(memory["file"]) if "file" in memory else None
    dated_on = date.fromisoformat(memory["dated_on"])
    about = (letter, memory["number"], dated_on, signed)
    told = chasing.record_letter(turn.session, turn.by, *about)
    turn.end(
        "letter_recorded",
        [Choice("late_units"), Choice("progress"), Choice("menu")],
        number=letter.number,
        dated_on=letter.dated_on,
        told=told,
    )


def sheet_at(turn: Turn, value: str) -> Assessment:
    number = value.partition(":")[0]
    sheet = turn.session.get(Assessment, int(number)) if number.isdecimal() else None
    if sheet is None:
        raise Refusal("press_unknown", [Choice("menu")])
    policy.check(turn.session, turn.by, Action.CHASE, sheet)
    return sheet


def letter_at(turn: Turn, value: str) -> ChaseLetter:
    letter = turn.session.get(ChaseLetter, int(value)) if value.isdecimal() else None
    if letter is None:
        raise Refusal("press_unknown", [Choice("menu")])
    policy.check(turn.session, turn.by, Action.CHASE, letter.campaign)
    return letter


conversation = Conversation(
    name="chasing",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[
        on_choice("late_units", list_units),
        on_choice("late_unit", show_unit),
        on_choice("late_unit_card", show_unit),
        on_choice("record_letter", ask_number),
    ],
    states={
        At.UNITS: [on_choice("chase_letter_all", draft_for_all)],
        At.UNIT: [on_choice("take_rung", take_rung), on_choice("chase_letter", draft_for_unit)],
        At.NUMBER: [on_text(enter_number)],
        At.DATE: [on_text(enter_date)],
        At.FILE: [on_file(take_file), on_choice("confirm_letter", record)],
    },
    fallbacks=[on_choice("letter_again", ask_number)],
)
