"""A reviewer is told of the task, takes it on or declines it (conversations.md 8, F42, F43)."""

import pytest

from models import units
from models.appraisal import TaskStatus
from models.appraisal.tables import AppraisalTask
from models.people import Role
from tests.bench import Bench, Officer


@pytest.fixture
def lan(bench: Bench) -> Officer:
    return bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)


@pytest.fixture
def hoa(bench: Bench, lan: Officer) -> Officer:
    """A reviewer of Sở Tư pháp who has been given area 2."""
    hoa = bench.officer("Lê Thị Hòa", "STP", Role.REVIEWER)
    bench.clock.set("2026-11-05 09:00")
    give(lan, "STP", "2", hoa)
    bench.clock.set("2026-11-16 08:02")
    return hoa


def give(lan: Officer, agency: str, area: str, reviewer: Officer) -> None:
    lan.types("/phancong")
    lan.picks("pick_agency", unit_id(lan.bench, agency))
    lan.picks("pick_areas", area)
    lan.picks("pick_reviewer", str(reviewer.person_id))
    lan.picks("give_task")


def unit_id(bench: Bench, code: str) -> str:
    with bench.sessions() as session:
        unit = units.by_code(session, code)
        assert unit is not None
        return str(unit.id)


def task_of(bench: Bench, number: int = 1) -> AppraisalTask:
    with bench.sessions() as session:
        return session.get_one(AppraisalTask, number)


def test_the_card_says_what_how_much_until_when_and_what_not(hoa: Officer) -> None:
    hoa.types("/nhiemvu")
    assert hoa.text == (
        "Anh/chị được phân công thẩm định lần 1: lĩnh vực 2 Cải cách thể chế, 29 đơn vị, "
        "255 lượt chấm, hạn 24:00 thứ Hai, 30/11/2026 (còn 14 ngày).\n"
        "Không gồm đơn vị của anh/chị (Sở Tư pháp): không tự thẩm định."
    )
    assert hoa.labels == ["Đã nhận", "Từ chối, nêu lý do", "Xem danh sách", "Về trang đầu"]


def test_the_notice_of_the_assignment_is_the_same_card(hoa: Officer) -> None:
    """F43. It came on 5 November, before round 1 opened."""
    hoa.sees("task_card", area="2", units=29, lines=255)
    assert hoa.labels == ["Đã nhận", "Từ chối, nêu lý do", "Xem danh sách"]
    assert "Thẩm định mở từ 00:00 thứ Hai, 16/11/2026" in hoa.text


def test_acknowledging_is_recorded_and_told(hoa: Officer, lan: Officer) -> None:
    """F42. From the notice itself; once more changes nothing."""
    notice = hoa.last
    hoa.picks("acknowledge_task", on=notice)
    assert hoa.text == "✓ Đã nhận lúc 08:02 thứ Hai, 16/11/2026. Đã báo Sở Nội vụ."
    lan.sees("task_acknowledged", person="Lê Thị Hòa", agency="Sở Tư pháp")
    hoa.bench.clock.forward(days=3)
    hoa.picks("acknowledge_task", on=notice)
    hoa.sees("task_card")
    assert "✓ Anh/chị đã nhận lúc 08:02 thứ Hai, 16/11/2026." in hoa.text
    assert [m.name for m in lan.messages].count("task_acknowledged") == 1


def test_declining_for_a_conflict_needs_no_words(hoa: Officer, lan: Officer) -> None:
    hoa.picks("decline_task")
    hoa.picks("decline_reason", "conflict")
    hoa.picks("no_decline_note")
    hoa.sees("task_refused", area="2", owner="Sở Nội vụ")
    lan.sees("task_declined", person="Lê Thị Hòa", area="2")
    assert "Lý do: xung đột lợi ích." in lan.text
    hoa.types("/nhiemvu")
    hoa.sees("no_tasks")


