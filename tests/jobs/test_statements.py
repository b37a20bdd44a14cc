"""How often the reminders ask the database: never more often because there are more of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session, sessionmaker

from jobs.reminders import queue_due_reminders
from models import reminders
from models.campaigns import Campaign, Step
from models.reminders import Ladder, Outcome, Reminder, Span, planning
from tests.clock import at

Sessions = sessionmaker[Session]
NOW = at("2026-11-17 09:00")
TICK = 2  # Is anything due, did anything not leave: nearly every tick ends there.


@contextmanager
def counted(sessions: Sessions) -> Iterator[list[str]]:
    """The statements that were said meanwhile, without those that begin or end something."""
    engine, said = sessions.kw["bind"], []
    assert isinstance(engine, Engine)

    def hear(*args: object) -> None:
        if not str(args[2]).startswith("BEGIN"):
            said.append(str(args[2]))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def ladders(session: Session, many: int, closes: str) -> list[Ladder]:
    """``many`` subjects of one window, which all units of a province have."""
    campaign = session.scalars(select(Campaign)).one()
    columns = {"campaign_id": campaign.id, "duty": "self_assessment", "unit_id": 1}
    columns |= {"step": Step.SELF_ASSESSMENT, "task_id": None}
    span = Span(at("2027-01-04 00:00"), at(closes))
    return [Ladder(f"many:{n}", columns, span, news=True) for n in range(many)]


def planned(session: Session, now: datetime) -> int:
    ahead = (Reminder.outcome == Outcome.PLANNED, Reminder.due_at > now)
    return session.scalar(select(func.count()).where(*ahead)) or 0


def test_planning_a_thousand_takes_as_many_statements_as_planning_ten(
    province: Sessions,
) -> None:
    """One that makes them, one that cancels, and what is read of ladders and of quiet hours."""
    counts = {}
    with province() as session:
        for many in (10, 1_000):
            before, after = (ladders(session, many, f"2027-02-{day} 00:00") for day in (10, 17))
            session.rollback()
            with counted(province) as said:
                reminders.plan(session, before, NOW)
                planning.fit(session, 1, after, NOW)
            assert planned(session, NOW) == many * len(reminders.ladder(after[0].span, news=True))
            counts[many] = len(said)
            writing = [each for each in said if each.split()[0] in ("INSERT", "UPDATE")]
            assert len(writing) == 3, "made; cancelled and made anew"
    assert counts[1_000] == counts[10] <= 10


@pytest.mark.parametrize("many", [0, 1_000])
def test_a_tick_with_nothing_due_asks_twice_whatever_is_planned(
    province: Sessions, many: int
) -> None:
    with province.begin() as session:
        reminders.overtake(session, NOW, NOW)
        reminders.plan(session, ladders(session, many, "2027-02-10 00:00"), NOW)
        assert planned(session, NOW) >= 12 * many
    with counted(province) as said:
        assert queue_due_reminders(province, lambda: NOW) == 0
    assert len(said) == TICK, said
