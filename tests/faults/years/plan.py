"""When a unit is told of its self-assessment, worked out from the plan alone, by other code than
the bot's: the default calendar and ladder, and the public holidays (R6.2, F10, F12)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from holidays import country_holidays

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING, AFTERNOON = time(8), time(14)
BEFORE, AFTER, WEEKS = (10, 5, 3, 1), (1, 2), 4
FIRST, LAST = (10, 15), (11, 15)


class Days:
    """The working days around one year, in order."""

    def __init__(self, year: int) -> None:
        free = country_holidays("VN", years=[year, year + 1])
        days = [date(year, 9, 1) + timedelta(n) for n in range(200)]
        self._working = [day for day in days if free.is_working_day(day)]

    def before(self, day: date, count: int) -> date:
        return [each for each in self._working if each < day][-count]

    def behind(self, day: date, count: int) -> date:
        return [each for each in self._working if each > day][count - 1]

    def from_on(self, day: date) -> date:
        return next(each for each in self._working if each >= day)


def instants(year: int) -> dict[datetime, str]:
    """Every instant at which a unit that never sends is told something, and what."""
    days, last = Days(year), date(year, *LAST)
    opening = _at(days.from_on(date(year, *FIRST)))
    ahead = {_at(days.before(last, count)): f"-{count}" for count in BEFORE}
    ahead |= {_at(last): "last_day", _at(last, AFTERNOON): "last_day"}
    late = [days.behind(last, count) for count in AFTER]
    weekly = [days.from_on(late[-1] + timedelta(weeks=n)) for n in range(1, WEEKS + 1)]
    closing = _at(days.from_on(last + timedelta(days=1)))
    found = {_at(day): "late" for day in [*late, *weekly]}
    found |= {at: name for at, name in ahead.items() if at > opening}
    return {**found, closing: "closing", opening: "opening"}


def ends(year: int) -> datetime:
    return datetime.combine(date(year, *LAST) + timedelta(days=1), time(), ZONE)


def _at(day: date, hour: time = MORNING) -> datetime:
    return datetime.combine(day, hour, ZONE)
