"""Reminders that fall due: who is told what, and what becomes of each row (F10, F11, F16)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.campaigns.tables import Step
from models.messages import Choice
from models.people.tables import Binding, Person
from models.reminders import duties
from models.reminders.duties import Item
from models.reminders.tables import Outcome, Reminder


@dataclass
class Notice:
    """All that falls together for one person (conversations.md 7)."""

    person: Person
    items: list[Item] = field(default_factory=list)

    @property
    def binding_id(self) -> int | None:
        """The role in which the person is addressed, where it is a single one."""
        held = {item.binding.id for item in self.items}
        return held.pop() if len(held) == 1 else None

    @property
    def ways(self) -> list[Choice]:
        """To where it is done: each once, in the order of the procedure."""
        order = list(Step)
        items = sorted(self.items, key=lambda item: order.index(item.reminder.step))
        return list(dict.fromkeys(way for item in items for way in item.duty.ways))

    @property
    def key(self) -> str:
        ids = ",".join(str(item.reminder.id) for item in self.items)
        return f"reminder:{ids}:{self.person.id}"


def due(session: Session, now: datetime, limit: int) -> list[Reminder]:
    """All that is due of up to ``limit`` subjects, each subject's in the order of falling due.

    Subjects are not torn apart, so that of several missed rungs only the newest is sent.
    """
    is_due = (Reminder.outcome == Outcome.PLANNED, Reminder.due_at <= now)
    subjects = select(Reminder.subject).where(*is_due).distinct().order_by(Reminder.subject)
    query = select(Reminder).where(*is_due, Reminder.subject.in_(subjects.limit(limit)))
    query = query.order_by(Reminder.subject, Reminder.due_at, Reminder.id)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def settle(session: Session, reminders: Sequence[Reminder], now: datetime) -> list[Notice]:
    """Give each of ``reminders`` its outcome; what has to be said because of them, by person."""
    notices: dict[int, Notice] = {}
    for _, group in groupby(reminders, key=lambda reminder: reminder.subject):
        for item in _settle_subject(session, list(group), now):
            person = item.binding.person
            notices.setdefault(person.id, Notice(person)).items.append(item)
    session.flush()
    return list(notices.values())


def overtake(session: Session, before: datetime, now: datetime) -> int:
    """Leave out what fell due before then and is not settled; how many reminders that were."""
    late = (Reminder.outcome == Outcome.PLANNED, Reminder.due_at < before)
    change = {"outcome": Outcome.OVERTAKEN, "settled_at": now}
    statement = update(Reminder).where(*late).values(change).returning(Reminder.id)
    return len(session.scalars(statement).all())


def _settle_subject(session: Session, rows: list[Reminder], now: datetime) -> list[Item]:
    closes_at = duties.span_of(session, rows[0]).closes_at
    if now >= closes_at:
        return _end(rows, Outcome.OVERTAKEN, now)
    debt = duties.debt_of(session, rows[0])
    if debt is None:
        return _end(rows, Outcome.NOTHING_OWED, now)
    _end(rows, Outcome.OVERTAKEN, now)
    told = [
        *_from_newest_rung(session, [row for row in rows if row.person_id is None]),
        *_from_repeats(session, [row for row in rows if row.person_id is not None]),
    ]
    first: dict[int, Item] = {}
    for reminder, binding in told:
        share = duties.duty_of(reminder).share_of(session, reminder, binding, debt)
        if share is None:
            is_said = reminder.outcome is Outcome.QUEUED
            reminder.outcome = Outcome.QUEUED if is_said else Outcome.NOTHING_OWED
        elif binding.person_id not in first:
            first[binding.person_id] = Item(reminder, binding, share, closes_at)
            reminder.outcome = Outcome.QUEUED
    return list(first.values())


def _from_newest_rung(session: Session, rungs: list[Reminder]) -> list[tuple[Reminder, Binding]]:
    if not rungs:
        return []
    newest = rungs[-1]
    reached = duties.recipients(session, newest)
    if not reached:
        newest.outcome = Outcome.NO_RECIPIENT
    return [(newest, binding) for binding in reached]


def _from_repeats(session: Session, asked: list[Reminder]) -> list[tuple[Reminder, Binding]]:
    """The newest repeat of each person, as long as it is still that person's duty."""
    newest: dict[int | None, Reminder] = {}
    for reminder in asked:
        newest[reminder.person_id] = reminder
    told = []
    for person_id, reminder in newest.items():
        held = [b for b in duties.concerned(session, reminder) if b.person_id == person_id]
        if not held:
            reminder.outcome = Outcome.NO_RECIPIENT
        told += [(reminder, binding) for binding in held]
    return told


def _end(rows: list[Reminder], outcome: Outcome, now: datetime) -> list[Item]:
    for row in rows:
        row.outcome, row.settled_at = outcome, now
    return []
