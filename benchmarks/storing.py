"""What storing costs: a batch of updates, and one row, beside plain ``sqlite3``."""

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import figures
from models import database, inbox, settings
from models.clock import wall_clock
from models.database import Database
from models.inbox import Arrival

BATCH = 100
BATCHES = 50
ROWS = 500
_INSERT = "INSERT INTO plain_event (body) VALUES (?)"
_SETTING = (
    "INSERT INTO plain_setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
)


def report(template: Path, repeats: int) -> str:
    rounds = [asyncio.run(_round(template)) for _ in range(repeats)]
    names = {"batch": f"an update in a batch of {BATCH}", "row": "a transaction of one row"}
    rows = []
    for key, name in names.items():
        own = [found[f"own_{key}"] * 1e6 for found in rounds]
        plain = [found[f"plain_{key}"] * 1e6 for found in rounds]
        rows.append(
            [name, f"{median(own):.1f}", f"{median(plain):.1f}", figures.ratio(own, plain)]
        )
    return figures.table("Storing, durable", ["µs for", "cchc", "sqlite3", "ratio"], rows)


async def _round(template: Path) -> dict[str, float]:
    """Seconds for each update and each row, both ways, on the same kind of file."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = shutil.copy(template, Path(folder) / "store.db")
        engine = database.create(f"sqlite:///{path}")
        own = Database(engine)
        plain = _plain(engine)
        try:
            return {
                "own_batch": await _timed(lambda n: _store(own, n), BATCHES) / BATCH,
                "plain_batch": await _timed(lambda n: _store_plainly(plain, n), BATCHES) / BATCH,
                "own_row": await _timed(lambda n: _put(own, n), ROWS),
                "plain_row": await _timed(lambda n: _put_plainly(plain, n), ROWS),
            }
        finally:
            plain.close()
            own.close()


async def _timed(do: Callable[[int], Awaitable[object]], times: int) -> float:
    for number in range(10):
        await do(-number - 1)
    began = time.perf_counter()
    for number in range(times):
        await do(number)
    return (time.perf_counter() - began) / times


async def _store(own: Database, batch: int) -> None:
    arrivals = [Arrival("telegram", f"1:{n}", str(n % 40), _body(n)) for n in _numbers(batch)]
    at = wall_clock()
    kept = await own.write(lambda session: inbox.store(session, arrivals, at))
    assert len(kept) == BATCH


async def _store_plainly(plain: Any, batch: int) -> None:
    plain.execute("BEGIN IMMEDIATE")
    plain.executemany(_INSERT, [(json.dumps(_body(n)),) for n in _numbers(batch)])
    plain.execute("COMMIT")


async def _put(own: Database, number: int) -> None:
    await own.write(lambda session: settings.put(session, "benchmark", str(number)))


async def _put_plainly(plain: Any, number: int) -> None:
    plain.execute("BEGIN IMMEDIATE")
    plain.execute(_SETTING, ("benchmark", str(number)))
    plain.execute("COMMIT")


def _plain(engine: Any) -> Any:
    """A connection of the same SQLite with the same settings, without SQLAlchemy."""
    raw = engine.raw_connection().driver_connection
    raw.execute("CREATE TABLE plain_event (id INTEGER PRIMARY KEY, body TEXT)")
    raw.execute("CREATE TABLE plain_setting (key TEXT PRIMARY KEY, value TEXT)")
    return raw


def _numbers(batch: int) -> range:
    return range(batch * BATCH, (batch + 1) * BATCH)


def _body(number: int) -> dict[str, Any]:
    chat = {"id": number % 40, "type": "private", "first_name": "Officer"}
    text = "Đơn vị đã ban hành kế hoạch cải cách hành chính năm 2026"
    message = {"message_id": number, "date": 1794800000, "chat": chat, "from": chat, "text": text}
    return {"update_id": number, "message": message}
