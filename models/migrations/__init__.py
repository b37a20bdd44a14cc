"""Which shape the database has, and how it gets the next one.

Revisions are numbered files in ``versions``; the newest number is the shape that the code needs.
Alembic is imported only when there is something to do.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from models.migrations import contents

DIRECTORY = Path(__file__).parent


class UnknownRevision(Exception):
    """The database was made by a newer program, or by another one."""


class Damaged(Exception):
    """A migration would have changed or lost rows that are none of its business."""


def head() -> str:
    """The number of the newest revision."""
    return sorted(path.stem for path in (DIRECTORY / "versions").glob("[0-9]*.py"))[-1][:4]


def current(engine: Engine) -> str | None:
    """The database's revision; None for an empty database. Raises UnknownRevision."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        if "alembic_version" not in tables:
            if tables:
                raise UnknownRevision("tables without a revision")
            return None
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    known = {path.stem[:4] for path in (DIRECTORY / "versions").glob("[0-9]*.py")}
    if revision not in known:
        raise UnknownRevision(str(revision))
    return str(revision)


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision, in one transaction where the database can.

    Raises Damaged, and leaves everything as it was, where rows would not survive it.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # With foreign keys on, rebuilding a table would delete the rows that point to it.
            _pragma(connection, "foreign_keys=OFF")
        try:
            with connection.begin():
                _upgrade(connection)
        finally:
            if engine.dialect.name == "sqlite":
                _pragma(connection, "foreign_keys=ON")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = _alembic_config(connection)
    at = MigrationContext.configure(connection).get_current_revision()
    if at == head():
        return
    to_run = ScriptDirectory.from_config(config).iterate_revisions("head", at or "base")
    rewritten = {name for script in to_run for name in getattr(script.module, "rewrites", ())}
    before = contents.of(connection)
    command.upgrade(config, "head")
    if changed := contents.changed(connection, before, rewritten):
        raise Damaged(f"rows changed in {', '.join(changed)}")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise Damaged(f"{len(broken)} rows point to nothing")


def _pragma(connection: Any, pragma: str) -> None:
    """Outside a transaction, where alone this pragma has an effect."""
    connection.connection.dbapi_connection.execute(f"PRAGMA {pragma}")


def _alembic_config(connection: Any) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(DIRECTORY))
    config.attributes["connection"] = connection
    return config
