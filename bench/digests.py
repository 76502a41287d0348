"""How long leaders' digests take: one leader's, and those of a whole city of leaders.

python -m bench.digests --projects 2000 --leaders 20
python -m bench.digests --projects 100000 --leaders 1000 --months 24

Every leader leads as many projects as any other; every project has a year plan and a report for each of the months.
On a quiet day nobody has anything new; on a busy one everybody has a problem of this morning.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, literal, select
from sqlalchemy.orm import Session

from reminders import digest_facts, digest_text
from reminders.digests import send_digests
from reminders.moment import Moment
from reminders.reach import Reach
from rules.book import default_book
from rules.kinds import (
    DutyKind,
    DutyState,
    IssueState,
    ProjectKind,
    ProjectState,
    ReportKind,
    Role,
    Severity,
    Stage,
)
from rules.periods import Period
from rules.workdays import city_zone
from storage import rules as stored_rules
from storage.database import Database
from storage.migrate import migrate
from storage.scopes import Scope
from storage.tables.base import Base
from storage.tables.digests import Digest, FigureCode
from storage.tables.registry import Binding, Person, PersonRole, Project, Responsibility, Unit, YearPlan
from storage.tables.reporting import Duty, Issue, Report, ReportVersion
from storage.tables.traffic import Occurrence, OutboxRow

ZONE = city_zone()
NOW = datetime(2012, 9, 12, 8, 3, tzinfo=ZONE)
YESTERDAY = NOW - timedelta(days=1)
REACH = Reach(frozenset({("chat", "bot")}), {"chat": 4096})
UNITS, CHUNK, RUNS = 40, 5000, 15
NEWEST = Period.parse("2012-08")


def fill(database: Database, leaders: int, projects: int, months: int) -> None:
    database.run_now(lambda session: _people(session, leaders))
    for first in range(0, projects, CHUNK):
        ids = range(first + 1, min(first + CHUNK, projects) + 1)
        database.run_now(lambda session, these=ids: _projects(session, these, leaders))
    for first in range(0, projects, CHUNK):
        ids = range(first + 1, min(first + CHUNK, projects) + 1)
        database.run_now(lambda session, these=ids: _newest_month(session, these))
    month = NEWEST
    for back in range(1, months):
        month = month.previous()
        database.run_now(lambda session, of=month, by=back * projects: _month_before(session, of, by))


def a_problem_each(session: Session, leaders: int) -> None:
    """One of this morning in a project of every leader."""
    about = {
        "severity": Severity.GENERAL, "category": "land", "what": "两户未签协议", "help_needed": "", "place": "",
        "found": NOW, "filed_by": 1, "filed": NOW - timedelta(hours=2), "times": 1, "state": IssueState.REGISTERED,
        "rules_version": 1,
    }  # fmt: skip
    session.execute(
        insert(Issue), [{"project_id": n, "unit_id": n % UNITS + 1, **about} for n in range(1, leaders + 1)]
    )


def forget(session: Session) -> None:
    """As if no digest had been written today."""
    for table in (FigureCode, OutboxRow, Digest, Occurrence):
        session.execute(delete(table))


def _people(session: Session, leaders: int) -> None:
    stored_rules.take(session, None, NOW)
    session.execute(
        insert(Unit), [{"id": n + 1, "name": f"责任单位{n}", "district": ""} for n in range(UNITS)]
    )
    people = range(1, leaders + 2)
    session.execute(
        insert(Person),
        [{"id": n, "unit_id": 1, "name": f"领导{n}", "title": "", "active": True} for n in people],
    )
    roles = [Role.OFFICE if n == leaders + 1 else Role.LEAD_LEADER for n in people]
    since = date(2010, 1, 1)
    held = zip(people, roles, strict=True)
    session.execute(insert(PersonRole), [{"person_id": n, "role": role, "since": since} for n, role in held])
    where = {"channel": "chat", "account": "bot", "bound": NOW, "last_used": NOW, "blocked": False}
    session.execute(
        insert(Binding), [{"person_id": n, "user": str(n), "chat": str(n), **where} for n in people]
    )


def _projects(session: Session, ids: range, leaders: int) -> None:
    session.execute(
        insert(Project),
        [
            {
                "id": n, "number": n, "name": f"重点工程{n}", "unit_id": n % UNITS + 1, "category": "", "front": "",
                "kind": ProjectKind.CONSTRUCTION, "state": ProjectState.ACTIVE, "stage": Stage.STARTED,
                "district": f"区{n % 9}", "nature": "", "content": "", "total_investment": 10**9,
                "opening_month": "2010-08", "opening_year_done": 0, "opening_total_done": 0,
                "registered": date(2010, 1, 1), "not_started_because": "", "off_list_because": "", "initials": "",
                "sub_owes": False,
            }
            for n in ids
        ],
    )  # fmt: skip
    session.execute(
        insert(YearPlan),
        [
            {"project_id": n, "year": 2012, "amount": 240_000_000, "goal": "", "to_start": False, "to_finish": False}
            for n in ids
        ],
    )  # fmt: skip
    led = {"role": Role.LEAD_LEADER, "since": date(2010, 1, 1)}
    session.execute(
        insert(Responsibility), [{"project_id": n, "person_id": n % leaders + 1, **led} for n in ids]
    )


def _newest_month(session: Session, ids: range) -> None:
    rows = list(_rows(ids))
    for table, of_table in zip((Report, ReportVersion, Duty), zip(*rows, strict=True), strict=True):
        session.execute(insert(table), list(of_table))


def _rows(ids: range) -> Iterator[tuple[dict[str, Any], ...]]:
    window = _window(NEWEST)
    for n in ids:
        about = {"project_id": n, "unit_id": n % UNITS + 1, "period": str(NEWEST)}
        said = {"filed_by": 1, "filed": window["due"], "version": 1}
        yield (
            {"id": n, "kind": ReportKind.PROGRESS, **about, **said, "returned_because": ""},
            {"report_id": n, **said, "amount": 10_000_000 + n, "progress": "主体封顶", "check": {}},
            {
                **about, "kind": DutyKind.PROGRESS, "subject": "", **window, "settled": window["due"],
                "report_id": n, "state": DutyState.ON_TIME, "rules_version": 1,
            },
        )  # fmt: skip


def _window(month: Period) -> dict[str, datetime]:
    filed = datetime.combine(month.next().first_day, datetime.min.time(), tzinfo=ZONE) + timedelta(days=3)
    return {"opens": filed - timedelta(days=9), "due": filed, "closes": filed + timedelta(days=5)}


def _month_before(session: Session, month: Period, by: int) -> None:
    """The newest month once more, as another month: by the database alone, for there are millions of rows."""
    window = _window(month)
    filed, newest = window["due"], Report.period == str(NEWEST)
    its_report = ReportVersion.report_id.in_(select(Report.id).where(newest))
    _again(session, Report, {"id": Report.id + by, "period": str(month), "filed": filed}, newest)
    _again(session, ReportVersion, {"report_id": ReportVersion.report_id + by, "filed": filed}, its_report)
    changed = {"report_id": Duty.report_id + by, "period": str(month), "settled": filed, **window}
    _again(session, Duty, changed, Duty.period == str(NEWEST))


def _again(session: Session, table: type[Base], changed: dict[str, Any], which: ColumnElement[bool]) -> None:
    """Copies of rows, with new ids unless one is given."""
    columns = [each for each in table.__table__.c if each.name in changed or each.name != "id"]
    values = [
        literal(found, each.type)
        if isinstance(found := changed.get(each.name, each), str | datetime)
        else found
        for each in columns
    ]
    copied = select(*values).where(which)
    session.execute(insert(table).from_select([each.name for each in columns], copied))


def one_digest(database: Database, scope: Scope, runs: int) -> float:
    """In ms of CPU, the median: the figures of one moment, and the message with its picture's data."""

    def read(session: Session) -> float:
        begun = time.process_time()
        book = default_book()
        facts = digest_facts.read(session, scope, since=YESTERDAY, as_of=NOW, book=book, zone=ZONE)
        given = {each.measure: "A1" for each in digest_text.told(facts)}
        digest_text.message(facts, given, digest_text.Form("王市长"), book, ZONE)
        return time.process_time() - begun

    return statistics.median(database.read_now(read) for _ in range(runs)) * 1000


