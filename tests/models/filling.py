"""Rows for every table of a database, whatever its shape: made up by the types of its columns."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Engine, MetaData, Table
from sqlalchemy.types import JSON, Boolean, Date, DateTime, Integer, Numeric

ROWS = 2


def fill_every_table(engine: Engine) -> None:
    """Two rows in each; what points to something points to the row of the same number."""
    found = MetaData()
    found.reflect(engine)
    with engine.begin() as connection:
        for table in found.sorted_tables:
            if table.name != "alembic_version":
                rows = [_row(table, number) for number in range(1, ROWS + 1)]
                connection.execute(table.insert(), rows)


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(column, number) for column in table.columns}


def _value(column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        # A row that points to its own table would have to be there before itself.
        itself = any(key.column.table is column.table for key in column.foreign_keys)
        return None if itself and column.nullable else number
    match column.type:
        case Boolean():
            return number == 1
        case Integer():
            return number
        case Numeric():
            return Decimal(number) / 4
        case DateTime():
            return datetime(2026, 11, number, 8, tzinfo=UTC)
        case Date():
            return date(2026, 11, number)
        case JSON():
            return {"number": number}
    return f"{column.name}-{number}"
