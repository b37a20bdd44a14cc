"""When reminders fall due, and what becomes of their rows (F8, F10, F14; C5, C10)."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from models import conduct, reminders, units
from models.appraisal.rules import acknowledgement_span
from models.campaigns import Campaign, Step
from models.messages import Part
from models.people import By
from models.reminders import Outcome, Reminder, Span
from tests.clock import at

Sessions = sessionmaker[Session]
MINUTES = st.integers(0, 400 * 24 * 60).map(
    lambda n: at("2026-01-01 00:00") + timedelta(minutes=n)
)


def rungs(opens: str | None, closes: str) -> list[tuple[str, datetime]]:
    span = Span(at(opens) if opens else None, at(closes))
    return [(rung.name, rung.due_at) for rung in reminders.ladder(span)]


def rows_of(session: Session, code: str) -> dict[str, Outcome]:
    """Day and outcome of the unit's rows, without the opening that comes before the ladder."""
    unit = units.by_code(session, code)
    assert unit is not None
    of_ladder = (Reminder.unit_id == unit.id, Reminder.rung != reminders.OPENING)
    rows = session.scalars(select(Reminder).where(*of_ladder).order_by(Reminder.due_at))
    return {f"{row.rung} {row.key[-11:-6]}": row.outcome for row in rows}


def openings(session: Session) -> list[tuple[datetime, Outcome]]:
    """Those of one unit; all units have the same."""
    unit = units.by_code(session, "STP")
    assert unit is not None
    of_unit = (Reminder.unit_id == unit.id, Reminder.rung == reminders.OPENING)
    rows = session.scalars(select(Reminder).where(*of_unit).order_by(Reminder.due_at))
    return [(row.due_at, row.outcome) for row in rows]


def move(session: Session, now: str, closes: str, opens: str = "") -> None:
    found = session.scalars(select(Campaign)).one()
    step = Step.SELF_ASSESSMENT
    opens_at = at(opens) if opens else None
    conduct.move(session, By(at(now)), found, step, opens_at, at(closes), "")


def test_the_ladder_counts_working_days_and_takes_in_a_last_day_on_sunday() -> None:
    assert rungs("2026-10-15 00:00", "2026-11-16 00:00") == [
        ("-10", at("2026-11-02 08:00")),
        ("-5", at("2026-11-09 08:00")),
        ("-3", at("2026-11-11 08:00")),
        ("-1", at("2026-11-13 08:00")),
        ("last_day", at("2026-11-15 08:00")),
        ("last_day", at("2026-11-15 14:00")),
        ("+1", at("2026-11-16 08:00")),
        ("+2", at("2026-11-17 08:00")),
        ("week_1", at("2026-11-25 08:00")),  # The 24th, Văn hóa Việt Nam, is a free day.
        ("week_2", at("2026-12-01 08:00")),
        ("week_3", at("2026-12-08 08:00")),
        ("week_4", at("2026-12-15 08:00")),
    ]


def test_the_last_day_is_the_one_that_holds_the_last_instant() -> None:
    last = [rungs(None, closes)[-1] for closes in ("2026-11-13 17:00", "2026-11-13 00:00")]
    assert last == [("last_day", at("2026-11-13 08:00")), ("last_day", at("2026-11-12 08:00"))]


@settings(deadline=None)
@given(MINUTES, MINUTES)
def test_every_rung_lies_within_the_window_in_order(first: datetime, second: datetime) -> None:
    span = Span(min(first, second), max(first, second))
    due = [rung.due_at for rung in reminders.ladder(span)]
    assert due == sorted(set(due))
    assert all(span.opens_at is not None and span.opens_at <= d < span.closes_at for d in due)


def test_a_task_is_to_be_acknowledged_before_its_round_or_in_two_working_days() -> None:
    opens = at("2026-11-16 00:00")
    early, late = at("2026-11-03 10:05"), at("2026-11-20 16:00")
    assert acknowledgement_span(early, opens) == Span(early, opens)
    assert acknowledgement_span(late, opens) == Span(late, at("2026-11-26 00:00"))  # 24/11: free


def test_what_is_left_is_said_in_working_days_until_it_is_today() -> None:
    closes = at("2026-11-16 00:00")
    instants = ["2026-11-11 08:00", "2026-11-14 08:00", "2026-11-15 08:00"]
    assert [reminders.what_is_left(at(now), closes) for now in instants] == [
        Part("reminder_left.working_days", n=3),
        Part("left.days", n=1),
        Part("reminder_left.today"),
    ]


