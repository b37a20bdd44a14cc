"""Text in the cells of a workbook, and plain tables as workbooks."""

import io
import math
import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from models.calendar import ZONE

CELL_SIGNS = 32_000
ARROW = 3  # Characters of a heading's width that the arrow for filtering takes.
LINE_HEIGHT, MOST_HEIGHT = 15, 400  # In points; no row may be higher than 409.
SHEET_SIGNS = 31
_SPOKEN = ("=", "+", "-", "@", "\t", "'")  # With these a formula begins, here or elsewhere.
_UNTYPED = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\\]")
_HEADING = PatternFill("solid", fgColor="D9E2F3")
_BOLD = Font(name="Calibri", size=11, bold=True)  # A font without a name is whatever is first.


@dataclass(frozen=True)
class Column:
    """``width`` in characters."""

    title: str
    width: int


@dataclass(frozen=True)
class Table:
    """One sheet. Cells are text, numbers, days, or instants, written in the time of Vietnam."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]


def workbook(tables: Sequence[Table]) -> bytes:
    """Bytes of an .xlsx with a sheet for each table, headings fixed, every column to filter by."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        name = _NOT_IN_A_NAME.sub(" ", fit(table.name))[:SHEET_SIGNS]
        _fill(book.create_sheet(name), table)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def fit(text: str) -> str:
    return _UNTYPED.sub("", text)[:CELL_SIGNS]


def lines_of(value: Any, width: int) -> int:
    """How many lines a cell of so many characters shows; ``value`` may be no text."""
    if not isinstance(value, str):
        return 1
    return sum(max(1, math.ceil(len(line) * 1.1 / width)) for line in value.split("\n"))


def set_text(cell: Any, text: str) -> None:
    """Text stays text, whatever it begins with (reliability.md 4)."""
    cell.value = _ESCAPED.sub("_x005F_", fit(text))
    cell.data_type = "s"
    if text.startswith(_SPOKEN) and not cell.quotePrefix:
        cell._style = copy(cell._style)
        cell.quotePrefix = True


def _fill(sheet: Worksheet, table: Table) -> None:
    for number, column in enumerate(table.columns, start=1):
        head = sheet.cell(1, number)
        set_text(head, column.title)
        head.font, head.fill = _BOLD, _HEADING
        head.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    widths = [column.width for column in table.columns]
    heads = [max(1, width - ARROW) for width in widths]
    _give_room(sheet, 1, heads, [column.title for column in table.columns])
    for place, row in enumerate(table.rows, start=2):
        for number, value in enumerate(row, start=1):
            _write(sheet.cell(place, number), value)
        _give_room(sheet, place, widths, row)
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0  # As many pages as it takes, each as wide as the table.
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = sheet.dimensions


def _give_room(sheet: Worksheet, place: int, widths: Sequence[int], row: Sequence[Any]) -> None:
    """Height for what is broken into lines: an office program need not find it by itself."""
    lines = max(lines_of(value, width) for value, width in zip(row, widths, strict=True))
    if lines > 1:
        sheet.row_dimensions[place].height = min(lines * LINE_HEIGHT, MOST_HEIGHT)


def _write(cell: Any, value: Any) -> None:
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if isinstance(value, datetime):
        cell.value = value.astimezone(ZONE).replace(tzinfo=None)
        cell.number_format = "hh:mm dd/mm/yyyy"
    elif isinstance(value, date):
        cell.value, cell.number_format = value, "dd/mm/yyyy"
    elif isinstance(value, str):
        set_text(cell, value)
    else:
        cell.value = value
