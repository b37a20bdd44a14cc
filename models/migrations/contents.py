"""What is in the tables, before and after a migration: rows counted and hashed.

A migration that rewrites rows on purpose says so: ``rewrites = {"table"}`` in its revision. In
all other tables every value that was there must be there afterwards.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

REVISIONS = "alembic_version"
BATCH = 1000


@dataclass(frozen=True)
class Content:
    """``sha256`` is that of all rows in the order of their key."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


def of(connection: Connection) -> dict[str, Content]:
    """Every table's, by its name."""
    inspector = inspect(connection)
    return {
        name: _read(connection, name, [str(c["name"]) for c in inspector.get_columns(name)])
        for name in inspector.get_table_names()
        if name != REVISIONS
    }


def changed(
    connection: Connection, before: dict[str, Content], rewritten: Collection[str]
) -> list[str]:
    """The tables whose values are not what they were, without those in ``rewritten``."""
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    found = []
    for name, content in before.items():
        if name in rewritten:
            continue
        columns = {str(c["name"]) for c in inspector.get_columns(name)} if name in there else set()
        kept = columns.issuperset(content.columns)
        if not kept or _read(connection, name, content.columns) != content:
            found.append(name)
    return found


def _read(connection: Connection, table: str, columns: Collection[str]) -> Content:
    quote = connection.dialect.identifier_preparer.quote_identifier
    key = inspect(connection).get_pk_constraint(table)["constrained_columns"] or columns
    names, order = (", ".join(quote(name) for name in some) for some in (columns, key))
    query = text(f"SELECT {names} FROM {quote(table)} ORDER BY {order}")
    digest, count = hashlib.sha256(), 0
    for row in connection.execute(query, execution_options={"yield_per": BATCH}):
        digest.update(repr(tuple(row)).encode())
        count += 1
    return Content(tuple(columns), count, digest.hexdigest())
