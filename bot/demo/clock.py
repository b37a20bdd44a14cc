"""The demo's time: the real one and an offset, which outlives the process."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import settings
from models.calendar import ZONE
from models.campaigns import Window
from models.clock import Clock, wall_clock
from models.reminders.tables import Outcome, Reminder

KEY = "demo.clock_offset"
FIRST = datetime(2026, 11, 3, 10, 5, tzinfo=ZONE).astimezone(UTC)
EARLIEST, LATEST = (datetime(year, 1, 1, tzinfo=ZONE).astimezone(UTC) for year in (2026, 2028))


class DemoClock:
    """Starts on Tuesday, 03/11/2026, 10:05, and goes on where it was put."""

    def __init__(self, wall: Clock = wall_clock) -> None:
        self._wall = wall
        self._offset = timedelta()

    def __call__(self) -> datetime:
        return self._wall() + self._offset

    def load(self, session: Session) -> None:
        """Go on where an earlier run was, or begin."""
        stored = settings.get(session, KEY)
        if stored is None:
            self.move_to(session, FIRST)
        else:
            self._offset = timedelta(seconds=float(stored))

    def move_to(self, session: Session, at: datetime) -> datetime:
        """Put the clock to ``at``, within the years of the demo; the instant that it shows."""
        at = min(max(at, EARLIEST), LATEST)
        self._offset = at - self._wall()
        settings.put(session, KEY, str(self._offset.total_seconds()))
        return at


def next_turn(session: Session, now: datetime) -> datetime | None:
    """The next instant at which something happens: a window opens or ends, a reminder is due."""
    planned = (Reminder.outcome == Outcome.PLANNED, Reminder.due_at > now)
    coming = (
        session.scalar(select(func.min(Window.opens_at)).where(Window.opens_at > now)),
        session.scalar(select(func.min(Window.closes_at)).where(Window.closes_at > now)),
        session.scalar(select(func.min(Reminder.due_at)).where(*planned)),
    )
    return min((at for at in coming if at is not None), default=None)
