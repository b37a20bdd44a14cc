"""Reminders that fall due: who is told what, and what becomes of each row (F10, F11, F16)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.campaigns.tables import Step
from models.messages import Choice
from models.people.tables import Binding, Person
from models.reminders import duties, holding
from models.reminders.duties import Item
from models.reminders.manners import Manners
from models.reminders.planning import insert_once, repeat_row
from models.reminders.rules import CLOSING
from models.reminders.tables import Outcome, Reminder, ReminderRecipient

NEWS_LASTS = timedelta(days=7)


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
        return list(
            dict.fromkeys(way for item in items for way in item.duty.ways_of(item.reminder))
        )

    @property
    def key(self) -> str:
        ids = ",".join(str(item.reminder.id) for item in self.items)
        return f"reminder:{ids}:{self.person.id}"

    def asked_for(self, now: datetime) -> list[Item]:
        """Those that are no news: they can be noted."""
        return [item for item in self.items if not item.is_opening(now)]

    def ahead(self, now: datetime) -> list[Item]:
        """Those of them that can be put off: their end is still to come."""
        return [item for item in self.asked_for(now) if now < item.closes_at]


def settle(
    session: Session, reminders: Sequence[Reminder], now: datetime, manners: Manners
) -> list[Notice]:
    """Give each of ``reminders`` its outcome; what has to be said because of them, by person.

    Who is in the middle of something, or was told enough today, gets it a little later, by a row
    of their own (C12, F15).
    """
    notices: dict[int, Notice] = {}
    for _, group in groupby(reminders, key=lambda reminder: reminder.subject):
        for item in _settle_subject(session, list(group), now):
            person = item.binding.person
            notices.setdefault(person.id, Notice(person)).items.append(item)
    later = holding.until(session, [_urgency(n) for n in notices.values()], now, manners)
    told = [notice for person_id, notice in notices.items() if person_id not in later]
    for person_id, at in later.items():
        _put_off(session, notices[person_id], at)
    for notice in told:
        for item in notice.items:
            item.reminder.outcome = Outcome.QUEUED
            row = {"reminder_id": item.reminder.id, "person_id": notice.person.id}
            session.add(ReminderRecipient(**row, queued_at=now))
    session.flush()
    return told


def overtake(session: Session, before: datetime, now: datetime) -> int:
    """Leave out what fell due before then and is not settled; how many reminders that were."""
    late = (Reminder.outcome == Outcome.PLANNED, Reminder.due_at < before)
    change = {"outcome": Outcome.OVERTAKEN, "settled_at": now}
    statement = update(Reminder).where(*late).values(change).returning(Reminder.id)
    return len(session.scalars(statement).all())


def overtake_repeats(session: Session, reminder: Reminder, person_id: int, now: datetime) -> None:
    """The person knows: what was still to come for them alone of this subject is left out."""
    own = (Reminder.subject == reminder.subject, Reminder.person_id == person_id)
    for row in session.scalars(select(Reminder).where(*own, Reminder.outcome == Outcome.PLANNED)):
        row.outcome, row.settled_at = Outcome.OVERTAKEN, now
    session.flush()


def _settle_subject(session: Session, rows: list[Reminder], now: datetime) -> Iterator[Item]:
    closes_at = duties.span_of(session, rows[0]).closes_at
    _end(rows, Outcome.OVERTAKEN, now)
    if now >= closes_at:  # What was to lead up to the end has lost its sense.
        rows = [row for row in rows if row.due_at >= closes_at and not _is_stale(row, now)]
    if not rows:
        return
    debt = duties.debt_of(session, rows[0])
    if debt is None:
        _end(rows, Outcome.NOTHING_OWED, now)
        return
    seen: set[int] = set()
    for reminder, binding in [
        *_from_newest_rung(session, [row for row in rows if row.person_id is None]),
        *_from_repeats(session, [row for row in rows if row.person_id is not None]),
    ]:
        if binding.person_id in seen:
            continue
        share = duties.duty_of(reminder).share_of(session, reminder, binding, debt)
        if share is None:
            reminder.outcome = Outcome.NOTHING_OWED  # Unless others are told by the same row.
        else:
            seen.add(binding.person_id)
            yield Item(reminder, binding, share, closes_at)


def _is_stale(row: Reminder, now: datetime) -> bool:
    """News of an end is of use for some days; what is owed is of use however late."""
    return row.rung == CLOSING and now - row.due_at > NEWS_LASTS


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


def _urgency(notice: Notice) -> holding.Waiting:
    ends = [item.closes_at for item in notice.items]
    rungs = {item.reminder.rung for item in notice.items}
    return holding.Waiting(notice.person.id, tuple(ends), frozenset(rungs))


def _put_off(session: Session, notice: Notice, at: datetime) -> None:
    rows = [repeat_row(item.reminder, notice.person.id, holding.HELD, at) for item in notice.items]
    insert_once(session, rows)
    for item in notice.items:
        item.reminder.outcome = Outcome.MERGED  # Unless others are told by the same row.


def _end(rows: Sequence[Reminder], outcome: Outcome, now: datetime) -> None:
    for row in rows:
        row.outcome, row.settled_at = outcome, now
