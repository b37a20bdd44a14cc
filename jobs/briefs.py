"""The messages of a working morning (N19). A tick that is late, lost or run twice changes nothing:
what was said is in the outbox, by its key."""

import logging
from collections.abc import Callable

from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy.orm import Session, sessionmaker

from jobs.ticking import every
from models import briefs, holds, outbox
from models.clock import Clock

logger = logging.getLogger(__name__)

TICK_SECONDS = 60


def queue_briefs(
    sessions: sessionmaker[Session], clock: Clock, is_clock_wrong: Callable[[], bool]
) -> int:
    """Queue what is to be told this morning; how many messages that made."""
    now = clock()
    if is_clock_wrong() or not briefs.is_morning(now):
        return 0
    with sessions.begin() as session:
        if holds.standing(session) is not None:
            return 0
        found = briefs.due(session, now)
        for brief in found:
            outbox.enqueue(
                session,
                brief.name,
                brief.values,
                to=brief.binding.person,
                binding_id=brief.binding.id,
                key=brief.key,
                at=now,
                choices=brief.choices,
                good_until=briefs.end_of_morning(now),
            )
    if found:
        logger.info("queued %d morning messages", len(found))
    return len(found)


def register(
    scheduler: BaseScheduler,
    sessions: sessionmaker[Session],
    clock: Clock,
    is_clock_wrong: Callable[[], bool],
) -> None:
    every(scheduler, TICK_SECONDS, queue_briefs, sessions, clock, is_clock_wrong, id="briefs")
