"""The clock walked over the year: every step is announced, chased and closed (R6.1–R6.9, C8)."""

from collections import Counter
from datetime import timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import delete, func, select

import jobs
from jobs.reminders import queue_due_reminders
from models import appraisal, campaigns, conduct, milestones, units
from models.campaigns import Campaign, Step, Window
from models.milestones import Act
from models.outbox import OutboxMessage
from models.people import By, Person, Role
from models.reminders import Outcome, Reminder, ReminderRecipient
from tests import sheets
from tests.bench import Bench, Officer
from tests.clock import at

SECOND = timedelta(seconds=1)


def tick(bench: Bench, local: str) -> int:
    bench.clock.set(local)
    return queue_due_reminders(bench.sessions, bench.clock)


def record(bench: Bench, act: Act, paper: str = "") -> None:
    with bench.sessions.begin() as session:
        found, by = session.scalars(select(Campaign)).one(), By(bench.clock())
        milestones.record(session, by, found, act, milestones.read_paper(paper, 2026))


def acts_in(officer: Officer) -> list[Act]:
    """The acts of which the newest message reminds."""
    words = officer.bench.words
    return [act for act in Act if words.plain(f"act.{act}") in officer.text]


@pytest.mark.parametrize("step", Step)
def test_a_window_is_open_from_its_first_instant_up_to_its_end_and_its_grace(step: Step) -> None:
    """I6, C8, C9: −1 s, 0, +1 s at each boundary of each step."""
    [window] = [w for w in campaigns.default_windows(2026) if w.step is step]
    window.grace_minutes = 30
    found, grace = campaigns.effective(window, None), timedelta(minutes=30)
    for offset, open_ in ((-SECOND, False), (timedelta(), True), (SECOND, True)):
        if window.opens_at is not None:
            assert found.is_open(window.opens_at + offset) is open_
    for offset, phase in ((-SECOND, "open"), (timedelta(), "over"), (SECOND, "over")):
        assert found.phase(window.closes_at + offset) == phase
        assert found.is_open(window.closes_at + offset)
        assert found.is_in_grace(window.closes_at + offset) is (phase == "over")
    ends = [found.is_open(window.closes_at + grace + d) for d in (-SECOND, timedelta(), SECOND)]
    assert ends == [True, False, False]


@pytest.mark.parametrize(
    ("act", "reminded", "chased"),
    [
        (Act.COUNCIL, "2026-11-13 08:00", "2026-11-16 08:00"),
        (Act.ROUND_1, "2026-11-30 08:00", "2026-12-01 08:00"),
        (Act.SUPPLEMENT_NOTICE, "2026-12-01 08:00", "2026-12-02 08:00"),
        (Act.SUPPLEMENT, "2026-12-10 14:00", "2026-12-11 08:00"),
        (Act.ROUND_2, "2026-12-20 14:00", "2026-12-21 08:00"),
        (Act.CONSOLIDATION, "2026-12-25 14:00", "2026-12-28 08:00"),
        (Act.DECISION, "2026-12-31 14:00", "2027-01-04 08:00"),
        (Act.ARCHIVE, "2027-12-31 14:00", "2028-01-04 08:00"),
    ],
)
def test_who_leads_owes_each_act_until_it_is_recorded(
    bench: Bench, act: Act, reminded: str, chased: str
) -> None:
    """C20: reminded before the end, chased behind it, and left in peace once it is recorded."""
    lan = bench.officer("Trần Thị Lan", "SNV", Role.COORDINATOR)
    for other in Act:
        if other is not act:
            record(bench, other)
    tick(bench, reminded)
    assert acts_in(lan) == [act]
    tick(bench, chased)
    assert acts_in(lan) == [act]
    assert "đã quá hạn 1 ngày làm việc" in lan.text
    record(bench, act, "12/QĐ-UBND 12/11/2026")
    told = len(lan.messages)
    tick(bench, str(at(chased).date() + timedelta(days=14)) + " 09:00")
    assert lan.messages[told:] == []


def test_the_coordinator_learns_of_the_beginning_and_the_end_of_the_self_assessment(
    bench: Bench,
) -> None:
    lan = bench.officer("Trần Thị Lan", "SNV", Role.COORDINATOR)
    assert tick(bench, "2026-10-15 08:00") == 1
    lan.sees("units_may_begin", units=30)
    for act in Act:
        record(bench, act)
    tick(bench, "2026-11-16 08:00")
    lan.sees("sheets_not_all_sent", units=30, sent=0, open=30)
    assert lan.labels[0] == "Tiến độ các đơn vị"


def test_news_that_nobody_needs_any_more_is_left_out(bench: Bench) -> None:
    """C11: an end is told for a week, then it is recorded as overtaken."""
    lan = bench.officer("Trần Thị Lan", "SNV", Role.COORDINATOR)
    for act in Act:
        record(bench, act)
    assert tick(bench, "2026-11-23 08:00:01") == 0
    assert lan.messages == []
    with bench.sessions() as session:
        news = (Reminder.duty == "self_assessment_news", Reminder.rung == "closing")
        assert session.scalars(select(Reminder.outcome).where(*news)).one() is Outcome.OVERTAKEN


def test_units_learn_of_the_supplements_and_are_not_chased_for_them(bench: Bench) -> None:
    """C1: what was not asked of a unit is not owed by it."""
    an = bench.officer("Nguyễn Văn An", "STP")
    with bench.sessions.begin() as session:
        sheets.sheet_of(session, "STP").locked_at = bench.clock()
    days = [f"2026-12-{day:02} 09:00" for day in range(1, 20)]
    assert {day[5:10]: sent for day in days if (sent := tick(bench, day))} == {
        "12-01": 1,
        "12-11": 1,
    }
    assert [m.name for m in an.messages] == ["supplement_opened", "supplement_closed"]


