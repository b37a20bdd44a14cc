"""An official letter that urges late units, by Decree 30; number and date are left open (N10).

To one unit it lists what is missing. To several it has a row for each, and an annex with the
codes of what each misses: the lines themselves would be tens of pages.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import docx
from docx.shared import Cm, Pt

from bot.reports import all_words, decree30
from bot.reports.decree30 import CENTRE, lay_out, paragraph, put, row, table, write
from models import calendar
from models.text import clean

LINE_WIDTHS = (Cm(1.2), Cm(2.0), Cm(8.6), Cm(4.4))
UNIT_WIDTHS = (Cm(1.2), Cm(6.2), Cm(2.6), Cm(1.8), Cm(1.9), Cm(2.5))
ANNEX_WIDTHS = (Cm(1.2), Cm(4.2), Cm(5.6), Cm(5.2))
MISSING = ("not_scored", "not_backed")
NAMED = 6  # Units that are written to by name; more are "those in the table".
STRUCTURED = ("units", "signatory")  # Not for a sentence as they are.


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of the file. ``values``: ``language``, ``above`` and ``owner`` (bodies), ``symbol``
    of the owner in its numbers, ``year``, ``plan`` (its number), ``plan_dated_on``, ``made_at``,
    ``signatory`` (words, or a part); ``units``, each with ``name``, ``due_at``, ``days`` late,
    ``not_scored`` and ``not_backed``, lists of code and title, and ``begun``: whether anything
    is scored."""
    return _Letter(values).bytes()


class _Letter:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._units: Sequence[Mapping[str, Any]] = values["units"]
        self._plain = {name: value for name, value in values.items() if name not in STRUCTURED}
        self._words = all_words()
        self._document = docx.Document()
        lay_out(self._document)

    def bytes(self) -> bytes:
        self._head()
        self._addressees()
        paragraph(self._document, self._text("basis_plan" if self._values["plan"] else "basis"))
        several = len(self._units) > 1
        if several:
            self._all_units()
        else:
            self._unit(self._units[0])
        self._close()
        if several and any(unit[name] for unit in self._units for name in MISSING):
            self._annex()
        owner = clean(self._values["owner"])
        return decree30.saved(self._document, self._text("summary"), owner)

    def _text(self, name: str, /, **more: Any) -> str:
        language = self._values["language"]
        return clean(self._words.plain(f"chase_letter.{name}", language, **self._plain, **more))

    def _texts(self, *names: str) -> list[str]:
        return [self._text(name) for name in names]

    def _head(self) -> None:
        bodies = [name for name in (self._values["above"], self._values["owner"]) if name]
        made = decree30.head(self._document, bodies, self._words, self._values["language"])
        left, right = made.rows[1].cells
        put(left, self._text("number"), size=13)
        put(left, self._text("summary"), size=12)
        put(right, self._text("date"), italic=True, size=13)

    def _addressees(self) -> None:
        """A few each on a line of their own (annex I of the decree)."""
        names = [clean(unit["name"]) for unit in self._units]
        lines: list[str] = []
        if len(names) == 1:
            first = self._text("to", names=names[0])
        elif len(names) > NAMED:
            first = self._text("to_many")
        else:
            first = self._text("to_several")
            lines = [self._text("to_one_of", name=name) for name in names[:-1]]
            lines.append(self._text("to_last", name=names[-1]))
        to = write(self._document.add_paragraph(), first, size=13)
        to.alignment, to.paragraph_format.space_before = CENTRE, Pt(12)
        for line in lines:
            to = write(self._document.add_paragraph(), line, size=13)
            to.paragraph_format.left_indent = Cm(5)
        to.paragraph_format.space_after = Pt(12)

    def _unit(self, unit: Mapping[str, Any]) -> None:
        rows = list(_owed(unit))
        about = {name: unit[name] for name in ("name", "due_at", "days")}
        said = self._text("unit" if rows else "unit_complete", **about, count=len(rows))
        paragraph(self._document, said).paragraph_format.space_after = Pt(6)
        if rows:
            titles = self._texts("column_number", "column_code", "column_title", "column_missing")
            made = table(self._document, titles, LINE_WIDTHS)
            for number, (code, title, missing) in enumerate(rows, start=1):
                row(made, [str(number), code, title, self._text(missing)], LINE_WIDTHS)

    def _all_units(self) -> None:
        said = self._text("units", count=len(self._units))
        paragraph(self._document, said).paragraph_format.space_after = Pt(6)
        names = ("number", "unit", "due", "days", *MISSING)
        titles = self._texts(*(f"column_{name}" for name in names))
        made = table(self._document, titles, UNIT_WIDTHS)
        for number, unit in enumerate(self._units, start=1):
            due = self._text("due", day=calendar.last_day(unit["due_at"]))
            counts = [str(unit["days"]), *(str(len(unit[name])) for name in MISSING)]
            row(made, [str(number), unit["name"], due, *counts], UNIT_WIDTHS)
        if any(unit[name] for unit in self._units for name in MISSING):
            paragraph(self._document, self._text("see_annex"))

    def _close(self) -> None:
        several = len(self._units) > 1
        paragraph(self._document, self._text("request_all" if several else "request"))
        paragraph(self._document, self._text("closing"))
        language = self._values["language"]
        signs = decree30.signatory(self._values["signatory"], self._words, language)
        decree30.close(self._document, self._text("receivers"), signs)

    def _annex(self) -> None:
        """By unit, the codes of what is missing; who answers for them finds the lines by them."""
        decree30.annex(
            self._document, self._text("annex"), self._text("annex_title"), self._text("annex_of")
        )
        names = ("number", "unit", *MISSING)
        titles = self._texts(*(f"column_{name}" for name in names))
        made = table(self._document, titles, ANNEX_WIDTHS)
        for number, unit in enumerate(self._units, start=1):
            codes = [", ".join(code for code, _ in unit[name]) for name in MISSING]
            if not unit.get("begun", True):
                codes[0] = self._text("all_of_it", count=len(unit["not_scored"]))
            row(made, [str(number), unit["name"], *codes], ANNEX_WIDTHS)


def _owed(unit: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for missing in MISSING:
        for code, title in unit[missing]:
            yield code, title, missing
