"""Where the units stand as a workbook: unit by unit, and what is open of which area (N1)."""

from collections.abc import Mapping
from typing import Any

from bot.reports import all_words
from bot.reports.cells import Column, Table, workbook


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of the file. ``values``: ``language``; ``areas``, each a code and a title; ``units``,
    each with ``unit``, ``kind``, ``stage``, counts of lines (``scored``, ``lines``,
    ``not_scored``, ``not_proven``), ``due`` (the last day), ``late`` in days, ``sent_at``,
    ``reachable``, ``contact``, ``phone``, and ``open``, counts by the codes of areas."""
    language, words = values["language"], all_words()

    def say(name: str, **about: Any) -> str:
        return words.plain(f"progress_board.{name}", language, **about)

    def columns(*widths: tuple[str, int]) -> list[Column]:
        return [Column(say(name), width) for name, width in widths]

    def text(part: Any) -> str:
        return words.plain(part.name, language)

    areas = [tuple(area) for area in values["areas"]]
    units = [
        [u["unit"], text(u["kind"]), text(u["stage"]), u["scored"], u["lines"], u["not_scored"],
         u["not_proven"], u["due"], u["late"], u["sent_at"],
         say("yes" if u["reachable"] else "no"), u["contact"], u["phone"]]
        for u in values["units"]
    ]  # fmt: skip
    open_work = [
        [u["unit"], text(u["kind"]), *(u["open"].get(code) for code, _ in areas),
         sum(u["open"].values())]
        for u in values["units"]
    ]  # fmt: skip
    who = (("unit", 40), ("kind", 26))
    of_unit = columns(
        *who, ("stage", 18), ("scored", 10), ("lines", 12), ("not_scored", 12), ("not_proven", 16),
        ("due", 12), ("late", 10), ("sent_at", 18), ("reachable", 14), ("contact", 26),
        ("phone", 16),
    )  # fmt: skip
    of_area = [Column(say("area", code=code, title=title), 16) for code, title in areas]
    matrix = [*columns(*who), *of_area, *columns(("together", 10))]
    return workbook(
        [Table(say("units"), of_unit, units), Table(say("open_work"), matrix, open_work)]
    )
