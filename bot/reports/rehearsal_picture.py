"""A rehearsed plan as a picture: how many messages a day, by step, and which days are free."""

import io
import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from matplotlib.dates import DateFormatter, WeekdayLocator, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bot.reports import all_words
from models import calendar

# Told apart by hatching too, for whoever sees no colours (F68).
LOOKS = (
    ("#1f5fa8", ""), ("#c7691b", "//"), ("#3a8a4d", ".."), ("#8a4da8", "xx"), ("#7a7a7a", "--"),
    ("#b03048", "\\\\"), ("#2b8c8c", "++"), ("#a89a1f", "oo"), ("#5a5a9c", "||"),
)  # fmt: skip
LONG_SILENCE = timedelta(days=60)


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of a PNG, made from the same values as ``bot.reports.rehearsal``."""
    language, words = values["language"], all_words()
    days = _by_step_and_day(values)
    shown, later = _parted({day for counts in days.values() for day in counts})
    figure = Figure(figsize=(11, 5.5), dpi=110, layout="constrained")
    axes = figure.subplots()
    below: Counter[date] = Counter()
    for (step, counts), (colour, hatch) in zip(days.items(), LOOKS, strict=False):
        when = sorted(shown & counts.keys())
        if not when:
            continue
        base = [below[day] for day in when]
        label = words.plain(step, language)
        looks: Any = {"color": colour, "hatch": hatch, "edgecolor": "white", "label": label}
        places = [_place(day) for day in when]
        axes.bar(places, [counts[day] for day in when], bottom=base, **looks)
        below.update({day: counts[day] for day in when})
    for day, count in below.items():
        axes.text(_place(day), count, str(count), ha="center", va="bottom", fontsize=9)
    _shade_free_days(axes, list(below))
    if later:
        count = sum(counts[day] for counts in days.values() for day in later)
        about = {"count": count, "first": min(later), "last": max(later)}
        axes.set_xlabel(words.plain("rehearsal_picture_later", language, **about))
    title = {"year": values["year"], "owner": values["owner"], "now": values["made_at"]}
    axes.set_title(words.plain("rehearsal_picture_title", language, **title))
    axes.set_ylabel(words.plain("rehearsal_picture_messages", language))
    axes.xaxis.set_major_locator(WeekdayLocator(byweekday=0))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("%d/%m"))  # type: ignore[no-untyped-call]
    axes.tick_params(axis="x", rotation=90)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(loc="outside lower center", ncols=5)
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


def _by_step_and_day(values: Mapping[str, Any]) -> dict[str, Counter[date]]:
    """How many messages by the step's name, in the order of the waves, and by day."""
    days: dict[str, Counter[date]] = defaultdict(Counter)
    for wave in values["waves"]:
        people = {tuple(values["people"][place][:2]) for place in wave["people"]}
        days[wave["step"].name][calendar.local_day(wave["at"])] += len(people)
    return days


def _parted(days: set[date]) -> tuple[set[date], set[date]]:
    """The days up to the first long time without a message, and those after it: what the archive
    is told a year later would leave no room for the rest."""
    ordered = sorted(days)
    for before, day in itertools.pairwise(ordered):
        if day - before > LONG_SILENCE:
            return {each for each in days if each < day}, {each for each in days if each >= day}
    return days, set()


def _shade_free_days(axes: Any, days: list[date]) -> None:
    day, last = min(days), max(days)
    while day <= last:
        if not calendar.is_working_day(day):
            middle = _place(day)
            axes.axvspan(middle - 0.5, middle + 0.5, color="#eeeeee", zorder=0)
        day += calendar.DAY


def _place(day: date) -> float:
    return float(date2num(day))  # type: ignore[no-untyped-call]
