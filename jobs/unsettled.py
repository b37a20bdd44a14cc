"""Whoever may decide about messages without a known end is told that there are some (F17)."""

from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy.orm import Session, sessionmaker

from jobs.ticking import every
from models import unsettled
from models.clock import Clock

TICK_SECONDS = 20


def tell_of_unsettled(sessions: sessionmaker[Session], clock: Clock) -> int:
    """How many messages that made."""
    with sessions.begin() as session:
        return unsettled.tell(session, clock())


def register(scheduler: BaseScheduler, sessions: sessionmaker[Session], clock: Clock) -> None:
    every(scheduler, TICK_SECONDS, tell_of_unsettled, sessions, clock, id="unsettled")
