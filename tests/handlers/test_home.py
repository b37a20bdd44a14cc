"""The first screen of each role and the help (conversations 2)."""

import pytest

from models.people import Role
from tests.bench import Bench


def test_the_focal_officer_sees_step_deadline_counts_and_the_next_act(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/menu")
    assert an.text == (
        "Sở Tư pháp · CCHC 2026 · ● Tự đánh giá\n"
        "Hạn 24:00 Chủ nhật, 15/11/2026 (còn 12 ngày)\n"
        "Đã chấm 0/86 · chưa chấm 85"
    )
    actions = [choice.action for choice in an.choices]
    assert actions == [
        *("continue", "missing", "evidence", "submit"),
        *("workbook", "calendar", "more"),
    ]
    an.picks("more")
    assert [choice.action for choice in an.choices] == [
        *("status", "allot", "unit_report", "notices_received", "people", "settings", "help"),
        "menu",
    ]


@pytest.mark.parametrize(
    ("role", "unit", "line", "first"),
    [
        (Role.REVIEWER, "STP", "Hiện anh/chị chưa được phân công", "calendar"),
        (Role.COORDINATOR, "SNV", "Đã gửi 0 · đã đủ 0 · đang làm 0 · chưa bắt đầu 30", "progress"),
        (Role.ADMIN, "SNV", "✓ Không có nội dung nào chưa xử lý được.", "invite_people"),
        (Role.OBSERVER, "SNV", "Vai trò: người theo dõi", "status"),
        (Role.COUNCIL_MEMBER, "SNV", "Vai trò: thành viên Hội đồng", "calendar"),
        (Role.HEAD, "HSONDONG", "Đã chấm 0/81", "continue"),
    ],
)
def test_each_role_has_its_own_first_screen(
    bench: Bench, role: Role, unit: str, line: str, first: str
) -> None:
    person = bench.officer("Lê Thị Chi", unit, role)
    person.types("/menu")
    assert line in person.text
    assert person.choices[0].action == first
    person.types("/trogiup")
    person.sees("help", role=role)
    assert person.choices[0].action == "menu"


def test_before_the_window_and_after_it_nothing_is_offered_that_would_be_refused(
    bench: Bench,
) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    bench.clock.set("2026-10-13 08:00")
    seen = ["missing", "documents", "workbook", "calendar", "more"]
    an.types("/menu")
    assert an.text.splitlines()[:2] == [
        "Sở Tư pháp · CCHC 2026 · ○ Tự đánh giá",
        "Mở từ 00:00 thứ Năm, 15/10/2026",
    ]
    assert [choice.action for choice in an.choices] == seen
    bench.clock.set("2026-11-16 00:00")
    an.types("/menu")
    assert an.text.startswith("Sở Tư pháp · CCHC 2026 · ● Thẩm định lần 1")
    assert [choice.action for choice in an.choices] == seen


def test_a_person_with_several_roles_is_told_which_one_this_is(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    bench.officer("Nguyễn Văn An", "STP", Role.REVIEWER)
    an.types("/menu")
    an.sees("which_role")
    an.picks("act_as")
    assert "còn 1 vai trò khác, đổi trong phần Cài đặt" in an.text


def test_what_nobody_waits_for_is_answered_with_what_can_be_done(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/menu")
    an.types("chào")
    an.sees("unknown_here")
    assert an.choices[0].action == "continue"


def test_the_way_home_is_on_every_page_of_what_else_there_is(bench: Bench) -> None:
    """A coordinator has eight other things to do; the ninth button was a page of its own."""
    lan = bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)
    lan.types("/menu")
    lan.picks("more")
    assert lan.labels[-1] == "Về trang đầu"


@pytest.mark.parametrize(
    ("role", "unit", "commands"),
    [
        (Role.FOCAL_OFFICER, "STP", "tinhtrang minhchung bieumau guiduyet bienlai baocao"),
        (Role.HEAD, "STP", "tinhtrang minhchung bieumau bienlai baocao"),
        (Role.REVIEWER, "STP", "nhiemvu"),
        (Role.COORDINATOR, "SNV", "tiendo phancong thongbao nguoinhan lich dientap moi chuaro"),
    ],
)
def test_the_help_names_what_the_role_does(
    bench: Bench, role: Role, unit: str, commands: str
) -> None:
    person = bench.officer("Lê Thị Chi", unit, role)
    person.types("/trogiup")
    assert [each for each in commands.split() if f"/{each}" not in person.text] == []
