"""Statements that every turn runs: compiled once, and handed to the driver's own cursor.

SQLAlchemy prepares an execution for several times as long as SQLite carries it out, so these go
round that. PostgreSQL takes them the usual way: there the way to the server is what costs.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from models import json_text

Values = Mapping[str, Any]
_DIALECT = sqlite.dialect(
    paramstyle="named", json_serializer=json_text.write, json_deserializer=json_text.read
)


class Prepared:
    """All that changes from one execution to the next is a bound parameter of ``statement``,
    which may have another form on PostgreSQL. Raises what SQLAlchemy would raise.
    """

    def __init__(self, statement: Executable, postgresql: Executable | None = None) -> None:
        self._statement = statement if postgresql is None else postgresql
        compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        self._text = str(compiled)
        named = {name: bind for bind, name in compiled.bind_names.items()}
        self._fixed = {n: bind.effective_value for n, bind in named.items() if not bind.required}
        writers = {name: _writer(bind.type) for name, bind in named.items()}
        self._writers = {name: write for name, write in writers.items() if write is not None}
        columns = getattr(statement, "selected_columns", ())
        self._readers = [_reader(column.type) for column in columns]

    def run(self, connection: Connection, values: Values) -> int:
        """How many rows it changed."""
        if _is_sqlite(connection):
            return int(self._execute(connection, values).rowcount)
        return connection.execute(self._statement, values).rowcount

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """As the driver gives them, which is enough to compare them; see ``typed``."""
        if _is_sqlite(connection):
            return [tuple(row) for row in self._execute(connection, values).fetchall()]
        return [tuple(row) for row in connection.execute(self._statement, values)]

    def typed(self, connection: Connection, row: Sequence[Any]) -> list[Any]:
        """The beginning of a row, as long as is handed in, with the types of its columns."""
        if not _is_sqlite(connection):
            return list(row)
        read = zip(row, self._readers, strict=False)
        return [value if reader is None else reader(value) for value, reader in read]

    def _execute(self, connection: Connection, values: Values) -> Any:
        bound = {**self._fixed, **values}
        for name, write in self._writers.items():
            bound[name] = write(bound[name])
        raw: Any = connection.connection.driver_connection
        try:
            return raw.execute(self._text, bound)
        except Exception as error:
            dbapi: Any = connection.dialect.dbapi
            raise DBAPIError.instance(
                self._text, bound, error, dbapi.Error, hide_parameters=True
            ) from error


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _writer(type_: Any) -> Callable[[Any], Any] | None:
    found: Callable[[Any], Any] | None = type_.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    return found


def _reader(type_: Any) -> Callable[[Any], Any] | None:
    found: Callable[[Any], Any] | None = type_.dialect_impl(_DIALECT).result_processor(
        _DIALECT, None
    )
    return found
