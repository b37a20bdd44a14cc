"""A unit's sheet as an .xlsx that is filled in and sent back (F25).

What an officer sees is one sheet with a row a line, and below it a row for each thing to be
entered where there are several. A hidden sheet carries the mark by which the file is known again
(``bot.intake.workbooks``), the row's keys, and the lists of the drop-downs.

Input cells hold text as it was typed: Excel would read 95,5 or 1/2 by the computer's own habits,
and the point is what the officer meant.
"""

import io
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bot.intake.marks import SHEET, digest
from bot.reports import all_words
from bot.reports.cells import MOST_HEIGHT, fit, lines_of, set_text
from models.messages import Part

HEAD = 5
COLUMNS = (
    "code", "title", "rule", "max", "asked", "input", "explanation", "day", "claim",
    "claim_reason", "points", "documents", "notes",
)  # fmt: skip
WIDTHS = (8, 30, 38, 8, 28, 20, 34, 12, 9, 26, 9, 9, 18)
INPUT = COLUMNS.index("input")
BESIDE = ("day", "claim", "claim_reason")
OPTIONS_FROM = 4  # The column of the hidden sheet in which a row's options begin.
LINE_HEIGHT = 13.0
LETTERS = "Times New Roman"  # A font without a name is whatever comes first.

_EDGE = Side(style="thin", color="BFBFBF")
_GREY, _HEADING = PatternFill("solid", fgColor="EDEDED"), PatternFill("solid", fgColor="D9E2F3")
_INPUT = PatternFill("solid", fgColor="FFFBE6")


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of the file. ``values``: those of ``models.workbook.form``, and ``language``."""
    file = io.BytesIO()
    _Maker(values).book().save(file)
    return file.getvalue()


class _Maker:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._language = values["language"]
        self._book = Workbook()
        sheet = self._book.active
        assert isinstance(sheet, Worksheet)
        self._sheet = sheet
        self._styles = _styles(self._book)
        self._marks: list[list[str]] = []
        self._row = HEAD
        self._offers = {name: self._offer_beside(name) for name in BESIDE}

    def book(self) -> Workbook:
        self._sheet.title = self._say("workbook_sheet")
        titles = [self._say(f"workbook_column.{name}") for name in COLUMNS]
        self._open(titles)
        for row in self._values["rows"]:
            if "area" in row:
                title = row["title"]
                shown = self._text(title) if isinstance(title, Part) else title
                self._put([row["area"], shown], ["area"] * len(COLUMNS))
            else:
                self._line(row)
        self._close()
        self._mark(titles)
        self._book.security = WorkbookProtection(lockStructure=True)
        return self._book

    # Rows

    def _open(self, titles: Sequence[str]) -> None:
        about = {name: self._values[name] for name in ("year", "unit", "owner", "made_at")}
        names = ("workbook_title", "workbook_about", "workbook_how")
        for number, name in enumerate(names, start=1):
            style = "title" if number == 1 else "note"
            self._write(number, 1, self._say(name, **about), style)
        for column, title in enumerate(titles, start=1):
            self._write(HEAD, column, title, "head")
        self._sheet.row_dimensions[HEAD].height = 2 * LINE_HEIGHT + 4

    def _line(self, row: Mapping[str, Any]) -> None:
        asked, closed = row["entries"], row["closed"]
        single = asked[0] if len(asked) == 1 else None
        hint: Any = closed or (single["label"] if single else Part("workbook_below"))
        rule = "\n".join(self._text(part) for part in row["rule"])
        cells = [
            row["code"], row["title"], rule, row["max_points"], self._text(hint),
            None, row["explanation"] or None, *(row[name] or None for name in BESIDE),
            row["points"], row["documents"],
            "\n".join(self._text(part) for part in row["notes"]) or None,
        ]  # fmt: skip
        body = "closed" if closed else "body"
        figure = "closed_figure" if closed else "figure"
        words = "closed" if closed else "words"
        beside = ["closed" if row[name] is None else "words" for name in BESIDE]
        styles = [body, body, body, figure, body, "closed", words, *beside, figure, figure, body]
        self._keep(row["code"], row["base"], single)
        self._put(cells, styles, bottom=single)
        for name in BESIDE:
            if row[name] is not None:
                self._offers[name].add(f"{_letter(name)}{self._row}")
        for entry in asked if single is None else ():
            label = self._text(entry["label"])
            self._keep(entry["key"], None, entry)
            self._put(
                [entry["key"], None, None, None, label], ["part"] * len(COLUMNS), bottom=entry
            )

    def _put(
        self, cells: Sequence[Any], styles: Sequence[str], bottom: Mapping[str, Any] | None = None
    ) -> None:
        """One row; ``bottom`` is the entry that its input cell takes."""
        self._row += 1
        lines = 1
        for column, style in enumerate(styles, start=1):
            value = cells[column - 1] if column <= len(cells) else None
            looks = style
            if bottom is not None and column == INPUT + 1:
                value, looks = self._entered(bottom), "input"
            if looks != "area":
                lines = max(lines, lines_of(value, WIDTHS[column - 1]))
            self._write(self._row, column, value, looks)
        self._sheet.row_dimensions[self._row].height = min(lines * LINE_HEIGHT + 3, MOST_HEIGHT)
        if bottom is not None:
            self._offer(bottom)

    def _entered(self, entry: Mapping[str, Any]) -> str | None:
        value: Any = entry["value"]
        if value is None or entry["shape"] != "choice":
            return None if value is None else str(value)
        return self._text(entry["options"][value])

    def _offer(self, entry: Mapping[str, Any]) -> None:
        """A drop-down, or what to enter as a note beside the cell."""
        cell = f"{_letter('input')}{self._row}"
        if entry["options"]:
            first, last = OPTIONS_FROM, OPTIONS_FROM + len(entry["options"]) - 1
            at = len(self._marks) + 1  # Behind the head.
            letters = get_column_letter(first), get_column_letter(last)
            area = f"'{SHEET}'!${letters[0]}${at}:${letters[1]}${at}"
            offer = DataValidation(type="list", formula1=area, allow_blank=True)
            offer.errorTitle = self._say("workbook_list_title")
            offer.error = self._say("workbook_list_error")
        else:
            offer = DataValidation(allow_blank=True)
        self._explain(offer, self._text(entry["label"]))
        offer.add(cell)

    def _offer_beside(self, name: str) -> DataValidation:
        """Days to pick from, where any other may be typed; a reason that is not too long."""
        days = ",".join(self._values["days"])
        if name == "day" and days:
            offer = DataValidation(type="list", formula1=f'"{days}"', allow_blank=True)
        elif name == "claim_reason":
            most = self._values["reason_signs"]
            offer = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=most)
            offer.errorTitle = self._say("workbook_too_long_title")
            offer.error = self._say("workbook_too_long_error", limit=most)
        else:
            offer = DataValidation(allow_blank=True)
        self._explain(offer, self._say(f"workbook_prompt.{name}"))
        offer.showErrorMessage = name != "day"
        return offer

    def _explain(self, offer: DataValidation, prompt: str) -> None:
        offer.promptTitle = self._say("workbook_prompt_title")
        offer.prompt = prompt[:250]
        offer.showInputMessage = offer.showErrorMessage = True
        self._sheet.add_data_validation(offer)

    def _write(self, row: int, column: int, value: Any, style: str) -> None:
        cell: Any = self._sheet.cell(row, column)
        cell._style = self._styles[style]
        if isinstance(value, Decimal | int):
            cell.value = value
        elif value is not None:
            set_text(cell, value)

    # The frame

    def _close(self) -> None:
        sheet: Any = self._sheet
        for column, width in enumerate(WIDTHS, start=1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.freeze_panes = f"C{HEAD + 1}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9  # A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = f"{HEAD}:{HEAD}"
        sheet.print_area = f"A1:{get_column_letter(len(COLUMNS))}{self._row}"
        sheet.oddFooter.right.text = "&P/&N"
        for side in ("left", "right", "top", "bottom"):
            setattr(sheet.page_margins, side, 0.4)
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False  # Allowed.

    def _keep(self, key: str, base: Sequence[int] | None, entry: Mapping[str, Any] | None) -> None:
        options = [self._text(each) for each in entry["options"]] if entry else []
        kind = "answer" if entry and _is_answer(entry) else ""
        row = [key, "" if base is None else f"{base[0]},{base[1]}", kind, *options]
        self._marks.append([fit(text) for text in row])

    def _mark(self, titles: Sequence[str]) -> None:
        hidden = self._book.create_sheet(SHEET)
        place = {"sheet": self._sheet.title, "head": HEAD, "columns": list(titles)}
        head = {**self._values["mark"], **place}
        packed = json.dumps(head, sort_keys=True, ensure_ascii=True)
        for number, row in enumerate(
            [[SHEET, packed, digest(head, self._marks)], *self._marks], start=1
        ):
            for column, text in enumerate(row, start=1):
                if text:
                    set_text(hidden.cell(number, column), text)
        hidden.sheet_state = "hidden"
        hidden.protection.sheet = True

    def _say(self, name: str, **values: Any) -> str:
        return all_words().plain(name, self._language, **values)

    def _text(self, part: Any) -> str:
        return self._say(part.name, **part.values)


def _letter(name: str) -> str:
    return get_column_letter(COLUMNS.index(name) + 1)


def _is_answer(entry: Mapping[str, Any]) -> bool:
    return [option.name for option in entry["options"]] == ["workbook_yes", "workbook_no"]


def _styles(book: Workbook) -> dict[str, Any]:
    """Each kind of cell once: making a style for every cell would take most of the time."""
    sheet = book.create_sheet("styles")
    edge = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
    top = Alignment(wrap_text=True, vertical="top")
    right = Alignment(vertical="top", horizontal="right")
    grey, small = Font(name=LETTERS, color="7F7F7F", size=10), Font(name=LETTERS, size=10)
    kinds: dict[str, dict[str, Any]] = {
        "title": {"font": Font(name=LETTERS, bold=True, size=14)},
        "note": {"font": Font(name=LETTERS, size=10)},
        "head": {"font": Font(name=LETTERS, bold=True, size=10), "fill": _HEADING, "border": edge,
                 "alignment": Alignment(wrap_text=True, vertical="center", horizontal="center")},
        "area": {"font": Font(name=LETTERS, bold=True, size=11), "fill": _HEADING, "border": edge},
        "body": {"font": small, "border": edge, "alignment": top},
        "figure": {"font": small, "border": edge, "alignment": right, "number_format": "0.##"},
        "part": {"font": grey, "border": edge, "alignment": top},
        "closed": {"font": grey, "fill": _GREY, "border": edge, "alignment": top},
        "closed_figure": {"font": grey, "fill": _GREY, "border": edge, "alignment": right,
                          "number_format": "0.##"},
        "input": {"font": small, "fill": _INPUT, "border": edge, "alignment": top,
                  "number_format": "@", "protection": Protection(locked=False)},
        "words": {"font": small, "fill": _INPUT, "border": edge, "alignment": top,
                  "number_format": "@", "protection": Protection(locked=False)},
    }  # fmt: skip
    styles = {}
    for row, (name, looks) in enumerate(kinds.items(), start=1):
        cell = sheet.cell(row, 1)
        for attribute, value in looks.items():
            setattr(cell, attribute, value)
        styles[name] = cell._style
    book.remove(sheet)
    return styles
