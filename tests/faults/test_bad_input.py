"""What people send that is wrong, late, forged or not theirs: each gets a plain sentence, and
nothing changes ("Bad input"; I3, I8, T1–T4, T8, T15)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import handlers
from handlers.dialogue import Trigger
from models.base import Base
from models.evidence import Evidence, EvidenceLink
from models.outbox import OutboxMessage
from models.people import Role
from models.people.invitations import HOURS
from tests.bench import Bench, Officer
from tests.faults.stage import NEUTRAL
from tests.faults.unchanged import UNUSABLE, invite, world
from tests.papers import pdf

NOT_YOURS = (
    "Việc này không thuộc vai trò của anh/chị trong đợt đánh giá. Anh/chị mở trang đầu để xem "
    "những việc của mình, hoặc hỏi Sở Nội vụ nếu cho rằng có nhầm lẫn."
)
DEAD_BUTTON = "Nút này không còn dùng được. Anh/chị mở trang đầu để xem tình trạng hiện tại."


@pytest.fixture
def an(bench: Bench) -> Officer:
    return bench.officer("Nguyễn Văn An", "STP")


# Invitations


def test_unknown_expired_used_and_voided_codes_sound_the_same_and_bind_nobody(
    bench: Bench,
) -> None:
    used, voided, old = invite(bench), invite(bench), invite(bench)
    first, not_me, late = bench.stranger("1"), bench.stranger("2"), bench.stranger("3")
    first.types(used)
    first.picks("join")
    not_me.types(voided)
    not_me.picks("not_me")
    late.types(old)  # Shown in time, accepted too late.
    bench.clock.forward(hours=HOURS)
    before = world(bench)
    late.picks("join")
    assert late.text == UNUSABLE
    other = bench.stranger("other")
    for code in (used, voided, old, "0" * 26):
        other.types(f"/start {code}")
        assert (other.text, other.labels) == (UNUSABLE, [])
    after = world(bench)
    assert after.pop("wrong_code") - before.pop("wrong_code") == 4
    assert after == before


def test_a_stranger_hears_nothing_else_also_when_editing_or_pressing(
    bench: Bench, an: Officer
) -> None:
    an.types("/menu")
    stranger = bench.stranger()
    stranger.edits()
    assert stranger.text == NEUTRAL
    for token in (an._token("calendar", None, None), "", "AAAAAAAAAAAA:0"):
        stranger.presses(token)
        assert (stranger.text, stranger.labels) == (NEUTRAL, [])


# Roles


def test_every_command_of_another_role_is_refused_in_one_sentence(bench: Bench) -> None:
    """I8: for each role, every command and entry that belongs to others only."""
    asked = 0
    for role in Role:
        officer = bench.officer(f"Người {role}", "STC", role)
        before = world(bench)
        for conversation in handlers.CONVERSATIONS:
            if not conversation.roles or role in conversation.roles:
                continue
            for handler in conversation.entry_points:
                if handler.trigger is Trigger.COMMAND:
                    officer.types(f"/{handler.names[0]}")
                    assert (officer.text, officer.labels) == (NOT_YOURS, ["Về trang đầu"])
                    asked += 1
        assert world(bench) == before
    assert asked > 20


# Buttons


def test_a_button_of_three_weeks_ago_still_does_its_work(bench: Bench, an: Officer) -> None:
    bench.clock.set("2026-10-15 09:00")
    an.sends(("KH.pdf", pdf("KH")), caption="1.1.1")
    receipt = an.last
    for _ in range(5):
        an.types("/menu")
        bench.clock.forward(days=4, hours=5)
    an.picks("evidence_remove", on=receipt)
    assert an.text.startswith('✓ Đã gỡ "KH.pdf" khỏi 1.1.1.')


def test_a_button_whose_time_is_over_says_why_and_shows_where_things_stand(
    bench: Bench, an: Officer
) -> None:
    an.sends(("KH.pdf", pdf("KH")), caption="1.1.1")
    receipt = an.last
    bench.clock.forward(weeks=3)
    before = world(bench)
    an.picks("evidence_remove", on=receipt)
    assert "thời hạn tự đánh giá của Sở Tư pháp đã hết lúc 24:00 Chủ nhật, 15/11" in an.text
    assert "Lịch" in an.labels
    assert world(bench) == before


def test_a_button_for_what_is_gone_says_so_and_leads_to_what_there_is(
    bench: Bench, an: Officer
) -> None:
    an.sends(("KH.pdf", pdf("KH")), caption="1.1.1")
    receipt = an.last
    an.picks("evidence_remove", on=receipt)
    before = world(bench)
    bench.clock.forward(days=5)
    an.picks("evidence_remove", on=receipt)
    assert an.text.startswith(
        '"KH.pdf" đã được thay hoặc gỡ khỏi 1.1.1 trước đó nên không thay đổi gì.'
    )
    assert an.labels
    assert world(bench) == before


def test_a_button_on_somebody_elses_message_does_nothing(bench: Bench, an: Officer) -> None:
    an.sends(("KH.pdf", pdf("KH")), caption="1.1.1")
    token = an._token("evidence_remove", None, None)
    colleague = bench.officer("Trần Bình", "STP")
    before = world(bench)
    colleague.presses(token)
    assert (colleague.text, colleague.labels) == (DEAD_BUTTON, ["Về trang đầu"])
    assert world(bench) == before


# Texts and tokens as nobody's keyboard carries them.
_REF = st.text("AZaz09_-", min_size=12, max_size=12)
_FORGED = st.one_of(
    st.text(max_size=64),
    st.builds("{}:{}".format, _REF, st.integers(-5, 10**6)),
    st.builds("{}:p{}".format, _REF, st.integers(0, 10**4)),
    st.sampled_from(["{ref}:99", "{ref}:p999", "{ref}:-1", "{ref}", "{ref}:", "{ref}:0x1"]),
    st.sampled_from(["{ref}:٣٣", " {ref}:0", "{ref}:0\n", "{REF}:0", "' OR 1=1 --", "../{ref}:0"]),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(forged=_FORGED)
def test_forged_data_of_any_shape_changes_nothing(bench: Bench, forged: str) -> None:
    """T4: also with the reference of a real message of this very chat."""
    with bench.sessions() as session:
        known = session.scalar(select(OutboxMessage.ref).limit(1))
    if known is None:
        bench.an = bench.officer("An", "STP")  # type: ignore[attr-defined]
        bench.an.types("/menu")  # type: ignore[attr-defined]
    an: Officer = bench.an  # type: ignore[attr-defined]
    ref = an.messages[0].ref
    before = world(bench)
    an.presses(forged.replace("{ref}", ref).replace("{REF}", ref.swapcase()))
    assert an.text in (DEAD_BUTTON, bench.words.letter(an.messages[0]).plain)
    assert world(bench) == before


# Words


def test_a_code_that_no_line_has_is_named_and_the_file_kept(bench: Bench, an: Officer) -> None:
    an.types("/minhchung 9.9.9")
    assert an.text.startswith('Không tìm thấy tiêu chí nào theo "9.9.9".')
    an.sends(("KH.pdf", pdf("KH")), caption="9.9.9 KH 12")
    an.sees("evidence_which_line")
    with bench.sessions() as session:
        assert _count(session, Evidence) == 1
        assert _count(session, EvidenceLink) == 0


def _count(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_an_edited_message_changes_nothing_and_is_told_once(bench: Bench, an: Officer) -> None:
    """T15."""
    an.types("/minhchung 1.1.1")
    an.picks("explain")
    an.types("Kế hoạch được lồng vào chương trình công tác.")
    said, before = len(an.messages), world(bench)
    for message in ("7", "7", "7", "8"):
        an.edits(message)
    assert [m.name for m in an.messages[said:]] == ["edit_not_recorded"] * 2
    assert an.text == (
        "Tin nhắn sửa không làm thay đổi nội dung đã ghi nhận. "
        "Anh/chị vui lòng gửi nội dung đúng thành tin nhắn mới."
    )
    assert world(bench) == before
