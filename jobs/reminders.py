"""Reminders that have fallen due become messages to send (R5.1c, F10, F11).

APScheduler is only the clock that ticks. What is due, and what has been done about it, is in
the database, so that a tick which is late, lost or run twice changes nothing.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.orm import Session, sessionmaker

from models import appraisal, calendar, holds, outbox, reminders
from models.clock import Clock
from models.messages import Choice, Part
from models.reminders import Debt, Item, Notice

logger = logging.getLogger(__name__)

TICK_SECONDS = 20
BATCH = 100  # Units or tasks a transaction: officers are answered from the same database.


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
    if queued:
        logger.info("queued %d reminders", queued)
    return queued


def register(scheduler: BaseScheduler, sessions: sessionmaker[Session], clock: Clock) -> None:
    scheduler.add_job(
        queue_due_reminders,
        IntervalTrigger(seconds=TICK_SECONDS),
        args=(sessions, clock),
        id="reminders",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,  # The default drops a tick that is over a second late.
    )


def _queue_batch(sessions: sessionmaker[Session], now: datetime) -> Batch:
    """Settle what is due of up to ``BATCH`` subjects; falsy when nothing was due, or while
    sending is on hold: what still makes sense afterwards is sent then."""
    with sessions.begin() as session:
        if holds.standing(session) is not None:
            return Batch()
        due = reminders.due(session, now, BATCH)
        notices = reminders.settle(session, due, now)
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
        choices=_choices(session, notice),
    )


def _message(session: Session, notice: Notice, now: datetime) -> tuple[str, dict[str, Any]]:
    """One thing is said in full; several become lines of one message (conversations.md 7)."""
    parts = [_part(session, item, now) for item in notice.items]
    if len(parts) == 1:
        return parts[0].name, parts[0].values
    return "reminder_together", {"count": len(parts), "things": parts}


def _part(session: Session, item: Item, now: datetime) -> Part:
    if item.reminder.rung == reminders.OPENING:
        return _opening(session, item, now)
    left = reminders.what_is_left(now, item.closes_at)
    times = {"left": left, "closes_at": item.closes_at}
    task = item.debt.task
    unit = item.binding.unit.name
    if task is None:
        return Part("reminder_self_assessment", unit=unit, missing=_missing(item.debt), **times)
    title = appraisal.area_title(session, task.campaign, task.area_code)
    area = {"area": task.area_code, "title": title, "step": task.step}
    return Part("reminder_task", unit=unit, **area, **times)


def _opening(session: Session, item: Item, now: datetime) -> Part:
    """That it has begun, until when, how much it is, and where to begin."""
    first = reminders.first_line(session, item.reminder)
    return Part(
        "self_assessment_opened",
        unit=item.binding.unit.name,
        closes_at=item.closes_at,
        left=calendar.time_left(now, item.closes_at),
        missing=_missing(item.debt),
        first=Part("opened_first", code=first.code, title=first.title) if first else "",
    )


def _missing(debt: Debt) -> Part:
    counts = {"not_scored": debt.not_scored, "not_proven": debt.not_proven}
    if debt.not_scored and debt.not_proven:
        return Part("owed.both", **counts)
    return Part("owed.not_scored" if debt.not_scored else "owed.not_proven", **counts)


def _choices(session: Session, notice: Notice) -> list[Choice]:
    """Where to do it, then later, then "Đã nắm"; ids joined by commas where there are several."""
    if all(item.reminder.rung == reminders.OPENING for item in notice.items):
        return [*_first_line(session, notice), Choice("missing"), Choice("calendar")]
    ids = ",".join(str(item.reminder.id) for item in notice.items)
    offers = []
    if any(item.debt.task is None for item in notice.items):
        offers.append(Choice("missing"))
    if any(item.debt.task is not None for item in notice.items):
        offers.append(Choice("tasks"))
    return [*offers, Choice("snooze", ids), Choice("acknowledge_reminder", ids)]


def _first_line(session: Session, notice: Notice) -> list[Choice]:
    """Straight to the first line, where it is clear of which unit."""
    first = reminders.first_line(session, notice.items[0].reminder)
    if first is None or len(notice.items) > 1:
        return []
    return [Choice("continue", first.line_id, code=first.code)]
