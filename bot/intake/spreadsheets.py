"""An .xlsx as a stream of rows with plain values: no formulas, no styles beyond what a number is.

Parts are read with a limit on their size, entities are refused, and each row is thrown away once
it was looked at; a workbook of a million rows costs what is read of it.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

PART = 6 << 20  # Bytes of a part, unpacked; ours has about half a million.
STRINGS, SIGNS = 30_000, 4 << 20
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_PERCENTS = {9, 10}
_EPOCH = datetime(1899, 12, 30)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Value:
    """``content`` is one of ``models.workbook.cells.Content``, or ``bool``."""

    content: str
    text: str
    percent: bool = False


class TooLarge(ValueError):
    pass


class _Limited:
    """A part of the archive that ends in an error where it is longer than any of ours."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._left = PART

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(min(size, 1 << 16) if size > 0 else 1 << 16)
        self._left -= len(chunk)
        if self._left < 0:
            raise TooLarge("a part is too long")
        return chunk


class Xlsx:
    """``sheets``: the names of the sheets, each with its part."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.sheets = self._read_sheets()
        self._strings: list[str] | None = None
        self._kinds: list[str] | None = None

    def stream(self, name: str) -> Iterator[Element]:
        """The rows and merged areas of a sheet; each element is emptied behind it."""
        for element in self._elements(self.sheets[name], {"row", "mergeCell"}):
            yield element
            element.clear()

    def row(self, element: Element) -> tuple[int, dict[int, Value], bool]:
        """Number from 1, values by column from 0, and whether the row is hidden."""
        number = int(element.get("r") or 0)
        hidden = element.get("hidden") in {"1", "true"} or element.get("ht") == "0"
        cells: dict[int, Value] = {}
        for place, cell in enumerate(child for child in element if _local(child) == "c"):
            value = self._value(cell)
            if value is not None:
                reference = cell.get("r")
                cells[_column(reference) if reference else place] = value
        return number, cells, hidden

    def _value(self, cell: Element) -> Value | None:
        kind, raw, inline, formula = cell.get("t", "n"), None, None, False
        for child in cell:
            match _local(child):
                case "v":
                    raw = child.text or ""
                case "is":
                    inline = _text(child)
                case "f":
                    formula = True
        if kind == "inlineStr" and inline is not None:
            return Value("text", _unescape(inline))
        if raw is None or (raw == "" and kind == "n"):
            return Value("formula", "?") if formula else None
        match kind:
            case "s":
                return _as_text(self._string(int(raw)))
            case "b":
                return Value("bool", raw)
            case "e":
                return Value("error", raw[:20])
            case "d":
                return Value("date", raw[:10])
            case "str":
                return _as_text(_unescape(raw))
        return self._number(raw, int(cell.get("s") or 0))

    def _number(self, raw: str, style: int) -> Value:
        try:
            value = float(raw)
        except ValueError:
            return Value("text", raw[:40])
        if value != value or value in (float("inf"), float("-inf")):
            return Value("text", raw[:40])
        kinds = self._kinds = self._kinds if self._kinds is not None else self._read_kinds()
        kind = kinds[style] if style < len(kinds) else ""
        if kind == "date" and 0 <= value < 2_958_466:
            day = _EPOCH + timedelta(days=value)
            return Value("date", f"{day:%d/%m/%Y}")
        # Excel shows and means fifteen digits; what lies behind them is how computers count.
        return Value("number", f"{value:.15g}", percent=kind == "percent")

    def _string(self, place: int) -> str:
        if self._strings is None:
            self._strings = self._read_strings()
        return self._strings[place]

    def _read_strings(self) -> list[str]:
        found: list[str] = []
        signs = 0
        for element in self._elements("xl/sharedStrings.xml", {"si"}):
            text = _unescape(_text(element))
            element.clear()
            signs += len(text)
            found.append(text)
            if len(found) > STRINGS or signs > SIGNS:
                raise TooLarge("too many strings")
        return found

    def _read_kinds(self) -> list[str]:
        """What a number in each style is: a date, a percentage, or just a number."""
        formats: dict[int, str] = {}
        kinds: list[str] = []
        for element in self._elements("xl/styles.xml", {"numFmt", "cellXfs"}):
            if _local(element) == "numFmt":
                formats[int(element.get("numFmtId", 0))] = element.get("formatCode", "")
            else:
                kinds = [_kind(int(xf.get("numFmtId", 0)), formats) for xf in element]
        return kinds

    def _read_sheets(self) -> dict[str, str]:
        targets = {
            element.get("Id", ""): element.get("Target", "")
            for element in self._elements("xl/_rels/workbook.xml.rels", {"Relationship"})
        }
        sheets = {}
        for element in self._elements("xl/workbook.xml", {"sheet"}):
            id = next((v for n, v in element.attrib.items() if n.endswith("}id")), "")
            target = targets.get(id, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            sheets[element.get("name", "")] = part
        return sheets

    def _elements(self, part: str, wanted: set[str]) -> Iterator[Element]:
        """The elements of these names as they end; the tree behind them does not grow."""
        with self._archive.open(part) as file:
            root: Element | None = None
            events = iterparse(_Limited(file), events=("start", "end"), forbid_dtd=True)
            for event, element in events:
                if event == "start":
                    root = element if root is None else root
                elif _local(element) in wanted:
                    element.tag = _local(element)
                    yield element
                    if element.tag in {"row", "si"}:
                        _forget(root, element)


def letters(column: int) -> str:
    """A column counted from 0 as a spreadsheet names it."""
    name, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _forget(root: Element | None, element: Element) -> None:
    """Rows lie in ``sheetData``, strings in the root: whoever holds them lets them go."""
    for parent in [root, *(root if root is not None else ())]:
        if parent is not None and len(parent) and parent[-1] is element:
            parent.clear()
            return


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str:
    """All text of a string, without the phonetic help beside it."""
    pieces = []
    for child in element:
        if _local(child) == "t":
            pieces.append(child.text or "")
        elif _local(child) == "r":
            pieces += [part.text or "" for part in child if _local(part) == "t"]
    return "".join(pieces)


def _as_text(text: str) -> Value | None:
    return Value("text", text) if text else None


def _unescape(text: str) -> str:
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def _kind(id: int, formats: dict[int, str]) -> str:
    code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", formats.get(id, "")).lower()
    if id in _PERCENTS or "%" in code:
        return "percent"
    is_date = id in _DATES or (code != "general" and bool(re.search("[ymdhs]", code)))
    return "date" if is_date else ""


def _column(reference: str) -> int:
    column = 0
    for sign in reference:
        if not "A" <= sign <= "Z":
            break
        column = column * 26 + ord(sign) - ord("A") + 1
    return column - 1
