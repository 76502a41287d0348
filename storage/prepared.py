"""Statements of the hot path: compiled once, then handed straight to SQLite's driver.

Rule 1  They are written like every other statement, of plain columns, and values pass through the columns' types.
        Left out is only what SQLAlchemy does anew at each execution, which costs ten times the statement.
Rule 2  They run on the session's connection, in its transaction. They do not see what the ORM has not flushed.
Rule 3  What fails is SQLAlchemy's error, as everywhere.
"""

import sqlite3
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, Insert, Select, Update, bindparam, func, select
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate
from sqlalchemy.sql.type_api import TypeEngine

from storage.tables.base import Instant

T = TypeVar("T")
Values = dict[str, Any]
Giving = Select[Any] | ReturningInsert[Any] | ReturningUpdate[Any]

_DIALECT = SQLiteDialect_pysqlite(paramstyle="named")


def among(name: str) -> Select[Any]:
    """The values of a parameter that is a list, as a subquery for `in_`: a plain IN is compiled anew each time."""
    return select(func.json_each(bindparam(name, type_=JSON())).table_valued("value").c.value)


class Change:
    """A statement that changes rows; its parameters are given by name."""

    def __init__(self, statement: Select[Any] | Insert | Update) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - said for the type checker
        self._text = str(compiled)
        self._to_sql = {
            name: process for bind, name in compiled.bind_names.items() if (process := _binding(bind.type))
        }
        own = {name: bind.value for bind, name in compiled.bind_names.items() if not bind.required}
        if isinstance(statement, Insert):  # a column that is not given gets its default, or NULL
            own |= {column.key: getattr(column.default, "arg", None) for column in statement.table.columns}
        self._own = self._processed(own)

    def run(self, session: Session, **values: Any) -> int:  # noqa: ANN401 - of the parameters' types
        """Returns how many rows were changed."""
        parameters = self._parameters(values)
        try:
            return _driver(session).execute(self._text, parameters).rowcount
        except sqlite3.Error as error:
            raise self._fault(error, parameters) from error

    def run_many(self, session: Session, rows: Iterable[Values]) -> None:
        parameters = [self._parameters(values) for values in rows]
        try:
            _driver(session).executemany(self._text, parameters)
        except sqlite3.Error as error:
            raise self._fault(error, parameters) from error

    def _parameters(self, values: Values) -> Values:
        return self._own | self._processed(values)

    def _processed(self, values: Values) -> Values:
        to_sql = self._to_sql
        return {name: to_sql[name](value) if name in to_sql else value for name, value in values.items()}

    def _fault(self, error: sqlite3.Error, parameters: Any) -> BaseException:  # noqa: ANN401 - as it was given
        return DBAPIError.instance(
            self._text, parameters, error, sqlite3.Error, hide_parameters=True, dialect=_DIALECT
        )


class Query(Change, Generic[T]):
    """A statement that gives rows, all of them read at once. Each becomes `make(*row)`."""

    def __init__(
        self, statement: Select[Any] | ReturningInsert[Any] | ReturningUpdate[Any], make: Callable[..., T]
    ) -> None:
        super().__init__(statement)
        self._make = make
        self._from_sql = [
            (place, process)
            for place, column in enumerate(statement.exported_columns)
            if (process := _type(column.type).result_processor(_DIALECT, None))
        ]

    def all(self, session: Session, **values: Any) -> list[T]:  # noqa: ANN401 - of the parameters' types
        parameters = self._parameters(values)
        try:
            rows = _driver(session).execute(self._text, parameters).fetchall()
        except sqlite3.Error as error:
            raise self._fault(error, parameters) from error
        return [self._make(*self._cells(row)) for row in rows]

    def first(self, session: Session, **values: Any) -> T | None:  # noqa: ANN401 - of the parameters' types
        return next(iter(self.all(session, **values)), None)

    def one(self, session: Session, **values: Any) -> T:  # noqa: ANN401 - of the parameters' types
        (row,) = self.all(session, **values)
        return row

    def _cells(self, row: tuple[Any, ...]) -> Iterable[Any]:
        if not self._from_sql:
            return row
        cells = list(row)
        for place, process in self._from_sql:
            cells[place] = process(cells[place])
        return cells


def _type(of: TypeEngine[Any]) -> TypeEngine[Any]:
    return of.dialect_impl(_DIALECT)


def _binding(of: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    process = _type(of).bind_processor(_DIALECT)
    # The turns of a transaction share their instants, and each writes them several times.
    return lru_cache(maxsize=64)(process) if process and isinstance(of, Instant) else process


def _driver(session: Session) -> sqlite3.Connection:
    driver = session.connection().connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - the engine makes no others
    return driver
