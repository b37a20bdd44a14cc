"""Days and deadlines in Vietnam: working days, holidays, and what a written date means.

Instants are in UTC and an end is an exclusive upper bound (I6): the day 15/11 ends at the
instant at which 16/11 begins. Nothing here moves a deadline by itself (reliability.md 6).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from models.messages import Part
from models.refusals import Refusal
from models.text import clean, fold

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = timedelta(days=1)
_exceptions: dict[date, bool] = {}


@dataclass(frozen=True)
class Deadline:
    """``closes_at`` is exclusive; ``wording`` is the text as it was written.

    ``alternative`` is what many offices mean instead: "trước 15/11" read literally ends with
    14/11, and is often meant to take in the 15th (reliability.md 6).
    """

    closes_at: datetime
    wording: str
    alternative: datetime | None = None


# Days


def start_of(day: date) -> datetime:
    """00:00 of the day in Vietnam."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def end_of(day: date) -> datetime:
    """24:00 of the day in Vietnam, which is 00:00 of the next."""
    return start_of(day + DAY)


def at_hour(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def local_day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def last_day(closes_at: datetime) -> date:
    """The day on which something that ends at ``closes_at`` can still be done."""
    return local_day(closes_at - timedelta.resolution)


def is_working_day(day: date) -> bool:
    """Neither a weekend nor a public holiday; Saturdays worked in exchange count (F9).

    What the operator's list says of a day goes before what the library knows of it.
    """
    known = _exceptions.get(day)
    return _is_working_day(day) if known is None else known


def on_or_after(day: date) -> date:
    """The day itself if it is a working day, else the next one that is."""
    return day if is_working_day(day) else add_working_days(day, 1)


def use_exceptions(free: Collection[date], worked: Collection[date]) -> None:
    """Take the operator's list of days, once, when the process starts: days off that no library
    can know, and days worked in exchange. A day in both raises ValueError."""
    if both := set(free) & set(worked):
        raise ValueError(f"both free and worked: {min(both)}")
    _exceptions.clear()
    _exceptions.update(dict.fromkeys(free, False) | dict.fromkeys(worked, True))


def exceptions() -> dict[date, bool]:
    """The operator's list that is in use: whether each of its days is worked."""
    return dict(_exceptions)


def is_weekend(day: date) -> bool:
    return day.weekday() >= 5


def holiday_name(day: date, language: str = "vi") -> str | None:
    """What is celebrated on the day, or None; on a weekend too (F9)."""
    name: str | None = _holidays(language, day.year).get(day)
    return name


def add_working_days(day: date, count: int) -> date:
    """The day ``count`` working days after ``day``, before it where ``count`` is negative.

    ``day`` itself does not count and need not be a working day.
    """
    step = DAY if count > 0 else -DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def working_days_between(first: date, last: date) -> int:
    """How many working days lie between: ``first`` counts, ``last`` does not."""
    return sum(is_working_day(first + n * DAY) for n in range((last - first).days))


def days_late(now: datetime, closes_at: datetime) -> int:
    """How many whole days have begun since the last day of a deadline; 0 up to its end."""
    return max((local_day(now) - last_day(closes_at)).days, 0)


def time_left(now: datetime, until: datetime) -> Part:
    """What is left, in whole days, below that in hours, below that in minutes."""
    left = until - now
    if left <= timedelta(0):
        return Part("left.over")
    if left >= DAY:
        return Part("left.days", n=left.days)
    minutes = int(left.total_seconds()) // 60
    if minutes >= 60:
        return Part("left.hours", n=minutes // 60)
    return Part("left.minutes", n=max(minutes, 1))


@cache
def _is_working_day(day: date) -> bool:
    return bool(_holidays("vi", day.year).is_working_day(day))


@cache
def _holidays(language: str, year: int) -> Any:
    # Takes a third of a second and 20 MB to import, so only those pay who count working days.
    from holidays.countries.vietnam import Vietnam

    names = {"vi": "vi", "en": "en_US"}
    # The Eve of Tết and days off in exchange may belong to the neighbouring year.
    years = [year - 1, year, year + 1]
    return Vietnam(  # type: ignore[no-untyped-call]
        years=years, language=names[language], expand=False
    )


# What people write

_DATE = (
    r"(?P<y1>20\d\d)-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})"
    r"|(?P<d2>\d{1,2})[/-](?P<m2>\d{1,2})(?:[/-](?P<y2>20\d\d))?"
)
_TIME = r"(?P<{h}>\d{{1,2}}) ?(?::|h|gio) ?(?P<{m}>\d{{2}})?(?: ?phut)?"
_WRITTEN = re.compile(
    r"(?P<how>truoc|before|den het|den|het|until the end of|until|through)?"
    r"(?: ?(?:luc|thoi diem|at))?"
    rf" ?(?:{_TIME.format(h='h1', m='n1')})?"
    r"(?:,? ?(?:thu (?:hai|ba|tu|nam|sau|bay)|chu nhat))?"
    rf",? ?(?:ngay )?(?:{_DATE})"
    rf"(?:[t ,]+{_TIME.format(h='h2', m='n2')}(?::00)?)?"
)
_BEFORE = {"truoc", "before"}


def parse_deadline(text: str, year: int) -> Deadline:
    """When what ``text`` says ends; a date without a year is one of ``year``.

    "trước 15/11" ends with the 14th, "đến hết 15/11" and "15/11" with the 15th; an hour means
    that instant. Raises Refusal.
    """
    written = _read(text, year)
    if written.at is not None:
        return Deadline(written.at, clean(text))
    if written.before:
        return Deadline(start_of(written.day), clean(text), alternative=end_of(written.day))
    return Deadline(end_of(written.day), clean(text))


def parse_opening(text: str, year: int) -> datetime:
    """When what ``text`` says begins: a date begins at 00:00. Raises Refusal."""
    written = _read(text, year)
    if written.bounded:
        raise Refusal("opening_not_understood", text=clean(text))
    return written.at or start_of(written.day)


def parse_day(text: str, year: int) -> date:
    """A day without an hour, for example that of a document. Raises Refusal."""
    try:
        written = _read(text, year)
    except Refusal:
        # What else a deadline may be is no matter here.
        raise Refusal("day_not_understood", text=clean(text)) from None
    if written.bounded or written.at is not None:
        raise Refusal("day_not_understood", text=clean(text))
    return written.day


@dataclass(frozen=True)
class _Written:
    day: date
    at: datetime | None
    before: bool
    bounded: bool


def _read(text: str, year: int) -> _Written:
    found = _WRITTEN.fullmatch(fold(text).rstrip("."))
    if found is None:
        raise Refusal("date_not_understood", text=clean(text))
    part = found.groupdict()
    try:
        day = date(
            int(part["y1"] or part["y2"] or year),
            int(part["m1"] or part["m2"]),
            int(part["d1"] or part["d2"]),
        )
        at = _instant(day, part["h1"] or part["h2"], part["n1"] or part["n2"])
    except (ValueError, OverflowError):
        raise Refusal("date_not_understood", text=clean(text)) from None
    return _Written(day, at, part["how"] in _BEFORE, part["how"] is not None)


def _instant(day: date, hour: str | None, minute: str | None) -> datetime | None:
    if hour is None:
        return None
    if (int(hour), int(minute or 0)) == (24, 0):
        return end_of(day)
    return at_hour(day, int(hour), int(minute or 0))
