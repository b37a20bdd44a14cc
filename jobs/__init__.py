"""What happens by the clock. A job decides nothing and remembers nothing; it can run twice."""

from collections.abc import Callable

from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy.orm import Session, sessionmaker

from jobs import briefs, housekeeping, reminders, unsettled
from models.clock import Clock

__all__ = ["register_all"]


def register_all(
    scheduler: BaseScheduler,
    sessions: sessionmaker[Session],
    clock: Clock,
    is_clock_wrong: Callable[[], bool],
) -> None:
    """Give the scheduler all jobs. ``is_clock_wrong``: by more than anybody may be told by it."""
    reminders.register(scheduler, sessions, clock, is_clock_wrong)
    briefs.register(scheduler, sessions, clock, is_clock_wrong)
    unsettled.register(scheduler, sessions, clock)
    housekeeping.register(scheduler, sessions, clock)
