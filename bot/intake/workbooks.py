"""Reads a workbook that ``bot.reports.workbook`` made and somebody filled in (reliability.md 4).

The bytes are hostile: they were looked at by ``bot.intake.zips`` before, and are read as a stream
with limits on everything that grows. Only values are taken, a formula's saved result included,
never a formula. Runs in the kitchen's child process.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException

from bot.intake import marks
from bot.intake.marks import Unfit
from bot.intake.spreadsheets import Value, Xlsx, letters

CELLS, ROWS, COLUMNS = 50_000, 5_000, 60
_INPUT = 5  # The column of the values, counted from 0.
_FILLED_IN = range(_INPUT, 10)  # Explanation, day, points claimed and their reason behind it.

_UNREADABLE = (
    zipfile.BadZipFile,
    ParseError,
    DefusedXmlException,
    OSError,
    EOFError,
    NotImplementedError,
    LookupError,
    ValueError,
    RuntimeError,
    zlib.error,
)


def read(path: Path) -> dict[str, Any] | None:
    """What stands in the workbook; None if it is none of ours.

    ``mark``, ``bases`` by line, and ``rows``: by the row's key the cells that are filled in,
    each ``[address, content, text, percent]`` (``models.workbook.cells``). A workbook that
    cannot be taken gives a ``fault``, the name of a refusal, and its ``values``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            book = Xlsx(archive)
            if marks.SHEET not in book.sheets:
                return None
            try:
                return _read(book)
            except Unfit as unfit:
                return {"fault": unfit.fault, "values": unfit.values}
            except _UNREADABLE:
                return {"fault": "workbook_unreadable", "values": {}}
    except _UNREADABLE:
        return None  # It cannot even say what sheets it has.


def _read(book: Xlsx) -> dict[str, Any]:
    mark = marks.read(_values(book, marks.SHEET))
    if mark.sheet not in book.sheets:
        raise Unfit("workbook_sheet_missing", sheet=mark.sheet)
    rows: dict[str, list[list[Any]]] = {}
    headed = False
    for number, cells, hidden in _rows(book, mark.sheet):
        if number == mark.head:
            headed = True
            _check_head(mark, cells)
            continue
        key = cells[0].text.strip() if 0 in cells else ""
        if number < mark.head or key not in mark.keys:
            continue
        if hidden:
            raise Unfit("workbook_row_hidden", row=number)
        if key in rows:
            raise Unfit("workbook_row_twice", key=key)
        rows[key] = [_cell(mark, key, number, column, cells) for column in _FILLED_IN]
    if not headed:
        raise Unfit("workbook_columns_moved")
    return {"mark": mark.about, "bases": mark.bases, "rows": rows}


def _check_head(mark: marks.Mark, cells: dict[int, Value]) -> None:
    """Columns that were moved, added or renamed would put figures where they don't belong."""
    found = [cells[n].text if n in cells else "" for n in range(len(mark.columns))]
    if [" ".join(text.split()) for text in found] != mark.columns:
        raise Unfit("workbook_columns_moved")


def _cell(mark: marks.Mark, key: str, row: int, column: int, cells: dict[int, Value]) -> list[Any]:
    address = f"{letters(column)}{row}"
    value = cells.get(column)
    if value is None:
        return [address, "empty", "", False]
    place = mark.option(key, value) if column == _INPUT else None
    if place is not None:
        return [address, "pick", str(place), False]
    if value.content == "bool":
        return [address, "text", "TRUE" if value.text == "1" else "FALSE", False]
    return [address, value.content, value.text, value.percent]


def _values(book: Xlsx, name: str) -> list[list[str]]:
    """The hidden sheet's rows as text, up to the last that holds something."""
    rows: list[list[str]] = []
    for _, cells, _ in _rows(book, name):
        width = max(cells, default=-1) + 1
        rows.append([cells[n].text if n in cells else "" for n in range(width)])
    return rows


def _rows(book: Xlsx, name: str) -> Iterator[tuple[int, dict[int, Value], bool]]:
    """Rows that hold something: number, values by column from 0, hidden. Stops early."""
    count = 0
    for element in book.stream(name):
        if element.tag == "mergeCell":
            raise Unfit("workbook_cells_merged", area=re.sub(r"[^A-Z0-9:]", "", _area(element)))
        number, cells, hidden = book.row(element)
        count += max(len(element), 1)
        if count > CELLS:
            raise Unfit("workbook_too_large")
        if not cells:
            continue
        if number > ROWS or max(cells) >= COLUMNS:
            raise Unfit("workbook_too_large")
        yield number, cells, hidden


def _area(element: Element) -> str:
    return element.get("ref", "")[:20]
