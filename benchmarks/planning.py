"""Planning 100,000 reminders, moving them all, and a tick with nothing due among them."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session, sessionmaker

from benchmarks import figures
from jobs.reminders import queue_due_reminders
from models import database, migrations, reminders
from models.campaigns.tables import Campaign, Step
from models.clock import wall_clock
from models.reminders import Ladder, Outcome, Reminder, Span, planning
from tests import postgres
from tests.province import build_province

ROWS = 100_000
TICKS = 200


def report(folder: Path, rows: int = ROWS) -> str:
    found = {"SQLite": _measure(f"sqlite:///{folder / 'planning.db'}", rows)}
    if postgres.find_binaries() is not None:
        with postgres.server() as url:
            found["PostgreSQL"] = _measure(url, rows)
    table = [
        [what, *(of_database[what] for of_database in found.values())]
        for what in next(iter(found.values()))
    ]
    return figures.table(f"Planning {rows:,} reminders", ["", *found], table)


def _measure(url: str, rows: int) -> dict[str, str]:
    engine = database.create(url)
    migrations.upgrade(engine)
    build_province(engine)
    sessions = sessionmaker(engine, expire_on_commit=False)
    now = wall_clock()
    with sessions() as session:
        campaign = session.scalars(select(Campaign)).one()
        before, after = (_ladders(campaign, rows, now, days) for days in (200, 201))
    found = {}

    def moved(session: Session) -> None:
        """As after a window is moved: all that was planned is cancelled, as much is made."""
        planning.fit(session, campaign.id, after, now)

    def timed(what: str, do: Callable[[Session], object]) -> None:
        with _statements(engine) as said, sessions.begin() as session:
            began = time.perf_counter()
            do(session)
            session.flush()
            seconds = time.perf_counter() - began
        found[what] = f"{seconds:.2f} s, {len(said)} statements"

    timed("make them", lambda session: reminders.plan(session, before, now))
    timed("move them", moved)
    timed("again, nothing to do", moved)
    with sessions() as session:
        planned = Reminder.outcome == Outcome.PLANNED
        count = session.scalar(select(func.count()).where(planned, Reminder.due_at > now))
        assert count is not None
        assert count >= rows
    found["a tick with nothing due, median"] = _tick(sessions, now)
    engine.dispose()
    return found


def _ladders(campaign: Campaign, rows: int, now: datetime, days: int) -> list[Ladder]:
    """As many subjects as it takes, all of one window that lies ahead."""
    span = Span(now + timedelta(days=days - 60), now + timedelta(days=days))
    a_subject = len(reminders.ladder(span, news=True))
    columns = {"campaign_id": campaign.id, "duty": "self_assessment"}
    columns |= {"step": Step.SELF_ASSESSMENT, "unit_id": 1, "task_id": None}
    return [
        Ladder(f"bench:{number}", columns, span, news=True)
        for number in range(-(-rows // a_subject))
    ]


def _tick(sessions: sessionmaker[Session], now: datetime) -> str:
    """The bot's own tick; what is due of the province itself is settled by the first ones."""
    while queue_due_reminders(sessions, lambda: now):
        pass
    spent = []
    for _ in range(TICKS):
        began = time.perf_counter()
        assert queue_due_reminders(sessions, lambda: now) == 0
        spent.append(time.perf_counter() - began)
    return f"{median(spent) * 1000:.2f} ms"


@contextmanager
def _statements(engine: Engine) -> Iterator[Sequence[str]]:
    """What writes reminders meanwhile."""
    said: list[str] = []

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.strip().startswith(("INSERT INTO reminder ", "UPDATE reminder ")):
            said.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", hear)
