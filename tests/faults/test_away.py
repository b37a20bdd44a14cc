"""Telegram is away for a minute, an hour, nearly a day, over the end of a step, while a province
goes on writing (X8): all is worked off in order, and whoever is reminded is told what holds by
then. The clock is turned; CCHC_FAULTS=full has three hundred people."""

import logging
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from models.database import is_transient
from models.inbox import EventStatus
from models.outbox import OutboxMessage, SendStatus
from models.units import Unit, UnitKind
from tests.clock import at
from tests.faults import figures
from tests.faults.stage import Stage, Talker, eventually
from tests.papers import pdf

PEOPLE = figures.count(300, 30)
RECEIPT, CALENDAR, REFUSED = "✓ Đã lưu 1/1", "Lịch đợt đánh giá", "Chưa nhận: thời hạn"
REMINDERS = ("để tự đánh giá, hạn 24:00", "đã quá hạn")
LOOKS = 6  # So often the clock ticks while nobody can be reached.


@dataclass(frozen=True)
class Absence:
    """Local times. ``reminded``: what the reminder says that is there when it is over."""

    since: str
    until: str
    reminded: str
    last: str = RECEIPT  # The answer to a file sent shortly before the end.


ABSENCES = {
    "1 minute": Absence("2026-11-11 07:59:30", "2026-11-11 08:00:30", "còn 3 ngày làm việc"),
    "1 hour": Absence("2026-11-11 07:30", "2026-11-11 08:30", "còn 3 ngày làm việc"),
    "23 hours": Absence("2026-11-11 08:00", "2026-11-12 07:00", "còn 2 ngày làm việc"),
    "20 hours, over the deadline": Absence(
        "2026-11-15 13:00", "2026-11-16 09:00", "đã quá hạn 1 ngày làm việc", REFUSED
    ),
}


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


@pytest.mark.heavy
@pytest.mark.timeout(300 + 4 * PEOPLE)
@pytest.mark.parametrize("name", ABSENCES)
def test_what_a_province_wrote_meanwhile_is_worked_off_in_order(stage: Stage, name: str) -> None:
    absence = ABSENCES[name]
    stage.clock.set(absence.since)
    stage.clock.forward(seconds=-1)
    stage.live.tick()
    people = everybody(stage)
    stage.settled(60)
    with stage.api.away():
        pass_the_time(stage, people, absence)
    began = time.monotonic()
    before = len(stage.api.delivered())
    eventually(lambda: worked_off(stage), 120 + PEOPLE)
    took = time.monotonic() - began
    for an in people:
        kinds = (RECEIPT, CALENDAR, REFUSED)
        heard = [kind for said in an.texts for kind in kinds if kind in said]
        assert heard == [RECEIPT, CALENDAR, absence.last], an.texts
        reminded = [said for said in an.texts if any(words in said for words in REMINDERS)]
        assert [absence.reminded in said for said in reminded] == [True], an.texts
    assert {status for status, _ in stage.events()} == {EventStatus.DONE}
    with stage.looking() as session:
        ends = Counter(session.scalars(select(OutboxMessage.status)))
    assert set(ends) <= {SendStatus.SENT, SendStatus.SUPERSEDED}
    count = len(stage.api.delivered()) - before
    figures.note(
        "X8",
        f"{name}, {PEOPLE} people, {3 * PEOPLE} updates: 0 lost, 0 out of order, each reminded "
        f"once of what holds by then; {count} messages within {took:.0f} s, {count / took:.0f} "
        f"a second",
    )


def everybody(stage: Stage) -> list[Talker]:
    """As many for each unit."""
    with stage.looking() as session:
        kinds = (UnitKind.DEPARTMENT, UnitKind.DISTRICT)
        codes = list(session.scalars(select(Unit.code).where(Unit.kind.in_(kinds))))
    return [stage.officer(f"An {n}", codes[n % len(codes)]) for n in range(PEOPLE)]


def pass_the_time(stage: Stage, people: list[Talker], absence: Absence) -> None:
    """A file at the beginning, and one shortly before the end; the clock ticks all the while."""
    until = at(absence.until)
    for an in people:
        say(stage, an, **document(stage, an, "dau"))
        say(stage, an, text="/lich")
    step = (until - stage.clock()) / LOOKS
    for _ in range(LOOKS - 1):
        stage.clock.forward(seconds=step.total_seconds())
        stage.live.tick()
    for an in people:
        say(stage, an, **document(stage, an, "cuoi"))
    stage.clock.set(absence.until)
    stage.live.tick()


def worked_off(stage: Stage) -> bool:
    """The clock goes on, and ticks; a tick that waited in vain for the turns is made up for."""
    stage.clock.forward(seconds=1)
    try:
        stage.live.tick()
    except DBAPIError as error:
        if not is_transient(error):
            raise
        return False
    stage.settled(1)
    return not stage.api.state()["pending"]


def document(stage: Stage, an: Talker, name: str) -> dict[str, Any]:
    name = f"{an.user.id}-{name}.pdf"
    kept = stage.api.world.keep(name, "application/pdf", pdf(name))
    return {"document": kept.as_json(), "caption": "1.1.1"}


def say(stage: Stage, an: Talker, **content: Any) -> None:
    """While the server cannot be reached: its people can reach each other all the same."""
    stage.api.world.user_sends(an.user.id, content)
