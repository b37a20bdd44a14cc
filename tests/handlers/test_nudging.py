"""The units that have not begun are urged in one tap, once, before the end (N16, C13)."""

import pytest
from sqlalchemy import select

from jobs.reminders import queue_due_reminders
from models.chasing import Escalation
from models.people import Account, Binding, Role
from tests.bench import Bench, Officer
from tests.clock import at
from tests.handlers.test_coordination import score

Staff = dict[str, Officer]


@pytest.fixture
def lan(bench: Bench) -> Officer:
    bench.clock.set("2026-11-11 08:30")
    return bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)


@pytest.fixture
def staff(bench: Bench, lan: Officer) -> Staff:
    """STP has two officers, SYT a deputy alone, STC has begun, SXD has a head alone."""
    an = bench.officer("Nguyễn Văn An", "STP")
    staff = {
        "an": an,
        "binh": bench.officer("Trần Bình", "STP"),
        "deputy of STP": bench.officer("Lê Dung", "STP", Role.DEPUTY),
        "head of STP": bench.officer("Lê Hoa", "STP", Role.HEAD),
        "deputy of SYT": bench.officer("Đỗ Em", "SYT", Role.DEPUTY),
        "chi": bench.officer("Lê Chi", "STC"),
        "head of SXD": bench.officer("Vũ Phú", "SXD", Role.HEAD),
    }
    score(bench, staff["chi"], "STC", "1.1.1")
    return staff


def told(staff: Staff) -> list[str]:
    return [
        who
        for who, officer in staff.items()
        if any(message.name == "unit_nudged" for message in officer.messages)
    ]


def opens(lan: Officer) -> None:
    lan.types("/tiendo")
    lan.picks("nudge_idle")


def test_who_gets_it_and_what_it_says_is_shown_before_it_goes(lan: Officer, staff: Staff) -> None:
    lan.types("/tiendo")
    assert lan.labels[0] == "Nhắc 29 đơn vị chưa bắt đầu"
    lan.picks("nudge_idle")
    assert lan.text == (
        "Gửi cho 3 người của 2 đơn vị: Sở Tư pháp, Sở Y tế.\n"
        "Chưa nhắc lần nào.\n"
        "▲ Không gửi được 27 đơn vị chưa có người nhận tin: VP UBND tỉnh, Sở Nội vụ, Sở KH&ĐT, "
        "Sở Công Thương, Sở NN&PTNT, Sở GTVT và 21 đơn vị khác.\n"
        "Xem trước:\n"
        "▲ Sở Tư pháp còn 3 ngày làm việc để tự đánh giá, hạn 24:00 Chủ nhật, 15/11/2026, "
        "và chưa bắt đầu.\n"
        "85 tiêu chí chưa chấm.\n"
        "Sở Nội vụ đề nghị anh/chị bắt đầu ngay; có vướng mắc, anh/chị báo lại Sở Nội vụ."
    )
    assert lan.labels == ["Gửi cho 3 người", "Sửa lời nhắc", "Không gửi", "Về trang đầu"]
    assert told(staff) == []


def test_one_tap_reaches_who_does_the_work_and_nobody_above(
    bench: Bench, lan: Officer, staff: Staff
) -> None:
    """N16: the focal officers; the deputy where there is none; no head before the end."""
    opens(lan)
    lan.picks("nudge_send")
    assert lan.text.startswith(
        "✓ Đã gửi lời nhắc cho 3 người của 2 đơn vị lúc 08:30 thứ Tư, 11/11/2026: "
        "Sở Tư pháp, Sở Y tế."
    )
    assert told(staff) == ["an", "binh", "deputy of SYT"]
    assert "Sở Y tế còn 3 ngày làm việc" in staff["deputy of SYT"].text
    staff["an"].picks("missing")
    staff["an"].sees("unscored_lines")
    with bench.sessions() as session:
        rows = session.scalars(select(Escalation)).all()
    assert [(row.rung, row.told) for row in rows] == [("nudge", 2), ("nudge", 1)]


def test_the_same_button_twice_or_another_coordinator_sends_once(
    bench: Bench, lan: Officer, staff: Staff
) -> None:
    """C13."""
    mai = bench.officer("Hoàng Mai", "SNV", Role.COORDINATOR)
    opens(mai)
    opens(lan)
    confirm = lan.last
    lan.picks("nudge_send", on=confirm)
    for late in (lan, mai):
        late.picks("nudge_send", on=confirm if late is lan else None)
        late.sees("refusal.nudged_just_now", count=2, at=at("2026-11-11 08:30"))
    assert len(staff["an"].messages) == 1
    bench.clock.set("2026-11-12 08:30")
    opens(lan)
    assert "Lần nhắc gần nhất: 08:30 thứ Tư, 11/11/2026." in lan.text
    lan.picks("nudge_send")
    assert len(staff["an"].messages) == 2


