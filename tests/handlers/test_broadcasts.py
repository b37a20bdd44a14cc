"""A coordinator writes to many at once (F18, C13): whom, the preview, the count, the progress."""

import pytest
from sqlalchemy import select, update

from models.audit import AuditEntry
from models.broadcasts import Broadcast
from models.outbox import OutboxMessage, SendStatus
from models.people import Account, Binding, Role
from tests.bench import Bench, Officer
from tests.clock import at

TEXT = "Đề nghị các đơn vị dự họp lúc 08:00 thứ Sáu.\nTrân trọng."


@pytest.fixture
def lan(bench: Bench) -> Officer:
    bench.clock.set("2026-11-11 08:00")
    return bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)


@pytest.fixture
def an(bench: Bench) -> Officer:
    return bench.officer("Nguyễn Văn An", "STP")


@pytest.fixture
def binh(bench: Bench) -> Officer:
    return bench.officer("Trần Bình", "STC")


def draft(lan: Officer, text: str = TEXT) -> None:
    """To the focal officers of the departments."""
    lan.types("/thongbao")
    lan.picks("broadcast_kind", "group")
    lan.picks("broadcast_value", "department")
    lan.picks("broadcast_audience", "focal_officers")
    lan.types(text)


def notices(officer: Officer, name: str = "broadcast_notice") -> list[OutboxMessage]:
    return [message for message in officer.messages if message.name == name]


def arrives(bench: Bench, officer: Officer) -> None:
    """The postman has sent what waits for this chat."""
    here = OutboxMessage.address == officer.address
    with bench.sessions.begin() as session:
        change = {"status": SendStatus.SENT, "settled_at": bench.clock()}
        session.execute(update(OutboxMessage).where(here).values(change))


def test_the_preview_is_what_one_recipient_sees_and_counts_all(
    bench: Bench, lan: Officer, an: Officer, binh: Officer
) -> None:
    draft(lan)
    lan.sees("broadcast_preview", count=2, units=2)
    assert lan.labels[0] == "Gửi cho 2 người"
    lines = lan.text.split("\n")
    first, end = lines.index(TEXT.split("\n")[0]), lines.index("— — —")
    assert notices(an) == notices(binh) == []
    lan.picks("broadcast_send")
    lan.sees("broadcast_confirmed", count=2)
    assert an.text.split("\n") == lines[first - 1 : end]
    assert len(notices(an)) == len(notices(binh)) == 1


def test_who_is_left_out_is_said_with_the_reason(
    bench: Bench, lan: Officer, an: Officer, binh: Officer
) -> None:
    with bench.sessions.begin() as session:
        gone = update(Account).where(Account.address == binh.address)
        session.execute(gone.values(ended_at=bench.clock()))
    draft(lan)
    lan.sees("broadcast_preview", count=1)
    lan.picks("broadcast_left_out")
    lan.sees("broadcast_left_out", count=19)
    assert "▲ Chưa có ai giữ vai trò này: VP UBND tỉnh, Sở Nội vụ, " in lan.text
    lan.picks("broadcast_left_out_page")
    assert "▲ Không còn tài khoản nào: Trần Bình" in lan.text


def test_the_way_back_to_whom_does_not_read_as_sending(lan: Officer, an: Officer) -> None:
    lan.types("/thongbao")
    lan.picks("broadcast_kind", "role")
    lan.picks("broadcast_value", "focal_officer")
    assert lan.labels == ["Chọn lại người nhận", "Về trang đầu"]
    lan.picks("broadcast_restart")
    lan.sees("broadcast_begin")


def test_a_segment_without_anybody_says_only_what_is_so(bench: Bench, lan: Officer) -> None:
    lan.types("/thongbao")
    lan.picks("broadcast_kind", "unreachable")
    assert "hiện không có ai trong nhóm để gửi. Anh/chị chọn nhóm khác" in lan.text
    lan.picks("broadcast_kind", "role")
    lan.picks("broadcast_value", "focal_officer")
    assert "để gửi. 30 người hoặc đơn vị chưa có tài khoản" in lan.text


def test_a_second_press_of_confirm_does_nothing_more(lan: Officer, an: Officer) -> None:
    """I3."""
    draft(lan)
    preview = lan.last
    lan.picks("broadcast_send", on=preview)
    lan.picks("broadcast_send", on=preview)
    lan.sees("broadcast_state", total=1, queued=1)
    assert len(notices(an)) == 1


