"""Cells as a reader of workbooks hands them over: what stood there, never how it was computed."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models.messages import Choice
from models.refusals import Refusal

FILLED_IN = 5  # Columns of a row: the value, explanation, day, points claimed, their reason.
_NOTHING = ("", "empty", "", False)

AGAIN = (Choice("workbook"), Choice("menu"))  # The way out where a workbook is of no use.


class Content(enum.StrEnum):
    EMPTY = "empty"
    TEXT = "text"
    NUMBER = "number"
    PICK = "pick"  # One of the cell's options: ``text`` is its place, counted from 0.
    DATE = "date"
    ERROR = "error"  # #DIV/0! and its like.
    FORMULA = "formula"  # One whose result was not saved with it.


@dataclass(frozen=True)
class Cell:
    """``percent``: a number shown as a percentage, so that 0.95 reads 95 %."""

    address: str
    content: Content = Content.EMPTY
    text: str = ""
    percent: bool = False

    @property
    def is_empty(self) -> bool:
        return self.content is Content.EMPTY or not self.text.strip()

    def figure(self) -> str:
        """What a number in the cell reads like, for the parsers of ``models.points``."""
        self._check()
        if self.content is Content.DATE:
            raise Refusal("workbook_date_here", text=self.text)
        if self.content is not Content.NUMBER:
            return self.text
        value = Decimal(self.text)
        digits = f"{value * 100 if self.percent else value:f}"
        if "." in digits:
            digits = digits.rstrip("0").rstrip(".")
        return unambiguous(digits) + ("%" if self.percent else "")

    def words(self) -> str:
        self._check()
        return self.text

    def _check(self) -> None:
        if self.content is Content.ERROR:
            raise Refusal("workbook_error_here", text=self.text)
        if self.content is Content.FORMULA:
            raise Refusal("workbook_formula_here")


@dataclass(frozen=True)
class Returned:
    """A workbook that came back: its mark, and the cells of each row by the row's key.

    ``mark`` holds ``campaign``, ``year``, ``unit``, ``catalogue`` and ``form``; ``bases`` the
    newest score's version and explanation's id of each line when the workbook was made (0: none).
    """

    mark: Mapping[str, Any]
    bases: Mapping[str, tuple[int, int]]
    inputs: Mapping[str, Cell]
    explanations: Mapping[str, Cell]
    days: Mapping[str, Cell]
    claims: Mapping[str, Cell]
    reasons: Mapping[str, Cell]

    def cells(self, key: str) -> list[Cell]:
        """All that may be filled in on a row."""
        columns = (self.inputs, self.explanations, self.days, self.claims, self.reasons)
        return [cells[key] for cells in columns]


def from_json(found: Mapping[str, Any]) -> Returned:
    """Raises the Refusal that the reader found."""
    if "fault" in found:
        raise Refusal(found["fault"], AGAIN, **found["values"])
    columns: list[dict[str, Cell]] = [{} for _ in range(FILLED_IN)]
    for key, row in found["rows"].items():
        # One of an older form may still have waited; it has fewer, and is refused for its form.
        padded = [*row, *[_NOTHING] * (FILLED_IN - len(row))]
        for cells, stored in zip(columns, padded, strict=True):
            cells[key] = _cell(stored)
    bases = {code: (score, text) for code, (score, text) in found["bases"].items()}
    return Returned(found["mark"], bases, *columns)


def unambiguous(digits: str) -> str:
    """Three decimals could be thousands, four cannot (``models.points``)."""
    _, point, decimals = digits.replace(",", ".").partition(".")
    return digits + "0" if point and len(decimals) == 3 else digits


def _cell(stored: Sequence[Any]) -> Cell:
    address, content, text, percent = stored
    return Cell(address, Content(content), text, percent)