def test_what_a_reminder_said_this_morning_is_not_said_again(
    bench: Bench, lan: Officer, staff: Staff
) -> None:
    """The ladder speaks at 08:00 on 11/11."""
    bench.clock.set("2026-11-11 08:00")
    queue_due_reminders(bench.sessions, bench.clock)
    bench.clock.set("2026-11-11 08:30")
    opens(lan)
    lan.sees("refusal.nudged_just_now", at=at("2026-11-11 08:00"))
    assert " đơn vị còn lại chưa có ai nhận được tin." in lan.text
    bench.clock.set("2026-11-11 14:00")
    opens(lan)
    assert "Lần nhắc gần nhất: 08:00 thứ Tư, 11/11/2026." in lan.text


def test_who_has_begun_since_is_counted_again(bench: Bench, lan: Officer, staff: Staff) -> None:
    """C1: what is confirmed is what was counted."""
    opens(lan)
    score(bench, staff["an"], "STP", "1.1.1")
    lan.picks("nudge_send")
    lan.sees("confirm_nudge", people=1, units=1)
    assert lan.messages[-2].name == "nudge_list_changed"
    assert told(staff) == []
    lan.picks("nudge_send")
    assert told(staff) == ["deputy of SYT"]


def test_the_coordinator_says_it_in_other_words(lan: Officer, staff: Staff) -> None:
    opens(lan)
    lan.picks("nudge_edit")
    for wrong, refusal in (("x" * 501, "nudge_note_too_long"), ("   ", "nudge_note_empty")):
        lan.types(wrong)
        lan.sees(f"refusal.{refusal}")
    lan.types("Đề nghị nhập xong lĩnh vực 1 trong hôm nay.")
    assert lan.text.endswith("Sở Nội vụ: Đề nghị nhập xong lĩnh vực 1 trong hôm nay.")
    lan.picks("nudge_edit")
    lan.types("Sở Nội vụ đề nghị nhập xong trong hôm nay.")
    assert lan.text.endswith("\nSở Nội vụ đề nghị nhập xong trong hôm nay.")
    lan.picks("nudge_edit")
    lan.types("Đề nghị nhập xong lĩnh vực 1 trong hôm nay.")
    lan.picks("nudge_send")
    assert staff["an"].text.endswith("Sở Nội vụ: Đề nghị nhập xong lĩnh vực 1 trong hôm nay.")


def test_nothing_is_sent_when_it_is_dropped(lan: Officer, staff: Staff) -> None:
    opens(lan)
    lan.picks("nudge_edit")
    lan.picks("nudge_drop")
    lan.sees("nudge_dropped")
    assert told(staff) == []


def test_it_waits_for_the_morning_and_ends_with_the_window(
    bench: Bench, lan: Officer, staff: Staff
) -> None:
    """F15, C8: at 24:00 nobody is urged to begin any more; before the plan's window neither."""
    bench.clock.set("2026-11-11 21:00")
    opens(lan)
    lan.sees("refusal.nudge_at_night", since="20:00", until="07:00")
    bench.clock.set("2026-11-15 21:00")
    opens(lan)
    confirm = lan.last
    bench.clock.set("2026-11-16 00:00")
    lan.picks("nudge_send", on=confirm)
    lan.sees("refusal.no_unit_idle")
    for now in ("2026-11-16 00:00", "2026-10-14 08:00"):
        bench.clock.set(now)
        lan.types("/tiendo")
        assert "nudge_idle" not in {choice.action for choice in lan.choices}
    assert told(staff) == []


def test_who_cannot_be_written_to_is_left_out_and_named(
    bench: Bench, lan: Officer, staff: Staff
) -> None:
    with bench.sessions.begin() as session:
        ended = Account.person_id.in_([each.person_id for each in staff.values()])
        for account in session.scalars(select(Account).where(ended)):
            account.ended_at = bench.clock()
    opens(lan)
    lan.sees("refusal.nudge_reaches_nobody", count=29)


def test_only_who_leads_the_campaign_urges(bench: Bench, lan: Officer, staff: Staff) -> None:
    """I8."""
    opens(lan)
    with bench.sessions.begin() as session:
        held = select(Binding).where(Binding.person_id == lan.person_id)
        session.scalars(held).one().role = Role.OBSERVER
    lan.picks("nudge_send")
    lan.sees("refusal.not_your_role")
    assert told(staff) == []
