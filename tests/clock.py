"""A clock that stands where a test puts it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class TestClock:
    __test__ = False

    def __init__(self, local: str = "2026-11-03 10:05") -> None:
        self.set(local)

    def __call__(self) -> datetime:
        return self._now

    def set(self, local: str) -> datetime:
        """Put the clock to a local time, written ``2026-11-03 10:05``, seconds optional."""
        self._now = at(local)
        return self._now

    def forward(self, **duration: float) -> datetime:
        self._now += timedelta(**duration)
        return self._now


def at(local: str) -> datetime:
    """A local time of Vietnam as an instant in UTC."""
    return datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)
