"""What is cleared away when nobody needs it any more."""

import logging

from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy.orm import Session, sessionmaker

from jobs.ticking import every
from models import outbox
from models.clock import Clock

logger = logging.getLogger(__name__)

TICK_MINUTES = 20
BATCH = 100


def blank_old_secrets(sessions: sessionmaker[Session], clock: Clock) -> int:
    """Take expired codes out of messages that were sent, a batch a transaction; how many."""
    count = 0
    while True:
        with sessions.begin() as session:
            batch = outbox.blank_old(session, clock(), BATCH)
        count += batch
        if batch < BATCH:
            break
    if count:
        logger.info("blanked the codes in %d old messages", count)
    return count


def register(scheduler: BaseScheduler, sessions: sessionmaker[Session], clock: Clock) -> None:
    every(scheduler, 60 * TICK_MINUTES, blank_old_secrets, sessions, clock, id="housekeeping")
