"""The rows of all tables as lines of JSON, out of one database and into another, of either kind.

A line is an object of column and value: instants in ISO 8601 and UTC, decimals and dates as
text, enumerations by their value. What one database writes, the other can read.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice, zip_longest
from typing import Any

from sqlalchemy import JSON, Connection, Date, Engine, Enum, Table, collate, func, insert, select
from sqlalchemy import String as Text
from sqlalchemy import text as sql
from sqlalchemy.types import TypeEngine

from models.base import Exact, Instant
from models.tables import Base

BATCH = 1000
# A row's own references may point forward; PostgreSQL checks them at once unless told otherwise.
_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""


class BadRow(Exception):
    """A line that is not a row of its table."""


def tables() -> list[Table]:
    """Every table, those first that others point to."""
    return list(Base.metadata.sorted_tables)


@contextlib.contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it is at this instant, beside a running bot."""
    options: dict[str, Any] = {"cchc_begin": "BEGIN"}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.execution_options(**options).connect() as connection:
        connection.execute(sql("SELECT 1 FROM setting"))  # The first read is what pins it.
        yield connection


def is_empty(connection: Connection) -> bool:
    return all(
        connection.execute(select(1).select_from(table).limit(1)).first() is None
        for table in tables()
    )


def rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """The rows in the order of their key, the same on every database."""
    order = [
        collate(column, "C") if _needs_collation(connection, column.type) else column
        for column in table.primary_key
    ]
    query = select(table).order_by(*order).execution_options(yield_per=BATCH)
    for row in connection.execute(query):
        yield {
            column.name: _written(value) for column, value in zip(table.columns, row, strict=True)
        }


def line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


@contextlib.contextmanager
def references_checked_last(connection: Connection) -> Iterator[None]:
    """While rows are put in, what they point to may come later; at the end all of it is there,
    or this raises IntegrityError. To be used within a transaction."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        return
    found = connection.execute(sql(_FOREIGN_KEYS)).all()
    for table, name in found:
        connection.execute(
            sql(f"ALTER TABLE {table} ALTER CONSTRAINT {name} DEFERRABLE INITIALLY DEFERRED")
        )
    yield
    connection.execute(sql("SET CONSTRAINTS ALL IMMEDIATE"))
    for table, name in found:
        connection.execute(sql(f"ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE"))


def fill(connection: Connection, table: Table, lines: Iterable[bytes]) -> None:
    """Put rows into an empty table. Raises BadRow, and what the database raises."""
    read = (_read(table, each) for each in lines)
    while batch := list(islice(read, BATCH)):
        connection.execute(insert(table), batch)
    _count_on(connection, table)


def holds_exactly(connection: Connection, table: Table, lines: Iterable[bytes]) -> bool:
    """Whether the table has these rows, each value the same, and no others."""
    pairs = zip_longest(rows(connection, table), (json.loads(each) for each in lines))
    return all(here == there for here, there in pairs)


def _needs_collation(connection: Connection, type_: TypeEngine[Any]) -> bool:
    return connection.dialect.name == "postgresql" and isinstance(type_, Text)


def _written(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
    return getattr(value, "value", value)


def _read(table: Table, line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
        return {column.name: _value(column.type, row.pop(column.name)) for column in table.columns}
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise BadRow(f"{table.name}: {type(error).__name__}") from None


def _value(type_: TypeEngine[Any], value: Any) -> Any:
    if value is None or isinstance(type_, JSON):
        return value
    match type_:
        case Instant():
            return datetime.fromisoformat(value)
        case Date():
            return date.fromisoformat(value)
        case Exact():
            return Decimal(value)
        case Enum(enum_class=kind) if kind is not None:
            return kind(value)
    return value


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL keeps a table's next number apart: it goes on after the highest that is there.
    SQLite looks at the table itself."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    query = "SELECT pg_get_serial_sequence(quote_ident(:table), :column)"
    names = {"table": table.name, "column": column.name}
    sequence = connection.execute(sql(query), names).scalar()
    highest = connection.execute(select(func.max(column))).scalar()
    if sequence is not None and highest is not None:
        connection.execute(select(func.setval(sequence, highest)))
