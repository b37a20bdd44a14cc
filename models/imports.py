"""Tables that people hand in as CSV or XLSX: read as text, row by row, with a report of what is
wrong. Who imports collects all problems first and writes nothing if there is one."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from models.messages import Part
from models.text import clean

MAX_ROWS = 20_000  # The largest list of a province has a few hundred rows.


@dataclass(frozen=True)
class Problem:
    """``row`` as the reader of the file counts it, the header being row 1; None where the file
    as a whole is meant. ``column`` is empty where the row as a whole is meant."""

    file: str
    row: int | None
    column: str
    what: Part
    remedy: Part

    def as_part(self) -> Part:
        """One line of the report."""
        if self.row is None:
            return Part("import.problem_file", file=self.file, what=self.what, remedy=self.remedy)
        place = {"file": self.file, "row": self.row, "what": self.what, "remedy": self.remedy}
        if not self.column:
            return Part("import.problem_row", **place)
        return Part("import.problem_cell", column=self.column, **place)


class ImportRefused(Exception):
    """Nothing was imported; ``problems`` are in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = sorted(problems, key=lambda problem: problem.row or 0)


@dataclass
class Table:
    """A file's rows: each its number and its cells by column, as cleaned text ("" if empty)."""

    name: str
    header: list[str]
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def problem(self, row: int | None, column: str, name: str, /, **values: Any) -> Problem:
        """A problem whose words are the messages ``what.<name>`` and ``remedy.<name>``."""
        what, remedy = Part(f"what.{name}", **values), Part(f"remedy.{name}", **values)
        return Problem(self.name, row, column, what, remedy)

    def require_columns(self, names: Iterable[str]) -> None:
        """Raises ImportRefused for columns that the header does not have."""
        missing = [name for name in names if name not in self.header]
        if missing:
            raise ImportRefused([self.problem(1, name, "column_missing") for name in missing])

    def empty_cells(self, names: Iterable[str]) -> list[Problem]:
        """A problem for every cell of these columns that is empty."""
        wanted = list(names)
        return [
            self.problem(number, name, "cell_empty")
            for number, cells in self.rows
            for name in wanted
            if not cells[name]
        ]

    def repeated_cells(self, name: str) -> list[Problem]:
        """A problem for every cell of this column whose text stood further up already."""
        first: dict[str, int] = {}
        problems = []
        for number, cells in self.rows:
            value = cells[name]
            if value and first.setdefault(value, number) != number:
                problems.append(
                    self.problem(number, name, "repeated", value=value, first=first[value])
                )
        return problems


def read_table(path: Path) -> Table:
    """The first sheet of ``path``; empty rows are left out but counted. Raises ImportRefused."""
    table = Table(Path(path).name, [])
    read = {".csv": _csv_rows, ".xlsx": _xlsx_rows}.get(Path(path).suffix.lower())
    if read is None:
        raise ImportRefused([table.problem(None, "", "file_form_unknown")])
    try:
        numbered = list(enumerate(read(Path(path)), start=1))
    except UnicodeDecodeError:
        raise ImportRefused([table.problem(None, "", "file_not_utf8")]) from None
    except OSError:
        raise ImportRefused([table.problem(None, "", "file_unreadable")]) from None
    # A damaged workbook fails in whatever part of the reader meets it first.
    except Exception:
        raise ImportRefused([table.problem(None, "", "file_damaged")]) from None
    _fill(table, numbered)
    return table


def _fill(table: Table, numbered: list[tuple[int, list[str]]]) -> None:
    if not numbered or not any(numbered[0][1]):
        raise ImportRefused([table.problem(None, "", "header_missing")])
    if len(numbered) > MAX_ROWS:
        raise ImportRefused([table.problem(None, "", "too_many_rows", limit=MAX_ROWS)])
    header = _without_empty_end(numbered[0][1])
    table.header = [name.lower() for name in header]
    problems = [
        table.problem(1, name, "column_repeated")
        for position, name in enumerate(table.header)
        if name in table.header[:position]
    ]
    for number, row in numbered[1:]:
        cells = _without_empty_end(row)
        if len(cells) > len(table.header):
            problems.append(table.problem(number, "", "row_too_long", columns=len(header)))
        elif cells:
            cells += [""] * (len(table.header) - len(cells))
            table.rows.append((number, dict(zip(table.header, cells, strict=True))))
    if not table.rows and not problems:
        problems.append(table.problem(None, "", "no_rows"))
    if problems:
        raise ImportRefused(problems)


def _csv_rows(path: Path) -> Iterator[list[str]]:
    text = path.read_bytes().decode("utf-8-sig")
    head = text.partition("\n")[0]
    # Excel with Vietnamese settings writes semicolons and calls that CSV.
    delimiter = ";" if ";" in head and "," not in head else ","
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
        yield [clean(cell) for cell in row]


def _xlsx_rows(path: Path) -> Iterator[list[str]]:
    if not zipfile.is_zipfile(path):
        path.stat()  # A file that is not there is another problem than a damaged one.
        raise zipfile.BadZipFile
    import openpyxl  # The running bot reads no workbooks, and it takes a tenth of its memory.

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        for row in book.worksheets[0].iter_rows(max_row=MAX_ROWS + 1, values_only=True):
            yield [_cell_text(value) for value in row]
    finally:
        book.close()


def _cell_text(value: object) -> str:
    """A cell as its reader sees it: whole numbers without a fraction, dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return clean(str(value))


def _without_empty_end(cells: Sequence[str]) -> list[str]:
    kept = list(cells)
    while kept and not kept[-1]:
        kept.pop()
    return kept
