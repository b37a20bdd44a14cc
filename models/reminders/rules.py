"""When reminders fall due, and how long a deadline still is. No database here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models import calendar
from models.messages import Part
from models.refusals import Refusal
from models.reminders.manners import Manners

OPENING = "opening"
CLOSING = "closing"
LAST_DAY = "last_day"
SNOOZE = "snooze"
HELD = "held"  # Put off by the bot itself, for one person: see ``manners``.
HOUR = 8

MOST_DAYS, MOST_RUNGS, MOST_WEEKS = 60, 10, 26


@dataclass(frozen=True)
class Rung:
    name: str
    due_at: datetime


@dataclass(frozen=True)
class Span:
    """From when on something is owed, and until when; the end is exclusive (I6)."""

    opens_at: datetime | None
    closes_at: datetime


@dataclass(frozen=True)
class Schedule:
    """When one duty is reminded of, by the hours of Vietnam (C4, F12).

    ``before`` are working days ahead of the last day, ``after`` those behind it, each at
    ``hour``; ``last_day`` are hours of the last day itself. After the last of ``after`` it goes
    on once a week, ``weeks`` times, and then stops.
    """

    before: tuple[int, ...] = (10, 5, 3, 1)
    hour: time = time(HOUR)
    last_day: tuple[time, ...] = (time(HOUR), time(14))
    after: tuple[int, ...] = (1, 2)
    weeks: int = 4


SILENT = Schedule((), time(HOUR), (), (), 0)  # News alone.


def ladder(
    span: Span,
    schedule: Schedule | None = None,
    manners: Manners | None = None,
    *,
    news: bool = False,
) -> list[Rung]:
    """All rungs of ``span`` in order, one at an instant; with ``news`` its opening and closing.

    Rungs are counted in working days, so that weekends and holidays use none up (C10); the
    last day is one even when it is a Sunday. It is the day that holds the last instant. What
    comes after the end is a rung from ``closes_at`` on.
    """
    schedule, manners = schedule or Schedule(), manners or Manners()
    ahead = [rung for rung in _ahead(span, schedule) if _is_within(span, rung.due_at)]
    if not news:
        return _one_at_an_instant([*ahead, *_behind(span, schedule)])
    opening = _opening(span, schedule, manners)
    if opening is not None:
        # It names the deadline too: a rung that falls together with it would say nothing new.
        ahead = [opening, *(rung for rung in ahead if rung.due_at > opening.due_at)]
    closing = Rung(CLOSING, _awake(span.closes_at, schedule, manners))
    return _one_at_an_instant([*ahead, closing, *_behind(span, schedule)])


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


def how_late(now: datetime, closes_at: datetime) -> Part:
    """By how many working days the end has passed, the present one counted (C9)."""
    first = calendar.last_day(closes_at) + calendar.DAY
    days = calendar.working_days_between(first, calendar.local_day(now) + calendar.DAY)
    return Part("overdue_by.working_days", n=days) if days else Part("overdue_by.just")


def why_not_schedule(schedule: Schedule, manners: Manners) -> Refusal | None:
    """Days that can be counted, hours at which people may be told."""
    days = (*schedule.before, *schedule.after)
    if any(not 1 <= day <= MOST_DAYS for day in days):
        return Refusal("ladder_days_out_of_range", most=MOST_DAYS)
    if max(len(schedule.before), len(schedule.after), len(schedule.last_day)) > MOST_RUNGS:
        return Refusal("ladder_too_long", most=MOST_RUNGS)
    if not 0 <= schedule.weeks <= MOST_WEEKS:
        return Refusal("ladder_weeks_out_of_range", most=MOST_WEEKS)
    for hour in (schedule.hour, *schedule.last_day):
        if manners.is_night(hour):
            since, until = f"{manners.quiet_from:%H:%M}", f"{manners.quiet_until:%H:%M}"
            return Refusal("ladder_hour_is_quiet", hour=f"{hour:%H:%M}", since=since, until=until)
    return None


def _ahead(span: Span, schedule: Schedule) -> Iterable[Rung]:
    last = calendar.last_day(span.closes_at)
    for count in sorted(schedule.before, reverse=True):
        yield Rung(f"-{count}", _at(calendar.add_working_days(last, -count), schedule.hour))
    for hour in sorted(schedule.last_day):
        yield Rung(LAST_DAY, _at(last, hour))


def _behind(span: Span, schedule: Schedule) -> list[Rung]:
    """The chase after the end, which stops (F12)."""
    day = calendar.last_day(span.closes_at)
    found = []
    for count in sorted(schedule.after):
        found.append(Rung(f"+{count}", _at(calendar.add_working_days(day, count), schedule.hour)))
    if schedule.after:
        day = calendar.add_working_days(day, max(schedule.after))
    for week in range(1, schedule.weeks + 1):
        working = calendar.on_or_after(day + 7 * week * calendar.DAY)
        found.append(Rung(f"week_{week}", _at(working, schedule.hour)))
    return found


def _opening(span: Span, schedule: Schedule, manners: Manners) -> Rung | None:
    """At the hour of reminders on the first day, or at the beginning itself where that is later;
    on a free day not before work begins again, unless the end comes first."""
    if span.opens_at is None:
        return None
    morning = _at(calendar.local_day(span.opens_at), schedule.hour)
    first = max(span.opens_at, morning)
    at = _awake(first, schedule, manners)
    at = at if _is_within(span, at) else first
    return Rung(OPENING, at) if _is_within(span, at) else None


def _awake(at: datetime, schedule: Schedule, manners: Manners) -> datetime:
    """The instant itself, or the next one at which people are told things."""
    if not manners.is_quiet(at):
        return at
    day = calendar.local_day(at)
    morning = _at(calendar.on_or_after(day) if manners.free_days else day, schedule.hour)
    if morning >= at and not manners.is_quiet(morning):
        return morning
    following = day + calendar.DAY
    following = calendar.on_or_after(following) if manners.free_days else following
    return _at(following, schedule.hour)


def _one_at_an_instant(rungs: Iterable[Rung]) -> list[Rung]:
    first: dict[datetime, Rung] = {}
    for rung in rungs:
        first.setdefault(rung.due_at, rung)
    return sorted(first.values(), key=lambda rung: rung.due_at)


def _at(day: date, hour: time) -> datetime:
    return calendar.at_hour(day, hour.hour, hour.minute)


def _is_within(span: Span, at: datetime) -> bool:
    return (span.opens_at is None or span.opens_at <= at) and at < span.closes_at
