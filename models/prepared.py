"""Statements that every turn runs: compiled once, and handed to the driver's own cursor.

SQLAlchemy prepares an execution for several times as long as SQLite carries it out, so these go
round that. PostgreSQL takes them the usual way: there the way to the server is what costs.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Executable,
    Table,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from models import json_text

Values = Mapping[str, Any]
# Whether a column is one of a list, which is bound under this name.
Among = Callable[[ColumnElement[Any], str], ColumnElement[bool]]
_DIALECT = sqlite.dialect(paramstyle="named", **json_text.IN_COLUMNS)


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

    @classmethod
    def inserting(
        cls, table: Table, later: Set[str], *returning: ColumnElement[Any]
    ) -> "Prepared":
        """A new row, with all columns but those ``later`` ones, unless it is there already."""
        new = parameters(table, later)
        return cls(
            *(
                dialect.insert(table).values(new).on_conflict_do_nothing().returning(*returning)
                for dialect in (sqlite, postgresql)
            )
        )

    @classmethod
    def with_lists(cls, build: Callable[[Among], Executable]) -> "Prepared":
        """A statement that is given lists, which have no form in common: ``build`` makes it."""
        return cls(build(_among_json), build(_among_expanded))

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

    def run_all(self, connection: Connection, many: Sequence[Values]) -> None:
        if not _is_sqlite(connection):
            connection.execute(self._statement, many)
            return
        for values in many:
            self._execute(connection, values)

    def rows_of_all(self, connection: Connection, many: Sequence[Values]) -> list[tuple[Any, ...]]:
        """Those of each, in no order."""
        if not _is_sqlite(connection):
            return [tuple(row) for row in connection.execute(self._statement, many)]
        return [row for values in many for row in self.rows(connection, values)]

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


def parameters(table: Table, later: Set[str]) -> dict[str, Any]:
    """What an insertion is given, by name: all columns but those ``later`` ones."""
    return {column.key: bindparam(column.key) for column in table.c if column.key not in later}


def _among_json(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """One parameter however long the list is, so that the statement is always the same."""
    listed = func.json_each(bindparam(name, type_=JSON)).table_valued("value")
    return column.in_(select(listed.c.value))


def _among_expanded(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return column.in_(bindparam(name, expanding=True))


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
