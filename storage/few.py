"""Rows named by a few ids that a subquery gives, so that both databases look up these few, however many others stand.

SQLite does so for IN. PostgreSQL takes IN for a join, believes that one row is to be joined, and goes through all of
the few for each of them; an array it looks up by its members.
"""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, CompoundSelect, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType


class _Few(FunctionElement[bool]):
    name = "few"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> "_Few":
        """A condition as it stands: SQLite looks nothing up for `... IN (...) = 1`."""
        return self


def few(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], ids: CompoundSelect[Any] | Select[Any]
) -> ColumnElement[bool]:
    """The condition that the column is one of these ids."""
    return _Few(column, ids.scalar_subquery())


@compiles(_Few, "sqlite")
def _on_sqlite(element: _Few, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    column, ids = (compiler.process(each, **kw) for each in element.clauses)
    return f"{column} IN {ids}"


@compiles(_Few, "postgresql")
def _on_postgres(element: _Few, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    column, ids = (compiler.process(each, **kw) for each in element.clauses)
    return f"{column} = ANY (ARRAY {ids})"