def test_the_count_that_is_confirmed_is_the_count_that_was_shown(
    bench: Bench, lan: Officer, an: Officer
) -> None:
    draft(lan)
    bench.officer("Đến Sau", "SXD")
    lan.picks("broadcast_send")
    lan.sees("refusal.broadcast_changed", count=2)
    assert notices(an) == []
    lan.picks("broadcast_send")
    lan.sees("broadcast_confirmed", count=2)


def test_the_same_to_the_same_within_a_day_is_asked_about(
    bench: Bench, lan: Officer, an: Officer
) -> None:
    """C13."""
    draft(lan)
    lan.picks("broadcast_send")
    bench.clock.forward(hours=23)
    draft(lan, f"  {TEXT.upper()} ")
    lan.picks("broadcast_send")
    lan.sees("refusal.broadcast_repeated", at=at("2026-11-11 08:00"))
    assert len(notices(an)) == 1
    lan.picks("broadcast_send_again")
    lan.sees("broadcast_confirmed")
    assert len(notices(an)) == 2
    bench.clock.forward(hours=24)
    draft(lan)
    lan.picks("broadcast_send")
    lan.sees("broadcast_confirmed")


def test_what_is_not_yet_sent_can_be_cancelled_and_the_rest_stays(
    bench: Bench, lan: Officer, an: Officer, binh: Officer
) -> None:
    draft(lan)
    lan.picks("broadcast_send")
    arrives(bench, an)
    lan.picks("broadcast_progress")
    lan.sees("broadcast_state", total=2, sent=1, queued=1)
    screen = lan.last
    lan.picks("broadcast_cancel")
    lan.sees("broadcast_state", total=2, sent=1, queued=0)
    assert "Đã huỷ lúc 08:00 thứ Tư, 11/11/2026: 1 tin chưa gửi không gửi nữa" in lan.text
    assert [m.status for m in notices(binh)] == [SendStatus.SUPERSEDED]
    lan.picks("broadcast_cancel", on=screen)
    lan.sees("refusal.broadcast_cancelled_before")


def test_a_receipt_is_asked_for_given_once_and_chased_with_one_tap(
    bench: Bench, lan: Officer, an: Officer, binh: Officer
) -> None:
    draft(lan)
    lan.picks("broadcast_with_receipt")
    lan.picks("broadcast_send")
    for officer in (an, binh):
        arrives(bench, officer)
    an.picks("acknowledge_broadcast")
    an.sees("notice_acknowledged", owner="Sở Nội vụ")
    bench.clock.forward(minutes=5)
    an.picks("acknowledge_broadcast")
    an.sees("notice_acknowledged_before", at=at("2026-11-11 08:00"))
    lan.picks("broadcast_progress")
    assert "Đã xác nhận 1/2" in lan.text
    assert lan.labels[0] == "Nhắc 1 người chưa xác nhận"
    screen = lan.last
    lan.picks("broadcast_chase")
    lan.picks("broadcast_chase", on=screen)
    assert len(notices(binh, "broadcast_chase")) == 1
    assert notices(an, "broadcast_chase") == []
    assert "broadcast_chase" not in [choice.action for choice in lan.choices]
    binh.picks("acknowledge_broadcast")
    binh.sees("notice_acknowledged")
    with bench.sessions() as session:
        done = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert done.count("acknowledge_broadcast") == 2
    assert done.count("chase_broadcast") == done.count("confirm_broadcast") == 1


def test_a_notice_opened_by_a_button_is_told_apart_from_one_that_arrived(
    bench: Bench, lan: Officer, an: Officer, binh: Officer
) -> None:
    """N15: the first press on any of its buttons."""
    draft(lan)
    lan.picks("broadcast_send")
    for officer in (an, binh):
        arrives(bench, officer)
    bench.clock.forward(minutes=7)
    an.picks("menu", on=notices(an)[0])
    bench.clock.forward(minutes=7)
    an.picks("menu", on=notices(an)[0])
    lan.picks("broadcast_progress")
    lan.sees("broadcast_state", sent=2, opened=1)
    lan.picks("broadcast_told")
    assert "Nguyễn Văn An (Sở Tư pháp): đã mở 08:07 11/11" in lan.text
    assert "Trần Bình (Sở Tài chính): đã gửi 08:00 11/11" in lan.text


