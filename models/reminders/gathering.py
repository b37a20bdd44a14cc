"""What is due, so that all of one person's comes into one message (F15)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models.people.tables import Binding
from models.reminders import duties
from models.reminders.manners import Manners
from models.reminders.rules import HELD, LAST_DAY, SNOOZE
from models.reminders.tables import Outcome, Reminder

# The end is near; the person chose the hour; it was held for some minutes only.
AT_ANY_HOUR = (LAST_DAY, SNOOZE, HELD)


def due(session: Session, now: datetime, limit: int, manners: Manners) -> list[Reminder]:
    """All that is due of some ``limit`` subjects, and of those that concern the same people.

    Subjects are not torn apart, so that of several missed rungs only the newest is sent. In
    quiet hours only what may be told at any hour makes a subject due; the rest waits.
    """
    awake = [*_is_due(now)]
    new = found = _subjects(session, awake, limit)
    if new and manners.is_quiet(now):
        awake.append(Reminder.rung.in_(AT_ANY_HOUR))
        new = found = _subjects(session, awake, limit)
    rows: list[Reminder] = []
    while new:
        added = _rows(session, new, now)
        rows += added
        new = set(_beside(session, added, awake)) - found
        found = found | new
    return sorted(rows, key=lambda row: (row.subject, row.due_at, row.id))


def anything_due(session: Session, now: datetime) -> bool:
    """What every tick asks first: nearly always there is nothing."""
    return session.scalar(select(Reminder.id).where(*_is_due(now)).limit(1)) is not None


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Reminder.outcome == Outcome.PLANNED, Reminder.due_at <= now)


def _subjects(session: Session, awake: Collection[ColumnElement[bool]], limit: int) -> set[str]:
    query = select(Reminder.subject).where(*awake).distinct().order_by(Reminder.subject)
    return set(session.scalars(query.limit(limit)))


def _rows(session: Session, subjects: Collection[str], now: datetime) -> list[Reminder]:
    """Each subject's in the order of falling due."""
    query = select(Reminder).where(*_is_due(now), Reminder.subject.in_(subjects))
    query = query.order_by(Reminder.subject, Reminder.due_at, Reminder.id)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def _beside(
    session: Session, rows: Collection[Reminder], awake: Collection[ColumnElement[bool]]
) -> list[str]:
    """The other due subjects of the people whom ``rows`` concern."""
    from models.appraisal.tables import AppraisalTask  # That package stands on this one.

    people = {row.person_id for row in rows if row.person_id is not None}
    subjects = {row.subject: row for row in rows if row.person_id is None}
    for row in subjects.values():
        people |= {binding.person_id for binding in duties.concerned(session, row)}
    bound = select(Binding.unit_id).where(
        Binding.person_id.in_(people), Binding.ended_at.is_(None)
    )
    tasks = select(AppraisalTask.id).where(AppraisalTask.reviewer_id.in_(people))
    theirs = or_(
        Reminder.unit_id.in_(bound),
        Reminder.task_id.in_(tasks),
        Reminder.person_id.in_(people),
    )
    return list(session.scalars(select(Reminder.subject).where(*awake, theirs).distinct()))
