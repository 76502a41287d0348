"""Whether looking up what is owed stays as quick however many reports are stored.

python -m bench.history --reports 1000 100000 1000000 --plan
python -m bench.history --reports 1000 100000 1000000 --postgres

The city is the same each time, 1,000 projects with their March report open; only its past grows, month by month.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, insert
from sqlalchemy.orm import Session

from bench.sanbao import FIRST_USER, unswept
from bot.sample.city import BEGINS
from handlers.city import City
from handlers.facts import Facts, PersonFacts
from handlers.loading.base import Loading
from handlers.loading.load import load
from handlers.turn import take_turn
from handlers.words import Words
from reminders.sweep import sweep
from rules.kinds import DutyKind, DutyState, ReportKind, Role
from rules.periods import Period
from rules.workdays import city_zone
from storage import inbox
from storage.database import Database
from storage.messages import Address, Arrived, Incoming, IncomingKind
from storage.prepared import Change
from storage.tables.base import Base
from storage.tables.registry import PersonRole
from storage.tables.reporting import Duty, Report, ReportVersion
from tests import postgres

PEOPLE, EACH = 50, 20
PROJECTS = PEOPLE * EACH
FLAT = 1.5
RUNS, WARM_UP = 41, 5
ZONE = city_zone()
TODAY = BEGINS.astimezone(ZONE).date()
CITY = City(words=Words(), zone=ZONE)
TOKEN = "1:history"
_externals = count(1)
CONTACT, CLERK = 7, PEOPLE  # one of the contacts is of the office, too

Question = Callable[[Session], object]


def who_owes(session: Session) -> Facts:
    return _asked(session, CLERK, "who_owes")


def of_unit(session: Session) -> Facts:
    return _asked(session, CLERK, "who_owes", unit="1")


def my_duties(session: Session) -> Facts:
    return _asked(session, CONTACT, "my_duties")


def turn(session: Session) -> object:
    """A contact begins a report: stored, understood, answered."""
    user = str(FIRST_USER + CONTACT - 1)
    address = Address(channel="telegram", account="1", user=user, chat=user)
    said = Incoming(address=address, kind=IncomingKind.TEXT, text="报进展")
    arrived = Arrived(
        channel="telegram", account="1", external=str(next(_externals)), sender=f"telegram:1:{user}",
        raw=said.model_dump_json().encode(), received=BEGINS,
    )  # fmt: skip
    inbox.store(session, [arrived])
    [row] = inbox.waiting(session, BEGINS, 1)
    return take_turn(session, CITY, row, said, BEGINS, BEGINS)


def sweeping(session: Session) -> object:
    return sweep(session, BEGINS, ZONE)


def _asked(session: Session, person_id: int, script: str, **answers: str) -> Facts:
    """The facts of a conversation, as a turn loads them."""
    person = PersonFacts(person_id, "联络人", 1, "城建局")
    return load(Loading(session, CITY, person, answers, BEGINS, TODAY), script)


QUESTIONS: dict[str, Question] = {
    "a turn": turn, "who owes": who_owes, "of a unit": of_unit, "my duties": my_duties, "a sweep": sweeping,
}  # fmt: skip


def fill(database: Database, reports: int) -> None:
    """The city's past: every project's report, duty and version, back from February, so many reports in all."""
    database.run_now(_appoint)
    month, last = Period.parse("2012-02"), 0
    while last < reports:
        count = min(PROJECTS, reports - last)
        rows = list(_month(month, last + 1, count))
        database.run_now(partial(_store, rows))
        month, last = month.previous(), last + count


def _appoint(session: Session) -> None:
    session.add(PersonRole(person_id=CLERK, role=Role.OFFICE, since=date(2012, 1, 1)))


def _month(month: Period, first: int, count: int) -> Iterator[tuple[dict[str, Any], ...]]:
    filed = datetime.combine(month.last_day, datetime.min.time(), tzinfo=ZONE) + timedelta(hours=9)
    for place in range(count):
        project, person = place + 1, place // EACH + 1
        about = {"project_id": project, "unit_id": 1, "kind": ReportKind.PROGRESS, "period": str(month)}
        by = {"filed_by": person, "filed": filed, "version": 1}
        report = {"id": first + place, **about, **by}
        text = {"amount": 12_345_678, "progress": "主体结构完成三层，正在绑扎四层钢筋。", "check": {}}
        version = {"report_id": first + place, **by, **text}
        window = {
            "opens": filed - timedelta(days=5), "due": filed + timedelta(days=5), "closes": filed + timedelta(days=10),
        }  # fmt: skip
        kept = {"settled": filed, "report_id": first + place, "state": DutyState.ON_TIME, "rules_version": 1}
        yield report, version, {**about, "kind": DutyKind.PROGRESS, "subject": "", **window, **kept}


def _adding(model: type[Base]) -> Change:
    return Change(insert(model.metadata.tables[model.__tablename__]))


_ADDING = [_adding(model) for model in (Report, ReportVersion, Duty)]


def _store(rows: list[tuple[dict[str, Any], ...]], session: Session) -> None:
    for adding, of_table in zip(_ADDING, zip(*rows, strict=True), strict=True):
        adding.run_many(session, of_table)


def medians_ms(databases: list[Database]) -> list[dict[str, float]]:
    """Of every database, what each question takes. They are asked in turn, so that what else runs slows all alike."""

    def timed(question: Question, session: Session) -> float:
        begun = time.perf_counter()
        question(session)
        return time.perf_counter() - begun

    taken: list[dict[str, list[float]]] = [{name: [] for name in QUESTIONS} for _ in databases]
    for _ in range(WARM_UP + RUNS):
        for database, of_database in zip(databases, taken, strict=True):
            for name, question in QUESTIONS.items():
                of_database[name].append(database.run_now(partial(timed, question)))
    return [
        {name: statistics.median(each[WARM_UP:]) * 1000 for name, each in of_database.items()}
        for of_database in taken
    ]


def opened(folder: Path, reports: int, url: str) -> Database:
    """A city with so many stored reports, in a database of its own."""
    database = unswept(folder / str(reports), TOKEN, PEOPLE, EACH, url)
    while database.run_now(sweeping):
        pass
    fill(database, reports)
    if url:  # as its own housekeeping does within a minute
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    return database


def print_plan(database: Database, name: str, question: Question) -> None:
    """How SQLite goes about each statement of a question."""
    asked: list[tuple[str, Any]] = []

    def note(
        _connection: Connection, _cursor: object, statement: str, parameters: object, *_rest: object
    ) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    database.run_now(question)
    event.remove(database.engine, "before_cursor_execute", note)
    with database.engine.connect() as connection:
        for statement, parameters in asked:
            if statement.lstrip().startswith("SELECT"):
                print(f"  {name}: {' '.join(statement.split())[:100]}…")
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                    print(f"      {row[3]}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", nargs="+", type=int, default=[1_000, 100_000])
    parser.add_argument("--plan", action="store_true", help="show how SQLite answers each statement")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        server = stack.enter_context(postgres.running(durable=True)) if given.postgres else None
        databases = [opened(folder, reports, server.create() if server else "") for reports in given.reports]
        taken = medians_ms(databases)
        print(f"{'reports':>10}" + "".join(f"{name:>14} ms  ratio" for name in QUESTIONS))
        for reports, of_database in zip(given.reports, taken, strict=True):
            print(f"{reports:>10}" + "".join(column(ms, taken[0][name]) for name, ms in of_database.items()))
        if given.plan:
            for name, question in QUESTIONS.items():
                print_plan(databases[-1], name, question)
        for database in databases:
            database.close()


def column(ms: float, first: float) -> str:
    """A figure and its ratio to the first file's; marked where it is not flat."""
    return f"{ms:>14.2f} ms {ms / first:>6.2f}{' ' if ms <= FLAT * first else '!'}"


if __name__ == "__main__":
    main()