def test_declining_for_another_reason_asks_for_it(hoa: Officer, lan: Officer) -> None:
    hoa.picks("decline_task")
    hoa.picks("decline_reason", "other")
    hoa.types("   ")
    hoa.sees("refusal.decline_note_missing")
    hoa.types("Đi học tập trung đến hết tháng 11")
    hoa.sees("task_refused")
    assert 'lý do khác, "Đi học tập trung đến hết tháng 11"' in lan.text
    task = task_of(hoa.bench)
    assert (task.status, task.decline_note) == (
        TaskStatus.DECLINED,
        "Đi học tập trung đến hết tháng 11",
    )


def test_a_reason_that_is_written_at_once_is_taken(hoa: Officer, lan: Officer) -> None:
    hoa.picks("decline_task")
    hoa.types("2")
    hoa.sees("refusal.decline_note_missing")
    hoa.types("Đi học tập trung đến hết tháng 11")
    hoa.sees("task_refused")
    assert 'lý do khác, "Đi học tập trung đến hết tháng 11"' in lan.text


def test_a_task_that_was_declined_is_not_taken_on_by_an_old_button(
    hoa: Officer, lan: Officer
) -> None:
    """A press on an old message says why it no longer holds."""
    notice = hoa.last
    hoa.picks("decline_task")
    hoa.picks("decline_reason", "conflict")
    hoa.picks("no_decline_note")
    hoa.picks("acknowledge_task", on=notice)
    hoa.sees("refusal.task_declined_before", area="2", owner="Sở Nội vụ")


def test_the_units_are_listed_with_their_lines_page_by_page(hoa: Officer) -> None:
    hoa.picks("task_units")
    hoa.sees("task_unit_list", units=29, lines=255)
    assert "Sở Nội vụ: 9\n" in hoa.text
    assert "Sở Tư pháp: " not in hoa.text
    assert hoa.labels == ["Trang 2/2", "Xem nhiệm vụ"]
    hoa.picks("more_task_units")
    assert hoa.labels == ["Trang 1/2", "Xem nhiệm vụ"]
    assert len(hoa.text) < 900


def test_several_areas_are_one_list_and_one_answer(bench: Bench, lan: Officer) -> None:
    minh = bench.officer("Hoàng Minh", "SNV", Role.COUNCIL_MEMBER)
    lan.types("/phancong")
    lan.picks("pick_agency", unit_id(bench, "SNV"))
    lan.picks("pick_all_areas")
    lan.picks("pick_reviewer", str(minh.person_id))
    lan.picks("give_task")
    minh.sees("tasks_given", count=4, lines=995)
    minh.picks("tasks")
    minh.sees("task_list", count=4, unanswered=4)
    minh.picks("acknowledge_tasks")
    minh.sees("task_accepted")
    lan.sees("task_acknowledged", person="Hoàng Minh")
    minh.types("/nhiemvu")
    minh.sees("task_list", count=4, unanswered=0)
    minh.picks("pick_task", "3")
    minh.sees("task_card", area="5")


def test_a_colleague_cannot_answer_for_the_reviewer(hoa: Officer, bench: Bench) -> None:
    """I8: neither through the list nor by somebody else's message."""
    bac = bench.officer("Vũ Bắc", "STP", Role.REVIEWER)
    bac.types("/nhiemvu")
    bac.sees("no_tasks")
    bac.presses(f"{hoa.last.ref}:0")
    bac.sees("refusal.press_unknown")
    assert task_of(bench).status is TaskStatus.ASSIGNED


def test_without_buttons_the_notice_is_answered_by_its_mark(bench: Bench, lan: Officer) -> None:
    """I10: numbers for choices, a star before those of a notice."""
    hoa = bench.officer("Lê Thị Hòa", "STP", Role.REVIEWER, channel="plain")
    give(lan, "STP", "2", hoa)
    hoa.types("*1")
    hoa.sees("task_accepted")
