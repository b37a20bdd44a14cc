"""When a step may be done. A rule looks only at what it is handed, the present included."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import calendar
from models.campaigns.tables import Campaign, Extension, Step, Window
from models.messages import Part


class Phase(enum.StrEnum):
    AHEAD = "ahead"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True)
class EffectiveWindow:
    """When one unit may do one step: what texts, locks, reminders and reports go by (I6).

    ``closes_at`` is what is announced. ``accepted_until`` lies behind it by the grace, which is
    not announced (F6); by default there is none. ``extension`` is set where it decides.
    """

    step: Step
    opens_at: datetime | None
    closes_at: datetime
    extension: Extension | None = None
    accepted_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether what is made at ``now`` is accepted."""
        if self.opens_at is not None and now < self.opens_at:
            return False
        return now < (self.accepted_until or self.closes_at)

    def is_in_grace(self, now: datetime) -> bool:
        return self.is_open(now) and now >= self.closes_at

    def phase(self, now: datetime) -> Phase:
        """As it is announced: the grace is over already."""
        if self.opens_at is not None and now < self.opens_at:
            return Phase.AHEAD
        return Phase.OPEN if now < self.closes_at else Phase.OVER


@dataclass(frozen=True)
class _Default:
    """Days as (month, day) of the campaign's year, or a later one, both taken in."""

    step: Step
    first: tuple[int, int] | None
    last: tuple[int, int]
    wording: str
    years_later: int = 0


# QT.CCHC.01, 6.1 and 6.2. The plan and the council are due "trước" a day, which is read
# literally: by the end of the day before (process.md gives way to the procedure's own text).
_DEFAULTS = (
    _Default(Step.PLAN, None, (10, 14), "trước 15/10"),  # R6.1
    _Default(Step.SELF_ASSESSMENT, (10, 15), (11, 15), "từ 15/10 đến 15/11"),  # R6.2
    _Default(Step.COUNCIL, None, (11, 14), "trước 15/11"),  # R6.3
    _Default(Step.ROUND_1, (11, 16), (11, 30), "16/11 đến 30/11"),  # R6.4
    _Default(Step.SUPPLEMENT, (12, 1), (12, 10), "01/12 đến 10/12"),  # R6.5
    _Default(Step.ROUND_2, (12, 11), (12, 20), "11/12 đến 20/12"),  # R6.6
    _Default(Step.CONSOLIDATION, (12, 21), (12, 25), "21/12 đến 25/12"),  # R6.7
    _Default(Step.DECISION, (12, 26), (12, 31), "26/12 đến 31/12"),  # R6.8
    # R6.9 only says "theo quy định": Decree 30/2020/NĐ-CP, article 30, gives one year from the
    # end of the work.
    _Default(Step.ARCHIVE, None, (12, 31), "01 năm sau khi công bố", years_later=1),
)


def default_windows(year: int) -> list[Window]:
    """The calendar of a provincial campaign of ``year``, not yet of any campaign."""
    return [
        Window(
            step=default.step,
            opens_at=calendar.start_of(date(year, *default.first)) if default.first else None,
            closes_at=calendar.end_of(date(year + default.years_later, *default.last)),
            wording=default.wording,
            grace_minutes=0,
        )
        for default in _DEFAULTS
    ]


def effective(window: Window, extension: Extension | None) -> EffectiveWindow:
    """The window with the unit's extension, where that reaches further (F7).

    When the window is moved beyond an extension, the unit has what all have.
    """
    if extension is not None and extension.closes_at <= window.closes_at:
        extension = None
    closes_at = extension.closes_at if extension else window.closes_at
    grace = timedelta(minutes=window.grace_minutes or 0)
    return EffectiveWindow(window.step, window.opens_at, closes_at, extension, closes_at + grace)


def standing_step(campaign: Campaign, now: datetime) -> Step | None:
    """The step the campaign is at: the plan until it is issued, then the window that is open.

    Between windows, and after the last, there is none. Where a move made windows overlap, the
    earlier step of the procedure counts.
    """
    if campaign.opened_at is None or now < campaign.opened_at:
        return Step.PLAN
    order = list(Step)
    windows = sorted(campaign.windows, key=lambda window: order.index(window.step))
    for window in windows:
        if window.opens_at is not None and window.opens_at <= now < window.closes_at:
            return window.step
    return None


def weekend_warning(closes_at: datetime) -> Part | None:
    """That the last day is no working day; the deadline stays where it is (F9)."""
    day = calendar.last_day(closes_at)
    if name := calendar.holiday_name(day):
        english = calendar.holiday_name(day, "en")
        return Part("deadline_on_holiday", at=closes_at, holiday=name, english=english)
    if not calendar.is_working_day(day):
        return Part("deadline_on_weekend", at=closes_at)
    return None


def warnings(windows: Sequence[EffectiveWindow], now: datetime) -> list[Part]:
    """What to look at again before a calendar is accepted (F9)."""
    found = []
    for window in windows:
        if part := weekend_warning(window.closes_at):
            found.append(Part("calendar_warning", step=window.step, warning=part))
        if window.closes_at <= now:
            past = Part("deadline_is_past", at=window.closes_at)
            found.append(Part("calendar_warning", step=window.step, warning=past))
    return found
