"""Messages without a known end, in the chat: the list, the card, sent again or let be (F17)."""

from sqlalchemy import select

from jobs.unsettled import tell_of_unsettled
from models.audit import AuditEntry
from models.messages import Kind
from models.outbox import OutboxMessage, SendStatus
from models.people import Role
from tests.bench import Bench
from tests.models.test_unsettled import lose


def test_an_admin_comes_from_the_alarm_to_the_card_and_sends_again(bench: Bench) -> None:
    admin, an = bench.officer("Quản Trị", "SNV", Role.ADMIN), bench.officer("An", "STP")
    id = lose(bench, an)
    tell_of_unsettled(bench.sessions, bench.clock)
    admin.sees("messages_unsettled", count=1)
    admin.picks("unsettled")
    admin.sees("unsettled_list", count=1)
    assert admin.labels == ["An, 10:05 03/11", "Về trang đầu"]
    admin.picks("unsettled_message", id)
    assert admin.text == (
        f"Tin số {id}, thông báo, lời nhắc (edit_not_recorded), kênh test\n"
        "Người nhận: An\n"
        "Đơn vị: Sở Tư pháp\n"
        "Lập lúc 10:05 thứ Ba, 03/11/2026; gửi lần cuối lúc 10:05 thứ Ba, 03/11/2026, "
        "đã gửi 1 lần.\n"
        "Kết nối bị đứt đúng lúc gửi nên không rõ tin đã tới chưa. Nếu gửi lại, người nhận có "
        "thể thấy hai lần.\n"
        "Chi tiết: the process ended while it was being sent"
    )
    admin.picks("resend_message")
    admin.sees("nothing_unsettled")
    admin.picks("resend_message")  # Pressed twice: it is in the queue once.
    admin.sees("refusal.message_not_unsettled")
    assert standing(bench, id) == (SendStatus.QUEUED, ["message_resent"])


def test_it_is_taken_as_received_only_for_a_reason(bench: Bench) -> None:
    admin, an = bench.officer("Quản Trị", "SNV", Role.ADMIN), bench.officer("An", "STP")
    id = lose(bench, an)
    admin.types("/chuaro")
    admin.picks("unsettled_message", id)
    assert admin.labels == ["Gửi lại", "Coi như đã nhận", "Quay lại"]
    admin.picks("take_as_received")
    admin.types("   ")
    admin.sees("refusal.reason_missing")
    admin.types("Đã hỏi qua điện thoại")
    admin.sees("nothing_unsettled")
    assert standing(bench, id) == (SendStatus.SUPERSEDED, ["message_settled"])


def test_what_the_platform_did_not_take_is_not_taken_as_received(bench: Bench) -> None:
    admin, an = bench.officer("Quản Trị", "SNV", Role.ADMIN), bench.officer("An", "STP")
    id = lose(bench, an)
    with bench.sessions.begin() as session:
        session.get_one(OutboxMessage, id).status = SendStatus.MALFORMED
    admin.types("/unsettled")
    admin.picks("unsettled_message", id)
    assert admin.labels == ["Gửi lại", "Không gửi nữa", "Quay lại"]


def test_a_coordinator_is_shown_it_on_the_first_screen_and_others_have_no_part(
    bench: Bench,
) -> None:
    leader = bench.officer("Điều Phối", "SNV", Role.COORDINATOR)
    an = bench.officer("An", "STP")
    lose(bench, an, kind=Kind.ANSWER)
    leader.types("/menu")
    assert "unsettled" not in [choice.action for choice in leader.choices]
    id = lose(bench, an)
    leader.types("/menu")
    assert "▲ 1 tin chưa rõ đã tới người nhận chưa." in leader.text
    leader.picks("unsettled")
    leader.picks("unsettled_message", id)
    leader.picks("take_as_received")
    leader.picks("unsettled_again")
    leader.sees("unsettled_card.unknown", message=id)
    an.types("/chuaro")
    an.sees("refusal.not_your_role")


def standing(bench: Bench, id: int) -> tuple[SendStatus, list[str]]:
    """How the message stands, and what the record says of it."""
    with bench.sessions() as session:
        acts = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.action.startswith("message_"))
            .order_by(AuditEntry.id)
        )
        return session.get_one(OutboxMessage, id).status, list(acts)
