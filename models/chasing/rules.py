"""When a unit may be urged, one rung after the other, and when a letter is complete (N10, N16)."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from models import calendar
from models.chasing.tables import ChaseLetter, ChaseRung, Escalation
from models.messages import Choice
from models.people import codes
from models.people.tables import Role
from models.refusals import Refusal

ROLE_OF = {
    ChaseRung.FOCAL_OFFICER: Role.FOCAL_OFFICER,
    ChaseRung.DEPUTY: Role.DEPUTY,
    ChaseRung.HEAD: Role.HEAD,
}
LATE_RUNGS = (*ROLE_OF, ChaseRung.LIST)
# A unit is urged to begin once a day; after a reminder that came by itself, not at once again.
NUDGED_AGAIN_AFTER = timedelta(hours=20)
NUDGED_AFTER_REMINDER = timedelta(hours=4)
NOTE_SIGNS = 500
NUMBER = re.compile(r"\d{1,6}\s*/\s*[\w.-]{2,40}(?:\s*/\s*[\w.-]{2,40})?")


def why_not_late(
    unit: str, due: datetime, locked_at: datetime | None, now: datetime
) -> Refusal | None:
    """Nobody is urged upward, named or written to before the announced end (N16, N17)."""
    ways = [Choice("late_units"), Choice("progress")]
    if locked_at is not None:
        return Refusal("unit_has_sent", ways, unit=unit, at=locked_at)
    if now < due:
        return Refusal("unit_not_late", ways, unit=unit, due=due)
    return None


def why_not_take(
    rung: ChaseRung, taken: Sequence[Escalation], holders: int, unit: str, now: datetime
) -> Refusal | None:
    """The same rung once a day; a rung on which nobody stands is not taken."""
    today = calendar.local_day(now)
    for before in taken:
        same = before.rung is rung and calendar.local_day(before.taken_at) == today
        if same or (before.rung is rung and rung is ChaseRung.LIST):
            values = {"rung": rung, "at": before.taken_at, "person": before.taken_by.name}
            return Refusal("rung_taken", [Choice("late_units")], unit=unit, **values)
    if rung in ROLE_OF and not holders:
        ways = [Choice("invite_people"), Choice("late_units")]
        return Refusal("nobody_on_rung", ways, unit=unit, role=ROLE_OF[rung])
    return None


def is_too_soon(nudged: datetime | None, reminded: datetime | None, now: datetime) -> bool:
    """``nudged`` by a coordinator, ``reminded`` by the ladder: each when it was last so."""
    if nudged is not None and now < nudged + NUDGED_AGAIN_AFTER:
        return True
    return reminded is not None and now < reminded + NUDGED_AFTER_REMINDER


def why_not_note(text: str) -> Refusal | None:
    """The coordinator's own words in an urging."""
    if not text.strip():
        return Refusal("nudge_note_empty")
    if len(text) > NOTE_SIGNS:
        return Refusal("nudge_note_too_long", signs=len(text), limit=NOTE_SIGNS)
    return Refusal("broadcast_holds_code") if codes.hash_in(text) else None


def why_not_number(text: str) -> Refusal | None:
    """ "215/SNV-CCHC": a number, a stroke, the symbol."""
    return (
        None
        if NUMBER.fullmatch(text.strip())
        else Refusal("letter_number_unclear", text=text[:60])
    )


def why_not_date(letter: ChaseLetter, dated_on: date, now: datetime) -> Refusal | None:
    """Not before it was drafted, nor in the future."""
    first, today = calendar.local_day(letter.drafted_at), calendar.local_day(now)
    if first <= dated_on <= today:
        return None
    return Refusal("letter_date_impossible", dated_on=dated_on, first=first, today=today)


def why_no_letter(unit_id: int, owner_id: int) -> Refusal | None:
    """An office that leads the campaign is late like others, but writes no letter to itself."""
    ways = [Choice("late_units"), Choice("progress")]
    return Refusal("letter_to_oneself", ways) if unit_id == owner_id else None


def why_not_record(letter: ChaseLetter) -> Refusal | None:
    if letter.recorded_at is None:
        return None
    values = {"number": letter.number, "dated_on": letter.dated_on, "at": letter.recorded_at}
    return Refusal("letter_recorded_before", [Choice("late_units"), Choice("progress")], **values)
