"""How people are told things: not at night, not on free days, not too often (F15).

Kept as one setting for the whole system, because a person may have duties in several campaigns.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models import calendar, settings
from models.refusals import Refusal

SETTING = "reminder_manners"
MOST_A_DAY, MOST_PAUSE = 20, 60


@dataclass(frozen=True)
class Manners:
    """``quiet_from`` to ``quiet_until`` are hours of Vietnam, over midnight as a rule; equal:
    never quiet. ``free_days``: nothing on days that are no working days. ``a_day``: messages of
    reminders to one person. ``pause_minutes``: how long whoever is in the middle of something is
    left alone (C12). The last day's reminders know neither night nor free days."""

    quiet_from: time = time(20)
    quiet_until: time = time(7)
    free_days: bool = True
    a_day: int = 3
    pause_minutes: int = 5

    @property
    def pause(self) -> timedelta:
        return timedelta(minutes=self.pause_minutes)

    def is_night(self, hour: time) -> bool:
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until

    def is_quiet(self, at: datetime) -> bool:
        local = at.astimezone(calendar.ZONE)
        is_free = self.free_days and not calendar.is_working_day(local.date())
        return is_free or self.is_night(local.time())

    def next_digest(self, now: datetime) -> datetime:
        """The next morning at which surplus messages are told."""
        day = calendar.local_day(now) + calendar.DAY
        day = calendar.on_or_after(day) if self.free_days else day
        until = self.quiet_until if self.quiet_from > self.quiet_until else time()
        hour = max(time(8), until)
        return calendar.at_hour(day, hour.hour, hour.minute)


def why_not(manners: Manners) -> Refusal | None:
    if not 1 <= manners.a_day <= MOST_A_DAY:
        return Refusal("manners_a_day_out_of_range", most=MOST_A_DAY)
    if not 0 <= manners.pause_minutes <= MOST_PAUSE:
        return Refusal("manners_pause_out_of_range", most=MOST_PAUSE)
    return None


def read(session: Session) -> Manners:
    stored = settings.get(session, SETTING)
    if stored is None:
        return Manners()
    values: dict[str, Any] = json.loads(stored)
    hours = {key: time.fromisoformat(values[key]) for key in ("quiet_from", "quiet_until")}
    return Manners(**{**values, **hours})


def keep(session: Session, manners: Manners) -> None:
    """Raises Refusal. Who may, and that it is kept in the audit, is the caller's."""
    if refusal := why_not(manners):
        raise refusal
    hours = {key: f"{getattr(manners, key):%H:%M}" for key in ("quiet_from", "quiet_until")}
    settings.put(session, SETTING, json.dumps({**asdict(manners), **hours}))
    session.flush()
