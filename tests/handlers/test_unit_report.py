"""/baocao: the unit's report as a document, a draft until it is sent (domain.md 5, 11)."""

import io
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from sqlalchemy import select

from bot.reports import REPORTS
from models.assessment import AdjustmentKind, open_adjustments
from models.campaigns import Campaign
from models.campaigns.tables import SignOff
from models.messages import decode
from models.people import Role
from models.unit_report import REMARK_SIGNS
from tests import libreoffice, sheets
from tests.bench import Bench, Officer
from tests.handlers.test_adjustments import enters
from tests.handlers.test_claims import REASON, claims, scores_the_ratio

SAID = "1.1.1 KH 12/KH-STP 08/01/2026 mục II tr.3"


def report(officer: Officer) -> bytes:
    officer.types("/baocao")
    officer.picks("unit_report_file")
    enclosure = officer.last.enclosure
    assert enclosure is not None, officer.text
    return REPORTS["unit_report"](decode(enclosure["values"]))


def opened(officer: Officer) -> Any:
    return docx.Document(io.BytesIO(report(officer)))


def rows(table: Any) -> list[list[str]]:
    cells = [cell.text for cell in table._cells]
    width = len(table.columns)
    return [cells[n : n + width] for n in range(0, len(cells), width)]


def text_of(document: Any) -> str:
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def marks(document: Any) -> list[bool]:
    first = document.sections[0]
    headers = (first.first_page_header, first.header)
    return ["DỰ THẢO" in "".join(p.text for p in header.paragraphs) for header in headers]


def hands_in(bench: Bench, an: Officer, head: Officer) -> None:
    an.types("/guiduyet")
    an.picks("propose")
    head.picks("approve")


def complete(bench: Bench, an: Officer) -> None:
    an.sends(("KH-12.pdf", b"%PDF-1.4 kh"), caption=SAID)
    with bench.sessions.begin() as session:
        sheets.complete(session, "STP", an.person_id, bench.clock())


def test_a_draft_says_so_on_every_page_and_what_is_not_scored(bench: Bench, an: Officer) -> None:
    an.sends(("KH-12.pdf", b"%PDF-1.4 kh"), caption=SAID)
    document = opened(an)
    assert marks(document) == [True, True]
    assert document.tables[0].cell(1, 0).text == "Số:        /BC-STP\nDỰ THẢO"
    assert "Đã chấm 0/86 tiêu chí" in text_of(document)
    annex = rows(document.tables[-1])
    assert annex[2] == [
        "1.1.1", "Ban hành kế hoạch đúng thời hạn", "0,5", "Chưa chấm", "", "",
        "- số 12/KH-STP, ngày 08/01/2026, Sở Tư pháp; mục II tr.3",
    ]  # fmt: skip
    assert {row[0]: row[3] for row in annex}["1.2.2"] == "Hệ thống tính khi gửi"


def test_what_was_sent_has_all_lines_their_sums_and_no_mark_of_a_draft(
    bench: Bench, an: Officer, head: Officer
) -> None:
    """Number, place and date are the records office's (Decree 30, 15)."""
    complete(bench, an)
    an.types("/baocao")
    an.picks("report_remark")
    an.types("Thiếu biên chế.\nĐề nghị bổ sung <2> người & phần mềm.")
    hands_in(bench, an, head)
    document = opened(an)
    assert marks(document) == [False, False]
    state = document.tables[0]
    assert state.cell(0, 0).text.strip() == "SỞ TƯ PHÁP"
    assert state.cell(1, 0).text == "Số:        /BC-STP"
    assert state.cell(1, 1).text == "……, ngày …… tháng …… năm ……"
    text = text_of(document)
    for said in (
        "Kết quả tự đánh giá, chấm điểm Chỉ số cải cách hành chính năm 2026",
        "Kính gửi: Sở Nội vụ",
        "Thực hiện Kế hoạch số 215/KH-SNV ngày 12/10/2026 của Sở Nội vụ",
        "Kết quả được gửi lúc 16:30 thứ Năm, 12/11/2026, mã biên nhận STP-26-",
        "21 tiêu chí (20 điểm) do điều tra xã hội học xác định",
        "Đề nghị bổ sung <2> người & phần mềm.",
    ):
        assert said in text
    annex = rows(document.tables[-1])
    lines = [row for row in annex if row[0].count(".") > 0]
    assert len(lines) == 86
    assert annex[1][:2] == ["1", "Chỉ đạo, điều hành cải cách hành chính"]
    assert annex[-1][1] == "Tổng cộng"
    own = rows(document.tables[1])[-1]
    assert f"Tổng điểm tự chấm: {own[2]}; 86 tiêu chí" in text
    assert own[2] == f"{annex[-1][4]}/{annex[-1][2]}"
    assert own[3:] == ["86/86", "1"]
    assert next(row for row in lines if row[0] == "1.1.2")[5] == "Theo hồ sơ của đơn vị"
    assert document.tables[2].cell(0, 1).text.split("\n")[-1] == "Lê Thị Hoa"


