"""Only one bot runs on a database, also after the database was away (X16)."""

import pytest
from sqlalchemy import text

from bot import guard
from models import database
from tests.conftest import SERVER


def test_a_database_is_held_by_one_at_a_time(database_url: str) -> None:
    first, second = database.create(database_url), database.create(database_url)
    held = guard.take(first)
    with pytest.raises(guard.AlreadyRunning):
        guard.take(second)
    held.release()
    guard.take(second).release()


@pytest.mark.skipif(not SERVER, reason="SQLite's guard does not depend on a connection")
def test_a_guard_that_was_lost_is_taken_again_unless_another_was_faster(database_url: str) -> None:
    engine = database.create(database_url)

    def cut_off() -> None:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        with engine.connect() as connection:
            connection.execute(
                text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
            )

    held = guard.take(engine)
    cut_off()
    held.renew()
    with pytest.raises(guard.AlreadyRunning):
        guard.take(engine)
    cut_off()
    faster = guard.take(engine)
    with pytest.raises(guard.AlreadyRunning):
        held.renew()
    faster.release()
    held.renew()
    held.release()
    engine.dispose()
