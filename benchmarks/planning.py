"""Planning 100,000 reminders, cancelling and moving them, and a tick with nothing due among them.

Beside each time is the processor time, of this process and of PostgreSQL's that serves it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from benchmarks import figures
from benchmarks.processes import cpu_of
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
        before, after = (_ladders(campaign, rows, now, days) for days in (200, 203))
    found = {}

    def timed(what: str, do: Callable[[Session], object]) -> None:
        with _statements(engine) as said, sessions.begin() as session:
            processors = _processors(session)
            began, worked = time.perf_counter(), processors()
            do(session)
            session.flush()
            seconds, worked = time.perf_counter() - began, processors() - worked
        found[what] = f"{seconds:.2f} s, {worked:.2f} s of a processor, {len(said)} statements"

    timed("make them", lambda session: reminders.plan(session, before, now))
    timed("cancel them", lambda session: planning.fit(session, campaign.id, [], now))
    timed("make them again", lambda session: reminders.plan(session, before, now))
    for what in ("move them", "again, nothing to do"):
        timed(what, lambda session: planning.fit(session, campaign.id, after, now))
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
    with sessions() as session:
        processors = _processors(session)
        session.rollback()
        spent, worked = [], processors()
        for _ in range(TICKS):
            began = time.perf_counter()
            assert queue_due_reminders(sessions, lambda: now) == 0
            spent.append(time.perf_counter() - began)
        worked = (processors() - worked) / TICKS
    return f"{median(spent) * 1000:.2f} ms, {worked * 1000:.2f} ms of a processor"


def _processors(session: Session) -> Callable[[], float]:
    """Gives the seconds that this process has worked, and the server's for this session."""
    if session.get_bind().dialect.name == "sqlite":
        return time.process_time
    server = session.scalars(text("SELECT pg_backend_pid()")).one()
    return lambda: time.process_time() + cpu_of(server)


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
