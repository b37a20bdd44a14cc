"""Sending off, signing, receipts and reopening, as they are talked (conversations.md 10)."""

from sqlalchemy import func, select

from jobs.reminders import queue_due_reminders
from models.people import Role
from models.submission import Proposal, Submission
from tests import sheets
from tests.bench import Bench, Officer

UNIT = "Sở Tư pháp"


def complete(bench: Bench, officer: Officer, **options: object) -> None:
    with bench.sessions.begin() as session:
        sheets.complete(session, "STP", officer.person_id, bench.clock(), **options)  # type: ignore[arg-type]


def sent(bench: Bench, an: Officer, head: Officer) -> Submission:
    """STP has sent; the receipt."""
    complete(bench, an)
    an.types("/guiduyet")
    an.picks("propose")
    head.picks("approve")
    return newest(bench)


def newest(bench: Bench) -> Submission:
    with bench.sessions() as session:
        query = select(Submission).order_by(Submission.id.desc()).limit(1)
        return session.scalars(query).one()


def test_from_the_check_to_the_receipt(bench: Bench, an: Officer, head: Officer) -> None:
    """F35, F38, F39: the model of conversations.md 10."""
    complete(bench, an)
    an.types("/menu")
    assert an.labels[0] == "Gửi duyệt"
    an.picks("submit")
    assert an.text.startswith(
        "Kiểm tra trước khi gửi: 86/86 đã chấm, không có việc cần xem lại, "
        "không có lỗi bắt buộc sửa.\nTổng điểm tự chấm: "
    )
    assert "/80 (chưa gồm 20 điểm điều tra xã hội học).\n" in an.text
    assert "Tiêu chí 1.2.2 tính khi gửi; tổng trên tính theo gửi trong hạn." in an.text
    assert an.labels == ["Trình lãnh đạo duyệt", "Báo cáo", "Về trang đầu"]
    an.picks("propose")
    assert "Người duyệt: Lê Thị Hoa" in an.text
    assert head.text.startswith(f"Nguyễn Văn An trình kết quả tự đánh giá của {UNIT}: ")
    assert head.text.endswith("/80 điểm, 86 tiêu chí và tiêu chí thành phần, 0 tệp.")
    assert head.labels == ["Duyệt và gửi Sở Nội vụ", "Trả lại, nêu lý do", "Xem chi tiết"]
    head.types("/menu")
    assert head.labels[:4] == ["Duyệt và gửi Sở Nội vụ", "Trả lại, nêu lý do", "Xem chi tiết",
                               "Nộp tài liệu"]  # fmt: skip
    bench.clock.set("2026-11-12 16:41")
    head.picks("approve")
    code = newest(bench).code
    lines = head.text.split("\n")
    assert lines[0] == (
        f"✓ {UNIT} đã gửi kết quả tự đánh giá lúc 16:41 thứ Năm, 12/11/2026 (trong hạn)."
    )
    assert lines[1].startswith(f"Mã biên nhận {code}. 86 tiêu chí và tiêu chí thành phần, 0 tệp, ")
    assert head.labels == ["Tải biên nhận", "Về trang đầu"]
    assert an.text == head.text  # Who proposed learns of it by the same words.
    an.types("/menu")
    assert (
        f"✓ Đã gửi kết quả tự đánh giá lúc 16:41 thứ Năm, 12/11/2026, biên nhận {code}" in an.text
    )
    assert an.labels == ["Xem biên nhận", "Báo cáo", "Tài liệu đã nộp", "Lịch", "Khác"]


