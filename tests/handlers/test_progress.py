"""The unit's status, what is missing, and each line's card (conversations 4, F34)."""

from models.people import Role
from tests.bench import Bench
from tests.clock import TestClock


def test_status_counts_each_area_and_leads_to_the_next_line(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/tinhtrang")
    assert an.text == (
        "Sở Tư pháp, đến 10:05 thứ Ba, 03/11/2026\n"
        "1 Chỉ đạo, điều hành cải cách hành chính: 0/16 đã chấm, 0 đủ tài liệu kiểm chứng\n"
        "2 Cải cách thể chế: 0/9, 0\n"
        "3 Cải cách thủ tục hành chính: 0/17, 0\n"
        "4 Cải cách tổ chức bộ máy: 0/9, 0\n"
        "5 Cải cách chế độ công vụ: 0/10, 0\n"
        "6 Cải cách tài chính công: 0/9, 0\n"
        "7 Chính quyền điện tử, chính quyền số: 0/14, 0\n"
        "8 Tác động của cải cách hành chính: 0/2, 0\n"
        "▲ 85 tiêu chí chưa chấm · 0 tiêu chí thiếu tài liệu kiểm chứng hoặc giải trình"
    )
    assert an.labels == ["Làm tiếp 1.1.1", "Xem 85 tiêu chí chưa chấm", "Về trang đầu"]


def test_a_scored_line_without_proof_is_listed_and_leads_to_its_card(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/tinhtrang")
    an.picks("continue")
    an.picks("pick_option", 1)
    an.types("/status")
    assert "1/16 đã chấm, 0 đủ tài liệu kiểm chứng" in an.text
    an.picks("show_missing")
    an.sees("missing_lines", count=1)
    an.picks("line")
    assert an.text == (
        "1.1.1 Ban hành kế hoạch đúng thời hạn (tối đa 0,5 điểm)\n"
        "Cách chấm:\n"
        "Ban hành trước 15/01: 0,5 điểm\n"
        "Ban hành từ 15/01 đến 31/01: 0,25 điểm\n"
        "Ban hành sau 31/01 hoặc không ban hành: 0 điểm\n"
        "✓ Tự chấm: 0,25/0,5 điểm (Ban hành từ 15/01 đến 31/01).\n"
        "Nguyễn Văn An chấm lúc 10:05 thứ Ba, 03/11/2026.\n"
        "Tài liệu kiểm chứng: chưa có."
    )
    actions = [choice.action for choice in an.choices]
    assert actions == [
        "evidence_for",
        "change_figures",
        "next_line",
        "claim_other",
        "missing",
        "menu",
    ]


def test_the_list_pages_and_takes_codes_and_words_without_marks(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/tinhtrang")
    an.picks("show_unscored")
    assert an.labels[-3:] == ["Tình trạng", "Về trang đầu", "Trang sau (2/11)"]
    an.types("3.1.2")
    an.sees("line_standing", code="3.1.2")
    an.picks("missing")
    an.types("thai do cua cong chuc")
    an.sees("refusal.no_line_found")
    an.types("ke hoach")
    assert an.last.name == "lines_found"
    an.types("1.8.1")
    assert an.text.endswith("anh/chị không phải chấm.")


def test_an_observer_sees_the_sheet_and_may_not_work_on_it(bench: Bench) -> None:
    """I8."""
    dung = bench.officer("Phạm Văn Dũng", "STP", Role.OBSERVER)
    dung.types("/tinhtrang")
    assert [choice.action for choice in dung.choices] == ["show_unscored", "menu"]
    dung.picks("show_unscored")
    dung.picks("line")
    assert [choice.action for choice in dung.choices] == ["missing", "menu"]


def test_after_the_deadline_nothing_is_offered_that_would_be_refused(
    bench: Bench, clock: TestClock
) -> None:
    """R6.2."""
    clock.set("2026-11-16 00:00")
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/tinhtrang")
    assert [choice.action for choice in an.choices] == ["show_unscored", "menu"]


def test_a_reviewer_has_no_sheet(bench: Bench) -> None:
    binh = bench.officer("Trần Thị Bình", "STP", Role.REVIEWER)
    binh.types("/tinhtrang")
    binh.sees("refusal.not_your_role")
