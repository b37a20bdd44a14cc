"""Reminders that were queued a while ago and did not leave: looked at again first (C1).

A platform that was away, a process that was down: what was owed then may be done by now, and
what is left of the time is less.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.outbox import OutboxMessage
from models.people.tables import Person
from models.reminders import duties
from models.reminders.duties import Item
from models.reminders.settling import Notice
from models.reminders.tables import Outcome, Reminder, ReminderRecipient

GOOD_FOR = timedelta(minutes=10)


def of_message(session: Session, message: OutboxMessage, now: datetime) -> Notice | None:
    """What of a queued message its person is still to be told; None where it is nothing, or the
    message is no reminder. Raises no refusal."""
    kind, _, rest = message.key.partition(":")
    if kind != "reminder":
        return None
    ids, _, person_id = rest.partition(":")
    person = session.get_one(Person, int(person_id))
    rows = session.scalars(select(Reminder).where(Reminder.id.in_(map(int, ids.split(","))))).all()
    items = [item for row in rows if (item := _still(session, row, person, now)) is not None]
    return Notice(person, items) if items else None


def _still(session: Session, row: Reminder, person: Person, now: datetime) -> Item | None:
    closes_at = duties.span_of(session, row).closes_at
    if now >= closes_at > row.due_at or _was_told_since(session, row, person):
        return None
    debt = duties.debt_of(session, row)
    held = [each for each in duties.concerned(session, row) if each.person_id == person.id]
    if debt is None or not held:
        return None
    share = duties.duty_of(row).share_of(session, row, held[0], debt)
    return Item(row, held[0], share, closes_at) if share is not None else None


def _was_told_since(session: Session, row: Reminder, person: Person) -> bool:
    """A later rung of the same is on its way, or there already."""
    later = (Reminder.subject == row.subject, Reminder.due_at > row.due_at)
    told = (ReminderRecipient.person_id == person.id, Reminder.outcome == Outcome.QUEUED)
    query = select(Reminder.id).join(ReminderRecipient).where(*later, *told).limit(1)
    return session.scalar(query) is not None