def test_the_same_with_text_alone(bench: Bench) -> None:
    """I10: numbers where nothing else can be typed, stars on what comes in between."""
    bench.clock.set("2026-11-12 16:30")
    an = bench.officer("Nguyễn Văn An", "STP", channel="plain")
    head = bench.officer("Lê Thị Hoa", "STP", Role.HEAD, channel="plain")
    complete(bench, an)
    an.types("/guiduyet")
    an.types("1")
    an.sees("sheet_is_proposed")
    head.types("*2")
    head.sees("ask_return_reason")
    head.types("Xem lại mục 1.1.1")
    an.sees("sheet_returned", person="Lê Thị Hoa", reason="Xem lại mục 1.1.1")
    an.types("*1")
    an.types("1")
    head.types("*1")
    head.sees("sheet_sent", unit=UNIT)
    head.types(f"/bienlai {newest(bench).code.lower()}")
    head.sees("receipt_verified", unit=UNIT)
    head.types("1")
    assert [m.name for m in head.messages[-2:]] == ["file_on_the_web", "receipt_as_file"]


def test_what_is_missing_blocks_and_leads_to_its_line(
    bench: Bench, an: Officer, head: Officer
) -> None:
    """F34, F35; domain.md 13c 5: a total with missing lines does not look final."""
    complete(bench, an, without=["1.1.1", "2.1.1"])
    an.types("/guiduyet")
    assert an.text.startswith("Kiểm tra trước khi gửi: 84/86 đã chấm, ▲ 2 lỗi bắt buộc sửa")
    assert "Tổng điểm" not in an.text
    assert "Chưa phải tổng điểm: còn 2 tiêu chí chưa chấm" in an.text
    assert an.labels == ["Xem 2 việc", "Báo cáo", "Về trang đầu"]
    an.picks("see_findings")
    assert an.text.split("\n")[1:3] == ["▲ 1.1.1: chưa chấm", "▲ 2.1.1: chưa chấm"]
    an.picks("line")
    an.sees("line_standing", code="1.1.1")


def test_what_looks_odd_is_asked_about_and_may_be_sent(
    bench: Bench, an: Officer, head: Officer
) -> None:
    """F36: a document of another year, without its page."""
    complete(bench, an)
    an.sends(("KH-12.pdf", b"%PDF-1.4 1"), caption="1.1.1 KH 12/KH-STP 08/01/2025")
    an.types("/guiduyet")
    assert "86/86 đã chấm, 2 việc nên xem lại, không có lỗi bắt buộc sửa" in an.text
    assert an.labels == ["Xem 2 việc", "Trình lãnh đạo duyệt", "Báo cáo", "Về trang đầu"]
    an.picks("see_findings")
    assert an.text.split("\n")[1:3] == [
        '○ 1.1.1: "KH-12.pdf" ghi ngày 08/01/2025, ngoài năm đánh giá',
        "○ 1.1.1: 1 tài liệu chưa ghi trang, mục",
    ]
    an.types("/guiduyet")
    an.picks("propose")
    head.picks("proposal_details")
    assert "1 Chỉ đạo, điều hành cải cách hành chính: " in head.text
    assert head.labels[:3] == ["Duyệt và gửi Sở Nội vụ", "Trả lại, nêu lý do", "Xem 2 việc"]
    head.picks("approve")
    head.sees("sheet_sent", documents=1)


def test_the_head_approves_what_was_proposed_or_the_new_totals(
    bench: Bench, an: Officer, head: Officer
) -> None:
    """F39: the sheet changed meanwhile, so the first press is refused with the new totals."""
    complete(bench, an)
    an.types("/guiduyet")
    an.picks("propose")
    proposed = head.last
    an.sends(("KH-12.pdf", b"%PDF-1.4 1"), caption="1.1.1 KH 12/KH-STP 08/01/2026 tr.3")
    head.picks("approve")
    head.sees("refusal.proposal_changed", documents=1)
    assert head.labels[:2] == ["Duyệt và gửi Sở Nội vụ", "Trả lại, nêu lý do"]
    head.picks("approve", on=proposed)  # The old button still stands for the old content.
    head.sees("refusal.proposal_changed")
    head.picks("approve")
    head.sees("sheet_sent", documents=1)


