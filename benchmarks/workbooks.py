"""What a unit's workbook costs in the kitchen's child, beside plain openpyxl on the same cells."""

import asyncio
import io
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks import figures
from bot.kitchen import Kitchen
from models import database, workbook
from models.assessment import Assessment
from models.clock import wall_clock
from models.messages import decode, encode

UNIT_LINES = 107


def report(template: Path, repeats: int) -> str:
    values = _largest(template)
    rounds = [asyncio.run(_round(values)) for _ in range(max(repeats, 3))]
    names = {"write": "writing it", "read": "checking and reading it"}
    rows = []
    for key, name in names.items():
        first = [found[f"first_{key}"] for found in rounds]
        ahead = [found[f"ahead_{key}"] for found in rounds]
        own = [found[f"own_{key}"] for found in rounds]
        plain = [found[f"plain_{key}"] for found in rounds]
        shown = [f"{median(each) * 1e3:.0f}" for each in (first, ahead, own, plain)]
        rows.append([name, *shown, figures.ratio(own, plain)])
    heads = ["ms for", "cchc, child started", "child started ahead", "cchc", "openpyxl", "ratio"]
    return figures.table(f"A workbook of {UNIT_LINES} lines", heads, rows)


def _largest(template: Path) -> dict[str, Any]:
    """The form of a department's sheet, with all of its lines."""
    engine = database.create(f"sqlite:///{template}")
    with Session(engine) as session:
        for sheet in session.scalars(select(Assessment)):
            values = workbook.form(session, sheet, wall_clock())
            if sum("code" in row for row in values["rows"]) == UNIT_LINES:
                return {**decode(encode(values)), "language": "vi"}
    raise LookupError("no sheet is that long")


async def _round(values: dict[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        for names, ahead in ((("first", "own"), False), (("ahead",), True)):
            kitchen = Kitchen()
            try:
                if ahead and (warming := kitchen.warm("workbook")):
                    await warming
                for name in names:
                    found |= await _both_ways(kitchen, values, path, name)
            finally:
                await kitchen.close()
        cells = _cells(path.read_bytes())
    began = time.perf_counter()
    plain = _written(cells)
    found["plain_write"] = time.perf_counter() - began
    began = time.perf_counter()
    _cells(plain)
    found["plain_read"] = time.perf_counter() - began
    return found


async def _both_ways(
    kitchen: Kitchen, values: dict[str, Any], path: Path, name: str
) -> dict[str, float]:
    """Seconds to write it and to check and read it."""
    began = time.perf_counter()
    content = await kitchen.cook("workbook", values)
    written = time.perf_counter()
    path.write_bytes(content)
    stored = time.perf_counter()
    await kitchen.inspect(path, path.name)
    await kitchen.read_workbook(path)
    read = time.perf_counter()
    return {f"{name}_write": written - began, f"{name}_read": read - stored}


def _cells(content: bytes) -> list[list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    return [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]


def _written(sheets: list[list[tuple[Any, ...]]]) -> bytes:
    """The same values, without a style."""
    book, file = Workbook(), io.BytesIO()
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(file)
    return file.getvalue()
