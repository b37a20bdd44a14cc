"""``cchc assign``: the operator gives areas to a reviewer (R5.2a, F41)."""

import click.testing
import pytest

from bot.commands.assign import assign
from models.people import Role
from tests.bench import Bench, Officer
from tests.desk import TestDesk


@pytest.fixture
def hoa(bench: Bench) -> Officer:
    return bench.officer("Lê Thị Hòa", "STP", Role.REVIEWER)


def run(bench: Bench, *arguments: str) -> tuple[int, str, str]:
    desk = TestDesk(bench.sessions, bench.clock)
    result = click.testing.CliRunner().invoke(assign, arguments, obj=desk)
    return result.exit_code, result.stdout, result.stderr


def test_a_reviewer_is_found_by_a_name_without_marks(bench: Bench, hoa: Officer) -> None:
    assert run(bench, "--agency", "STP", "--person", "le thi hoa") == (
        0,
        "Đã giao cho Lê Thị Hòa (Sở Tư pháp), hạn 24:00 thứ Hai, 30/11/2026:\n"
        "2 Cải cách thể chế: 29 đơn vị, 255 lượt chấm\n",
        "",
    )
    hoa.sees("task_card", area="2")


def test_without_an_area_all_that_the_person_has_not_yet(bench: Bench) -> None:
    minh = bench.officer("Hoàng Minh", "SNV", Role.REVIEWER)
    assert run(bench, "--agency", "SNV", "--person", str(minh.person_id), "--area", "4")[0] == 0
    code, said, _ = run(bench, "--agency", "SNV", "--person", "Minh", "--campaign-year", "2026")
    assert (code, [line[:2] for line in said.splitlines()[1:]]) == (0, ["1 ", "5 ", "8 "])
    minh.sees("tasks_given", count=3)


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (
            ["--agency", "XYZ", "--person", "Hòa"],
            "Chưa làm gì: không có đơn vị nào mang mã XYZ.",
        ),
        (["--agency", "SXD", "--person", "Hòa"], "Chưa giao được: Sở Xây dựng không thẩm định"),
        (["--agency", "STP", "--person", "Ai đó"], "Chưa giao được: Sở Tư pháp không có người"),
        (["--agency", "STP", "--person", "hoa"], "Chưa giao được: có nhiều người khớp"),
        (
            ["--agency", "STP", "--person", "Lê Thị Hòa", "--area", "6"],
            "Chưa giao được: Sở Tư pháp không thẩm định tiêu chí nào trong lĩnh vực 6",
        ),
        (
            ["--agency", "STP", "--person", "Lê Thị Hòa", "--campaign-year", "2025"],
            "Chưa giao được: Sở Tư pháp không thẩm định tiêu chí nào trong đợt đánh giá 2025",
        ),
    ],
)
def test_a_refusal_is_one_sentence_and_status_1(
    bench: Bench, hoa: Officer, arguments: list[str], start: str
) -> None:
    bench.officer("Vũ Xuân Hoà", "STP", Role.COUNCIL_MEMBER)
    code, said, refused = run(bench, *arguments)
    assert (code, said, refused.startswith(start), refused.count("\n")) == (1, "", True, 1), (
        refused
    )


def test_the_same_again_is_refused(bench: Bench, hoa: Officer) -> None:
    assert run(bench, "--agency", "STP", "--person", "Hòa")[0] == 0
    code, _, refused = run(bench, "--agency", "STP", "--person", "Hòa")
    assert (code, refused.startswith("Chưa giao thêm: Lê Thị Hòa đang giữ")) == (1, True)