def test_a_second_press_sends_once_and_says_when(bench: Bench, an: Officer, head: Officer) -> None:
    """I3, F37."""
    other = bench.officer("Phạm Văn Khoa", "STP", Role.HEAD)
    first = sent(bench, an, head)
    head.picks("approve")
    head.sees("refusal.sheet_locked", sent_at=first.sent_at)
    other.picks("approve")
    other.sees("refusal.sheet_locked")
    with bench.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 1


def test_a_returned_sheet_needs_its_reason(bench: Bench, an: Officer, head: Officer) -> None:
    complete(bench, an)
    an.types("/guiduyet")
    an.picks("propose")
    head.picks("return_proposal")
    head.types("x" * 501)
    head.sees("refusal.reason_too_long", length=501)
    head.types("Xem lại điểm 1.3.3")
    head.sees("sheet_is_returned", reason="Xem lại điểm 1.3.3")
    an.sees("sheet_returned", person="Lê Thị Hoa")
    an.types("/menu")
    assert "Lãnh đạo đơn vị trả lại lúc 16:30" in an.text
    head.picks("approve")
    head.sees("refusal.proposal_settled")


def test_without_a_head_the_owner_is_told_to_invite_one(bench: Bench, an: Officer) -> None:
    """F39: what was proposed waits for whoever joins."""
    lan = bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)
    complete(bench, an)
    an.types("/guiduyet")
    an.picks("propose")
    assert "Chưa có lãnh đạo đơn vị nào tham gia" in an.text
    lan.sees("unit_has_no_head", unit=UNIT)
    assert lan.choices[0].action == "invite_people"
    late = bench.officer("Lê Thị Hoa", "STP", Role.HEAD)
    late.types("/menu")
    late.picks("approve")
    late.sees("sheet_sent")


def test_nothing_can_be_changed_after_the_lock(bench: Bench, an: Officer, head: Officer) -> None:
    """F37: the refusal says when it was sent and who reopens it."""
    sent(bench, an, head)
    an.sends(("muon.pdf", b"%PDF-1.4 2"), caption="1.1.3")
    assert "Sở Tư pháp đã gửi kết quả tự đánh giá lúc 16:30 thứ Năm, 12/11/2026" in an.text
    assert "đề nghị Sở Nội vụ mở lại phiếu" in an.text
    an.types("/guiduyet")
    an.sees("refusal.sheet_locked")
    an.types("1.2.2")
    assert "✓ Tính khi gửi: 0,5/0,5 điểm (Nộp trong hạn)" in an.text


def test_a_receipt_is_verified_by_those_it_concerns_only(
    bench: Bench, an: Officer, head: Officer
) -> None:
    """N18, I8: a foreign receipt and a wrong code are answered alike."""
    code = sent(bench, an, head).code
    lan = bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)
    huy = bench.officer("Trịnh Huy", "STC")
    for who in (an, head, lan):
        who.types(f"/bienlai {code}")
        who.sees("receipt_verified", code=code)
        assert "✓ Phiếu hiện tại đúng với nội dung đã gửi" in who.text
    huy.types(f"/bienlai {code}")
    foreign = huy.text
    huy.types("/bienlai STP-26-0000")
    assert huy.text == foreign
    huy.sees("refusal.receipt_unknown")
    huy.types("/bienlai")
    huy.sees("ask_receipt_code")
    an.types("/bienlai")
    an.picks("receipt_file")
    assert an.last.enclosure is not None
    assert an.last.enclosure["name"] == f"bien-nhan-{code.lower()}.docx"