def test_claims_stand_with_the_rule_s_points_and_bonus_points_below_the_sum(
    bench: Bench, an: Officer, head: Officer
) -> None:
    """13c 6, 13c 22: its totals are the receipt's."""
    with bench.sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        caps = {AdjustmentKind.BONUS: D(2), AdjustmentKind.PENALTY: D("1.5")}
        open_adjustments(session, campaign, caps, bench.clock(), proven=True)
    complete(bench, an)
    scores_the_ratio(an)
    claims(an, "1")
    an.picks("data_as_of")
    an.picks("today")
    enters(an, "Điểm thưởng", "1,5", "Giải nhất sáng kiến")
    an.picks("evidence_for")
    an.sends(("giai-nhat.pdf", b"%PDF-1.4 9"), caption="QĐ 7/QĐ-BNV 05/03/2026 tr.1")
    for sent in (False, True):
        if sent:
            hands_in(bench, an, head)
        document = opened(an)
        text, annex = text_of(document), rows(document.tables[-1])
        reason = f"Tự chấm 1 điểm, theo quy tắc 0,94 điểm. Lý do: {REASON}"
        assert reason in text
        claimed = next(row for row in annex if row[0] == "1.3.3")
        assert claimed[4] == "1"
        assert claimed[5].startswith(reason)
        assert claimed[3].endswith("; số liệu tính đến 12/11/2026")
        assert "Điểm thưởng: 1,5 (trần 2), ngoài thang điểm." in text
        assert "Điểm trừ: chưa khai báo (trần 1,5)." in text
        assert [row[0] for row in annex[-2:]] == ["", "Điểm thưởng"]
        assert annex[-1][2:5] == ["2", "Theo đánh giá, lý do: Giải nhất sáng kiến", "1,5"]
        assert "7/QĐ-BNV" in annex[-1][6]
    own = rows(document.tables[1])[-1]
    assert own[2] == f"{annex[-2][4]}/{annex[-2][2]}"
    an.types("/bienlai")
    an.picks("receipt_file")
    enclosure = an.last.enclosure
    assert enclosure is not None
    receipt = docx.Document(io.BytesIO(REPORTS["receipt"](decode(enclosure["values"]))))
    assert f"Tổng điểm tự chấm: {own[2]}; 86 tiêu chí" in text_of(receipt)
    assert f"; {own[4]} tệp." in text_of(receipt)
    assert own[4] == "2"


def test_a_report_signed_on_paper_shows_claims_before_and_the_head_below(
    bench: Bench, an: Officer, head: Officer
) -> None:
    """F39, 13c 6: the officer who enters it signs nothing."""
    complete(bench, an)
    with bench.sessions.begin() as session:
        session.scalars(select(Campaign)).one().sign_off = SignOff.SCAN
    scores_the_ratio(an)
    claims(an, "1")
    an.types("/guiduyet")
    an.picks("sign_with_report")
    an.sends(("bao cao.pdf", b"%PDF signed"), caption="Số 45/BC-STP ngày 12/11/2026")
    an.sees("confirm_signed_report")
    assert "1.3.3: tự chấm 1, theo quy tắc 0,94" in an.text
    an.picks("send_signed")
    assert opened(an).tables[2].cell(0, 1).text.split("\n")[-1] == "Lê Thị Hoa"


def test_the_annex_lies_across_and_is_numbered_by_itself(bench: Bench, an: Officer) -> None:
    """Decree 30, annex I, part III, 1."""
    document = opened(an)
    upright, across = document.sections
    sides = (round(across.page_width.mm), round(across.page_height.mm))
    assert (across.orientation, sides) == (WD_ORIENT.LANDSCAPE, (297, 210))
    assert upright.different_first_page_header_footer
    assert across.different_first_page_header_footer
    numbers = across._sectPr.find(qn("w:pgNumType"))
    assert numbers.get(qn("w:start")) == "1"


def test_after_the_sending_nothing_is_written_and_the_report_stays_as_sent(
    bench: Bench, an: Officer, head: Officer
) -> None:
    """F37: the remark is closed with the lines."""
    complete(bench, an)
    an.types("/baocao")
    before = an.last
    hands_in(bench, an, head)
    an.picks("report_remark", on=before)
    assert an.last.name == "refusal.sheet_locked"
    an.types("/baocao")
    assert an.labels == ["Tải báo cáo (Word)", "Tình trạng", "Về trang đầu"]
    first = report(an)
    bench.clock.set("2026-11-20 09:00")
    assert text_of(docx.Document(io.BytesIO(report(an)))) == text_of(
        docx.Document(io.BytesIO(first))
    )


def test_a_remark_too_long_or_empty_leaves_the_one_before(bench: Bench, an: Officer) -> None:
    """Bad input never loses what was good."""
    for text, name in (
        ("Thiếu biên chế.", "unit_report"),
        ("x" * (REMARK_SIGNS + 1), "refusal.remark_too_long"),
        ("\u200b", "refusal.remark_empty"),
    ):
        an.types("/baocao")
        an.picks("report_remark")
        an.types(text)
        assert an.last.name == name
    an.types("/baocao")
    assert "Thiếu biên chế." in an.text


def test_an_observer_and_another_unit_have_no_such_report(bench: Bench) -> None:
    """I8."""
    observer = bench.officer("Phạm Văn Dũng", "STP", Role.OBSERVER)
    observer.types("/baocao")
    assert observer.last.enclosure is None
    assert observer.last.name != "unit_report"


@pytest.mark.office
@pytest.mark.usefixtures("office")
def test_an_office_program_prints_it(
    bench: Bench, an: Officer, head: Officer, tmp_path: Path
) -> None:
    complete(bench, an)
    hands_in(bench, an, head)
    path = tmp_path / "bao-cao.docx"
    path.write_bytes(report(an))
    assert libreoffice.converted(path, "pdf", tmp_path).read_bytes().startswith(b"%PDF")
