"""Inviting, listing, revoking, handing over in chat; what could not be processed; settings."""

import re

from sqlalchemy.orm import Session

from models import inbox, people
from models.inbox import Arrival, EventStatus, InboxEvent
from models.messages import Choice, decode
from models.people import Language, Person, Role
from tests.bench import Bench, Officer


def roles_of(bench: Bench, officer: Officer) -> list[tuple[str, Role]]:
    with bench.sessions() as session:
        held = people.active_bindings(session, officer.person_id or 0)
        return [(binding.unit.code, binding.role) for binding in held]


def offered(officer: Officer, action: str) -> list[str]:
    return [choice.value for choice in officer.choices if choice.action == action]


def test_the_coordinator_invites_by_words_and_the_code_works(bench: Bench) -> None:
    hoa = bench.officer("Lê Thị Hoa", "SNV", Role.COORDINATOR)
    hoa.types("/moi")
    hoa.types("tu phap")
    hoa.sees("invite_which_role", unit="Sở Tư pháp")
    assert offered(hoa, "in_role") == [
        "focal_officer",
        "deputy",
        "head",
        "reviewer",
        "council_member",
        "observer",
        "member",
    ]
    hoa.picks("in_role", "focal_officer")
    hoa.types("  Nguyễn   Văn An ")
    made = hoa.sees("invitation_made", for_name="Nguyễn Văn An", hours=72)
    values = decode(made.values)
    assert values["web"] == f"https://cchc.test/start/{values['code']}"
    assert values["telegram"] == f"https://cchc.test/telegram/{values['code']}"
    an = bench.stranger()
    an.types(values["code"])
    an.sees("invited", unit="Sở Tư pháp", role=Role.FOCAL_OFFICER)


def test_an_unknown_unit_is_refused_and_the_question_stays(bench: Bench) -> None:
    hoa = bench.officer("Lê Thị Hoa", "SNV", Role.COORDINATOR)
    hoa.types("/moi")
    hoa.types("xyz")
    hoa.sees("refusal.unit_not_found", text="xyz")
    hoa.types("STC")
    hoa.sees("invite_which_role", unit="Sở Tài chính")