def test_a_sheet_is_reopened_changed_and_sent_again(
    bench: Bench, an: Officer, head: Officer
) -> None:
    """F37: with a reason and an end; the first receipt stays and says what happened."""
    first = sent(bench, an, head)
    lan = bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)
    bench.clock.set("2026-11-17 09:00")
    lan.types("/tiendo")
    assert "✓ đã gửi 1 · đã đủ, chưa gửi 0" in lan.text
    lan.picks("units_at", "sent")
    lan.picks("unit_standing")
    assert f"✓ Đã gửi lúc 16:30 thứ Năm, 12/11/2026, biên nhận {first.code}." in lan.text
    lan.picks("reopen")
    lan.types("16/11")
    lan.sees("refusal.reopening_is_past")
    lan.types("20/11")
    lan.types("Công văn số 12/STP-VP")
    lan.picks("reopen_now")
    lan.sees("sheet_is_reopened", code=first.code)
    an.sees("sheet_reopened", reason="Công văn số 12/STP-VP")
    assert "đến 24:00 thứ Sáu, 20/11/2026" in an.text
    lan.picks("reopen_now")
    lan.sees("refusal.nothing_to_reopen")
    an.sends(("KH-12.pdf", b"%PDF-1.4 1"), caption="1.1.1 KH 12/KH-STP 08/01/2026 tr.3")
    an.sees("evidence_saved")
    an.types(f"/bienlai {first.code}")
    assert "▲ Phiếu hiện tại khác với nội dung đã gửi" in an.text
    an.types("/guiduyet")
    an.picks("propose")
    head.picks("approve")
    second = newest(bench)
    head.sees("sheet_sent", code=second.code)
    assert (second.code == first.code, second.late_seconds) == (False, None)
    an.types(f"/bienlai {first.code}")
    assert "Phiếu được mở lại lúc 09:00 thứ Ba, 17/11/2026" in an.text
    assert f"Đơn vị đã gửi lại lúc 09:00 thứ Ba, 17/11/2026, biên nhận {second.code}." in an.text
    an.types(f"/bienlai {second.code}")
    assert "✓ Phiếu hiện tại đúng với nội dung đã gửi" in an.text


def test_a_proposal_that_nothing_changed_is_not_made_twice(
    bench: Bench, an: Officer, head: Officer
) -> None:
    complete(bench, an)
    an.types("/guiduyet")
    an.picks("propose")
    an.picks("propose")
    an.sees("refusal.proposal_waits", person="Nguyễn Văn An")
    an.types("/guiduyet")
    assert "● Đã trình lãnh đạo đơn vị lúc 16:30" in an.text
    assert an.labels == ["Rút lại, nêu lý do", "Báo cáo", "Về trang đầu"]
    with bench.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Proposal)) == 1


def test_a_proposal_is_withdrawn_and_the_head_hears_why(
    bench: Bench, an: Officer, head: Officer
) -> None:
    complete(bench, an)
    an.types("/guiduyet")
    an.picks("propose")
    assert an.labels[0] == "Rút lại, nêu lý do"
    an.types("/menu")
    an.picks("withdraw_proposal")
    assert "Lê Thị Hoa sẽ nhận được nguyên văn" in an.text
    an.types("Cần sửa mục 2.1.1")
    an.sees("proposal_is_withdrawn", unit=UNIT, reason="Cần sửa mục 2.1.1")
    assert head.text.startswith(
        f"● Nguyễn Văn An rút lại việc trình kết quả tự đánh giá của {UNIT} lúc 16:30"
    )
    head.picks("approve")
    assert "Nguyễn Văn An đã rút lại lần trình này lúc 16:30" in head.text
    assert "Lý do: Cần sửa mục 2.1.1." in head.text


def test_a_reminder_leads_the_head_to_what_waits(bench: Bench, an: Officer, head: Officer) -> None:
    """R6.2, F39: the way from the reminder to the decision."""
    complete(bench, an)
    an.types("/guiduyet")
    an.picks("propose")
    bench.clock.set("2026-11-13 08:00")
    queue_due_reminders(bench.sessions, bench.clock)
    assert head.text.startswith(
        f"▲ Kết quả tự đánh giá của {UNIT} chờ anh/chị duyệt: Nguyễn Văn An trình lúc 16:30"
    )
    head.picks("decide")
    head.sees("proposal_in_detail", unit=UNIT)
    head.picks("approve")
    head.sees("sheet_sent")
    head.picks("decide")
    head.sees("no_proposal_waits")
