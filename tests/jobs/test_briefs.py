"""What reviewers and coordinators are told on working mornings (N19, R5.1c)."""

import pytest
from sqlalchemy import select
from sqlalchemy.event import listen

from jobs.briefs import queue_briefs
from models import appraisal, conduct, holds, milestones, units
from models.appraisal import AppraisalTask
from models.campaigns import Campaign, Step
from models.milestones import Act, Paper
from models.people import Account, By, Person, Role
from tests.bench import Bench, Officer
from tests.clock import at
from tests.handlers.test_coordination import score
from tests.models.office import Office


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
        "Từ 07:30 thứ Sáu, 13/11/2026 chưa có thay đổi.",
        "▲ Quá hạn, chưa gửi (30): VP UBND tỉnh, Sở Nội vụ, Sở Tư pháp, Sở Tài chính, "
        "Sở KH&ĐT, Sở Công Thương và 24 đơn vị khác",
        "▲ Không liên lạc được (29): VP UBND tỉnh, Sở Nội vụ, Sở Tài chính, Sở KH&ĐT, "
        "Sở Công Thương, Sở NN&PTNT và 23 đơn vị khác",
        "Việc của anh/chị:",
        "▲ Thành lập Hội đồng thẩm định: đã quá hạn 1 ngày làm việc "
        "(hạn 24:00 thứ Bảy, 14/11/2026)",
        "● Kết thúc thẩm định lần 1: hạn 24:00 thứ Hai, 30/11/2026 (còn 9 ngày làm việc)",
        "● Còn 9 lĩnh vực chưa giao người thẩm định",
    ]
    assert lan.labels == [
        "Bước nhắc tiếp theo (30)",
        "Đơn vị trễ hạn",
        "Tiến độ các đơn vị",
        "Việc của cơ quan chủ trì",
        "Phân công thẩm định",
    ]
    bench.clock.set("2026-11-16 09:00")
    hoa.picks("acknowledge_task")
    tick(bench, "2026-11-17 07:30")
    assert "✓ 1 lượt phân công thẩm định đã được nhận" in lan.text


def record(bench: Bench, *acts: Act) -> None:
    with bench.sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        for act in acts:
            milestones.record(session, By(bench.clock()), campaign, act, Paper())


def test_the_owners_acts_are_theirs_from_their_beginning_until_they_are_recorded(
    bench: Bench, lan: Officer
) -> None:
    """C20: the council, the notice of supplements, the decision; what was recorded is news."""
    tick(bench, "2026-12-01 07:30")
    owed = lan.text[lan.text.index("Việc của anh/chị") :].splitlines()[1:-1]
    assert [line.split(":")[0] for line in owed] == [
        "▲ Thành lập Hội đồng thẩm định",
        "▲ Kết thúc thẩm định lần 1",
        "● Thông báo nội dung cần bổ sung cho các đơn vị",
        "● Kết thúc giải trình, bổ sung",
    ]
    lan.picks("record_acts")
    lan.sees("acts_of_campaign")
    record(bench, Act.COUNCIL, Act.ROUND_1, Act.SUPPLEMENT_NOTICE, Act.SUPPLEMENT)
    tick(bench, "2026-12-02 07:30")
    assert "✓ Đã ghi nhận: thành lập Hội đồng thẩm định" in lan.text
    assert "● kết thúc" not in lan.text