def test_a_focal_officer_invites_deputies_and_members_of_the_own_unit_only(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/moi")
    an.sees("invite_which_role", unit="Sở Tư pháp")
    assert offered(an, "in_role") == ["deputy", "member"]
    an.picks("in_role", "deputy")
    an.picks("without_name")
    an.sees("invitation_made", role=Role.DEPUTY, unit="Sở Tư pháp")


def test_a_reviewer_invites_nobody(bench: Bench) -> None:
    hoa = bench.officer("Lê Thị Hoa", "STP", Role.REVIEWER)
    for command in ("/moi", "/danhba", "/loi"):
        hoa.types(command)
        hoa.sees("refusal.not_your_role")


def test_the_coordinator_sees_who_is_bound_and_who_is_not(bench: Bench) -> None:
    hoa = bench.officer("Lê Thị Hoa", "SNV", Role.COORDINATOR)
    bench.officer("Nguyễn Văn An", "STP")
    hoa.types("/moi")
    hoa.types("STP")
    hoa.picks("in_role", "deputy")
    hoa.types("Trần Bình")
    hoa.picks("people_of")
    assert hoa.text == (
        "Sở Tư pháp: 1 vai trò đã có người giữ, 1 thư mời chưa trả lời\n"
        "✓ Nguyễn Văn An, công chức đầu mối, gần nhất 03/11/2026\n"
        "○ Trần Bình, công chức dự phòng, thư mời hết hạn lúc 10:05 thứ Sáu, 06/11/2026"
    )
    hoa.picks("invitation")
    hoa.picks("withdraw")
    hoa.sees("people_of_unit", bound=1, waiting=0)
    hoa.types("/danhba")
    lacking = decode(hoa.last.values)["lacking"]
    assert lacking.values["count"] == 29
    assert "Sở Tư pháp" not in lacking.values["units"]


def test_a_role_is_revoked_with_a_reason_and_at_once(bench: Bench) -> None:
    hoa = bench.officer("Lê Thị Hoa", "SNV", Role.COORDINATOR)
    an = bench.officer("Nguyễn Văn An", "STP")
    hoa.types("/danhba")
    hoa.types("STP")
    hoa.picks("binding")
    hoa.picks("revoke")
    hoa.types("chuyển công tác")
    hoa.sees("people_of_unit", bound=0)
    assert roles_of(bench, an) == []
    an.types("/danhba")
    an.sees("stranger")


def test_the_head_hands_the_focal_role_to_the_deputy(bench: Bench) -> None:
    head = bench.officer("Lê Thị Hoa", "STP", Role.HEAD)
    an = bench.officer("Nguyễn Văn An", "STP")
    binh = bench.officer("Trần Bình", "STP", Role.DEPUTY)
    head.types("/danhba")
    head.picks("binding", _binding(bench, an))
    head.picks("hand_over")
    head.picks("successor", binh.person_id)
    head.sees("hand_over_confirm", successor="Trần Bình", person="Nguyễn Văn An")
    head.picks("confirm_hand_over")
    assert roles_of(bench, an) == []
    assert roles_of(bench, binh) == [("STP", Role.DEPUTY), ("STP", Role.FOCAL_OFFICER)]
    binh.sees("role_taken_up", unit="Sở Tư pháp")
    an.sees("role_given_up")


def test_the_focal_role_goes_to_somebody_new_by_a_code(bench: Bench) -> None:
    hoa = bench.officer("Lê Thị Hoa", "SNV", Role.COORDINATOR)
    an = bench.officer("Nguyễn Văn An", "STP")
    hoa.types("/danhba")
    hoa.types("STP")
    hoa.picks("binding")
    hoa.picks("hand_over")
    hoa.types("Phạm Minh")
    hoa.picks("confirm_hand_over")
    message = next(m for m in hoa.messages if m.name == "role_handed_over_new")
    minh = bench.stranger("minh")
    minh.types(decode(message.values)["code"])
    minh.picks("join")
    minh.sees("joined")
    assert roles_of(bench, an) == []


def test_going_back_leads_from_the_card_to_the_unit_to_the_units(bench: Bench) -> None:
    hoa = bench.officer("Lê Thị Hoa", "SNV", Role.COORDINATOR)
    bench.officer("Nguyễn Văn An", "STP")
    hoa.types("/danhba")
    hoa.types("STP")
    hoa.picks("binding")
    hoa.picks("back")
    hoa.sees("people_of_unit", unit="Sở Tư pháp")
    hoa.picks("back")
    hoa.sees("people_which_unit")


def test_a_way_back_in_is_offered_for_somebody_else(bench: Bench) -> None:
    hoa = bench.officer("Lê Thị Hoa", "SNV", Role.COORDINATOR)
    an = bench.officer("Nguyễn Văn An", "STP")
    hoa.types("/danhba")
    hoa.types("STP")
    hoa.picks("binding")
    hoa.picks("log_in_for")
    message = next(m for m in hoa.messages if m.name == "log_in_link_for")
    web = bench.stranger("web")
    web.types(decode(message.values)["link"])
    web.sees("logged_in", person="Nguyễn Văn An")
    assert an.person_id is not None


def test_an_admin_retries_and_drops_what_could_not_be_processed(bench: Bench) -> None:
    admin = bench.officer("Quản Trị", "SNV", Role.ADMIN)
    first, second = (dead_letter(bench, n) for n in (1, 2))
    admin.types("/loi")
    admin.sees("dead_letter_list", count=2)
    admin.picks("dead_letter", first)
    admin.sees("dead_letter_card", event=first, error="KeyError evidence.py:12")
    admin.picks("retry_letter")
    admin.picks("dead_letter", second)
    admin.picks("drop_letter")
    admin.types("tin rác")
    admin.sees("no_dead_letters")
    with bench.sessions() as session:
        found = [session.get_one(InboxEvent, id) for id in (first, second)]
        assert [(e.status, e.error) for e in found] == [
            (EventStatus.NEW, "KeyError evidence.py:12"),
            (EventStatus.DROPPED, "KeyError evidence.py:12 · tin rác"),
        ]


def test_the_language_is_switched_in_settings(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/caidat")
    assert offered(an, "switch_role") == []
    an.picks("switch_language", "en")
    an.sees("settings_card", language=Language.ENGLISH)
    with bench.sessions() as session:
        assert person_of(session, an).language is Language.ENGLISH


def test_what_is_stored_about_a_person_is_shown(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/settings")
    an.picks("my_data")
    assert re.sub(r"Cùng với.*", "", an.text) == (
        "Hệ thống lưu về anh/chị:\n"
        "Họ tên: Nguyễn Văn An\n"
        "Vai trò: công chức đầu mối của Sở Tư pháp, từ 03/11/2026\n"
        "Tài khoản: test, từ 03/11/2026\n"
    )


def test_the_role_to_act_in_is_chosen_in_settings(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    bench.officer("Nguyễn Văn An", "STC", Role.REVIEWER)
    an.types("/caidat")
    an.picks("act_as", offered(an, "act_as")[0])
    an.sees("settings_card")
    an.picks("switch_role")
    an.sees("role_switched", role=Role.REVIEWER)
    assert Choice("menu") in an.choices
    an.types("/caidat")
    acting = decode(an.last.values)["acting"]
    assert acting.values["unit"] == "Sở Tài chính"


def dead_letter(bench: Bench, number: int) -> int:
    at = bench.clock()
    with bench.sessions.begin() as session:
        arrival = Arrival("test", f"dead-{number}", "someone", {"text": str(number)})
        [event] = inbox.store(session, [arrival], at)
        inbox.settle(session, [event.id], EventStatus.DEAD, at, "KeyError evidence.py:12")
        return event.id


def person_of(session: Session, officer: Officer) -> Person:
    return session.get_one(Person, officer.person_id or 0)


def _binding(bench: Bench, officer: Officer) -> int:
    with bench.sessions() as session:
        return people.active_bindings(session, officer.person_id or 0)[0].id
