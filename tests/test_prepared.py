"""What a prepared statement promises: SQLAlchemy's meaning, without its cost at each execution."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

import psycopg
import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from handlers.turn import take_turn
from rules.kinds import Lane
from storage import faults, inbox
from storage.database import Database
from storage.prepared import Change, Query
from storage.tables.traffic import InboxRow, OutboxRow, Talk
from tests.builders import a_person, a_talk
from tests.town import Town

NOON = datetime(2012, 3, 26, 12, tzinfo=UTC)
TALKS, OUTBOX, INBOX = (table.metadata.tables[table.__tablename__] for table in (Talk, OutboxRow, InboxRow))


class Seen(NamedTuple):
    answers: dict[str, object]
    touched: datetime


SEEN = Query(select(TALKS.c.answers, TALKS.c.touched).where(TALKS.c.id == bindparam("talk")), Seen)
TOUCH = Change(
    update(TALKS)
    .where(TALKS.c.id == bindparam("talk"))
    .values(touched=bindparam("at"), answers=bindparam("said"))
)
WRITE = Query(insert(OUTBOX).returning(OUTBOX.c.id), int)
STORE = Change(insert(INBOX))


def test_values_pass_through_the_types_of_their_columns(session: Session) -> None:
    talk = a_talk(session, a_person(session))
    eight_hours_east = NOON.astimezone(timezone(timedelta(hours=8)))
    assert TOUCH.run(session, talk=talk.id, at=eight_hours_east, said={"project": "甲"}) == 1
    assert SEEN.one(session, talk=talk.id) == Seen({"project": "甲"}, NOON)


def test_a_moment_without_a_zone_is_refused_as_everywhere(session: Session) -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        TOUCH.run(session, talk=1, at=NOON.replace(tzinfo=None), said={})


def test_a_query_that_finds_nothing_gives_none_and_a_change_says_so(session: Session) -> None:
    assert SEEN.first(session, talk=424242) is None
    assert TOUCH.run(session, talk=424242, at=NOON, said={}) == 0


def test_columns_that_are_not_named_get_their_defaults(session: Session) -> None:
    row_id = WRITE.one(
        session, channel="c", account="a", chat="1", lane=Lane.REPLY.order, body={}, written=NOON, due=NOON
    )
    row = session.get_one(OutboxRow, row_id)
    assert (row.state, row.attempts, row.note, row.person_id, row.lease) == ("due", 0, "", None, None)


def test_what_fails_is_sqlalchemys_error(session: Session) -> None:
    row = {"channel": "c", "account": "a", "external": "1", "sender": "s", "raw": b"", "received": NOON}
    STORE.run_many(session, [row])
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        STORE.run(session, **row)


def test_a_database_that_takes_no_writes_is_no_fault_of_the_statement(database: Database) -> None:
    with (
        database.engine.connect().execution_options(readonly=True) as connection,
        Session(connection) as reader,
    ):
        on_sqlite = connection.dialect.name == "sqlite"
        connection.exec_driver_sql("PRAGMA query_only=ON" if on_sqlite else "SET TRANSACTION READ ONLY")
        try:
            with pytest.raises(DBAPIError, match=r"read-?only") as found:
                TOUCH.run(reader, talk=1, at=NOON, said={})
        finally:
            if on_sqlite:
                connection.exec_driver_sql("PRAGMA query_only=OFF")
    assert faults.cannot_work(found.value)


def test_it_is_part_of_the_sessions_transaction(database: Database) -> None:
    row = {"channel": "c", "account": "a", "external": "1", "sender": "s", "raw": b"", "received": NOON}

    def work(session: Session) -> None:
        STORE.run(session, **row)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.run_now(work)
    assert database.run_now(lambda session: session.query(InboxRow).count()) == 0


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What the database itself is given to run."""
    driver = session.connection().connection.driver_connection
    found: list[str] = []
    if isinstance(driver, sqlite3.Connection):
        driver.set_trace_callback(found.append)
        yield found
        driver.set_trace_callback(None)
        return
    assert isinstance(driver, psycopg.Connection)

    class Told(psycopg.Cursor[Any]):
        def execute(self, query: Any, *args: Any, **kw: Any) -> "Told":  # noqa: ANN401 - psycopg's
            found.append(str(query))
            return super().execute(query, *args, **kw)

        def executemany(self, query: Any, *args: Any, **kw: Any) -> None:  # noqa: ANN401 - psycopg's
            found.append(str(query))
            super().executemany(query, *args, **kw)

    driver.cursor_factory = Told
    yield found
    driver.cursor_factory = psycopg.Cursor


def test_an_answer_to_an_open_question_takes_eleven_statements_at_most(town: Town) -> None:
    me = town.reporter
    for text in ("报进展", "7号", "1200"):
        me.says(text)
    answer = me.text("主体封顶")
    me.arrives(answer)
    now = town.clock.now

    def take(session: Session) -> list[str]:
        (row,) = inbox.waiting(session, now, 10)
        with statements(session) as found:
            take_turn(session, me.city, row, answer, now, now)
        return found

    assert len(town.do(take)) <= 11
