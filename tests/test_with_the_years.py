"""What is asked in every sweep and for every list stays small however long the city has been reporting."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from rules.kinds import DutyKind
from rules.periods import Period
from storage import duties, expected, finding, ledger, owing, projects
from storage.owing import OpenPeriod
from storage.tables.registry import Project, Unit
from storage.tables.reporting import Duty
from tests.builders import a_project, an_issue
from tests.chat import ZONE
from tests.town import Town

MARCH = Period.parse("2012-03")
HISTORY = (" duties", " issues", " ledger")
OF_ONE = ("project_id=?", "unit_id=?")  # the whole past of one project or unit

Question = Callable[[Session, datetime], object]


def figures(session: Session, now: datetime) -> object:
    march = OpenPeriod(DutyKind.PROGRESS, str(MARCH), now, now)
    return [
        owing.figures(session, march, None, None, now),
        owing.owing(session, march, None, None, now, 200),
        owing.owing(session, march, None, 1, now, 200),
    ]


@pytest.mark.sqlite_only(reason="it reads SQLite's plan of the statement")
@pytest.mark.parametrize(
    "question",
    [
        pytest.param(lambda session, _: expected.without_word(session, MARCH, ZONE, [1]), id="words to open"),
        pytest.param(lambda session, now: owing.open_periods(session, now), id="open periods"),
        pytest.param(figures, id="who owes"),
        pytest.param(lambda session, _: ledger.heads(session), id="the daily root"),
        pytest.param(lambda session, now: duties.owed_by(session, 1, now, now.date()), id="my duties"),
        pytest.param(
            lambda session, _: finding.projects(session, finding.with_awaited(), "", 9), id="what is awaited"
        ),
    ],
)
def test_no_past_rows_are_read_to_find(town: Town, question: Question) -> None:
    for plan in town.do(lambda session: plans(session, lambda: question(session, town.clock.now))):
        of_history = [step for step in plan if any(table in step for table in HISTORY)]
        assert of_history
        for step in of_history:
            assert not step.startswith("SCAN") or "ix_duties_to_close" in step, plan
            assert not step.endswith(tuple(f"autoindex_duties_1 ({each})" for each in OF_ONE)), plan
            assert not step.endswith("ix_duties_unit_id_closes (unit_id=?)"), plan


def plans(session: Session, ask: Callable[[], object]) -> list[list[str]]:
    """How SQLite goes about each statement that is asked."""
    asked: list[tuple[str, Any]] = []

    def note(
        _connection: Connection, _cursor: object, statement: str, parameters: object, *_rest: object
    ) -> None:
        asked.append((statement, parameters))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    ask()
    event.remove(connection, "before_cursor_execute", note)
    return [
        [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        for statement, parameters in asked
    ]


@pytest.mark.sqlite_only(reason="its query plans")
def test_what_a_contact_may_report_is_found_without_reading_the_past(town: Town) -> None:
    def plan(session: Session) -> list[str]:
        asked: list[str] = []
        driver: Any = session.connection().connection.driver_connection
        driver.set_trace_callback(asked.append)
        now, person = town.clock.now, int(town.reporter.user) - 1000
        assert projects.open_for_progress(session, person, now, now.date())
        driver.set_trace_callback(None)
        [statement] = [each for each in asked if "JOIN projects" in each]
        return [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")]

    town.sweep()
    steps = town.do(plan)
    assert any("ix_duties_waiting" in each for each in steps)
    assert not any("autoindex_duties_1" in each or each.startswith("SCAN duties") for each in steps), steps


def test_projects_that_came_back_this_month_do_not_hold_up_the_words_of_others(town: Town) -> None:
    """A sweep looks at so many at a time; two hundred that owe nothing yet once stood before all others."""

    def work(session: Session) -> None:
        unit = session.get_one(Unit, 1)
        for number in range(200):
            back = a_project(session, unit=unit, number=100 + number, resumed=date(2012, 3, 10))
            an_issue(session, project=back, filed=datetime(2012, 2, 1, tzinfo=ZONE))
        an_issue(
            session, project=session.get_one(Project, town.north), filed=datetime(2012, 2, 2, tzinfo=ZONE)
        )
        ledger.append(session, chain="unit:1", who="system", act="import", facts={}, now=town.clock.now)

    town.do(work)
    town.sweep()
    words = [duty.project_id for duty in town.rows(Duty) if duty.kind is DutyKind.ISSUE]
    assert words == [town.north]


def test_a_project_registered_on_the_first_owes_its_word_by_the_citys_calendar(town: Town) -> None:
    """In Shanghai the month begins while it is still the last of the month before in UTC."""

    def work(session: Session) -> None:
        fresh = a_project(session, unit=session.get_one(Unit, 1), number=100, registered=date(2012, 3, 1))
        an_issue(session, project=fresh, filed=datetime(2012, 2, 29, 20, tzinfo=ZONE))

    town.do(work)
    town.sweep()
    assert [duty.subject for duty in town.rows(Duty) if duty.kind is DutyKind.ISSUE] == ["1"]
