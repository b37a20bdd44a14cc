"""The board of progress as a picture that names nobody, and as a workbook (N1, N17, N21)."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.reports import REPORTS
from models.audit import AuditEntry
from models.messages import decode
from models.people import Person, Role
from models.units import Unit
from tests.bench import Bench, Officer
from tests.handlers.test_coordination import score


@pytest.fixture
def lan(bench: Bench) -> Officer:
    bench.clock.set("2026-11-11 08:00")
    lan = bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)
    an = bench.officer("=Nguyễn Văn An", "STP")
    with bench.sessions.begin() as session:
        session.get_one(Person, an.person_id).phone = "0912 345 678"
    score(bench, an, "STP", "1.1.1", "1.1.2", "2.1.1")
    return lan


def made(officer: Officer) -> tuple[str, bytes, str]:
    """Name and bytes of the newest file, and what it was made from."""
    enclosure = officer.last.enclosure
    assert enclosure is not None
    report = REPORTS[enclosure["report"]]
    return enclosure["name"], report(decode(enclosure["values"])), str(enclosure["values"])


def test_the_picture_has_counts_and_names_no_unit(bench: Bench, lan: Officer) -> None:
    """N17: also for a group, also before the end; the text says the same (F68)."""
    lan.types("/tiendo")
    lan.picks("progress_picture")
    name, content, values = made(lan)
    assert name == "tien-do-cchc-2026-snv.png"
    assert content.startswith(b"\x89PNG")
    assert lan.text == (
        "Tiến độ tự đánh giá năm 2026, đến 08:00 thứ Tư, 11/11/2026:\n"
        "Khối sở, cơ quan chuyên môn (20): "
        "✓ đã gửi 0 · đã đủ, chưa gửi 0 · ● đang làm 1 · ▲ chưa bắt đầu 19\n"
        "Khối UBND cấp huyện (10): "
        "✓ đã gửi 0 · đã đủ, chưa gửi 0 · ● đang làm 0 · ▲ chưa bắt đầu 10\n"
        "Ảnh chỉ có số liệu chung, không nêu tên đơn vị."
    )
    owner = "Sở Nội vụ"
    with bench.sessions() as session:
        names = [u for u in session.scalars(select(Unit.name)) if u != owner]
    assert [each for each in names if each in values or each in lan.text] == []


def test_the_workbook_has_every_unit_and_every_area(bench: Bench, lan: Officer) -> None:
    bench.clock.set("2026-11-18 08:00")
    lan.types("/tiendo")
    lan.picks("progress_file")
    name, content, _ = made(lan)
    assert name == "tien-do-cchc-2026-snv.xlsx"
    book = load_workbook(io.BytesIO(content))
    units, areas = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    assert (len(units), len(areas)) == (31, 31)
    [stp] = [row for row in units if row[0] == "Sở Tư pháp"]
    assert stp[1:7] == ("sở, cơ quan chuyên môn", "Đang làm", 3, 86, 82, 3)
    assert (f"{stp[7]:%d/%m/%Y}", *stp[8:]) == (
        "15/11/2026", 3, None, "có", "=Nguyễn Văn An", "0912 345 678",
    )  # fmt: skip
    assert book.worksheets[0]["L4"].data_type == "s"
    assert areas[0][2] == "1 Chỉ đạo, điều hành cải cách hành chính"
    heights = [[sheet.row_dimensions[row].height for row in (1, 2)] for sheet in book.worksheets]
    assert heights == [[45, None], [60, None]]  # Its headings are broken into lines.
    [stp] = [row for row in areas if row[0] == "Sở Tư pháp"]
    assert stp[2:] == (15, 9, 17, 9, 10, 9, 14, 2, 85)
    with bench.sessions() as session:
        assert "export_progress" in session.scalars(select(AuditEntry.action)).all()
