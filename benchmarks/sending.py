"""A broadcast to 10,000 while people ask: the share of the permitted 30 a second that is used,
what the platform refuses, and how long an answer waits; beside peers, and the queue's own cost.

A broadcast to 10,000 takes six minutes; its first minute is measured.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

from benchmarks import figures, subjects
from benchmarks.broadcast import RECIPIENTS
from benchmarks.limited_api import PER_SECOND
from benchmarks.processes import ROOT, Subject, running
from models import claiming, database, migrations, outbox, sending
from models.clock import wall_clock
from models.outbox import OutboxMessage, Recipient, SendStatus
from tests import postgres

LONGEST_START = 60.0
ROUNDS = 9
QUEUES = (10_000, 100_000)
_ROW = 1000


@dataclass(frozen=True)
class Outcome:
    """``share`` of the permitted rate; ``refused`` messages; ``waits`` of answers in seconds,
    without the API's own latency, sorted; ``unanswered`` questions at the end."""

    share: float
    refused: int
    waits: Sequence[float]
    unanswered: int


def report(officers: Path, folder: Path, seconds: float) -> str:
    queued = folder / "queued.db"
    shutil.copy(officers, queued)
    queue_broadcast(queued, RECIPIENTS)
    command = [sys.executable, "-m", "bot", "run"]
    candidates = [
        Subject("cchc", command, queued),
        subjects.limited_library(),
        subjects.window(),
    ]
    found = [(s.name, _once(s, seconds)) for s in candidates if s is not None]
    rows = [[name, *_cells(outcome)] for name, outcome in found]
    heads = ["sender", "share of 30/s", "refused", "answers", "p50 ms", "p95 ms", "unanswered"]
    title = f"A broadcast to {len(RECIPIENTS)}, its first {seconds:.0f} s"
    return figures.table(title, heads, rows)


def queue_report(folder: Path) -> str:
    """How long it takes to find what is due and to claim it, on both databases."""
    rows = _queue_rows("SQLite", database.create(f"sqlite:///{folder / 'queue.db'}"))
    if postgres.find_binaries() is not None:
        with postgres.server() as url:
            rows += _queue_rows("PostgreSQL", database.create(url))
    heads = ["queue", "found", "to find, ms", "at most", "to claim one, ms"]
    return figures.table("A round of the postman", heads, rows)


def _once(subject: Subject, seconds: float) -> Outcome:
    with serving() as api, running(subject, api):
        until = time.monotonic() + seconds + LONGEST_START
        while (found := outcome(api, seconds))["elapsed"] < seconds:
            if time.monotonic() > until:
                raise TimeoutError(f"{found['accepted']} messages only")
            time.sleep(0.5)
        return Outcome(
            found["accepted"] / (PER_SECOND * seconds),
            found["refused"],
            found["waits"],
            found["unanswered"],
        )


@contextmanager
def serving(**environment: str) -> Iterator[str]:
    """A server that refuses what goes too fast; its address."""
    command = [sys.executable, "-m", "benchmarks.limited_api"]
    how = {"cwd": ROOT, "env": {**os.environ, **environment}, "text": True}
    with subprocess.Popen(command, stdout=subprocess.PIPE, **how) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def outcome(api: str, seconds: float):  # type: ignore[no-untyped-def]
    with urllib.request.urlopen(f"{api}/outcome?seconds={seconds}", timeout=10) as answer:
        return json.load(answer)


def _cells(outcome: Outcome) -> list[str]:
    waits = outcome.waits
    share = [f"{outcome.share:.1%}", str(outcome.refused), str(len(waits))]
    if len(waits) < 2:
        return [*share, "–", "–", str(outcome.unanswered)]
    ranks = quantiles(waits, n=20, method="inclusive")
    return [
        *share,
        f"{median(waits) * 1e3:.0f}",
        f"{ranks[18] * 1e3:.0f}",
        str(outcome.unanswered),
    ]


def queue_broadcast(path: Path, recipients: Sequence[int]) -> None:
    engine = database.create(f"sqlite:///{path}")
    at = wall_clock()
    with Session(engine) as session, session.begin():
        for chat in recipients:
            to = Recipient("telegram", str(chat))
            outbox.enqueue(session, "edit_not_recorded", to=to, key=f"bench:{chat}", at=at)
    engine.dispose()


def _queue_rows(name: str, engine: Engine) -> list[list[str]]:
    migrations.upgrade(engine)
    rows = []
    for count in QUEUES:
        each = count // 200
        spread: dict[str, Callable[[int], int]] = {
            "a message to each of as many chats": lambda n: n,
            "200 chats in turn": lambda n: n % 200,
            "200 chats one after another": lambda n, each=each: n // each,  # type: ignore[misc]
        }
        for label, chat in spread.items():
            _fill(engine, count, chat)
            rows.append([f"{name}, {count}: {label}", *_round_cells(engine)])
        with Session(engine) as session, session.begin():
            sending.pause(session, "telegram", "", wall_clock().replace(year=2100))
        rows.append([f"{name}, {count}: all paused", *_round_cells(engine)])
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM sending_pause"))
    engine.dispose()
    return rows


def _fill(engine: Engine, count: int, chat: Callable[[int], int]) -> None:
    """Queue ``count`` messages, the ``n``-th to ``chat(n)``; what was there goes."""
    at, table = wall_clock(), OutboxMessage.__table__
    with Session(engine) as session, session.begin():
        session.execute(text("DELETE FROM outbox_message"))
        to = Recipient("telegram", "0")
        outbox.enqueue(session, "edit_not_recorded", to=to, key="first", at=at)
        row = dict(session.execute(table.select()).mappings().one())
        del row["id"]
        for start in range(1, count, _ROW):
            several = range(start, min(start + _ROW, count))
            keys = [{"key": f"{n}", "ref": f"{n}", "address": f"{chat(n)}"} for n in several]
            session.execute(insert(OutboxMessage), [row | key for key in keys])


def _round_cells(engine: Engine) -> list[str]:
    finding, claiming_one = [], []
    for _ in range(ROUNDS):
        with Session(engine.execution_options(cchc_begin="BEGIN")) as session:
            began = time.perf_counter()
            found = claiming.due(session, ["web", "telegram"], wall_clock(), 128)
            finding.append(time.perf_counter() - began)
        began = time.perf_counter()
        with Session(engine) as session, session.begin():
            taken = claiming.claim(session, [item.id for item in found[:1]], wall_clock())
        claiming_one.append(time.perf_counter() - began)
        with Session(engine) as session, session.begin():
            for item in found[: len(taken)]:
                sending.settle(session, item.id, SendStatus.SENT, wall_clock())
    claim = f"{median(claiming_one) * 1e3:.1f}" if found else "–"
    times = f"{median(finding) * 1e3:.1f}", f"{max(finding) * 1e3:.1f}"
    return [str(len(found)), *times, claim]
