"""Every row of one database put into another, in the other's one transaction: until its commit nothing is there.

Rule 1  Both have this program's form, and the other is empty. Rows keep their ids; its counters go on from the highest.
Rule 2  It is verified before it counts: the rows of every table, and the ledger to its last hash.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    RowMapping,
    Table,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage import ledger_file
from storage.ledger_proof import Verdict, check
from storage.sheets import Progress, nobody
from storage.tables.all import metadata

BATCH = 1_000


class NotEmpty(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """The other database holds something."""


class NotWhole(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """What was put there is not what was taken; nothing of it stays."""


def transfer(source: Connection, target: Engine, progress: Progress = nobody) -> Verdict:
    """All rows; `source` is read as it stands at one moment. Raises NotEmpty and NotWhole."""
    with target.begin() as connection:
        if full := [table.name for table in metadata.sorted_tables if _count(connection, table)]:
            raise NotEmpty(f"found rows in it ({', '.join(full[:3])})")
        if (
            connection.dialect.name == "postgresql"
        ):  # reading the other's ledger may take longer than it waits
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        copy_rows(source, connection, progress)
        if connection.dialect.name == "postgresql":
            _set_counters(connection)
        return _verified(source, connection, progress)


def copy_rows(source: Connection, target: Connection, progress: Progress = nobody) -> None:
    """Into tables that are there and empty. Both are in a transaction; the source's sees one moment."""
    for table in metadata.sorted_tables:
        _copy(source, target, table, progress)


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _copy(source: Connection, target: Connection, table: Table, progress: Progress) -> None:
    """Rows that point at others of their own table are put there first, and point afterwards."""
    of, done = _count(source, table), 0
    own = _own_references(table)
    for batch in _batches(source, table):
        rows = [{**row, **dict.fromkeys(own)} for row in batch]
        try:
            target.execute(insert(table), rows)
        except DBAPIError as error:
            raise NotWhole(f"table {table.name}: a row could not be put there: {error.orig}") from error
        done += len(rows)
        progress(f"Copying {table.name}", done, of)
    for name in own:
        _point(source, target, table.c[name])


def _batches(source: Connection, table: Table) -> Iterator[list[RowMapping]]:
    wanted = select(table).order_by(*table.primary_key.columns)
    rows = source.execution_options(yield_per=BATCH).execute(wanted).mappings()
    while batch := list(islice(rows, BATCH)):
        yield batch


def _own_references(table: Table) -> list[str]:
    return [key.parent.name for key in table.foreign_keys if key.column.table is table]


def _point(source: Connection, target: Connection, column: Column[Any]) -> None:
    [key] = column.table.primary_key.columns
    rows = source.execute(select(key.label("row_key"), column.label("points_at")).where(column.is_not(None)))
    pointing = (
        update(column.table).where(key == bindparam("row_key")).values({column: bindparam("points_at")})
    )
    if found := [dict(row) for row in rows.mappings()]:
        target.execute(pointing, found)


def _set_counters(target: Connection) -> None:
    """The next row of a table gets the number after its highest."""
    for table in metadata.sorted_tables:
        keys = list(table.primary_key.columns)
        if len(keys) == 1 and keys[0] is table.autoincrement_column:
            highest = target.scalar(select(func.max(keys[0])))
            counter = target.scalar(
                text("SELECT pg_get_serial_sequence(:name, :key)"), {"name": table.name, "key": keys[0].name}
            )
            if counter and highest:
                target.execute(
                    text("SELECT setval(:counter, :highest)"), {"counter": counter, "highest": highest}
                )


def _verified(source: Connection, target: Connection, progress: Progress) -> Verdict:
    for table in metadata.sorted_tables:
        if (taken := _count(source, table)) != (put := _count(target, table)):
            raise NotWhole(f"table {table.name}: {taken} rows were taken, {put} are there")
    with Session(source) as ours, Session(target, join_transaction_mode="create_savepoint") as theirs:
        here = check(lambda: ledger_file.lines(ours))
        there = check(lambda: ledger_file.lines(theirs, progress))
        faults = [*here.faults, *there.faults, *ledger_file.strange_columns(theirs)]
    if faults or here.head != there.head:
        raise NotWhole("the ledger does not hold: " + ("; ".join(faults[:3]) or "its last hashes differ"))
    return there
