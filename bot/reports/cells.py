"""Text in the cells of a workbook, and plain tables as workbooks."""

import io
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
SHEET_SIGNS = 31
_SPOKEN = ("=", "+", "-", "@", "\t", "'")  # With these a formula begins, here or elsewhere.
_UNTYPED = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\\]")
_HEADING = PatternFill("solid", fgColor="D9E2F3")


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
        head.font, head.fill = Font(bold=True), _HEADING
        head.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    for place, row in enumerate(table.rows, start=2):
        for number, value in enumerate(row, start=1):
            _write(sheet.cell(place, number), value)
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0  # As many pages as it takes, each as wide as the table.
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = sheet.dimensions


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
