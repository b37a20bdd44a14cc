"""Quiet hours, the daily measure, one digest a person, and who is busy (F14, F15; C12)."""

from collections.abc import Sequence
from datetime import time

import pytest
from sqlalchemy import select

from jobs.reminders import queue_due_reminders
from models import appraisal, conduct, units
from models.campaigns import Campaign, Step
from models.conversations import Chat
from models.people import By, Person, Role
from models.refusals import Refusal
from models.reminders import Manners, Reminder, Schedule, manners
from tests import sheets
from tests.bench import Bench
from tests.clock import at


def tick(bench: Bench, local: str) -> int:
    bench.clock.set(local)
    return queue_due_reminders(bench.sessions, bench.clock)


def have(bench: Bench, **values: object) -> None:
    with bench.sessions.begin() as session:
        conduct.set_manners(session, By(bench.clock()), Manners(**values))  # type: ignore[arg-type]


def ladder(bench: Bench, **values: object) -> None:
    with bench.sessions.begin() as session:
        found = session.scalars(select(Campaign)).one()
        schedule = Schedule(**values)  # type: ignore[arg-type]
        conduct.set_ladder(session, By(bench.clock()), found, "self_assessment", schedule)


def outcome(bench: Bench, rung: str, code: str = "STP") -> Sequence[str]:
    with bench.sessions() as session:
        unit = units.by_code(session, code)
        assert unit is not None
        of_rung = (Reminder.duty == "self_assessment", Reminder.rung == rung)
        query = select(Reminder.outcome).where(*of_rung, Reminder.unit_id == unit.id)
        return [each.value for each in session.scalars(query.order_by(Reminder.due_at))]


@pytest.mark.parametrize(
    ("local", "quiet"),
    [
        ("2026-11-12 06:59:59", True),
        ("2026-11-12 07:00", False),
        ("2026-11-12 19:59:59", False),
        ("2026-11-12 20:00", True),
        ("2026-11-13 00:00", True),
        ("2026-11-14 10:00", True),
        ("2026-02-17 10:00", True),  # Tết
        ("2026-08-22 10:00", False),  # A Saturday that is worked.
    ],
)
def test_it_is_quiet_at_night_and_on_free_days(local: str, quiet: bool) -> None:
    assert Manners().is_quiet(at(local)) is quiet


def test_quiet_hours_may_lie_within_a_day_or_be_none() -> None:
    noon = Manners(quiet_from=time(12), quiet_until=time(13))
    assert [noon.is_night(time(h)) for h in (11, 12, 13, 23)] == [False, True, False, False]
    never = Manners(quiet_from=time(0), quiet_until=time(0), free_days=False)
    assert not any(never.is_quiet(at(f"2026-11-14 {hour:02}:30")) for hour in range(24))


def test_what_was_missed_waits_out_the_night_and_the_weekend(bench: Bench) -> None:
    """The rung of Friday is missed; on Sunday, the last day, that day's own comes first."""
    an = bench.officer("Nguyễn Văn An", "STP")
    assert [tick(bench, f"2026-11-09 {hour}") for hour in ("20:00", "23:59")] == [0, 0]
    assert tick(bench, "2026-11-10 06:59:59") == 0
    assert tick(bench, "2026-11-10 07:00") == 1
    assert tick(bench, "2026-11-13 21:40") + tick(bench, "2026-11-14 10:00") == 0
    assert tick(bench, "2026-11-15 08:00") == 1
    assert (outcome(bench, "-1"), outcome(bench, "last_day")) == (
        ["overtaken"],
        ["queued", "planned"],
    )
    assert len(an.messages) == 2


