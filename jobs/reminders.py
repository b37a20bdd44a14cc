"""Reminders that have fallen due become messages to send (R5.1c, F10, F11).

APScheduler is only the clock that ticks. What is due, and what has been done about it, is in
the database, so that a tick which is late, lost or run twice changes nothing.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy.orm import Session, sessionmaker

import models.duties  # noqa: F401 - what falls due is one of them.
from jobs.ticking import every
from models import conduct, holds, outbox, reminders
from models.clock import Clock
from models.messages import Choice, Part
from models.reminders import Item, Notice

logger = logging.getLogger(__name__)

TICK_SECONDS = 20
BATCH = 25  # Units or tasks a transaction: officers are answered from the same database.


@dataclass
class Batch:
    seen: int = 0
    queued: int = 0

    def __bool__(self) -> bool:
        return self.seen > 0


def queue_due_reminders(sessions: sessionmaker[Session], clock: Clock) -> int:
    """Queue all that is due now, a batch a transaction; say how many messages that made."""
    queued = 0
    while batch := _queue_batch(sessions, clock()):
        queued += batch.queued
    while look_again(sessions, clock()):  # Behind it: a newer one takes the place of an older.
        pass
    if queued:
        logger.info("queued %d reminders", queued)
    return queued


def look_again(sessions: sessionmaker[Session], now: datetime) -> int:
    """What was to be sent a while ago and did not leave is said anew, or taken back (C1); how
    many messages, a batch a transaction."""
    with sessions.begin() as session:
        stale = outbox.gone_stale(session, now, BATCH)
        for message in stale:
            notice = reminders.of_message(session, message, now)
            if notice is None:
                outbox.take_back(message, now)
                continue
            name, values = _message(session, notice, now)
            choices = _choices(session, notice, now)
            outbox.say_anew(message, name, values, choices, now + reminders.GOOD_FOR)
    return len(stale)


class Tick:
    """Queues what is due, unless the clock is known to be wrong by too much: a deadline told
    an hour early cannot be taken back, and what is late still goes (reliability.md 6)."""

    def __init__(
        self, sessions: sessionmaker[Session], clock: Clock, is_clock_wrong: Callable[[], bool]
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._is_clock_wrong = is_clock_wrong
        self._waiting = False

    def __call__(self) -> int:
        before, self._waiting = self._waiting, self._is_clock_wrong()
        if self._waiting and not before:
            logger.error("the clock is wrong: reminders wait until it is right")
        elif before and not self._waiting:
            logger.info("the clock is right again: reminders go on")
        return 0 if self._waiting else queue_due_reminders(self._sessions, self._clock)


def follow_calendar(sessions: sessionmaker[Session], clock: Clock) -> None:
    """Once a start: what was planned by other working days than are known now is planned anew."""
    with sessions.begin() as session:
        if conduct.follow_calendar(session, clock()):
            logger.info("reminders were planned anew by the working days of now")


def register(
    scheduler: BaseScheduler,
    sessions: sessionmaker[Session],
    clock: Clock,
    is_clock_wrong: Callable[[], bool],
) -> None:
    scheduler.add_job(
        follow_calendar, args=(sessions, clock), id="working days", misfire_grace_time=None
    )
    tick = Tick(sessions, clock, is_clock_wrong)
    every(scheduler, TICK_SECONDS, tick, id="reminders")


def _queue_batch(sessions: sessionmaker[Session], now: datetime) -> Batch:
    """Settle what is due of some ``BATCH`` subjects; falsy when nothing was due, or while
    sending is on hold: what still makes sense afterwards is sent then."""
    with sessions.begin() as session:
        if not reminders.anything_due(session, now) or holds.standing(session) is not None:
            return Batch()
        manners = reminders.manners_of(session)
        due = reminders.due(session, now, BATCH, manners)
        notices = reminders.settle(session, due, now, manners)
        for notice in notices:
            _enqueue(session, notice, now)
        return Batch(seen=len(due), queued=len(notices))


def _enqueue(session: Session, notice: Notice, now: datetime) -> None:
    name, values = _message(session, notice, now)
    outbox.enqueue(
        session,
        name,
        values,
        to=notice.person,
        key=notice.key,
        at=now,
        binding_id=notice.binding_id,
        choices=_choices(session, notice, now),
        good_until=now + reminders.GOOD_FOR,
    )


def _message(session: Session, notice: Notice, now: datetime) -> tuple[str, dict[str, Any]]:
    """One thing is said in full; several become lines of one message (conversations.md 7)."""
    parts = [_part(session, item, now) for item in notice.items]
    if len(parts) == 1:
        return parts[0].name, parts[0].values
    return "reminder_together", {"count": len(parts), "things": parts}


def _part(session: Session, item: Item, now: datetime) -> Part:
    if item.is_opening(now):
        return item.duty.opening(session, item, now)
    if now >= item.closes_at:
        return item.duty.overdue(session, item, now)
    left = reminders.what_is_left(now, item.closes_at)
    times = {"left": left, "closes_at": item.closes_at}
    return Part(item.debt.name, unit=item.binding.unit.name, **item.debt.values, **times)


def _choices(session: Session, notice: Notice, now: datetime) -> list[Choice]:
    """Where to do it, then later, then "Đã nắm"; ids joined by commas where there are several."""
    if not (noted := notice.asked_for(now)):
        calendar = Choice("calendar")
        ways = [way for way in notice.ways if way != calendar]
        return [*_beginning(session, notice), *ways, calendar]
    later = [Choice("snooze", _ids(ahead))] if (ahead := notice.ahead(now)) else []
    return [*notice.ways, *later, Choice("acknowledge_reminder", _ids(noted))]


def _ids(items: Sequence[Item]) -> str:
    return ",".join(str(item.reminder.id) for item in items)


def _beginning(session: Session, notice: Notice) -> list[Choice]:
    """Straight into the work, where it is clear into which."""
    if len(notice.items) > 1:
        return []
    return notice.items[0].duty.beginning(session, notice.items[0])
