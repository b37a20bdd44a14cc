"""Workbooks as an officer would handle them: taken from the chat, filled in, sent back."""

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.intake import workbooks
from bot.reports import REPORTS
from models.files import Received
from models.messages import decode
from tests.bench import Officer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
INPUT, EXPLANATION, DAY, CLAIM, REASON = range(6, 11)


def taken(officer: Officer) -> bytes:
    """The file that /bieumau brings."""
    officer.types("/bieumau")
    if officer.last.name == "which_role":
        officer.picks("act_as")
    enclosure = officer.last.enclosure
    assert enclosure is not None, officer.text
    return REPORTS["workbook"](decode(enclosure["values"]))


def filled(
    content: bytes,
    values: Mapping[str, Any] | None = None,
    explanations: Mapping[str, str] | None = None,
    beside: Mapping[tuple[str, int], Any] | None = None,
) -> bytes:
    """The workbook with values in the rows of these keys; ``beside``: by key and column."""

    def fill(book: Workbook) -> None:
        rows = keyed(book)
        sheet = sheet_of(book)
        for key, value in (values or {}).items():
            sheet.cell(rows[key], INPUT).value = value
        for key, value in (explanations or {}).items():
            sheet.cell(rows[key], EXPLANATION).value = value
        for (key, column), value in (beside or {}).items():
            cell = sheet.cell(rows[key], column)
            cell.value = value
            if isinstance(value, date):
                cell.number_format = "dd/mm/yyyy"

    return changed(content, fill)


def changed(content: bytes, change: Callable[[Workbook], None]) -> bytes:
    book = opened(content)
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def rewritten(content: bytes, part: str, rewrite: Callable[[str], str]) -> bytes:
    """The workbook with one part of its archive changed as text."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            raw = old.read(name)
            new.writestr(name, rewrite(raw.decode()).encode() if name == part else raw)
    return file.getvalue()


def sheet_of(book: Workbook) -> Worksheet:
    sheet = book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def keyed(book: Workbook) -> dict[str, int]:
    """The rows by what stands in their first cell."""
    return {str(row[0].value): row[0].row for row in sheet_of(book).iter_rows(max_col=1)}


def options_of(book: Workbook) -> dict[str, list[str]]:
    """The choices that the cells of these rows offer, from the hidden sheet."""
    rows = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    return {str(key): [str(value) for value in more if value] for key, _, _, *more in rows}


def found_in(content: bytes) -> dict[str, Any] | None:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        return workbooks.read(Path(file.name))


def received(content: bytes, name: str = "biểu.xlsx") -> Received:
    digest = hashlib.sha256(content).hexdigest()
    return Received(name, len(content), digest, XLSX, workbook=found_in(content))