def test_the_last_day_knows_neither_night_nor_sunday(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    assert tick(bench, "2026-11-15 23:59") == 1
    an.sees("reminder_self_assessment", unit="Sở Tư pháp")


def test_a_reminder_that_was_asked_for_comes_at_its_hour(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    tick(bench, "2026-11-11 19:00")
    an.picks("snooze")
    an.picks("snooze_until", an.choices[0].value)
    assert tick(bench, "2026-11-11 20:59") == 0
    assert tick(bench, "2026-11-11 21:00") == 1


def test_the_surplus_of_a_day_comes_the_next_morning_and_is_never_dropped(bench: Bench) -> None:
    """F15: the measure is of messages, the rows say that they were merged."""
    an = bench.officer("Nguyễn Văn An", "STP")
    have(bench, a_day=1)
    bench.officer("Nguyễn Văn An", "STC")
    with bench.sessions.begin() as session:
        found, stc = session.scalars(select(Campaign)).one(), units.by_code(session, "STC")
        assert stc is not None
        until = at("2026-11-18 00:00")
        by = By(bench.clock.set("2026-11-10 08:00"))
        conduct.extend(session, by, found, stc, Step.SELF_ASSESSMENT, until, "CV 9")
    assert tick(bench, "2026-11-12 08:00") == 1  # STP -3 of the day before, STC -3 of today
    an.sees("reminder_together", count=2)
    ladder(bench, before=(2, 1), hour=time(15))
    assert tick(bench, "2026-11-12 15:00") == 0
    assert outcome(bench, "-2") == ["merged"]
    assert tick(bench, "2026-11-13 08:00") == 1
    an.sees("reminder_self_assessment", unit="Sở Tư pháp")


def test_nothing_is_held_beyond_its_end(bench: Bench) -> None:
    """The last day has two hours, whatever the measure of the day."""
    an = bench.officer("Nguyễn Văn An", "STP")
    have(bench, a_day=1)
    assert [tick(bench, "2026-11-15 08:00"), tick(bench, "2026-11-15 14:00")] == [1, 1]
    assert outcome(bench, "last_day") == ["queued", "queued"]
    assert len(an.messages) == 2


def test_all_that_falls_together_for_one_person_is_one_message_however_much_it_is(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it belongs to several batches (F15)."""
    monkeypatch.setattr("jobs.reminders.BATCH", 1)
    an = bench.officer("Nguyễn Văn An", "STP")
    hoa = bench.officer("Vũ Hoa", "STC")
    for code in ("STC", "SXD"):
        bench.officer("Nguyễn Văn An", code)
    assert tick(bench, "2026-11-11 08:00") == 2
    an.sees("reminder_together", count=3)
    hoa.sees("reminder_self_assessment", unit="Sở Tài chính")


def test_a_task_and_a_sheet_of_one_person_are_one_message(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP", Role.REVIEWER)
    bench.officer("Nguyễn Văn An", "STC")
    with bench.sessions.begin() as session:
        found, stp = session.scalars(select(Campaign)).one(), units.by_code(session, "STP")
        assert stp is not None
        person = session.get_one(Person, an.person_id)
        by = By(bench.clock.set("2026-11-03 10:05"))
        appraisal.assign(session, by, found, stp, "2", person)
    assert tick(bench, "2026-11-13 08:00") == 1
    an.sees("reminder_together", count=2)


# C12


def test_who_is_in_the_middle_of_an_entry_is_told_a_little_later(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    hoa = bench.officer("Vũ Hoa", "STP")
    bench.clock.set("2026-11-11 07:58")
    an.types("/tinhtrang")
    before = len(an.messages)
    with bench.sessions() as session:
        assert session.scalars(select(Chat.state).where(Chat.address == "Nguyễn Văn An")).one()
    assert tick(bench, "2026-11-11 08:00") == 1
    assert (len(an.messages), hoa.last.name) == (before, "reminder_self_assessment")
    assert outcome(bench, "-3") == ["queued"]
    assert tick(bench, "2026-11-11 08:04:59") == 0
    bench.clock.set("2026-11-11 08:04:59")
    an.types("/tinhtrang")
    before = len(an.messages)
    assert tick(bench, "2026-11-11 08:05") == 1, "who goes on does not put it off for ever"
    assert len(an.messages) == before + 1


def test_news_of_a_beginning_that_was_held_still_says_that_it_begins(bench: Bench) -> None:
    """It said that the self-assessment had ended, a month before its end."""
    lan = bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)
    bench.clock.set("2026-10-15 07:58")
    lan.types("/tiendo")
    assert tick(bench, "2026-10-15 08:00") == 0
    assert tick(bench, "2026-10-15 08:05") == 1
    assert "Tự đánh giá đã mở cho 30 đơn vị" in lan.text
    assert "đã kết thúc" not in lan.text
    assert "acknowledge_reminder" not in {choice.action for choice in lan.choices}


def test_what_was_finished_meanwhile_is_not_reminded_of(bench: Bench) -> None:
    """C1: it is looked at again when it is told."""
    an = bench.officer("Nguyễn Văn An", "STP")
    bench.clock.set("2026-11-11 07:58")
    an.types("/tinhtrang")
    assert tick(bench, "2026-11-11 08:00") == 0
    assert outcome(bench, "-3") == ["merged"]
    with bench.sessions.begin() as session:
        sheets.sheet_of(session, "STP").locked_at = bench.clock()
    assert tick(bench, "2026-11-11 08:05") == 0
    assert outcome(bench, "held") == ["nothing_owed"]


def test_da_nam_stops_what_is_still_to_come_of_it_for_this_person_and_no_more(
    bench: Bench,
) -> None:
    """F14: the same rung, not the duty."""
    an = bench.officer("Nguyễn Văn An", "STP")
    tick(bench, "2026-11-11 08:00")
    reminder = an.last
    an.picks("snooze")
    an.picks("snooze_until", an.choices[0].value)
    an.picks("acknowledge_reminder", on=reminder)
    assert outcome(bench, "snooze") == ["overtaken"]
    assert tick(bench, "2026-11-11 10:00") == 0
    assert tick(bench, "2026-11-13 08:00") == 1


@pytest.mark.parametrize("values", [{"a_day": 0}, {"a_day": 21}, {"pause_minutes": 61}])
def test_manners_that_make_no_sense_are_refused(bench: Bench, values: dict[str, int]) -> None:
    with pytest.raises(Refusal):
        have(bench, **values)
    with bench.sessions() as session:
        assert manners.read(session) == Manners()
