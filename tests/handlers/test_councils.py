"""A coordinator gives areas to reviewers and gives again what was declined (R5.1a, F41, F46)."""

import pytest

from models import units
from models.appraisal.tables import AppraisalTask
from models.people import Role
from tests.bench import Bench, Officer


@pytest.fixture
def lan(bench: Bench) -> Officer:
    return bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)


@pytest.fixture
def hoa(bench: Bench) -> Officer:
    return bench.officer("Lê Thị Hòa", "STP", Role.REVIEWER)


def opens(lan: Officer, agency: str) -> None:
    with lan.bench.sessions() as session:
        unit = units.by_code(session, agency)
        assert unit is not None
    lan.types("/phancong")
    lan.picks("pick_agency", str(unit.id))


def gives(lan: Officer, reviewer: Officer) -> None:
    lan.picks("pick_reviewer", str(reviewer.person_id))
    lan.picks("give_task")


def statuses(bench: Bench) -> list[tuple[str, str]]:
    with bench.sessions() as session:
        tasks = session.query(AppraisalTask).order_by(AppraisalTask.id)
        return [(task.reviewer.name, task.status.value) for task in tasks]


def test_what_nobody_has_comes_first(lan: Officer, hoa: Officer) -> None:
    opens(lan, "STP")
    lan.picks("pick_areas", "2")
    gives(lan, hoa)
    lan.picks("assign_tasks")
    lan.sees("assignment_overview", given=1, areas=10, acknowledged=0, waiting=1)
    assert "▲ Chưa giao: VP UBND tỉnh 1, VP UBND tỉnh 3, Sở Nội vụ 1" in lan.text
    assert lan.labels[-3:] == [
        "Sở Tư pháp (1/1)",
        "Trả lời của người thẩm định",
        "Về trang đầu",
    ]


def test_the_assignment_is_shown_before_it_is_made(lan: Officer, hoa: Officer) -> None:
    opens(lan, "STP")
    lan.picks("pick_areas", "2")
    lan.picks("pick_reviewer")
    assert lan.text == (
        "Giao cho Lê Thị Hòa (Sở Tư pháp) thẩm định lần 1, "
        "hạn 24:00 thứ Hai, 30/11/2026 (còn 27 ngày):\n"
        "2 Cải cách thể chế: 29 đơn vị, 255 lượt chấm\n"
        "Không gồm Sở Tư pháp: không tự thẩm định.\n"
        "Thẩm định mở từ 00:00 thứ Hai, 16/11/2026; anh/chị có thể trả lời ngay từ bây giờ.\n"
        "Người được giao sẽ nhận thông báo ngay."
    )
    assert statuses(lan.bench) == []
    lan.picks("give_task")
    lan.sees("assignment_made", person="Lê Thị Hòa")
    assert statuses(lan.bench) == [("Lê Thị Hòa", "assigned")]


def test_an_agency_without_reviewers_leads_to_an_invitation(lan: Officer) -> None:
    opens(lan, "STC")
    lan.picks("pick_areas", "6")
    lan.sees("no_reviewer_there", agency="Sở Tài chính")
    assert [choice.action for choice in lan.choices] == ["invite_people", "back_to_agency"]


def test_what_was_declined_is_given_to_somebody_else(
    bench: Bench, lan: Officer, hoa: Officer
) -> None:
    """F42, F46: straight from the notice."""
    bac = bench.officer("Vũ Bắc", "STP", Role.REVIEWER)
    opens(lan, "STP")
    lan.picks("pick_areas", "2")
    gives(lan, hoa)
    hoa.picks("decline_task")
    hoa.picks("decline_reason", "conflict")
    hoa.types("Con ruột làm ở Sở Y tế")
    lan.sees("task_declined", person="Lê Thị Hòa")
    lan.picks("task_answers")
    lan.picks("replace_task")
    gives(lan, bac)
    assert statuses(bench) == [("Lê Thị Hòa", "ended"), ("Vũ Bắc", "assigned")]
    bac.sees("task_card")
    assert "task_taken_back" not in [message.name for message in hoa.messages]


def test_who_declined_may_be_asked_again_with_their_reason_in_view(
    lan: Officer, hoa: Officer
) -> None:
    """C19: a warning, not a ban."""
    opens(lan, "STP")
    lan.picks("pick_areas", "2")
    gives(lan, hoa)
    hoa.picks("decline_task")
    hoa.picks("decline_reason", "other")
    hoa.types("Nghỉ phép")
    opens(lan, "STP")
    lan.picks("pick_areas", "2")
    lan.picks("pick_reviewer")
    assert (
        "▲ Người này đã từ chối lĩnh vực 2 lúc 10:05 thứ Ba, 03/11/2026: "
        'lý do khác, "Nghỉ phép".' in lan.text
    )
    lan.picks("give_task")
    assert statuses(lan.bench) == [("Lê Thị Hòa", "declined"), ("Lê Thị Hòa", "assigned")]


def test_a_reviewer_is_replaced_or_joined(bench: Bench, lan: Officer, hoa: Officer) -> None:
    """F46: the old one is told; and two may share an area."""
    bac = bench.officer("Vũ Bắc", "STP", Role.REVIEWER)
    thu = bench.officer("Đỗ Thu", "STP", Role.COUNCIL_MEMBER)
    opens(lan, "STP")
    lan.picks("pick_areas", "2")
    gives(lan, hoa)
    opens(lan, "STP")
    lan.picks("pick_areas", "2")
    lan.sees("area_card", area="2", units=29)
    lan.picks("replace_task")
    gives(lan, bac)
    hoa.sees("task_taken_back", area="2")
    opens(lan, "STP")
    lan.picks("pick_areas", "2")
    lan.picks("add_reviewer")
    lan.picks("pick_reviewer", str(bac.person_id))
    lan.sees("refusal.task_given_already", person="Vũ Bắc")
    gives(lan, thu)
    assert statuses(bench) == [
        ("Lê Thị Hòa", "ended"),
        ("Vũ Bắc", "assigned"),
        ("Đỗ Thu", "assigned"),
    ]


def test_the_answers_stand_together(bench: Bench, lan: Officer, hoa: Officer) -> None:
    lan.types("/phancong")
    lan.picks("task_answers")
    lan.sees("no_task_answers")
    opens(lan, "STP")
    lan.picks("pick_areas", "2")
    gives(lan, hoa)
    hoa.picks("acknowledge_task")
    lan.types("/phancong")
    lan.picks("task_answers")
    assert lan.text == (
        "Trả lời của người thẩm định: ✓ đã nhận 1 · ● chờ trả lời 0 · ▲ từ chối 0\n"
        "✓ Sở Tư pháp 2, Lê Thị Hòa: đã nhận 10:05 thứ Ba, 03/11/2026"
    )


def test_nobody_else_assigns(bench: Bench, hoa: Officer) -> None:
    """I8: not a reviewer; and a coordinator only what the own unit leads."""
    hoa.types("/phancong")
    hoa.sees("refusal.not_your_role")
    huy = bench.officer("Trịnh Huy", "STC", Role.COORDINATOR)
    huy.types("/phancong")
    huy.sees("refusal.leads_no_campaign")
