"""When it is morning: on working days, from 07:30."""

from datetime import datetime, time

from models import calendar

BEGINS = time(7, 30)
ENDS = time(11, 0)  # What comes later is not a morning's message any more.


def is_morning(now: datetime) -> bool:
    """Whether a morning's message may be sent at ``now``."""
    local = now.astimezone(calendar.ZONE)
    return BEGINS <= local.time() < ENDS and calendar.is_working_day(local.date())


def end_of_morning(now: datetime) -> datetime:
    return calendar.at_hour(calendar.local_day(now), ENDS.hour, ENDS.minute)


def last_morning(now: datetime) -> datetime:
    """When the messages of the last working day were due."""
    day = calendar.add_working_days(calendar.local_day(now), -1)
    return calendar.at_hour(day, BEGINS.hour, BEGINS.minute)