def test_a_reminder_is_put_off_only_to_before_the_deadline() -> None:
    closes = at("2026-11-16 00:00")
    evening = reminders.snooze_instants(at("2026-11-14 08:00"), closes)
    assert evening == [at("2026-11-14 10:00"), at("2026-11-14 14:00"), at("2026-11-15 08:00")]
    last = reminders.snooze_instants(at("2026-11-15 15:30"), closes)
    assert last == [at("2026-11-15 17:30")]
    assert reminders.snooze_instants(at("2026-11-15 22:30"), closes) == []


def test_the_plan_makes_the_opening_and_five_rungs_for_each_unit(
    province: Sessions,
) -> None:
    with province() as session:
        by_rung = select(Reminder.rung, func.count()).group_by(Reminder.rung)
        counted = dict(session.execute(by_rung).all())
    assert counted == dict.fromkeys(("opening", "-10", "-5", "-3", "-1", "last_day"), 30)


@pytest.mark.parametrize(
    ("opens", "closes", "rungs"),
    [
        ("2026-10-15 00:00", "2026-11-16 00:00", ["opening", "-10", "-5", "-3", "-1", "last_day"]),
        ("2026-11-13 13:30", "2026-11-16 00:00", ["opening", "last_day"]),
        ("2026-11-11 00:00", "2026-11-16 00:00", ["opening", "-1", "last_day"]),
        ("2026-11-15 00:00", "2026-11-15 07:00", []),
    ],
)
def test_the_opening_comes_at_eight_or_at_the_hour_of_opening(
    opens: str, closes: str, rungs: list[str]
) -> None:
    """A rung at the same instant gives way: the opening names the deadline too."""
    found = reminders.with_opening(Span(at(opens), at(closes)))
    assert [rung.name for rung in found] == rungs
    assert all(rung.due_at >= max(at(opens), at(opens[:10] + " 08:00")) for rung in found)


def test_an_opening_that_moves_is_told_at_its_new_time(province: Sessions) -> None:
    planned, cancelled = Outcome.PLANNED, Outcome.CANCELLED
    with province.begin() as session:
        move(session, "2026-10-13 09:00", "2026-11-16 00:00", "2026-10-15 13:30")
        assert openings(session) == [
            (at("2026-10-15 08:00"), cancelled),
            (at("2026-10-15 13:30"), planned),
        ]


def test_a_plan_issued_late_opens_the_assessment_at_that_moment(province: Sessions) -> None:
    """R6.1: before the plan nobody owes anything, whatever the calendar says."""
    with province.begin() as session:
        found = session.scalars(select(Campaign)).one()
        session.execute(delete(Reminder))
        found.opened_at, found.plan_number = None, ""
        session.flush()
        now = at("2026-10-20 14:20")
        conduct.issue_plan(session, By(now), found, "9/KH-SNV", now.date(), None)
        assert openings(session) == [(now, Outcome.PLANNED)]


def test_planning_again_changes_nothing(province: Sessions) -> None:
    with province.begin() as session:
        found, now = session.scalars(select(Campaign)).one(), at("2026-10-12 09:00")
        before = rows_of(session, "STP")
        reminders.replan(session, found, now)
        reminders.replan(session, found, now)
        session.expire_all()
        assert rows_of(session, "STP") == before
        assert session.scalar(select(func.count()).select_from(Reminder)) == 180


def test_moving_the_window_cancels_what_no_longer_fits_and_moving_back_restores_it(
    province: Sessions,
) -> None:
    with province.begin() as session:
        move(session, "2026-11-10 09:00", "2026-11-23 00:00")
        planned, cancelled = Outcome.PLANNED, Outcome.CANCELLED
        assert rows_of(session, "STP") == {
            "-10 11-02": cancelled,
            "-5 11-09": cancelled,
            "-3 11-11": cancelled,
            "-1 11-13": cancelled,
            "last_day 11-15": cancelled,
            "-5 11-16": planned,
            "-3 11-18": planned,
            "-1 11-20": planned,
            "last_day 11-22": planned,
        }
        move(session, "2026-11-10 09:05", "2026-11-16 00:00")
        session.expire_all()
        live = [key for key, outcome in rows_of(session, "STP").items() if outcome is planned]
        assert live == ["-3 11-11", "-1 11-13", "last_day 11-15"]


def test_an_extended_unit_is_reminded_of_its_own_date(province: Sessions) -> None:
    with province.begin() as session:
        found, stp = session.scalars(select(Campaign)).one(), units.by_code(session, "STP")
        assert stp is not None
        by, until = By(at("2026-11-14 09:00")), at("2026-11-19 00:00")
        conduct.extend(session, by, found, stp, Step.SELF_ASSESSMENT, until, "CV 215")
        new = [key for key, o in rows_of(session, "STP").items() if o is Outcome.PLANNED]
        assert new == ["-1 11-17", "last_day 11-18"]
        assert Counter(rows_of(session, "STC").values()) == {Outcome.PLANNED: 5}