def all_digests(database: Database) -> tuple[float, float, int, float]:
    """Everybody's digest of the day, as the sweep writes them: seconds, of CPU, slices, the longest in ms of CPU."""
    rules = database.read_now(stored_rules.in_force)
    moment = Moment(NOW, NOW, ZONE, REACH, rules)
    taken: list[float] = []
    wall, more = time.perf_counter(), True
    while more:
        begun = time.process_time()
        more = database.run_now(lambda session: send_digests(session, moment))
        taken.append(time.process_time() - begun)
    return time.perf_counter() - wall, sum(taken), len(taken), max(taken) * 1000


def idle(database: Database) -> float:
    """In ms of CPU, the median: the sweep's step when everything has been written."""
    rules = database.read_now(stored_rules.in_force)
    moment = Moment(NOW, NOW, ZONE, REACH, rules)

    def timed(session: Session) -> float:
        begun = time.process_time()
        send_digests(session, moment)
        return time.process_time() - begun

    return statistics.median(database.run_now(timed) for _ in range(RUNS)) * 1000


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--projects", type=int, default=2_000)
    parser.add_argument("--leaders", type=int, default=20)
    parser.add_argument("--months", type=int, nargs="+", default=[6, 24])
    parser.add_argument("--disk", type=Path, help="where the files lie; the temporary folder if not given")
    given = parser.parse_args()
    print(f"{given.projects} projects, {given.leaders} leaders and an office")
    for months in given.months:
        with tempfile.TemporaryDirectory(prefix="bench-", dir=given.disk) as folder:
            measure(Path(folder), given.projects, given.leaders, months)


def measure(folder: Path, projects: int, leaders: int, months: int) -> None:
    database = Database(f"sqlite:///{folder / 'sanbao.db'}")
    migrate(database.engine, folder, NOW)
    fill(database, leaders, projects, months)
    filled = megabytes()
    mine = one_digest(database, Scope("own", 1), RUNS)
    city = one_digest(database, Scope("city"), 1)
    print(
        f"{months:>3} months: one leader {mine:.1f} ms, the city {city:.0f} ms; filled with {filled:.0f} MB"
    )
    for day in ("quiet", "busy"):
        seconds, cpu, slices, longest = all_digests(database)
        print(
            f"  a {day} day: everybody {seconds:.1f} s (CPU {cpu:.1f}) in {slices} slices, the longest "
            f"{longest:.0f} ms; idle then {idle(database):.2f} ms; at most {megabytes():.0f} MB"
        )
        database.run_now(forget)
        database.run_now(lambda session: a_problem_each(session, leaders))
    database.close()


if __name__ == "__main__":
    main()
