"""Only one bot runs on a database (design, 4 and 8)."""

import asyncio
import fcntl
import logging
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

logger = logging.getLogger(__name__)

RENEW_SECONDS = 5.0
ADVISORY_KEY = 0x63636863  # "cchc"


class AlreadyRunning(Exception):
    """Another bot holds this database."""


class Guard(Protocol):
    def renew(self) -> None:
        """See that the database is still held. Raises AlreadyRunning, and what the database
        raises while it is away."""

    def release(self) -> None: ...


def take(engine: Engine) -> Guard:
    """Hold the database until released or the process ends. Raises AlreadyRunning."""
    if engine.dialect.name == "sqlite":
        return _FileGuard(Path(str(engine.url.database) + ".lock"))
    return _AdvisoryGuard(engine)


class Leading:
    """Whether this bot holds its database, as far as it knows."""

    def __init__(self, held: Guard) -> None:
        self.now = True
        self._held = held

    async def keep(self, lost: Callable[[], None]) -> None:
        """An outage of the database takes the guard away: hold it again, or call ``lost`` to make
        room for the bot that was faster."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await asyncio.to_thread(self._held.renew)
                self.now = True
            except AlreadyRunning:
                self.now = False
                logger.error("another bot has taken over this database; this one stops")
                lost()
                return
            except Exception as error:
                self.now = False
                logger.warning("the guard waits for the database: %s", type(error).__name__)


class _FileGuard:
    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise AlreadyRunning from None

    def renew(self) -> None:
        """A lock on a file lasts as long as the process."""

    def release(self) -> None:
        self._file.close()


class _AdvisoryGuard:
    """A lock of a session of its own: a pooled connection would keep it after its close."""

    def __init__(self, engine: Engine) -> None:
        from sqlalchemy import create_engine

        self._engine = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._connection = self._take()

    def renew(self) -> None:
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            # The lock ended with its connection.
            self._connection.invalidate()
            self._connection = self._take()

    def release(self) -> None:
        self._connection.close()

    def _take(self) -> Connection:
        connection = self._engine.connect()
        query = text("SELECT pg_try_advisory_lock(:key)")
        if not connection.execute(query, {"key": ADVISORY_KEY}).scalar():
            connection.close()
            raise AlreadyRunning
        return connection
