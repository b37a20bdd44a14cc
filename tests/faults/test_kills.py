"""SIGKILL at random instants while officers talk, press and upload and notices go out: nothing is
lost, nothing is done twice, conversations go on (X1; I1–I5). The seed is printed; CCHC_SEED
repeats a run, CCHC_KILLS says how many."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.store import Store
from jobs import reminders as job
from models import reminders
from models.clock import wall_clock
from models.inbox import EventStatus, InboxEvent
from models.outbox import OutboxMessage, SendStatus
from models.reminders import Outcome, Reminder
from models.reminders.planning import insert_once
from tests.bot_api import Server, serve
from tests.conftest import SERVER
from tests.faults import figures
from tests.faults.checker import Findings, bytes_missing, check
from tests.faults.nursery import Nursery
from tests.faults.officers import hire
from tests.faults.process import BotProcess

OFFICERS = 40
KILLS = int(os.environ.get("CCHC_KILLS") or figures.count(1_000, 30 if SERVER else 120))
FULL_STARTS = max(4, KILLS * 3 // 100)
RECOVERIES = max(4, KILLS // 50)
# How long a fork lives, by the time that one needs to be ready: down to its first milliseconds,
# in its recovery, at work.
LIVES = ((0.0, 0.1), (0.0, 1.0), (0.5, 3.0), (1.0, 6.0))


class Broadcast(threading.Thread):
    """Every few seconds a reminder falls due for every unit, as the clock's tick finds it."""

    def __init__(self, sessions: sessionmaker[Session], stop: threading.Event) -> None:
        super().__init__(name="broadcast", daemon=True)
        self._sessions, self._until, self.queued = sessions, stop, 0

    def run(self) -> None:
        wave = 0
        while not self._until.wait(8.0):
            wave += 1
            with self._sessions.begin() as session:
                insert_once(session, _due_again(session, wave))
            self.queued += job.queue_due_reminders(self._sessions, wall_clock)


def _due_again(session: Session, wave: int) -> list[dict[str, object]]:
    """A reminder like one of each unit's own, due now."""
    planned = select(Reminder).where(Reminder.rung != reminders.OPENING)
    alike = {row.subject: row for row in session.scalars(planned) if row.unit_id}
    columns = ("subject", "campaign_id", "duty", "step", "unit_id", "task_id", "person_id", "rung")
    fresh = {"due_at": wall_clock(), "outcome": Outcome.PLANNED, "settled_at": None}
    return [
        {name: getattr(row, name) for name in columns} | {"key": f"{subject}:wave:{wave}", **fresh}
        for subject, row in alike.items()
    ]


@pytest.mark.heavy
@pytest.mark.timeout(600 + 10 * KILLS)
def test_nothing_is_lost_or_done_twice(
    province: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    chance = figures.chance()
    print(f"{KILLS} kills, {FULL_STARTS} of them of full starts")
    with serve() as api:
        officers, stop = hire(province, api, OFFICERS, chance)
        workers = [*officers, Broadcast(province, stop)]
        bot = BotProcess(database_url, tmp_path, api.url)
        with at_work(workers, stop):
            starts, recoveries = kill_again_and_again(bot, api, chance)
            starts.append(bot.start())
        drain(province, api)
        assert bot.stop() == 0
        found = check(province, officers, api)
    found.broken += bytes_missing(province, Store(tmp_path / "evidence"))
    database = "PostgreSQL" if SERVER else "SQLite"
    figures.note("X1", f"{database}, {KILLS:,} kills: {found}")
    figures.note(
        "X1",
        f"{database}, ready again: {len(starts)} full starts {median_and_p99(starts)}; "
        f"{len(recoveries)} without the imports {median_and_p99(recoveries)}",
    )
    assert [failure for officer in officers for failure in officer.failures] == []
    expect(found)
    assert "Traceback" not in bot.log, bot.log[-3000:]


def expect(found: Findings) -> None:
    assert (found.lost, found.doubled, found.inversions) == (0, 0, 0), found
    assert (found.misunderstood, found.unsettled, found.broken) == ({}, 0, 0), found
    assert found.copies_of_notices <= 1, found
    assert found.copies_of_answers <= 2, found


@contextmanager
def at_work(workers: list[threading.Thread], stop: threading.Event) -> Iterator[None]:
    """All of them, until the block ends; then what each has begun is finished."""
    for worker in workers:
        worker.start()
    yield
    stop.set()
    for worker in workers:
        worker.join(timeout=180)


def kill_again_and_again(
    bot: BotProcess, api: Server, chance: random.Random
) -> tuple[list[float], list[float]]:
    """``KILLS`` SIGKILLs; in how many seconds full starts were ready, and forks."""
    order = ["full"] * FULL_STARTS + ["ready"] * RECOVERIES
    order += ["any"] * (KILLS - len(order))
    chance.shuffle(order)
    seconds: dict[str, list[float]] = {"full": [], "ready": [], "any": []}
    early = 0
    with Nursery.beside(bot) as nursery:
        usual = nursery.start()
        nursery.stop()
        for kind in order:
            victim = bot if kind == "full" else nursery
            if kind == "any":
                nursery.fork()
                time.sleep(usual * chance.uniform(*chance.choice(LIVES)))
            else:
                seconds[kind].append(victim.start())
                time.sleep(chance.uniform(0.05, 1.5))
            victim.kill()
            early += victim.status != -signal.SIGKILL
    print(f"{early} of {KILLS} had ended before their kill")
    assert early <= KILLS / 50
    return seconds["full"], seconds["ready"]


def drain(sessions: sessionmaker[Session], api: Server) -> None:
    """Until every update is confirmed and processed and every answer has been sent."""
    until = time.monotonic() + 240
    waiting = select(InboxEvent.id).where(InboxEvent.status == EventStatus.NEW).limit(1)
    open_statuses = (SendStatus.QUEUED, SendStatus.SENDING)
    unsent = select(OutboxMessage.id).where(OutboxMessage.status.in_(open_statuses)).limit(1)
    while time.monotonic() < until:
        with sessions() as session:
            busy = session.scalar(waiting) or session.scalar(unsent)
        if not busy and not api.world.pending:
            return
        time.sleep(0.2)
    raise AssertionError("the backlog was not worked off")


def median_and_p99(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p99 = ordered[int(len(ordered) * 0.99)]
    return f"{ordered[len(ordered) // 2]:.2f} s (median), {p99:.2f} s (p99)"
