"""Files made from plain values: a report's name and what makes it.

Each is imported only where it is needed, in the kitchen's child as a rule: what makes reports
is heavy, and the bot stays small.
"""

import functools
import importlib
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.words import Words

Report = Callable[[Mapping[str, Any]], bytes]


SPREADSHEETS = {"reach", "rehearsal", "workbook"}


def load(report: str) -> None:
    """What takes most of the time of a process's first report: importing what makes it, and
    reading the sentences."""
    _module(report)
    all_words()


@functools.lru_cache(maxsize=1)
def all_words() -> "Words":
    """All sentences, read once in the life of a process."""
    from bot.words import Words

    return Words()


def _module(report: str) -> ModuleType:
    if report in SPREADSHEETS:
        _load_openpyxl()
    return importlib.import_module(f"bot.reports.{report}")


def _load_openpyxl() -> None:
    """Without numpy, which it loads where it is, only to know numbers of its kind: 18 MB, and a
    sixth of the time of a process's first workbook. What draws pictures still gets it."""
    if "openpyxl" in sys.modules or "numpy" in sys.modules:
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        importlib.import_module("openpyxl")
    finally:
        del sys.modules["numpy"]


def _lazily(module: str) -> Report:
    def make(values: Mapping[str, Any]) -> bytes:
        report: Report = _module(module).make
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
