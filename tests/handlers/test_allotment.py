"""/giaoviec: who of the unit does which lines, as it is talked (F2)."""

import pytest

from models.people import Role
from tests.bench import Bench, Officer

UNIT = "Sở Tư pháp"


@pytest.fixture
def an(bench: Bench) -> Officer:
    bench.clock.set("2026-11-03 10:05")
    return bench.officer("Nguyễn Văn An", "STP")


@pytest.fixture
def binh(bench: Bench) -> Officer:
    return bench.officer("Trần Văn Bình", "STP", Role.MEMBER)


def test_an_area_is_given_and_the_colleague_begins_with_it(
    bench: Bench, an: Officer, binh: Officer
) -> None:
    binh.types("/menu")
    assert "Anh/chị chưa được giao tiêu chí nào." in binh.text
    an.types("/giaoviec")
    assert "Trần Văn Bình (cán bộ phối hợp): chưa được giao" in an.text
    assert "Chưa giao riêng: 85 tiêu chí" in an.text
    an.presses(bench.words.letter(an.last).buttons[1].token)
    an.picks("give_more")
    an.types("2")
    an.sees("confirm_giving", person="Trần Văn Bình", count=9)
    an.picks("give_now")
    an.sees("lines_are_given", person="Trần Văn Bình", count=9)
    assert binh.text.startswith(f"Nguyễn Văn An giao cho anh/chị 9 tiêu chí của {UNIT}: 2.1.1, ")
    assert "Hạn 24:00 Chủ nhật, 15/11/2026." in binh.text
    assert binh.labels[0] == "Làm tiếp 2.1.1"
    binh.picks("continue")
    assert "2.1.1" in binh.text
    binh.types("/menu")
    assert "Anh/chị được giao 9 tiêu chí, còn 9 việc." in binh.text
    assert binh.labels == [
        "Làm tiếp 2.1.1", "Còn thiếu gì", "Nộp tài liệu", "Lịch", "Khác",
    ]  # fmt: skip
    binh.picks("missing")
    binh.sees("unscored_lines", count=9)
    an.picks("allot")
    assert "Trần Văn Bình (cán bộ phối hợp): 9 tiêu chí, còn 9 việc" in an.text


def test_a_line_of_others_is_shown_and_not_changed(
    bench: Bench, an: Officer, binh: Officer
) -> None:
    """I8: refused by the server, whatever was pressed or typed."""
    an.types("1.1.1")
    assert "Giao cho đồng nghiệp" in an.labels
    binh.types("1.1.1")
    binh.sees("line_standing", code="1.1.1")
    assert binh.labels == ["Còn thiếu gì", "Về trang đầu"]
    binh.sends(("KH-12.pdf", b"%PDF"), caption="1.1.1 KH 12/KH-STP 08/01/2026")
    binh.sees("refusal.line_not_given")
    an.picks("give_line")
    an.picks("give_to")
    binh.sees("lines_given", count=1)
    binh.sends(("KH-12.pdf", b"%PDF"), caption="1.1.1 KH 12/KH-STP 08/01/2026")
    binh.sees("evidence_saved")
    an.types("1.1.1")
    assert "Người thực hiện: Trần Văn Bình" in an.text


def test_lines_are_taken_back_with_text_alone(bench: Bench) -> None:
    """I10; what was entered stays."""
    bench.clock.set("2026-11-03 10:05")
    an = bench.officer("Nguyễn Văn An", "STP", channel="plain")
    binh = bench.officer("Trần Văn Bình", "STP", Role.MEMBER, channel="plain")
    an.types("/giaoviec")
    an.types("2")  # The second of the colleagues.
    an.sees("share_of_colleague", person="Trần Văn Bình", count=0)
    an.types("1")
    an.types("2.1, 1.1.1")
    an.types("1")
    an.sees("lines_are_given")
    binh.sees("lines_given")
    an.types("1")
    an.types("2")
    an.types("2")
    an.sees("ask_lines_to_take_back", person="Trần Văn Bình")
    an.types("1.1.1")
    an.sees("share_of_colleague", person="Trần Văn Bình")
    binh.sees("lines_taken_back", count=1)


def test_an_area_by_buttons_down_to_one_line(bench: Bench, an: Officer, binh: Officer) -> None:
    an.types("/giaoviec")
    an.presses(bench.words.letter(an.last).buttons[1].token)
    an.picks("give_more")
    an.picks("give_within")
    an.sees("ask_lines_within", code="1")
    an.picks("give_within")
    an.sees("ask_lines_within", code="1.1")
    an.picks("give_within")
    an.sees("confirm_giving", count=1)


def test_who_scored_a_line_stands_on_its_card(bench: Bench, an: Officer, binh: Officer) -> None:
    an.types("1.1.1")
    an.picks("score")
    an.picks("pick_option", 0)
    binh.types("1.1.1")
    assert "Nguyễn Văn An chấm lúc 10:05 thứ Ba, 03/11/2026." in binh.text


def test_whoever_leaves_gives_the_lines_back_to_the_focal_officer(
    bench: Bench, an: Officer, binh: Officer
) -> None:
    an.types("1.1.1")
    an.picks("give_line")
    an.picks("give_to")
    an.types("/danhba")
    an.presses(bench.words.letter(an.last).buttons[1].token)
    an.picks("revoke")
    an.types("chuyển công tác")
    fell = next(message for message in an.messages if message.name == "lines_fell_back")
    assert bench.words.letter(fell).plain.startswith(
        f"▲ Trần Văn Bình không còn giữ vai trò tại {UNIT}: 1 tiêu chí"
    )


def test_a_member_is_invited_by_the_focal_officer(bench: Bench, an: Officer) -> None:
    an.types("/moi")
    assert an.labels[:2] == ["Công chức dự phòng", "Cán bộ phối hợp"]
    an.picks("in_role", "member")
    an.types("Trần Văn Bình")
    an.sees("invitation_made", role=Role.MEMBER, unit=UNIT)
