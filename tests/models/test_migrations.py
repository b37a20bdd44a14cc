"""The migrations make exactly the tables that the code has, on both databases, and whoever kills
one leaves the old shape or the new one (X21)."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine.default import DefaultDialect

from models import database, migrations
from models.migrations import Damaged, UnknownRevision
from models.tables import Base
from tests.conftest import SERVER
from tests.faults import figures
from tests.models.filling import ROWS, fill_every_table
from tests.models.releases import CARELESS, NEXT, REVISIONS, make_release

Rows = dict[str, list[Any]]


@pytest.fixture
def empty(tmp_path: Path, worker_id: str) -> Iterator[Engine]:
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


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Choose the newest revision that the program knows, with one of a later release on top."""

    def choose(newest: str, later: str = "", **values: str) -> None:
        folder = make_release(tmp_path, newest, later, **values)
        monkeypatch.setattr(migrations, "DIRECTORY", folder)

    return choose


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


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM evidence_link WHERE id = 1",
        "UPDATE inbox_event SET address = 'elsewhere' WHERE id = 2",
        "DROP TABLE reminder_acknowledgement",
        "ALTER TABLE evidence DROP COLUMN caption",
    ],
)
def test_a_migration_that_loses_a_value_is_undone(
    empty: Engine, release: Callable[..., None], statement: str
) -> None:
    """Rows are counted and hashed before and after; what a migration rewrites, it has to say."""
    migrations.upgrade(empty)
    fill_every_table(empty)
    before = everything(empty)
    release(REVISIONS[-1], CARELESS, statement=statement)

    with pytest.raises(Damaged):
        migrations.upgrade(empty)

    assert everything(empty) == before
    assert migrations.current(empty) == REVISIONS[-1]


def test_the_first_release_comes_to_a_later_one_with_all_its_rows(
    empty: Engine, release: Callable[..., None]
) -> None:
    """With a row in every table, also in those that point to the one that is rebuilt."""
    release(REVISIONS[0])
    migrations.upgrade(empty)
    fill_every_table(empty)
    before = everything(empty)
    assert min(len(rows) for rows in before.values()) == 1 + ROWS

    release(REVISIONS[-1], NEXT)
    migrations.upgrade(empty)

    after = everything(empty)
    assert [row[-1] for row in after.pop("person")] == ["nickname", "-", "-"]
    assert {row[1] for row in after.pop("setting")[1:]} == {"rewritten"}
    assert after.pop("badge") == [("id",)]
    assert after == {name: rows for name, rows in before.items() if name in after}
    assert set(before) - set(after) == {"person", "setting"}


@pytest.mark.heavy
@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", range(len(REVISIONS) + 1))
def test_a_migration_that_is_killed_anywhere_can_be_started_again(
    empty: Engine, release: Callable[..., None], number: int
) -> None:
    """X21: before each statement, before and after the commit; each of our own revisions, and
    one as a later release may bring it. Old or new, never between, and nothing else changed."""
    if number:
        release(REVISIONS[number - 1])
        migrations.upgrade(empty)
        fill_every_table(empty)
    old = everything(empty)
    if number < len(REVISIONS):
        release(REVISIONS[number])
    else:
        release(REVISIONS[-1], NEXT)
    was, head = REVISIONS[number - 1] if number else None, migrations.head()
    points = points_of_an_upgrade(empty)
    for point in range(1, points + 1):
        die_at(empty, point)
        migrated = point == points
        assert migrations.current(empty) == (head if migrated else was), f"point {point}"
        if not migrated:
            assert everything(empty) == old, f"point {point}"
    where = "PostgreSQL" if SERVER else "SQLite"
    figures.note("X21", f"{where}, {was} to {head}: killed at {points} points: 0 between")
    migrations.upgrade(empty)
    assert migrations.current(empty) == head


def everything(engine: Engine) -> Rows:
    """All rows of all tables by the names of their columns, but for the revision."""
    found: Rows = {}
    with engine.connect() as connection:
        for name in sorted(inspect(connection).get_table_names()):
            if name != "alembic_version":
                rows = connection.execute(text(f'SELECT * FROM "{name}"'))
                found[name] = [tuple(rows.keys()), *sorted(map(tuple, rows), key=repr)]
    return found


class Stop(Exception):
    """The migration ends here."""


def watch(reached: Callable[[str], None]) -> Callable[[], None]:
    """Call ``reached`` before each statement that writes and around the commit, until the
    function that this returns is called."""
    commit = DefaultDialect.do_commit

    def before_statement(_: Any, __: Any, statement: str, *___: object) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            reached("statement")

    def do_commit(dialect: Any, connection: Any) -> None:
        reached("commit")
        commit(dialect, connection)
        reached("committed")

    event.listen(Engine, "before_cursor_execute", before_statement)
    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]

    def end() -> None:
        event.remove(Engine, "before_cursor_execute", before_statement)
        DefaultDialect.do_commit = commit  # type: ignore[method-assign]

    return end


def points_of_an_upgrade(engine: Engine) -> int:
    """How many there are, with the one behind the commit; it is stopped just before that."""
    count = 0

    def note(kind: str) -> None:
        nonlocal count
        count += 1
        if kind == "commit":
            raise Stop

    end = watch(note)
    try:
        with pytest.raises(Stop):
            migrations.upgrade(engine)
    finally:
        end()
    return count + 1


def die_at(engine: Engine, point: int) -> None:
    """Upgrade in a process of its own, which ends there without a word."""
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()
    process = multiprocessing.get_context("fork").Process(target=_die, args=(url, point))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL


def _die(url: str, point: int) -> None:
    left = point

    def count_down(_: str) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    engine = database.create(url)
    watch(count_down)
    migrations.upgrade(engine)
