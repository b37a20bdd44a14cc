"""Bonus and penalty points beside the 100, each with its cap (domain.md 2 7, 13c 22)."""

import io
from decimal import Decimal as D
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from bot.reports import REPORTS
from models import assessment, audit, submission, workbook
from models.assessment import AdjustmentKind, Line, open_adjustments
from models.campaigns import Campaign
from models.catalogue import Item, Method
from models.messages import decode
from models.people import Role
from tests.bench import Bench, Officer
from tests.handlers.test_submission import complete, newest
from tests.models.office import refused
from tests.sheets import sheet_of

CAPS = {AdjustmentKind.BONUS: D("2"), AdjustmentKind.PENALTY: D("1.50")}


@pytest.fixture
def an(bench: Bench) -> Officer:
    bench.clock.set("2026-11-12 16:30")
    with bench.sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        open_adjustments(session, campaign, CAPS, bench.clock(), proven=True)
    return bench.officer("Nguyễn Văn An", "STP")


def enters(an: Officer, code: str, points: str, grounds: str) -> None:
    an.types("/menu")
    an.types(code)
    scored = any(choice.action == "change_figures" for choice in an.choices)
    an.picks("change_figures" if scored else "score")
    an.types(points)
    if an.last.name == "ask_reason_for_points":
        an.types(grounds)


def counts(bench: Bench) -> tuple[Any, Any, Any]:
    """Tallies, totals and what a workbook has: in none of them is a point beside the 100."""
    with bench.sessions() as session:
        sheet = sheet_of(session, "STP")
        rows = workbook.form(session, sheet, bench.clock())["rows"]
        progress = assessment.progress(session, sheet.id)
        totals = submission.preview(session, sheet, bench.clock()).totals
        return progress.total, (totals.points, totals.max_points, totals.lines), len(rows)


def test_a_bonus_is_claimed_with_grounds_and_files_and_stays_outside_the_total(
    bench: Bench, an: Officer
) -> None:
    head = bench.officer("Lê Thị Hoa", "STP", Role.HEAD)
    complete(bench, an)
    before = counts(bench)
    an.types("/guiduyet")
    assert "Điểm thưởng: chưa đề nghị (trần 2).\nĐiểm trừ: chưa khai báo (trần 1,5)." in an.text
    an.picks("adjustments")
    assert an.labels[:2] == ["Điểm thưởng", "Điểm trừ"]
    an.picks("line")
    assert an.text.startswith("Điểm thưởng Đơn vị đề nghị, ngoài thang điểm (tối đa 2 điểm)\n")
    an.picks("score")
    assert an.text.endswith("Đơn vị đề nghị thưởng bao nhiêu điểm? Nhập từ 0 đến 2, ví dụ 0,5.")
    an.types("2,01")
    an.sees("refusal.points_out_of_range", most=D(2))
    an.types("1,5")
    an.types("Giải nhất sáng kiến CCHC toàn quốc")
    assert an.text.startswith(
        "Điểm thưởng: 1,5 (trần 2), tính riêng với tổng điểm. "
        "Căn cứ: Giải nhất sáng kiến CCHC toàn quốc\n"
    )
    an.types("/guiduyet")
    assert "▲ 1 lỗi bắt buộc sửa" in an.text
    an.picks("see_findings")
    assert "▲ Điểm thưởng: thiếu tài liệu kiểm chứng hoặc giải trình" in an.text
    an.picks("line")
    an.picks("evidence_for")
    an.sends(("giai-nhat.pdf", b"%PDF-1.4 9"), caption="QĐ 7/QĐ-BNV 05/03/2026 tr.1")
    enters(an, "diem tru", "0,25", "Một báo cáo gửi chậm được nêu tên")
    an.picks("explain")
    an.types("Đã giải trình tại báo cáo quý III")
    assert an.text.startswith("✓ Đã lưu giải trình cho Điểm trừ Đơn vị khai báo")
    assert counts(bench) == before
    an.types("/guiduyet")
    beside = "Điểm thưởng: 1,5 (trần 2), ngoài thang điểm.\nĐiểm trừ: 0,25 (trần 1,5)"
    assert beside in an.text
    an.picks("propose")
    head.picks("proposal_details")
    assert beside in head.text
    head.picks("approve")
    assert beside in head.text
    head.sees("sheet_sent", documents=1)
    head.types("/bienlai")
    assert beside in head.text
    assert "✓ Phiếu hiện tại đúng với nội dung đã gửi" in head.text
    kept = {line["code"]: line["points"] for line in newest(bench).content["adjustments"]}
    assert kept == {"Điểm thưởng": "1.50", "Điểm trừ": "0.25"}
    head.types("THUONG")
    assert [c.action for c in head.choices if c.action in ("score", "change_figures")] == []
    head.picks("receipt_file")
    with bench.sessions() as session:
        assert audit.check_chain(session) is None


def test_none_claimed_owes_nothing_and_none_declared_either(bench: Bench, an: Officer) -> None:
    """F34: they are outside what is missing."""
    complete(bench, an)
    an.types("/tinhtrang")
    assert an.text.endswith(
        "✓ Đã chấm và có tài liệu kiểm chứng hoặc giải trình cho cả 85 tiêu chí."
    )
    assert "adjustments" in [choice.action for choice in an.choices]
    an.types("/guiduyet")
    assert "không có lỗi bắt buộc sửa" in an.text
    enters(an, "Điểm thưởng", "0", "Không có")
    an.types("/guiduyet")
    assert "không có lỗi bắt buộc sửa" in an.text
    assert "Điểm thưởng: 0 (trần 2)" in an.text


def test_the_names_have_room_in_the_workbook(an: Officer) -> None:
    """In the column of the numbers, on two lines."""
    an.types("/bieumau")
    enclosure = an.last.enclosure
    assert enclosure is not None
    content = REPORTS["workbook"](decode(enclosure["values"]))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    heights = {row[0].value: sheet.row_dimensions[row[0].row].height for row in sheet.rows}
    one = heights["1.3.3/1"]
    for name in ("Điểm thưởng", "Điểm thưởng/1", "Điểm thưởng/2", "Điểm trừ/1", "Điểm trừ/2"):
        assert heights[name] > one, name


def test_without_caps_nothing_of_it_is_seen(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    complete(bench, an)
    for command in ("/menu", "/tinhtrang", "/guiduyet"):
        an.types(command)
        assert "adjustments" not in [choice.action for choice in an.choices]
        assert "thưởng" not in an.text


def test_a_cap_is_above_nothing_and_has_two_decimals(bench: Bench) -> None:
    with bench.sessions() as session:
        campaign = session.scalars(select(Campaign)).one()
        for cap in (D(0), D("-1"), D("0.125")):
            caps = {AdjustmentKind.BONUS: cap}

            def deed(caps: dict[AdjustmentKind, D] = caps) -> None:
                open_adjustments(session, campaign, caps, bench.clock(), proven=False)

            assert refused(deed).name == "cap_unfit"
        of_these = select(Line).join(Item).where(Item.method == Method.ADJUSTMENT)
        assert session.scalars(of_these).all() == []