def test_after_the_last_step_what_is_still_owed_is_told_for_four_weeks(
    bench: Bench, lan: Officer
) -> None:
    bench.clock.set("2026-12-30 08:00")
    record(bench, *(act for act in Act if act not in (Act.DECISION, Act.ARCHIVE)))
    assert tick(bench, "2026-12-31 07:30") == 1
    assert tick(bench, "2027-01-04 07:30") == 1
    assert lan.text.splitlines() == [
        "Việc của anh/chị sáng 04/01/2027, đợt đánh giá năm 2026",
        "▲ Trình ký và công bố kết quả: đã quá hạn 1 ngày làm việc "
        "(hạn 24:00 thứ Năm, 31/12/2026)",
    ]
    assert tick(bench, "2027-01-29 07:30") == 0
    record(bench, Act.DECISION)
    assert tick(bench, "2027-12-15 07:30") == 0
    assert tick(bench, "2027-12-20 07:30") == 1
    assert "● Nộp lưu hồ sơ: hạn 24:00 thứ Sáu, 31/12/2027" in lan.text
    record(bench, Act.ARCHIVE)
    assert tick(bench, "2027-12-21 07:30") == 0


def test_before_the_plan_only_who_issues_it_is_told_when_it_comes_near(
    bench: Bench, lan: Officer, hoa: Officer
) -> None:
    """R6.1."""
    with bench.sessions.begin() as session:
        session.scalars(select(Campaign)).one().opened_at = None
    assert tick(bench, "2026-10-06 07:30") == 0
    assert tick(bench, "2026-10-07 07:30") == 1
    assert lan.text.splitlines()[1:] == [
        "● Ban hành kế hoạch năm 2026: hạn 24:00 thứ Tư, 14/10/2026 (còn 5 ngày làm việc)"
    ]
    assert tick(bench, "2026-10-16 07:30") == 1
    assert "▲ Ban hành kế hoạch năm 2026: đã quá hạn 2 ngày làm việc" in lan.text


def test_what_changed_is_told_unit_by_unit(bench: Bench, lan: Officer) -> None:
    bench.clock.set("2026-11-12 09:00")
    an, chi = bench.officer("Nguyễn Văn An", "STP"), bench.officer("Lê Chi", "STC")
    score(bench, an, "STP", "1.1.1")
    with bench.sessions.begin() as session:
        sent = Office(session).send(bench.clock())
        found, by = sent.assessment.campaign, By(bench.clock())
        until, step = at("2026-11-21 00:00"), Step.SELF_ASSESSMENT
        stc = units.by_code(session, "STC")
        assert stc is not None
        conduct.extend(session, by, found, stc, step, until, "bão")
        conduct.reopen(session, by, sent.assessment, until, "sai số liệu")
        account = select(Account).where(Account.person_id == chi.person_id)
        session.scalars(account).one().unreachable_since = bench.clock()
    tick(bench, "2026-11-13 07:30")
    start = lan.text.index("Từ 07:30 thứ Năm, 12/11/2026:")
    assert lan.text[start:].splitlines()[1:6] == [
        "✓ 1 đơn vị gửi kết quả tự đánh giá: Sở Tư pháp",
        "● 1 đơn vị bắt đầu tự đánh giá: Sở Tư pháp",
        "● 2 đơn vị được gia hạn: Sở Tài chính, Sở Tư pháp",
        "● 1 phiếu được mở lại: Sở Tư pháp",
        "▲ 1 người không còn nhận được tin",
    ]


def test_once_all_are_told_a_minute_costs_a_few_statements(
    bench: Bench, hoa: Officer, lan: Officer
) -> None:
    """It is asked 210 times a morning."""
    for number in range(4):
        give(bench, bench.officer(f"Lê Thị Hoa {number}", "STP", Role.REVIEWER), "2")
    assert tick(bench, "2026-11-17 07:30") == 6
    engine, statements = bench.sessions.kw["bind"], []
    listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert tick(bench, "2026-11-17 07:31") == 0
    assert len(statements) <= 7, statements


def test_mornings_wait_for_a_right_clock_and_for_the_end_of_a_hold(
    bench: Bench, lan: Officer
) -> None:
    assert tick(bench, "2026-11-17 07:30", clock_is_wrong=True) == 0
    with bench.sessions.begin() as session:
        holds.hold(session, By(bench.clock()), "sao lưu")
    assert tick(bench, "2026-11-17 07:31") == 0
