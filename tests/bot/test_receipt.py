"""The receipt as a document (N18, domain.md 11): what stands in it, and that offices open it."""

import asyncio
import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import pytest

from bot.kitchen import Kitchen
from bot.reports import REPORTS
from models.messages import Part
from tests import libreoffice

VALUES: dict[str, Any] = {
    "language": "vi",
    "code": "STP-26-7KQ4",
    "year": 2026,
    "unit": "Sở Tư pháp",
    "owner": "Sở Nội vụ",
    "sent_at": datetime(2026, 11, 12, 9, 41, tzinfo=UTC),
    "due_at": datetime(2026, 11, 15, 17, tzinfo=UTC),
    "late": False,
    "points": Decimal("76.25"),
    "max_points": Decimal(80),
    "lines": 86,
    "documents": 2,
    "digest": "ab" * 32,
    "proposed_by": "Nguyễn Văn An",
    "approved_by": "Lê Thị Hoa",
    "areas": [
        {"code": "1", "title": "Chỉ đạo, điều hành", "points": Decimal("13.5"),
         "max_points": Decimal(14), "lines": 16, "documents": 2},
    ],
    "left_out": Part("lines_left_out", codes=["2.1.1"], points=Decimal(1)),
    "adjustments": [Part("adjustment.bonus", points=Decimal("1.5"), cap=Decimal(2))],
    "claims": [
        {"code": "1.3.3", "title": "Xử lý vấn đề phát hiện qua kiểm tra",
         "rule_points": Decimal("0.94"), "points": Decimal(1), "reason": "Đủ biên bản, xin xét"},
    ],
    "files": [
        {"name": "KH-12 <kế hoạch> \x07.pdf", "mark": "9f3ac21b",
         "card": "12/KH-STP · 08/01/2026 · Sở Tư pháp", "codes": ["1.1.1", "1.1.2"]},
        {"name": "https://stp.example.vn/a", "mark": "", "card": "", "codes": ["1.2.1"]},
    ],
}  # fmt: skip


def open_document(content: bytes) -> Any:
    return docx.Document(io.BytesIO(content))


def text_of(document: Any) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


async def cooked() -> bytes:
    kitchen = Kitchen()
    try:
        return await kitchen.cook("receipt", VALUES)
    finally:
        await kitchen.close()


def test_the_kitchen_makes_a_receipt_in_the_layout_of_decree_30() -> None:
    document = open_document(asyncio.run(cooked()))
    section = document.sections[0]
    sizes = (section.page_width, section.page_height, section.left_margin, section.top_margin)
    assert [round(size.mm) for size in sizes] == [210, 297, 30, 20]
    assert document.styles["Normal"].font.name == "Times New Roman"
    head = document.tables[0]
    assert head.cell(0, 0).text.strip() == "SỞ NỘI VỤ"
    assert head.cell(0, 1).text.startswith("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập")
    grid = [round(column.width.mm) for column in document.tables[1].columns]
    assert grid == [15, 75, 32, 22, 18]
    assert head.cell(1, 0).text == "Mã biên nhận: STP-26-7KQ4"
    assert head.cell(1, 1).text == "Ngày 12 tháng 11 năm 2026"


def test_it_says_what_was_sent_when_and_by_whom() -> None:
    document = open_document(REPORTS["receipt"](VALUES))
    text = text_of(document)
    for said in (
        "Sở Tư pháp đã gửi kết quả tự đánh giá lúc 16:41 thứ Năm, 12/11/2026",
        "trong hạn; thời hạn của đơn vị: 24:00 Chủ nhật, 15/11/2026",
        "Người trình: Nguyễn Văn An. Lãnh đạo đơn vị duyệt: Lê Thị Hoa.",
        "Tổng điểm tự chấm: 76,25/80; 86 tiêu chí",
        "Không đánh giá do không phát sinh: 2.1.1; điểm tối đa giảm 1 điểm.",
        "Điểm thưởng: 1,5 (trần 2), ngoài thang điểm.",
        "/bienlai STP-26-7KQ4",
        "ab" * 32,
    ):
        assert said in text
    claims, files = (rows_of(table) for table in document.tables[2:4])
    assert claims == [
        ["Mã", "Tiêu chí", "Theo quy tắc", "Tự chấm", "Lý do"],
        [
            "1.3.3",
            "Xử lý vấn đề phát hiện qua kiểm tra",
            "0,94",
            "1",
            "Đủ biên bản, xin xét",
        ],
    ]
    assert files == [
        ["STT", "Tên tệp", "Số, ngày, cơ quan ban hành", "Mã tệp", "Tiêu chí"],
        ["1", "KH-12 <kế hoạch> .pdf", VALUES["files"][0]["card"], "9f3ac21b", "1.1.1, 1.1.2"],
        ["2", "https://stp.example.vn/a", "", "liên kết", "1.2.1"],
    ]


def rows_of(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_it_comes_in_english_and_late_and_without_files_or_claims() -> None:
    values = VALUES | {"language": "en", "late": True, "files": [], "claims": []}
    text = text_of(open_document(REPORTS["receipt"](values)))
    assert "other points" not in text
    assert "(late; the unit's deadline: " in text
    assert "There are no files." in text


@pytest.mark.office
@pytest.mark.usefixtures("office")
def test_an_office_program_prints_it(tmp_path: Path) -> None:
    path = tmp_path / "bien-nhan.docx"
    path.write_bytes(REPORTS["receipt"](VALUES))
    assert libreoffice.converted(path, "pdf", tmp_path).read_bytes().startswith(b"%PDF")
