"""What a person does with a reminder: take note of it, or ask for it again later (F14)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.messages import Choice
from models.people import By
from models.refusals import Refusal
from models.reminders import duties
from models.reminders.planning import insert_once, repeat_row
from models.reminders.rules import SNOOZE, snooze_instants
from models.reminders.settling import overtake_repeats
from models.reminders.tables import Reminder, ReminderAcknowledgement


def why_not_yours(session: Session, by: By, reminder: Reminder) -> Refusal | None:
    """Only who has the duty at this moment may answer a reminder of it (I8)."""
    held = duties.concerned(session, reminder)
    if by.person_id not in {binding.person_id for binding in held}:
        return Refusal("reminder_not_yours", [Choice("menu")])
    return None


def acknowledge(session: Session, by: By, reminder: Reminder) -> None:
    """Keep that the person knows: what of this is still to come for them alone is left out, the
    duty and its further rungs remain. A second time changes nothing."""
    if refusal := why_not_yours(session, by, reminder):
        raise refusal
    assert by.person_id is not None
    known = (
        ReminderAcknowledgement.reminder_id == reminder.id,
        ReminderAcknowledgement.person_id == by.person_id,
    )
    if session.scalar(select(ReminderAcknowledgement).where(*known)) is not None:
        return
    session.add(
        ReminderAcknowledgement(
            reminder_id=reminder.id, person_id=by.person_id, acknowledged_at=by.at
        )
    )
    overtake_repeats(session, reminder, by.person_id, by.at)
    audit.append(session, "acknowledge_reminder", by, reminder=reminder.id)


def snooze(session: Session, by: By, reminder: Reminder, at: datetime) -> None:
    """Remind this person once more at ``at``, if something is still missing then."""
    if refusal := why_not_yours(session, by, reminder) or why_not_snooze(session, by, reminder):
        raise refusal
    closes_at = duties.span_of(session, reminder).closes_at
    assert by.person_id is not None
    if not by.now < at < closes_at:
        raise Refusal("snooze_time_gone", [Choice("snooze", reminder.id)], again_at=at)
    row = repeat_row(reminder, by.person_id, SNOOZE, at)
    insert_once(session, [row])
    audit.append(session, "snooze_reminder", by, reminder=reminder.id, at=at)


def why_not_snooze(session: Session, by: By, reminder: Reminder) -> Refusal | None:
    closes_at = duties.span_of(session, reminder).closes_at
    if not snooze_instants(by.now, closes_at):
        return Refusal("snooze_too_late", [Choice("menu")], closes_at=closes_at)
    return None


def snooze_choices(session: Session, by: By, found: Sequence[Reminder]) -> list[datetime]:
    """The instants to which all of ``found`` can be put off. Raises Refusal if there is none."""
    for reminder in found:
        if refusal := why_not_yours(session, by, reminder):
            raise refusal
        if refusal := why_not_snooze(session, by, reminder):
            raise refusal
    first_end = min(duties.span_of(session, reminder).closes_at for reminder in found)
    return snooze_instants(by.now, first_end)