def test_a_press_that_is_refused_says_all_the_same_that_the_notice_was_seen(
    bench: Bench, lan: Officer, an: Officer
) -> None:
    draft(lan)
    lan.picks("broadcast_with_receipt")
    lan.picks("broadcast_send")
    with bench.sessions.begin() as session:
        session.execute(
            update(Binding).where(Binding.person_id == an.person_id).values(role=Role.OBSERVER)
        )
        session.connection().exec_driver_sql("UPDATE broadcast_recipient SET person_id = 1")
    an.picks("acknowledge_broadcast")
    an.sees("refusal.not_your_notice")
    assert notices(an)[0].opened_at == bench.clock()


def test_units_are_named_in_words_and_what_is_unclear_is_named(
    bench: Bench, lan: Officer, an: Officer
) -> None:
    lan.types("/thongbao")
    lan.picks("broadcast_kind", "units")
    lan.types("so tu phap, lục, STX")
    lan.sees("ask_broadcast_units")
    assert "✓ Đã chọn 1: Sở Tư pháp" in lan.text
    assert '"STX": không có đơn vị nào' in lan.text
    assert '"lục": có thể là ' in lan.text
    lan.picks("broadcast_units_done")
    lan.picks("broadcast_audience", "all")
    lan.sees("ask_broadcast_text", count=1, units=1)


def test_a_file_comes_with_its_text_and_can_be_had_again(
    bench: Bench, lan: Officer, an: Officer
) -> None:
    """I10: a platform that carries no files gives a link for it."""
    quang = bench.officer("Lê Quang", "SXD", channel="plain")
    lan.types("/thongbao")
    lan.picks("broadcast_kind", "role")
    lan.picks("broadcast_value", "focal_officer")
    lan.sends(("giấy mời.pdf", b"%PDF-1.4 x"))
    lan.sees("broadcast_file_kept", file="giấy mời.pdf")
    lan.types("Kính mời dự họp.")
    assert "Tệp kèm theo: giấy mời.pdf (10 B)" in lan.text
    lan.picks("broadcast_send")
    assert an.last.enclosure is not None
    assert an.last.enclosure["name"] == "giấy mời.pdf"
    an.picks("broadcast_file")
    an.sees("broadcast_file_again", file="giấy mời.pdf")
    quang.types("*1")
    assert [m.name for m in quang.messages[-2:]] == ["file_on_the_web", "broadcast_file_again"]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("x" * 1201, "broadcast_too_long"),
        ("vào đây: K7Q2MZ9T4WXB8H3D5RVC6JN0PA", "broadcast_holds_code"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_what_was_chosen_stays(
    lan: Officer, an: Officer, text: str, refusal: str
) -> None:
    draft(lan, text)
    lan.sees(f"refusal.{refusal}")
    lan.types(TEXT)
    lan.sees("broadcast_preview", count=1)


def test_nobody_but_the_coordinator_of_the_owner_writes(bench: Bench, an: Officer) -> None:
    """I8: the others read what they were sent."""
    an.types("/thongbao")
    an.sees("notices_none")
    huy = bench.officer("Trịnh Huy", "STC", Role.COORDINATOR)
    huy.types("/thongbao")
    huy.sees("notices_none")


def test_a_draft_that_was_given_up_is_not_sent_by_an_old_button(
    bench: Bench, lan: Officer, an: Officer
) -> None:
    draft(lan)
    preview = lan.last
    lan.picks("broadcast_drop")
    lan.sees("broadcast_dropped")
    lan.picks("broadcast_send", on=preview)
    lan.sees("refusal.broadcast_given_up")
    assert notices(an) == []
    with bench.sessions() as session:
        assert session.scalars(select(Broadcast.text)).one() == TEXT


def test_a_draft_that_was_left_is_gone_on_with(lan: Officer, an: Officer) -> None:
    """F22."""
    draft(lan)
    lan.types("/menu")
    lan.types("/thongbao")
    lan.picks("broadcast_resume")
    lan.sees("broadcast_preview", count=1)


def test_what_was_received_can_be_read_again(bench: Bench, lan: Officer, an: Officer) -> None:
    draft(lan)
    lan.picks("broadcast_send")
    an.types("/thongbao")
    an.sees("notices_none")  # It is still to be sent, and may be cancelled.
    arrives(bench, an)
    an.types("/thongbao")
    an.picks("notice_again")
    an.sees("broadcast_notice", text=TEXT)
