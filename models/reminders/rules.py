"""When reminders fall due, and how long a deadline still is. No database here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import calendar
from models.messages import Part

LADDER = (-10, -5, -3, -1)  # Working days before the last day; the last day is a rung of its own.
LAST_DAY = "last_day"
OPENING = "opening"
SNOOZE = "snooze"
HOUR = 8


@dataclass(frozen=True)
class Rung:
    name: str
    due_at: datetime


@dataclass(frozen=True)
class Span:
    """From when on something is owed, and until when; the end is exclusive (I6)."""

    opens_at: datetime | None
    closes_at: datetime


def ladder(span: Span) -> list[Rung]:
    """The rungs that lie within ``span``, each at 08:00 in Vietnam.

    Rungs are counted in working days, so that weekends and holidays use none up (C10); the
    last day is one even when it is a Sunday. It is the day that holds the last instant.
    """
    last = calendar.last_day(span.closes_at)
    days = [(str(count), calendar.add_working_days(last, count)) for count in LADDER]
    rungs = [Rung(name, calendar.at_hour(day, HOUR)) for name, day in [*days, (LAST_DAY, last)]]
    return [rung for rung in rungs if _is_within(span, rung.due_at)]


def with_opening(span: Span) -> list[Rung]:
    """``ladder``, and before it the news that ``span`` has begun.

    It comes at 08:00 of the first day, or at the beginning itself where that is later. It names
    the deadline too, so a rung that falls together with it would say nothing new.
    """
    rungs = ladder(span)
    if span.opens_at is None:
        return rungs
    morning = calendar.at_hour(calendar.local_day(span.opens_at), HOUR)
    opening = Rung(OPENING, max(span.opens_at, morning))
    if not _is_within(span, opening.due_at):
        return rungs
    return [opening, *(rung for rung in rungs if rung.due_at > opening.due_at)]


def snooze_instants(now: datetime, closes_at: datetime) -> list[datetime]:
    """In two hours, at 14:00 today, at 08:00 tomorrow: what is ahead and before the deadline."""
    today = calendar.local_day(now)
    in_two_hours = (now + timedelta(hours=2)).replace(second=0, microsecond=0)
    at_two = calendar.at_hour(today, 14)
    tomorrow = calendar.at_hour(today + calendar.DAY, HOUR)
    ahead = [at for at in (in_two_hours, at_two, tomorrow) if now < at < closes_at]
    return list(dict.fromkeys(ahead))


def what_is_left(now: datetime, closes_at: datetime) -> Part:
    """The rest of a deadline: in working days, or today, or as it is over a free weekend."""
    today, last = calendar.local_day(now), calendar.last_day(closes_at)
    if today == last:
        return Part("reminder_left.today")
    if days := calendar.working_days_between(today, last):
        return Part("reminder_left.working_days", n=days)
    return calendar.time_left(now, closes_at)


def _is_within(span: Span, at: datetime) -> bool:
    return (span.opens_at is None or span.opens_at <= at) and at < span.closes_at
