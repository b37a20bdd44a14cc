"""The database as the bot uses it: one engine, sessions, and a queue for what is to be written.

On SQLite one thread writes; what waits together shares a commit, each in its own savepoint. On
PostgreSQL a few threads each have their own transaction. The callers are the same.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.orm import Session, sessionmaker

from models import json_text, sqlite

logger = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[Session], Any]

SHARED_COMMIT = 64
POSTGRES_WRITERS = 4
# PostgreSQL's codes for "try the same again": serialization, deadlock, shutdown, connection.
TRANSIENT_STATES = ("40001", "40P01", "57P01", "57P02", "57P03", "08", "53", "55")
# SQLite's: permission, busy, locked, memory, read-only, interrupt, I/O, corrupt, full, cannot
# open, protocol, no database. The others mean that a statement is wrong.
TRANSIENT_CODES = {3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26}


def create(url: str) -> Engine:
    """An engine for ``url`` with the settings that make a commit durable."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return sqlite.create(url, parsed.database)
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=POSTGRES_WRITERS + 6,
        **json_text.IN_COLUMNS,
    )


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed later: a lock, a lost connection, a full disk."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, TimeoutError)  # No connection of the pool became free.
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(TRANSIENT_STATES)
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in TRANSIENT_CODES
    name = type(error).__name__
    return name in {"OperationalError", "InterfaceError", "InternalError"}


class Database:
    """Hands work to the writing threads. ``work`` gets a session; its return is the result."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.sessions = sessionmaker(engine, expire_on_commit=False)
        reader = engine.execution_options(cchc_begin="BEGIN")
        self.readers = sessionmaker(reader, expire_on_commit=False)
        self._queue: queue.SimpleQueue[_Errand | None] = queue.SimpleQueue()
        self._shared = engine.dialect.name == "sqlite"
        self._others: sqlite.Waiting = engine.get_execution_options().get(
            "cchc_waiting", sqlite.Waiting()
        )
        self._writer = _without_events(engine) if self._shared else engine
        count = 1 if self._shared else POSTGRES_WRITERS
        self._threads = [
            threading.Thread(target=self._serve, name=f"writer-{n}", daemon=True)
            for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in a transaction; return after its commit, or raise what it raised."""
        loop = asyncio.get_running_loop()
        errand = _Errand(work, loop, loop.create_future())
        self._queue.put(errand)
        result: T = await errand.future
        return result

    async def read(self, work: Callable[[Session], T]) -> T:
        def run() -> T:
            with self.readers() as session:
                return work(session)

        return await asyncio.to_thread(run)

    def close(self) -> None:
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()
        self.engine.dispose()

    def _serve(self) -> None:
        while (errand := self._queue.get()) is not None:
            batch = [errand]
            while self._shared and len(batch) < SHARED_COMMIT and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    self._queue.put(None)
                    break
                batch.append(following)
            try:
                if self._shared:
                    self._run_together(batch)
                else:
                    self._run_alone(errand)
            except BaseException as error:
                _tell([(errand, None, error) for errand in batch])

    def _run_alone(self, errand: "_Errand") -> None:
        with self.sessions() as session, session.begin():
            result = errand.work(session)
        _tell([(errand, result, None)])

    def _run_together(self, batch: list["_Errand"]) -> None:
        """One commit for all. A savepoint costs as much as a small errand, so there is none
        until an errand fails: then all run again, each in its own."""
        self._others.let_in()
        with self._writer.connect() as connection, connection.begin() as transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                results = _run_within(connection, [errand.work for errand in batch])
            except BaseException as error:
                if len(batch) == 1:
                    raise
                logger.debug("%s: the shared commit is tried errand by errand", error)
                if transaction.is_active:
                    transaction.rollback()
                results = None
        if results is None:
            self._run_apart(batch)
            return
        _tell([(errand, result, None) for errand, result in zip(batch, results, strict=True)])

    def _run_apart(self, batch: list["_Errand"]) -> None:
        """One commit for all, a savepoint each: an errand that fails rolls back alone."""
        outcomes: list[_Outcome] = []
        with self.engine.connect() as connection, connection.begin():
            for errand in batch:
                try:
                    with connection.begin_nested():
                        outcomes.append((errand, *_run_within(connection, [errand.work]), None))
                except BaseException as error:
                    if _lost_transaction(connection):
                        raise
                    outcomes.append((errand, None, error))
        _tell(outcomes)


@dataclass(frozen=True, eq=False)
class _Errand:
    """Work to do, and the future on ``loop`` that waits for its outcome."""

    work: Work
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"


_Outcome = tuple[_Errand, Any, BaseException | None]


def _tell(outcomes: list[_Outcome]) -> None:
    """Wake each loop once, whatever the number of its errands."""
    for loop in {errand.loop for errand, _, _ in outcomes}:
        try:
            loop.call_soon_threadsafe(_settle, [o for o in outcomes if o[0].loop is loop])
        except RuntimeError:
            logger.debug("nobody waits for finished errands: the loop is closed")


def _settle(outcomes: list[_Outcome]) -> None:
    for errand, result, error in outcomes:
        if errand.future.done():
            continue
        if error is None:
            errand.future.set_result(result)
        else:
            errand.future.set_exception(error)


def _run_within(connection: Connection, works: Sequence[Work]) -> list[Any]:
    """Run them in the transaction that the connection is in. The session's commit does not end
    that; it writes what waits, and whoever listens for it (the audit log) has its turn.

    A session of its own for each would cost as much as a small errand; each finds it empty.
    """
    results = []
    with Session(
        connection, join_transaction_mode="rollback_only", expire_on_commit=False
    ) as session:
        for work in works:
            results.append(work(session))
            session.flush()
            session.expunge_all()
        session.commit()
    return results


def _without_events(engine: Engine) -> Engine:
    """The same connections with nobody listening, which makes every statement cheaper; whoever
    uses it begins its transactions itself."""
    return create_engine(
        engine.url,
        pool=engine.pool,
        module=engine.dialect.dbapi,
        **json_text.IN_COLUMNS,
    )


def _lost_transaction(connection: Connection) -> bool:
    """SQLite itself rolls everything back when the disk is full or fails."""
    raw = connection.connection.dbapi_connection
    return raw is None or not raw.in_transaction
