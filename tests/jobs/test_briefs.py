"""What reviewers and coordinators are told on working mornings (N19, R5.1c)."""

import pytest
from sqlalchemy import select

from jobs.briefs import queue_briefs
from models import appraisal, holds, units
from models.appraisal import AppraisalTask
from models.people import By, Person, Role
from tests.bench import Bench, Officer


def tick(bench: Bench, local: str, *, clock_is_wrong: bool = False) -> int:
    bench.clock.set(local)
    return queue_briefs(bench.sessions, bench.clock, lambda: clock_is_wrong)


@pytest.fixture
def lan(bench: Bench) -> Officer:
    return bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)


@pytest.fixture
def hoa(bench: Bench, lan: Officer) -> Officer:
    """Was given area 2 for the Sở Tư pháp and has not taken it on."""
    hoa = bench.officer("Lê Thị Hoa", "STP", Role.REVIEWER)
    give(bench, hoa, "2")
    return hoa


def give(bench: Bench, reviewer: Officer, area: str) -> None:
    with bench.sessions.begin() as session:
        agency, owner = units.by_code(session, "STP"), units.by_code(session, "SNV")
        assert agency is not None
        assert owner is not None
        campaign = appraisal.campaign_led_by(session, owner.id)
        assert campaign is not None
        person = session.get_one(Person, reviewer.person_id)
        appraisal.assign(session, By(bench.clock()), campaign, agency, area, person)


@pytest.mark.parametrize("early", ["2026-11-17 07:29:59", "2026-11-17 11:00", "2026-11-21 07:30"])
def test_nothing_is_told_before_or_after_the_morning_or_on_a_saturday(
    bench: Bench, hoa: Officer, early: str
) -> None:
    assert tick(bench, early) == 0


def test_a_reviewer_is_told_once_what_waits_and_takes_it_on(bench: Bench, hoa: Officer) -> None:
    assert tick(bench, "2026-11-17 07:30") == 2
    assert tick(bench, "2026-11-17 07:31") == 0
    assert hoa.text == (
        "Việc hôm nay (17/11/2026) · Thẩm định lần 1, hạn 24:00 thứ Hai, 30/11/2026, "
        "còn 8 ngày làm việc\n"  # 24/11 is a holiday since 2026.
        "▲ Chờ anh/chị nhận:\n"
        "2 Cải cách thể chế: 29 đơn vị, 255 lượt chấm"
    )
    assert hoa.labels == ["Đã nhận", "Nhiệm vụ thẩm định"]
    hoa.picks("acknowledge_task")
    tick(bench, "2026-11-18 10:59:59")
    assert "● Đang thẩm định:\n2 Cải cách thể chế" in hoa.text
    assert hoa.labels == ["Nhiệm vụ thẩm định"]


@pytest.mark.parametrize("day", ["2026-11-13", "2026-12-01"])
def test_a_reviewer_is_told_nothing_outside_the_round(
    bench: Bench, hoa: Officer, day: str
) -> None:
    """R6.4: from 16/11 to 30/11."""
    before = len(hoa.messages)
    assert tick(bench, f"{day} 07:30") == 1
    assert len(hoa.messages) == before


def test_who_lost_the_role_or_the_task_is_told_nothing(bench: Bench, hoa: Officer) -> None:
    """C19."""
    with bench.sessions.begin() as session:
        task = session.scalars(select(AppraisalTask)).one()
        appraisal.end(session, By(bench.clock()), task)
    assert tick(bench, "2026-11-17 07:30") == 1


def test_the_coordinator_reads_what_stands_what_changed_and_what_is_owed(
    bench: Bench, hoa: Officer, lan: Officer
) -> None:
    bench.officer("Nguyễn Văn An", "STP")
    tick(bench, "2026-11-16 08:15")
    assert lan.text.splitlines() == [
        "Tình hình sáng 16/11/2026",
        "Thẩm định lần 1: hạn 24:00 thứ Hai, 30/11/2026 (còn 14 ngày)",
        "✓ đã gửi 0 · đã đủ, chưa gửi 0 · ● đang làm 0 · ▲ chưa bắt đầu 30",
        "Từ 07:30 thứ Sáu, 13/11/2026 chưa có đơn vị nào gửi kết quả, "
        "chưa có ai trả lời phân công.",
        "▲ Quá hạn, chưa gửi (30): VP UBND tỉnh, Sở Nội vụ, Sở Tư pháp, Sở Tài chính, "
        "Sở KH&ĐT, Sở Công Thương và 24 đơn vị khác",
        "▲ Không liên lạc được (29): VP UBND tỉnh, Sở Nội vụ, Sở Tài chính, Sở KH&ĐT, "
        "Sở Công Thương, Sở NN&PTNT và 23 đơn vị khác",
        "Việc của anh/chị: còn 9 lĩnh vực chưa giao người thẩm định.",
    ]
    assert lan.labels == ["Đơn vị trễ hạn", "Tiến độ các đơn vị", "Phân công thẩm định"]
    bench.clock.set("2026-11-16 09:00")
    hoa.picks("acknowledge_task")
    tick(bench, "2026-11-17 07:30")
    assert "✓ 1 lượt phân công thẩm định đã được nhận" in lan.text


def test_before_the_plan_and_after_the_last_step_nobody_is_told(
    bench: Bench, lan: Officer
) -> None:
    assert tick(bench, "2026-10-12 08:59") == 0
    assert tick(bench, "2026-12-31 07:30") == 1
    assert tick(bench, "2027-01-04 07:30") == 0


def test_mornings_wait_for_a_right_clock_and_for_the_end_of_a_hold(
    bench: Bench, lan: Officer
) -> None:
    assert tick(bench, "2026-11-17 07:30", clock_is_wrong=True) == 0
    with bench.sessions.begin() as session:
        holds.hold(session, By(bench.clock()), "sao lưu")
    assert tick(bench, "2026-11-17 07:31") == 0