def test_reviewers_are_told_that_their_round_has_begun_and_chased_until_it_is_recorded(
    bench: Bench,
) -> None:
    dung = bench.officer("Đỗ Dũng", "STP", Role.REVIEWER)
    with bench.sessions.begin() as session:
        found, stp = session.scalars(select(Campaign)).one(), units.by_code(session, "STP")
        person = session.get_one(Person, dung.person_id)
        assert stp is not None
        task = appraisal.assign(session, By(at("2026-11-03 10:05")), found, stp, "2", person)
        task.status = appraisal.TaskStatus.ACKNOWLEDGED
    tick(bench, "2026-11-16 08:00")
    dung.sees("review_opened", area="2")
    tick(bench, "2026-11-27 08:00")
    dung.sees("reminder_review", area="2")
    tick(bench, "2026-12-01 08:00")
    dung.sees("overdue.review", area="2")
    record(bench, Act.ROUND_1)
    assert tick(bench, "2026-12-02 08:00") == 0


def test_the_plan_is_owed_before_anything_else(bench: Bench) -> None:
    """R6.1: its own reminders come before the campaign opens, and end with it."""
    lan = bench.officer("Trần Thị Lan", "SNV", Role.COORDINATOR)
    with bench.sessions.begin() as session:
        session.execute(delete(Reminder))
        found = session.scalars(select(Campaign)).one()
        found.opened_at, found.plan_number = None, ""
        conduct.move(
            session, By(at("2026-10-01 09:00")), found, Step.PLAN, None, at("2026-10-16 00:00"), ""
        )
        duties = set(session.scalars(select(Reminder.duty)))
        assert duties == {"plan"}
    assert tick(bench, "2026-10-14 08:00") == 1
    lan.sees("reminder_plan", year=2026)
    tick(bench, "2026-10-16 08:00")
    lan.sees("overdue.plan")
    with bench.sessions.begin() as session:
        found = session.scalars(select(Campaign)).one()
        day = bench.clock().date()
        conduct.issue_plan(session, By(bench.clock()), found, "9/KH-SNV", day, None)
    tick(bench, "2026-10-19 08:00")
    assert lan.last.name != "overdue.plan"


def test_a_forgotten_scheduler_and_a_restart_change_nothing(bench: Bench) -> None:
    """C11: what is due is in the database; APScheduler only ticks."""
    an = bench.officer("Nguyễn Văn An", "STP")
    bench.clock.set("2026-11-11 08:00")

    def run_all() -> None:
        scheduler = BackgroundScheduler()
        jobs.register_all(scheduler, bench.sessions, bench.clock, lambda: False)
        found = scheduler.get_jobs()
        scheduler.remove_all_jobs()
        for job in found:
            job.func(*job.args)

    def rows() -> list[tuple[object, ...]]:
        with bench.sessions() as session:
            columns = (Reminder.key, Reminder.outcome, Reminder.settled_at)
            return [tuple(row) for row in session.execute(select(*columns).order_by(Reminder.id))]

    run_all()
    before = rows()
    run_all()
    assert rows() == before
    assert len(an.messages) == 1


def test_rows_planned_by_other_working_days_are_planned_anew_at_the_start(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F9: a day off in exchange that was decided later; no deadline moves by it."""
    bench.clock.set("2026-11-03 10:05")
    with bench.sessions.begin() as session:
        conduct.follow_calendar(session, bench.clock())
    monkeypatch.setattr("models.calendar._exceptions", {at("2026-11-13 12:00").date(): False})
    with bench.sessions.begin() as session:
        assert conduct.follow_calendar(session, bench.clock())
        assert not conduct.follow_calendar(session, bench.clock())
        live = select(Reminder.due_at).where(
            Reminder.subject == "1:self_assessment:1",
            Reminder.rung == "-1",
            Reminder.outcome == Outcome.PLANNED,
        )
        assert session.scalars(live).one() == at("2026-11-12 08:00")
        of_step = Window.step == Step.SELF_ASSESSMENT
        window = session.scalars(select(Window).where(of_step)).one()
        assert window.closes_at == at("2026-11-16 00:00")


@pytest.mark.heavy
def test_over_the_year_every_row_has_one_outcome_and_nobody_is_told_twice(bench: Bench) -> None:
    """C8, C11: one second before each instant nothing happens, at it all that is due, once."""
    bench.officer("Nguyễn Văn An", "STP")
    bench.officer("Trần Thị Lan", "SNV", Role.COORDINATOR)
    with bench.sessions() as session:
        instants = session.scalars(select(Reminder.due_at).distinct().order_by(Reminder.due_at))
        walk = list(instants)
    for instant in walk:
        bench.clock._now = instant - SECOND
        assert queue_due_reminders(bench.sessions, bench.clock) == 0
        bench.clock._now = instant
        queue_due_reminders(bench.sessions, bench.clock)
        assert queue_due_reminders(bench.sessions, bench.clock) == 0
    with bench.sessions() as session:
        left = select(func.count()).where(Reminder.outcome == Outcome.PLANNED)
        assert session.scalar(left) == 0
        told = select(ReminderRecipient.reminder_id, ReminderRecipient.person_id)
        assert max(Counter(session.execute(told).all()).values()) == 1
        keys = list(session.scalars(select(OutboxMessage.key)))
        assert len(keys) == len(set(keys))
