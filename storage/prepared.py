"""Statements of the hot path: compiled once for each database, then handed straight to its driver.

Rule 1  They are written like every other statement, of plain columns, and values pass through the columns' types.
        Left out is only what SQLAlchemy does anew at each execution, which costs ten times the statement.
Rule 2  They run on the session's connection, in its transaction. They do not see what the ORM has not flushed.
Rule 3  What fails is SQLAlchemy's error, as everywhere.
"""

import sqlite3
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Dialect,
    Insert,
    Select,
    Update,
    bindparam,
    cast,
    column,
    select,
)
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.type_api import TypeEngine

from storage.tables.base import Instant

T = TypeVar("T")
Values = dict[str, Any]
Statement = Select[Any] | Insert | Update
# Of a row's cells those that a type reads, by place.
Cells = list[tuple[int, Callable[[Any], Any]]]


class _Each(FunctionElement[Any]):
    """The members of a JSON array, as rows with the column `value`."""

    name = "each"
    inherit_cache = True


@compiles(_Each, "sqlite")
def _each_on_sqlite(each: _Each, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"json_each({compiler.process(each.clauses, **kw)})"


@compiles(_Each, "postgresql")
def _each_on_postgres(each: _Each, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"json_array_elements_text({compiler.process(each.clauses, **kw)})"


def among(name: str) -> Select[Any]:
    """The ids of a parameter that is a list, as a subquery for `in_`: a plain IN is compiled anew each time."""
    each = _Each(bindparam(name, type_=JSON())).table_valued(column("value"))
    return select(cast(each.c.value, BigInteger))


class _Form:
    """A statement as one database's driver takes it."""

    def __init__(self, statement: Statement, dialect: Dialect, fault: type[Exception]) -> None:
        # A row numbers itself where its id is not given; PostgreSQL would take a NULL for what it is.
        keys = _keys(statement) if isinstance(statement, Insert) else None
        whole = (
            statement.inline() if isinstance(statement, Insert) else statement
        )  # asks for no id of its own accord
        compiled = whole.compile(dialect=dialect, column_keys=keys)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - said for the type checker
        self.text = str(compiled)
        self.fault = fault
        self._dialect = dialect
        self._to_sql = {
            name: process
            for bind, name in compiled.bind_names.items()
            if (process := _binding(bind.type, dialect))
        }
        own = {name: bind.value for bind, name in compiled.bind_names.items() if not bind.required}
        if isinstance(statement, Insert):  # a column that is not given gets its default, or NULL
            own |= {key: getattr(statement.table.c[key].default, "arg", None) for key in keys or ()}
        self._own = self._processed(own)

    def parameters(self, values: Values) -> Values:
        return self._own | self._processed(values)

    def cells(self, types: Iterable[TypeEngine[Any]]) -> Cells:
        return [
            (place, process)
            for place, of in enumerate(types)
            if (process := of.dialect_impl(self._dialect).result_processor(self._dialect, None))
        ]

    def error(self, error: Exception, parameters: Any, lost: bool) -> BaseException:  # noqa: ANN401 - as it was given
        return DBAPIError.instance(
            self.text, parameters, error, self.fault, hide_parameters=True, connection_invalidated=lost,
            dialect=self._dialect,
        )  # fmt: skip

    def _processed(self, values: Values) -> Values:
        to_sql = self._to_sql
        return {name: to_sql[name](value) if name in to_sql else value for name, value in values.items()}


class Change:
    """A statement that changes rows; its parameters are given by name."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._forms: dict[type, _Form] = {}

    def run(self, session: Session, **values: Any) -> int:  # noqa: ANN401 - of the parameters' types
        """Returns how many rows were changed."""
        changed: int = self._executed(session, values, _rowcount)
        return changed

    def run_many(self, session: Session, rows: Iterable[Values]) -> None:
        driver = _driver(session)
        form = self._form(driver)
        parameters = [form.parameters(values) for values in rows]
        try:
            driver.cursor().executemany(form.text, parameters)
        except form.fault as error:
            raise form.error(error, parameters, _is_closed(driver)) from error

    def _executed(self, session: Session, values: Values, take: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - what is taken
        driver = _driver(session)
        form = self._form(driver)
        parameters = form.parameters(values)
        try:
            return take(driver.execute(form.text, parameters))
        except form.fault as error:
            raise form.error(error, parameters, _is_closed(driver)) from error

    def _form(self, driver: Any) -> _Form:  # noqa: ANN401 - of either database
        """Made when it is first asked for: a city has one database, and compiling for both would delay every start."""
        kind: type = type(driver)
        if kind not in self._forms:
            self._forms[kind] = _Form(self._statement, *_dialect(kind))
        return self._forms[kind]


class Query(Change, Generic[T]):
    """A statement that gives rows, all of them read at once. Each becomes `make(*row)`."""

    def __init__(
        self, statement: Select[Any] | ReturningInsert[Any] | ReturningUpdate[Any], make: Callable[..., T]
    ) -> None:
        super().__init__(statement)
        self._make = make
        self._types = [column.type for column in statement.exported_columns]
        self._cells: dict[type, Cells] = {}

    def all(self, session: Session, **values: Any) -> list[T]:  # noqa: ANN401 - of the parameters' types
        kind, rows = self._executed(session, values, _kind_and_rows)
        if kind not in self._cells:
            self._cells[kind] = self._forms[kind].cells(self._types)
        return [self._make(*_read(row, self._cells[kind])) for row in rows]

    def first(self, session: Session, **values: Any) -> T | None:  # noqa: ANN401 - of the parameters' types
        return next(iter(self.all(session, **values)), None)

    def one(self, session: Session, **values: Any) -> T:  # noqa: ANN401 - of the parameters' types
        (row,) = self.all(session, **values)
        return row


def _rowcount(cursor: Any) -> int:  # noqa: ANN401 - of either driver
    return int(cursor.rowcount)


def _kind_and_rows(cursor: Any) -> tuple[type, list[tuple[Any, ...]]]:  # noqa: ANN401 - of either driver
    return type(cursor.connection), cursor.fetchall()


def _read(row: tuple[Any, ...], types: Cells) -> Iterable[Any]:
    if not types:
        return row
    cells = list(row)
    for place, process in types:
        cells[place] = process(cells[place])
    return cells


def _keys(statement: Insert) -> list[str]:
    """The columns that an INSERT names: all but an id that numbers itself."""
    counted = statement.table.autoincrement_column  # type: ignore[attr-defined]  # we insert into tables only
    return [each.key for each in statement.table.columns if each is not counted]


def _binding(of: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    process = of.dialect_impl(dialect).bind_processor(dialect)
    # The turns of a transaction share their instants, and each writes them several times.
    return lru_cache(maxsize=64)(process) if process and isinstance(of, Instant) else process


@lru_cache(maxsize=2)
def _dialect(kind: type) -> tuple[Dialect, type[Exception]]:
    """How the driver with this class of connections is spoken to, and what it raises."""
    if kind is sqlite3.Connection:
        return SQLiteDialect_pysqlite(paramstyle="named"), sqlite3.Error
    import psycopg  # a city on SQLite does without it
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    return PGDialect_psycopg(dbapi=psycopg), psycopg.Error  # type: ignore[no-untyped-call]  # SQLAlchemy's


def _driver(session: Session) -> Any:  # noqa: ANN401 - the connection of sqlite3 or psycopg; both have `execute`
    return session.connection().connection.driver_connection


def _is_closed(driver: Any) -> bool:  # noqa: ANN401 - as above
    """Whether the server is gone; SQLite has none."""
    return bool(getattr(driver, "closed", False))
