"""Work that waits together shares a commit, and what fails rolls back alone (I2, I11)."""

import asyncio
import secrets
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import audit, settings, sqlite
from models import database as databases
from models.audit import AuditEntry
from models.clock import wall_clock
from models.database import Database
from models.people import By
from models.settings import Setting


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(databases.create(database_url))
    yield database
    database.close()


def put(key: str, value: str):
    def work(session: Session) -> str:
        session.add(Setting(key=key, value=value))
        session.flush()
        return key

    return work


def test_each_gets_its_own_result_and_a_failure_harms_only_itself(db: Database) -> None:
    async def run() -> list[object]:
        works = [put(str(n % 90), "x") for n in range(100)]
        return await asyncio.gather(*(db.write(w) for w in works), return_exceptions=True)

    results = asyncio.run(run())

    assert sum(isinstance(result, IntegrityError) for result in results) == 10
    with db.sessions() as session:
        kept = session.query(Setting).count()
    assert kept == 90


def test_read_modify_write_from_many_loses_nothing(db: Database) -> None:
    def increase(session: Session) -> None:
        query = session.query(Setting).filter_by(key="n").with_for_update()
        row = query.one()
        row.value = str(int(row.value) + 1)

    async def run() -> None:
        await db.write(lambda session: settings.put(session, "n", "0"))
        await asyncio.gather(*(db.write(increase) for _ in range(200)))

    asyncio.run(run())

    with db.sessions() as session:
        assert settings.get(session, "n") == "200"


def test_what_was_done_is_in_the_audit_log_however_many_share_the_commit(db: Database) -> None:
    """I9: an entry is written at the session's commit, which here is not the transaction's."""

    def act(number: int):
        def work(session: Session) -> None:
            audit.append(session, f"act_{number}", By(wall_clock()))
            if number == 3:
                raise RuntimeError("no")

        return work

    async def run() -> None:
        await db.write(act(0))
        works = [db.write(act(number)) for number in range(1, 6)]
        await asyncio.gather(*works, return_exceptions=True)

    asyncio.run(run())

    with db.sessions() as session:
        acts = sorted(session.scalars(select(AuditEntry.action)))
        assert acts == ["act_0", "act_1", "act_2", "act_4", "act_5"]
        assert audit.check_chain(session) is None


def test_whoever_writes_beside_the_queue_gets_in_though_that_is_never_empty(db: Database) -> None:
    """C1, X12: the clock's jobs have transactions of their own, and are not to wait for an
    evening on which everybody writes."""

    def slow(session: Session) -> None:
        put(secrets.token_hex(8), "x")(session)
        time.sleep(0.01)

    async def keep_it_full(until: threading.Event) -> None:
        while not until.is_set():
            await asyncio.gather(*(db.write(slow) for _ in range(20)))

    async def run() -> list[float]:
        done, waits = threading.Event(), []
        crowd = [asyncio.create_task(keep_it_full(done)) for _ in range(4)]
        for number in range(5):
            waits.append(await asyncio.to_thread(write_beside, f"job {number}"))
        done.set()
        await asyncio.gather(*crowd)
        return waits

    def write_beside(key: str) -> float:
        began = time.monotonic()
        with db.sessions.begin() as session:
            put(key, "x")(session)
        return time.monotonic() - began

    assert max(asyncio.run(run())) < sqlite.BUSY_SECONDS / 3


def test_a_raised_error_reaches_the_caller_and_nothing_is_kept(db: Database) -> None:
    def work(session: Session) -> None:
        session.add(Setting(key="a", value="b"))
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        asyncio.run(db.write(work))
    with db.sessions() as session:
        assert settings.get(session, "a") is None


def test_sqlite_commits_are_durable_and_foreign_keys_hold(db: Database) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("settings of SQLite")
    with db.engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 15000,
    }
