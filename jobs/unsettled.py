"""Whoever may decide about messages without a known end is told that there are some (F17)."""

from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.orm import Session, sessionmaker

from models import unsettled
from models.clock import Clock

TICK_SECONDS = 20


def tell_of_unsettled(sessions: sessionmaker[Session], clock: Clock) -> int:
    """How many messages that made."""
    with sessions.begin() as session:
        return unsettled.tell(session, clock())


def register(scheduler: BaseScheduler, sessions: sessionmaker[Session], clock: Clock) -> None:
    scheduler.add_job(
        tell_of_unsettled,
        IntervalTrigger(seconds=TICK_SECONDS),
        args=(sessions, clock),
        id="unsettled",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
