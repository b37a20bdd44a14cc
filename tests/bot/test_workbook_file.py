"""The file of /bieumau: what an officer sees in it, and what a hostile one can do (T10, I11)."""

import asyncio
import io
import json
import re
import resource
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.kitchen import Kitchen
from bot.receiving import SPREADSHEET
from bot.words import Words
from models.files import as_json, from_json
from tests import libreoffice
from tests.bench import Bench
from tests.bot.corpus import compound
from tests.bot.test_clamd import receive
from tests.workbooks import (
    CLAIM,
    DAY,
    INPUT,
    REASON,
    changed,
    filled,
    found_in,
    keyed,
    opened,
    options_of,
    rewritten,
    sheet_of,
    taken,
)

SHEET, MARK = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
END = "</sheetData>"


@pytest.fixture
def content(bench: Bench) -> bytes:
    return taken(bench.officer("Nguyễn Văn An", "VPUBND"))


def inputs(book: Workbook) -> list[Any]:
    cells = (cell for row in sheet_of(book).iter_rows() for cell in row)
    return [cell for cell in cells if not cell.protection.locked]


def test_only_the_cells_to_fill_in_are_unlocked(content: bytes) -> None:
    book = opened(content)
    sheet = sheet_of(book)
    assert sheet.protection.sheet
    assert {cell.column_letter for cell in inputs(book)} == {"F", "G", "H", "I", "J"}
    assert {cell.number_format for cell in inputs(book)} == {"@"}
    assert (sheet.freeze_panes, sheet.page_setup.orientation) == ("C6", "landscape")
    assert [(s.title, s.sheet_state) for s in book.worksheets] == [
        ("Biểu tự chấm", "visible"),
        ("cchc", "hidden"),
    ]
    assert book.worksheets[1].protection.sheet


def test_lines_that_are_not_the_units_work_are_grey_and_say_why(content: bytes) -> None:
    """VPUBND is let off area 3 (domain.md 3); survey lines are nobody's to fill in."""
    book = opened(content)
    sheet, rows = sheet_of(book), keyed(book)
    for code, why in (("3.1.1", "không áp dụng"), ("1.8.1", "điều tra xã hội học")):
        row = sheet[rows[code]]
        assert why in str(row[4].value)
        assert all(cell.protection.locked for cell in row)


def test_what_people_wrote_never_becomes_a_formula(bench: Bench) -> None:
    """T11: it begins like one, and stays text in every program."""
    an = bench.officer("Nguyễn Văn An", "STP")
    for code, text in (("1.1.1", '=HYPERLINK("http://x")'), ("1.1.2", "+84 240"), ("1.2.1", "@a")):
        an.types(f"/minhchung {code}")
        an.picks("explain")
        an.types(text)
        an.sees("evidence_explained")
    content = taken(an)
    book = opened(content)
    cell = sheet_of(book).cell(keyed(book)["1.1.1"], 7)
    assert (cell.value, cell.data_type, cell.quotePrefix) == ('=HYPERLINK("http://x")', "s", True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name) for name in (SHEET, MARK)]
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def fault_of(content: bytes) -> str:
    found = found_in(content)
    assert found is not None
    return str(found.get("fault", ""))


def edit(change: Callable[[Worksheet], object]) -> Callable[[bytes], bytes]:
    return lambda content: changed(content, lambda book: change(sheet_of(book)) and None)


def rename(book: Workbook) -> None:
    sheet_of(book).title = "Trang tính 1"


def rows(count: int) -> Callable[[bytes], bytes]:
    more = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(900, 900 + count))
    return lambda content: rewritten(content, SHEET, lambda xml: xml.replace(END, more + END))


def inserted(more: str, part: str = SHEET) -> Callable[[bytes], bytes]:
    return lambda content: rewritten(content, part, lambda xml: xml.replace(END, more + END))


