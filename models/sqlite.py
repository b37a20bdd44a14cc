"""SQLite as the bot needs it: durable commits, one writer at a time, nobody left out."""

import logging
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from models import json_text
from models.durable import make_folder

logger = logging.getLogger(__name__)

BUSY_SECONDS = 15
LETS_IN_SECONDS = 0.5
SAFE_VERSION = (3, 51, 3)  # Older ones can corrupt a WAL that two connections write at once.


class Waiting:
    """Those of this process who wait to begin a transaction beside the writing thread. SQLite
    lets whoever asks again in the right millisecond go first: always the thread, unless it
    stands back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def __enter__(self) -> None:
        with self._lock:
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._count -= 1

    def let_in(self) -> None:
        """Until nobody waits; but somebody of another process may hold all of us up."""
        until = time.monotonic() + LETS_IN_SECONDS
        while self._count and time.monotonic() < until:
            time.sleep(0.001)


def waiting_at(engine: Engine) -> Waiting:
    """Nobody, where it is no engine of ours or another database."""
    found: Waiting = engine.get_execution_options().get("cchc_waiting", Waiting())
    return found


def create(url: str, path: str | None) -> Engine:
    """An engine whose transactions take the right to write as they begin, unless they say
    ``cchc_begin``. ``path`` is the file's."""
    module, version = _module()
    if path and path != ":memory:":
        # SQLite forces the name of a new database, but not those of the folders above it.
        make_folder(Path(path).parent)
    waiting = Waiting()
    options = {"cchc_waiting": waiting}
    engine = create_engine(
        url,
        module=module,
        pool_size=10,
        execution_options=options,
        **json_text.IN_COLUMNS,
    )
    safe = version >= SAFE_VERSION
    if not safe:
        logger.warning("SQLite %s is older than 3.51.3: using its slower journal", version)
    journal, synchronous = ("WAL", "FULL") if safe else ("DELETE", "EXTRA")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"journal_mode={journal}",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "mmap_size=0",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that writes later fails at once when somebody else committed.
        begin = connection.get_execution_options().get("cchc_begin")
        if begin is not None:
            connection.exec_driver_sql(begin)
            return
        with waiting:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _module() -> tuple[Any, tuple[int, ...]]:
    if sqlite3.sqlite_version_info >= SAFE_VERSION:
        return sqlite3, sqlite3.sqlite_version_info
    try:
        from pysqlite3 import dbapi2  # Only where Python's own SQLite is too old.
    except ImportError:
        return sqlite3, sqlite3.sqlite_version_info
    return dbapi2, dbapi2.sqlite_version_info
