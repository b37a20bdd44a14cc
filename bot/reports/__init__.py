"""Files made from plain values: a report's name and what makes it.

Each is imported only where it is needed, in the kitchen's child as a rule: what makes reports
is heavy, and the bot stays small.
"""

import functools
import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.words import Words

Report = Callable[[Mapping[str, Any]], bytes]


def load(report: str) -> None:
    """What takes most of the time of a process's first report: importing what makes it, and
    reading the sentences."""
    importlib.import_module(f"bot.reports.{report}")
    all_words()


@functools.lru_cache(maxsize=1)
def all_words() -> "Words":
    """All sentences, read once in the life of a process."""
    from bot.words import Words

    return Words()


def _lazily(module: str) -> Report:
    def make(values: Mapping[str, Any]) -> bytes:
        report: Report = importlib.import_module(f"bot.reports.{module}").make
        return report(values)

    return make


REPORTS: dict[str, Report] = {
    "calendar": _lazily("calendar"),
    "chase_letter": _lazily("chase_letter"),
    "notice_proof": _lazily("notice_proof"),
    "progress": _lazily("progress"),
    "progress_picture": _lazily("progress_picture"),
    "reach": _lazily("reach"),
    "receipt": _lazily("receipt"),
    "rehearsal": _lazily("rehearsal"),
    "rehearsal_picture": _lazily("rehearsal_picture"),
    "unit_report": _lazily("unit_report"),
    "workbook": _lazily("workbook"),
}