TRAPS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "merged": (edit(lambda s: s.merge_cells("F7:G8")), "workbook_cells_merged"),
    "merged everywhere": (
        lambda content: rewritten(
            content,
            SHEET,
            lambda xml: xml.replace(
                END, END + '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
            ),
        ),
        "workbook_cells_merged",
    ),
    "a far cell": (
        inserted('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "workbook_too_large",
    ),
    "an endless row": (
        inserted('<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>'),
        "workbook_too_large",
    ),
    "many rows": (rows(60_000), "workbook_too_large"),
    "a hidden row": (
        edit(lambda s: setattr(s.row_dimensions[8], "hidden", True)),
        "",
    ),
    "a column inserted": (edit(lambda s: s.insert_cols(6)), "workbook_columns_moved"),
    "a column renamed": (edit(lambda s: setattr(s["G5"], "value", "Ghi chú")), ""),
    "the sheet renamed": (lambda content: changed(content, rename), "workbook_sheet_missing"),
    "entities": (
        lambda content: rewritten(
            content,
            SHEET,
            lambda xml: '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + xml,
        ),
        "workbook_unreadable",
    ),
    "cut off": (
        lambda content: rewritten(content, SHEET, lambda xml: xml[: len(xml) // 2]),
        "workbook_unreadable",
    ),
    "the mark changed": (
        lambda content: rewritten(content, MARK, lambda xml: xml.replace("VPUBND", "STC")),
        "workbook_altered",
    ),
}
NAMED = {"a hidden row": "workbook_row_hidden", "a column renamed": "workbook_columns_moved"}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_refused_by_its_name(content: bytes, name: str) -> None:
    trap, fault = TRAPS[name]
    assert fault_of(trap(content)) == (fault or NAMED[name])


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """One more part in the archive."""
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, part)
    return file.getvalue()


def bomb(content: bytes) -> bytes:
    """A sheet of a few kilobytes that is 200 MB of spaces."""
    return rewritten(content, SHEET, lambda xml: xml.replace(END, " " * (200 << 20) + END))


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    **{name: trap for name, (trap, _) in TRAPS.items()},
    "a million rows": rows(1_000_000),
    "a bomb": bomb,
    "macros": lambda content: with_part(content, "xl/vbaProject.bin", b"x"),
    "locked": lambda _: compound({"EncryptedPackage": b"", "EncryptionInfo": b""}),
    "truncated": lambda content: content[: len(content) // 2],
    "only its beginning": lambda content: content[:300],
}


def test_every_hostile_workbook_is_refused_in_a_sentence_within_two_seconds(
    content: bytes, tmp_path: Path
) -> None:
    """reliability.md 4: in the child, which does not swell, and neither does the bot itself."""
    paths = {name: tmp_path / f"{n}.xlsx" for n, name in enumerate(HOSTILE)}
    for name, path in paths.items():
        path.write_bytes(HOSTILE[name](content))
    honest = tmp_path / "honest.xlsx"
    honest.write_bytes(content)
    words = Words()

    async def refused(kitchen: Kitchen, path: Path) -> str:
        verdict = await kitchen.inspect(path, "biểu.xlsx")
        if verdict.refusal is not None:
            return words.plain(f"refusal.{verdict.refusal.name}", "vi", **verdict.refusal.values)
        found = await kitchen.read_workbook(path)
        assert found is not None
        return words.plain(f"refusal.{found['fault']}", "vi", **found["values"])

    async def work() -> None:
        kitchen = Kitchen()
        try:
            assert (await kitchen.inspect(honest, "biểu.xlsx")).refusal is None
            assert await kitchen.read_workbook(honest)
            child, own = kitchen.most_memory, memory_now()
            for name, path in paths.items():
                began = time.monotonic()
                said = await refused(kitchen, path)
                assert time.monotonic() - began < 2, name
                assert said.startswith("Chưa nhận"), said
                assert "Anh/chị" in said
                assert "\n" not in said
            assert kitchen.most_memory - child < 50 << 20
            assert memory_now() - own < 50 << 20
        finally:
            await kitchen.close()

    asyncio.run(work())


def memory_now() -> int:
    """Bytes that this process holds."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def test_a_workbook_of_somebody_else_is_not_ours(tmp_path: Path) -> None:
    """It is evidence like any other file."""
    book, file = Workbook(), io.BytesIO()
    book.active["A1"] = "Số liệu"
    book.save(file)
    assert found_in(file.getvalue()) is None
    assert found_in(b"PK\3\4 nothing") is None


def test_the_saved_result_of_a_formula_is_taken_and_never_the_formula(content: bytes) -> None:
    key = next(k for k in keyed(opened(content)) if k.endswith("/1"))
    plain = filled(content, {key: 123456})
    saved = rewritten(plain, SHEET, lambda xml: xml.replace("<v>123456</v>", "<f>1+1</f><v>2</v>"))
    unsaved = rewritten(plain, SHEET, lambda xml: xml.replace("<v>123456</v>", "<f>1+1</f>"))
    error = rewritten(
        plain,
        SHEET,
        lambda xml: re.sub(
            r'<c r="(F\d+)"( s="\d+")?[^>]*><v>123456</v>', r'<c r="\1" t="e"><v>#DIV/0!</v>', xml
        ),
    )
    contents = []
    for each in (saved, unsaved, error):
        found = found_in(each)
        assert found is not None
        contents.append(found["rows"][key][0][1:3])
    assert contents == [["number", "2"], ["formula", "?"], ["error", "#DIV/0!"]]


def test_dates_percentages_and_odd_numbers_are_told_apart(content: bytes) -> None:
    key = next(k for k in keyed(opened(content)) if k.endswith("/1"))

    def put(value: Any, form: str) -> list[Any]:
        def change(book: Workbook) -> None:
            cell = sheet_of(book).cell(keyed(book)[key], INPUT)
            cell.value, cell.number_format = value, form

        found = found_in(changed(content, change))
        assert found is not None
        return list(found["rows"][key][0][1:])

    assert put(0.95, "0%") == ["number", "0.95", True]
    assert put(0.1 + 0.2, "General") == ["number", "0.3", False]
    assert put(46329, "dd/mm/yyyy") == ["date", "03/11/2026", False]
    assert put(46329, '0" ngày"') == ["number", "46329", False]
    nan = rewritten(
        filled(content, {key: 123456}), SHEET, lambda xml: xml.replace(">123456<", ">NaN<")
    )
    found = found_in(nan)
    assert found is not None
    assert found["rows"][key][0][1:3] == ["text", "NaN"]


def test_a_second_sheet_and_moved_rows_do_no_harm(content: bytes) -> None:
    """Rows are known by their codes; what stands on other sheets is not looked at."""

    def more(book: Workbook) -> None:
        book.create_sheet("Nháp")["A1"] = "1.1.1"
        sheet_of(book).insert_rows(7)

    found, before = found_in(changed(content, more)), found_in(content)
    assert found is not None
    assert before is not None
    assert found["rows"].keys() == before["rows"].keys()
    assert found["rows"]["1.1.1"][0][0] == "F8"


@pytest.mark.office
@pytest.mark.usefixtures("office")
def test_typed_in_libreoffice_it_says_the_same_as_typed_in_excel(
    content: bytes, tmp_path: Path
) -> None:
    """F25: whoever has no Excel hands in the same figures, choices and words."""
    book = opened(content)
    rows, options = keyed(book), options_of(book)
    several = next(key for key in rows if key.endswith("/1"))
    choice = next(key for key, offered in options.items() if offered == ["Có", "Không"])
    values = {several: "95,5", choice: "Không"}
    words = {"1.1.1": 'Theo Kế hoạch "số 12"\n=1+1 \'cũng là chữ', choice: "Không có"}
    cells = {f"F{rows[key]}": value for key, value in values.items()}
    cells |= {f"G{rows[key]}": text for key, text in words.items()}
    beside: dict[tuple[str, int], str] = {
        ("1.3.3", DAY): "31/10/2026",
        ("1.3.3", CLAIM): "0,5",
        ("1.3.3", REASON): "Theo biên bản\nkiểm tra",
    }
    letters = {DAY: "H", CLAIM: "I", REASON: "J"}
    cells |= {f"{letters[column]}{rows[key]}": text for (key, column), text in beside.items()}
    path = tmp_path / "out" / "bieu.xlsx"
    path.parent.mkdir()
    path.write_bytes(content)
    through_office = libreoffice.filled(path, cells, tmp_path).read_bytes()
    assert found_in(through_office) == found_in(filled(content, values, words, beside))


@pytest.mark.heavy
@pytest.mark.office
@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("through", ["xlsx", "ods"])
def test_libreoffice_saves_what_was_filled_in(
    content: bytes, tmp_path: Path, through: str
) -> None:
    key = next(k for k in keyed(opened(content)) if k.endswith("/1"))
    path = tmp_path / "bieu.xlsx"
    path.write_bytes(filled(content, {key: "95,5"}, {"1.1.1": "Theo kế hoạch\nsố 12"}))
    kept = libreoffice.converted(path, through, tmp_path / "a")
    again = libreoffice.converted(kept, "xlsx", tmp_path / "b")
    assert found_in(again.read_bytes()) == found_in(path.read_bytes())


def test_the_reception_hands_over_what_was_read(bench: Bench, tmp_path: Path) -> None:
    """From the stored bytes to the summary, whatever the file's name says; while its sender is
    asked in which role it is meant, what was read waits as JSON."""
    an = bench.officer("Nguyễn Văn An", "STP")
    key = next(k for k in keyed(opened(taken(an))) if k.endswith("/1"))
    handed = receive(tmp_path, "", filled(taken(an), {key: "chín"}))
    assert (handed.name, handed.media_type, handed.refusal) == ("a.txt", SPREADSHEET, None)
    assert handed.workbook is not None
    assert from_json(json.loads(json.dumps(as_json(handed)))) == handed
    an.sends(handed)
    an.sees("workbook_summary", refused=1)
