"""When reminders fall due, and what becomes of their rows (F8, F10, F14; C5, C10)."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from models import calendar, conduct, reminders, units
from models.appraisal.rules import acknowledgement_span
from models.campaigns import Campaign, Step
from models.messages import Part
from models.milestones import Act
from models.people import By
from models.refusals import Refusal
from models.reminders import Manners, Outcome, Reminder, Schedule, Span, schedules
from tests.clock import at

Sessions = sessionmaker[Session]
MINUTES = st.integers(0, 400 * 24 * 60).map(
    lambda n: at("2026-01-01 00:00") + timedelta(minutes=n)
)


def rungs(opens: str | None, closes: str) -> list[tuple[str, datetime]]:
    span = Span(at(opens) if opens else None, at(closes))
    return [(rung.name, rung.due_at) for rung in reminders.ladder(span)]


def rows_of(session: Session, code: str) -> dict[str, Outcome]:
    """Day and outcome of the rungs up to the end of the unit's self-assessment."""
    unit = units.by_code(session, code)
    assert unit is not None
    of_ladder = (
        Reminder.unit_id == unit.id,
        Reminder.duty == "self_assessment",
        Reminder.rung.startswith("-") | (Reminder.rung == "last_day"),
    )
    rows = session.scalars(select(Reminder).where(*of_ladder).order_by(Reminder.due_at))
    return {f"{row.rung} {row.key[-11:].replace('T08:00', '')}": row.outcome for row in rows}


def openings(session: Session) -> list[tuple[datetime, Outcome]]:
    """Those of one unit; all units have the same."""
    unit = units.by_code(session, "STP")
    assert unit is not None
    of_unit = (
        Reminder.unit_id == unit.id,
        Reminder.duty == "self_assessment",
        Reminder.rung == reminders.OPENING,
    )
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
    def last_days(closes: str) -> list[datetime]:
        return [due_at for name, due_at in rungs(None, closes) if name == "last_day"]

    assert last_days("2026-11-13 17:00") == [at("2026-11-13 08:00"), at("2026-11-13 14:00")]
    assert last_days("2026-11-13 12:00") == [at("2026-11-13 08:00")]
    assert last_days("2026-11-13 00:00") == [at("2026-11-12 08:00"), at("2026-11-12 14:00")]


LADDERS = st.builds(
    Schedule,
    before=st.lists(st.integers(1, 20), unique=True, max_size=5).map(tuple),
    hour=st.times().filter(lambda hour: not Manners().is_night(hour)),
    last_day=st.lists(st.times(), unique=True, max_size=3).map(tuple),
    after=st.lists(st.integers(1, 20), unique=True, max_size=4).map(tuple),
    weeks=st.integers(0, 8),
)


@settings(deadline=None, max_examples=60)
@given(MINUTES, MINUTES, LADDERS, st.booleans())
def test_rungs_are_in_order_one_at_an_instant_and_none_before_the_opening(
    first: datetime, second: datetime, schedule: Schedule, news: bool
) -> None:
    """C9, C10: what leads up to the end lies before it, what chases behind it, never on a free
    day but the last; a free day may hold the news of a window that has no other."""
    span = Span(min(first, second), max(first, second) + timedelta(minutes=1))
    found = reminders.ladder(span, schedule, news=news)
    due = [rung.due_at for rung in found]
    assert due == sorted(set(due))
    for rung in found:
        behind = rung.name[0] == "+" or rung.name.startswith("week") or rung.name == "closing"
        assert (rung.due_at >= span.closes_at) == behind
        assert rung.due_at >= (span.opens_at or rung.due_at)
        if rung.name not in {"last_day", "opening"}:
            assert calendar.is_working_day(calendar.local_day(rung.due_at))
    assert len([rung for rung in found if rung.name.startswith("week")]) <= schedule.weeks


@pytest.mark.parametrize(
    ("schedule", "refusal"),
    [
        (Schedule(before=(0,)), "ladder_days_out_of_range"),
        (Schedule(after=(61,)), "ladder_days_out_of_range"),
        (Schedule(before=tuple(range(1, 12))), "ladder_too_long"),
        (Schedule(weeks=27), "ladder_weeks_out_of_range"),
        (Schedule(hour=time(6, 59)), "ladder_hour_is_quiet"),
        (Schedule(last_day=(time(8), time(20))), "ladder_hour_is_quiet"),
        (Schedule(hour=time(7), last_day=(time(19, 59),), before=(60,), weeks=26), None),
        (Schedule((), time(8), (), (), 0), None),
    ],
)
def test_a_ladder_keeps_to_days_and_hours_that_make_sense(
    schedule: Schedule, refusal: str | None
) -> None:
    found = reminders.why_not_schedule(schedule, Manners())
    assert (found.name if found else None) == refusal


