"""Joining, strangers, wrong codes, and coming back by a link (conversations.md 1, F1)."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import people, units
from models.conversations import Chat
from models.messages import Choice
from models.outbox import OutboxMessage
from models.people import By, Person, Role, invitations
from tests.bench import Bench, Officer

NEUTRAL = "Đây là kênh nội bộ. Nếu có mã mời, anh/chị vui lòng gửi mã vào đây."
UNUSABLE = (
    "Mã này không dùng được (đã dùng, hết hạn hoặc gõ sai). "
    "Anh/chị vui lòng xin mã mới từ người đã mời."
)


def invite(
    bench: Bench,
    unit: str = "STP",
    role: Role = Role.FOCAL_OFFICER,
    by: Officer | None = None,
) -> str:
    with bench.sessions.begin() as session:
        of = units.by_code(session, unit)
        assert of is not None
        who = as_by(session, bench, by) if by else By(bench.clock())
        return invitations.invite(session, who, unit=of, role=role, name="Nguyễn Văn An")


def as_by(session: Session, bench: Bench, officer: Officer) -> By:
    assert officer.person_id is not None
    person = session.get_one(Person, officer.person_id)
    return By(bench.clock(), person, people.active_bindings(session, person.id)[0], 1)


def bound(bench: Bench, officer: Officer) -> list[tuple[str, Role]]:
    with bench.sessions() as session:
        person = people.person_at(session, officer.channel, officer.address)
        held = people.active_bindings(session, person.id) if person else []
        return [(binding.unit.code, binding.role) for binding in held]


@pytest.mark.parametrize("form", ["/start {}", "{}", "https://cchc.test/start/{}", "Mã: {}"])
def test_an_invited_officer_joins(bench: Bench, form: str) -> None:
    bench.clock.set("2026-10-12 09:12")
    code = invite(bench)
    an = bench.stranger()
    an.types(form.format(code.lower()))
    assert an.text == (
        "Anh/chị được mời tham gia đợt đánh giá Chỉ số CCHC năm 2026 với vai trò "
        "công chức đầu mối của Sở Tư pháp.\n"
        "Họ tên trong thư mời: Nguyễn Văn An.\n\n"
        "Hệ thống lưu họ tên, đơn vị và tài khoản trò chuyện này để gửi thông báo của đợt "
        "đánh giá. Đề nghị không gửi tài liệu mật qua kênh này."
    )
    assert an.labels == ["Đúng, tôi tham gia", "Không phải tôi"]
    assert bound(bench, an) == []
    an.picks("join")
    assert an.text == (
        "✓ Đã ghi nhận lúc 09:12 thứ Hai, 12/10/2026.\n"
        "Tự đánh giá mở từ 00:00 thứ Năm, 15/10/2026. Hệ thống sẽ nhắc anh/chị khi bắt đầu."
    )
    assert an.choices == [Choice("calendar"), Choice("help")]
    assert bound(bench, an) == [("STP", Role.FOCAL_OFFICER)]


def test_who_joins_while_the_window_is_open_is_told_until_when(bench: Bench) -> None:
    an = bench.stranger()
    an.types(invite(bench))
    an.picks("join")
    assert an.text.split("\n")[1] == "Tự đánh giá đang mở, hạn 24:00 Chủ nhật, 15/11/2026."


def test_a_stranger_hears_one_sentence_whatever_they_send(bench: Bench) -> None:
    stranger = bench.stranger()
    for text in ("xin chào", "/start", "/lich", "/dangnhap", "/caidat", "1", "STP", "/khong"):
        stranger.types(text)
        assert (stranger.text, stranger.labels) == (NEUTRAL, [])
    stranger.sends(("KH.pdf", b"%PDF-1.4"))
    assert stranger.text == NEUTRAL
    stranger.presses("AAAAAAAAAAAA:0")
    assert stranger.text == NEUTRAL


def test_a_used_an_expired_and_a_wrong_code_sound_the_same(bench: Bench) -> None:
    used, old = invite(bench), invite(bench)
    an, other = bench.stranger("an"), bench.stranger("other")
    an.types(used)
    an.picks("join")
    heard = []
    other.types(used)
    heard.append(other.text)
    bench.clock.forward(hours=72)
    for code in (f"/start {old}", "/start 0123456789ABCDEFGHJKMNPQRS", "/start abc"):
        other.types(code)
        heard.append(other.text)
    assert heard == [UNUSABLE] * 4
    assert bound(bench, other) == []


def test_a_second_press_on_the_invitation_changes_nothing(bench: Bench) -> None:
    code = invite(bench)
    an = bench.stranger()
    an.types(code)
    asked = an.last
    an.picks("join")
    an.picks("join", on=asked)
    assert an.text == UNUSABLE
    assert bound(bench, an) == [("STP", Role.FOCAL_OFFICER)]


def test_not_me_voids_the_code_and_tells_the_inviter(bench: Bench) -> None:
    hoa = bench.officer("Lê Thị Hoa", "SNV", Role.COORDINATOR)
    code = invite(bench, by=hoa)
    wrong, right = bench.stranger("wrong"), bench.stranger("right")
    wrong.types(code)
    wrong.picks("not_me")
    wrong.sees("not_me_noted")
    hoa.sees("invitation_declined", unit="Sở Tư pháp", role=Role.FOCAL_OFFICER)
    right.types(code)
    assert right.text == UNUSABLE


def test_guessing_ends_after_five_and_an_admin_is_told_once(bench: Bench) -> None:
    admin = bench.officer("Quản Trị", "SNV", Role.ADMIN)
    code = invite(bench)
    stranger = bench.stranger()
    for n in range(8):
        stranger.types(f"/start {n}")
        assert stranger.text == UNUSABLE
    stranger.types(code)
    assert stranger.text == UNUSABLE
    assert [message.name for message in admin.messages] == ["many_wrong_codes"]


def test_a_bound_officer_takes_up_a_further_role_and_may_act_in_it(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types(invite(bench, "STC", Role.REVIEWER))
    an.picks("join")
    an.sees("joined")
    assert bound(bench, an) == [("STP", Role.FOCAL_OFFICER), ("STC", Role.REVIEWER)]
    an.picks("switch_role")
    an.sees("role_switched", role=Role.REVIEWER, unit="Sở Tài chính")
    with bench.sessions() as session:
        binding = session.scalars(select(Chat).filter_by(address=an.address)).one().binding
        assert binding is not None
        assert binding.unit.code == "STC"


def test_start_without_a_code_leads_home(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/start")
    an.sees("already_joined")
    assert Choice("menu") in an.choices


def test_a_wrong_code_leaves_an_officer_where_they_were(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/moi")
    an.picks("in_role", "deputy")
    an.sees("invite_which_name")
    an.types("/start 123")
    assert an.text == UNUSABLE
    an.types("Trần Bình")
    an.sees("invitation_made", for_name="Trần Bình")


def test_a_log_in_link_opens_a_second_chat_of_the_same_person(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/dangnhap")
    link = re.search(r"https://cchc\.test/start/\w{26}", an.text)
    assert link is not None
    web = bench.stranger("tab")
    web.types(link[0])
    web.sees("logged_in", person="Nguyễn Văn An")
    assert bound(bench, web) == [("STP", Role.FOCAL_OFFICER)]
    again = bench.stranger("elsewhere")
    again.types(link[0])
    assert again.text == UNUSABLE


def test_a_link_for_another_person_does_not_change_whose_chat_it_is(bench: Bench) -> None:
    an, hoa = bench.officer("An", "STP"), bench.officer("Hoa", "STC")
    an.types("/dangnhap")
    link = re.search(r"https://\S+", an.text)
    assert link is not None
    hoa.types(link[0].rpartition("/")[2])
    hoa.sees("refusal.account_of_another")
    assert bound(bench, hoa) == [("STC", Role.FOCAL_OFFICER)]


def test_whose_roles_have_all_ended_is_a_stranger_again(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    with bench.sessions.begin() as session:
        [binding] = people.active_bindings(session, an.person_id or 0)
        people.end_binding(session, binding, "nghỉ hưu", By(bench.clock()))
    for text in ("/lich", "/dangnhap", "/start"):
        an.types(text)
        assert an.text == NEUTRAL


def test_without_buttons_the_invitation_is_answered_by_numbers(bench: Bench) -> None:
    an = bench.stranger(channel="plain")
    an.types(invite(bench))
    an.types("1")
    an.sees("joined")


def test_no_code_that_somebody_sends_is_kept(bench: Bench) -> None:
    code = invite(bench)
    an = bench.stranger()
    an.types(f"/start {code}")
    an.picks("join")
    with bench.sessions() as session:
        for message in session.scalars(select(OutboxMessage)):
            assert code not in str(message.values) + str(message.memory)
