"""The migrations make exactly the tables that the code has, on both databases."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, event, inspect, make_url, text

from models import database, migrations
from models.migrations import UnknownRevision
from models.tables import Base
from tests.conftest import SERVER


@pytest.fixture
def empty(tmp_path: Path, worker_id: str):
    """A database without any table."""
    if not SERVER:
        engine = database.create(f"sqlite:///{tmp_path / 'empty.db'}")
        yield engine
        engine.dispose()
        return
    name = f"cchc_{worker_id}_migrations"
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine = database.create(make_url(SERVER).set(database=name).render_as_string(False))
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


def test_the_migrations_make_the_tables_of_the_models(empty: Engine) -> None:
    migrations.upgrade(empty)

    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert migrations.current(empty) == migrations.head()


def test_upgrading_twice_changes_nothing(empty: Engine) -> None:
    migrations.upgrade(empty)
    before = inspect(empty).get_table_names()

    migrations.upgrade(empty)

    assert inspect(empty).get_table_names() == before


def test_a_database_of_another_program_is_refused(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE other (id INTEGER)"))

    with pytest.raises(UnknownRevision):
        migrations.current(empty)


def test_a_database_of_a_newer_version_is_refused(empty: Engine) -> None:
    migrations.upgrade(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(UnknownRevision):
        migrations.current(empty)


class Stop(Exception):
    """The migration ends here."""


def statements_of_an_upgrade(engine: Engine) -> int:
    """How many statements it takes; it is stopped just before its commit."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    def stop(_: object) -> None:
        raise Stop

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", stop)
    with pytest.raises(Stop):
        migrations.upgrade(engine)
    event.remove(engine, "commit", stop)
    event.remove(engine, "before_cursor_execute", note)
    return count


def upgrade_and_die(url: str, statement: int) -> None:
    """In a process of its own, which ends without a word before this statement."""
    left = statement
    engine = database.create(url)

    def die(*_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", die)
    migrations.upgrade(engine)


def test_a_migration_that_is_killed_leaves_what_was_there(empty: Engine) -> None:
    """X21: the old shape or the new one, never one between; and it can be started again."""
    total = statements_of_an_upgrade(empty)
    assert total > 40
    assert migrations.current(empty) is None
    url = empty.url.render_as_string(hide_password=False)
    processes = multiprocessing.get_context("fork")
    for statement in sorted({3, total // 3, 2 * total // 3, total}):
        empty.dispose()
        process = processes.Process(target=upgrade_and_die, args=(url, statement))
        process.start()
        process.join(30)
        assert process.exitcode == -signal.SIGKILL
        assert inspect(empty).get_table_names() == []
        assert migrations.current(empty) is None

    migrations.upgrade(empty)

    assert migrations.current(empty) == migrations.head()