@pytest.mark.parametrize(
    ("part", "text", "schedule"),
    [
        ("before", "10, 5,3 1", Schedule()),
        ("before", "0", Schedule(before=())),
        ("after", "không", Schedule(after=())),
        ("hour", "8h30", Schedule(hour=time(8, 30))),
        ("last_day", "8:00 14h", Schedule()),
        ("weeks", "2", Schedule(weeks=2)),
        ("weeks", "0", Schedule(weeks=0)),
    ],
)
def test_a_part_of_a_ladder_is_read_as_people_write_it(
    part: str, text: str, schedule: Schedule
) -> None:
    assert schedules.with_part(Schedule(), part, text) == schedule


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("before", "mai"),
        ("before", ""),
        ("hour", "08:00 14:00"),
        ("hour", "25:00"),
        ("weeks", "1 2"),
    ],
)
def test_what_is_no_part_of_a_ladder_is_refused_and_repeated(part: str, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        schedules.with_part(Schedule(), part, text)
    assert refused.value.values == {"text": text}


@given(LADDERS)
def test_a_ladder_comes_back_from_the_database_as_it_was_set(schedule: Schedule) -> None:
    minutes = {"hour": schedule.hour.replace(second=0, microsecond=0)}
    hours = tuple(dict.fromkeys(h.replace(second=0, microsecond=0) for h in schedule.last_day))
    kept = replace(schedule, last_day=hours, **minutes)
    assert schedules.from_json(schedules.as_json(kept)) == kept


@pytest.mark.parametrize(
    ("now", "late"),
    [
        ("2026-11-16 00:00", Part("overdue_by.working_days", n=1)),
        ("2026-11-17 08:00", Part("overdue_by.working_days", n=2)),
        ("2026-11-25 08:00", Part("overdue_by.working_days", n=7)),
    ],
)
def test_how_late_is_counted_in_working_days_from_the_end_on(now: str, late: Part) -> None:
    assert reminders.how_late(at(now), at("2026-11-16 00:00")) == late
    friday = at("2026-11-13 17:00")
    weekend = reminders.how_late(at("2026-11-14 08:00"), friday)
    assert weekend == Part("overdue_by.just")


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


def test_the_plan_makes_a_ladder_for_each_unit_and_for_each_act_of_who_leads(
    province: Sessions,
) -> None:
    """R6.1–R6.9: every step has somebody who is reminded of it (C20)."""
    with province() as session:
        by_duty = select(Reminder.duty, func.count(Reminder.subject.distinct()))
        counted = dict(session.execute(by_duty.group_by(Reminder.duty)).all())
        ahead = ["opening", "-10", "-5", "-3", "-1", "last_day", "last_day"]
        behind = ["closing", "+2", "week_1", "week_2", "week_3", "week_4"]
        of_stp = select(Reminder.rung).where(Reminder.subject == "1:self_assessment:1")
        assert list(session.scalars(of_stp.order_by(Reminder.due_at))) == [*ahead, *behind]
    acts = dict.fromkeys([act.value for act in Act], 1)
    units = {"self_assessment": 30, "supplement_news": 30}
    assert counted == {**units, **acts, "self_assessment_news": 1, "plan": 1}


@pytest.mark.parametrize(
    ("opens", "closes", "rungs"),
    [
        ("2026-10-15 00:00", "2026-11-16 00:00", "opening -10 -5 -3 -1 last_day last_day closing"),
        ("2026-11-13 13:30", "2026-11-16 00:00", "opening last_day last_day closing"),
        ("2026-11-11 00:00", "2026-11-16 00:00", "opening -1 last_day last_day closing"),
        ("2026-11-14 00:00", "2026-11-16 00:00", "opening last_day last_day closing"),
        ("2026-11-13 21:00", "2026-11-17 12:00", "opening last_day closing"),
        ("2026-11-15 00:00", "2026-11-15 07:00", "closing"),
    ],
)
def test_the_opening_comes_when_people_are_told_things_and_the_closing_too(
    opens: str, closes: str, rungs: str
) -> None:
    """A rung at the same instant gives way: the opening names the deadline too."""
    span, alone = Span(at(opens), at(closes)), Schedule(after=(), weeks=0)
    found = reminders.ladder(span, alone, news=True)
    assert [rung.name for rung in found] == rungs.split()
    assert all(rung.due_at >= span.opens_at for rung in found if span.opens_at)
    assert found[-1].due_at >= span.closes_at


@pytest.mark.parametrize(
    ("closes", "told"),
    [
        ("2026-11-13 17:00", "2026-11-13 17:00"),
        ("2026-11-13 20:00", "2026-11-16 08:00"),
        ("2026-11-14 00:00", "2026-11-16 08:00"),
        ("2026-11-17 00:00", "2026-11-17 08:00"),
        ("2027-01-01 00:00", "2027-01-04 08:00"),  # New Year, and the weekend behind it.
    ],
)
def test_a_closing_at_night_or_on_a_free_day_is_told_the_next_working_morning(
    closes: str, told: str
) -> None:
    found = reminders.ladder(Span(None, at(closes)), Schedule((), time(8), (), (), 0), news=True)
    assert found == [reminders.Rung("closing", at(told))]


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
        count = session.scalar(select(func.count()).select_from(Reminder))
        reminders.replan(session, found, now)
        reminders.replan(session, found, now)
        session.expire_all()
        assert rows_of(session, "STP") == before
        assert session.scalar(select(func.count()).select_from(Reminder)) == count


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
            "last_day 11-15T14:00": cancelled,
            "-5 11-16": planned,
            "-3 11-18": planned,
            "-1 11-20": planned,
            "last_day 11-22": planned,
            "last_day 11-22T14:00": planned,
        }
        move(session, "2026-11-10 09:05", "2026-11-16 00:00")
        session.expire_all()
        live = [key for key, outcome in rows_of(session, "STP").items() if outcome is planned]
        assert live == ["-3 11-11", "-1 11-13", "last_day 11-15", "last_day 11-15T14:00"]


def test_an_extended_unit_is_reminded_of_its_own_date(province: Sessions) -> None:
    with province.begin() as session:
        found, stp = session.scalars(select(Campaign)).one(), units.by_code(session, "STP")
        assert stp is not None
        by, until = By(at("2026-11-14 09:00")), at("2026-11-19 00:00")
        conduct.extend(session, by, found, stp, Step.SELF_ASSESSMENT, until, "CV 215")
        new = [key for key, o in rows_of(session, "STP").items() if o is Outcome.PLANNED]
        assert new == ["-1 11-17", "last_day 11-18", "last_day 11-18T14:00"]
        assert Counter(rows_of(session, "STC").values()) == {Outcome.PLANNED: 6}
