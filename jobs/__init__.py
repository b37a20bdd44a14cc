"""What happens by the clock. A job decides nothing and remembers nothing; it can run twice."""

from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy.orm import Session, sessionmaker

from jobs import housekeeping, reminders
from models.clock import Clock

__all__ = ["register_all"]


def register_all(scheduler: BaseScheduler, sessions: sessionmaker[Session], clock: Clock) -> None:
    """Give the scheduler all jobs."""
    reminders.register(scheduler, sessions, clock)
    housekeeping.register(scheduler, sessions, clock)
