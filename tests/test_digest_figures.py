"""The figures of a digest against the raw rows: added up here by hand, over the sample city lived through at random.

The plain sum knows nothing of the program's queries: it walks over the rows of the tables, project by project.
"""

import random
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.sample.city import BEGINS, workbook_bytes
from reminders import digest_facts
from rules.book import default_book
from rules.figures import Tally
from rules.kinds import ProjectKind, Role
from rules.periods import Period
from storage import figures as duty_figures
from storage import registry, reviews, workbook
from storage import rules as stored_rules
from storage.database import Database
from storage.export.reports import progress as sheet_of_progress
from storage.scopes import Scope
from storage.tables.registry import Person, Project, Responsibility
from tests.builders import a_duty, a_report, a_version
from tests.chat import ZONE

AS_OF = datetime(2012, 8, 16, 8, 3, tzinfo=ZONE)
MONTHS = [f"2012-{month:02}" for month in range(3, 8)]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The sample city after five months of reports: corrected, withdrawn, made up for, refused."""
    from storage.tables.all import metadata

    database = Database(f"sqlite:///{tmp_path_factory.mktemp('sample') / 'city.db'}")
    metadata.create_all(database.engine)
    database.run_now(_settle)
    database.run_now(lambda session: _live(session, random.Random(4)))  # noqa: S311 - figures
    yield database
    database.close()


def _settle(session: Session) -> None:
    stored_rules.take(session, None, BEGINS)
    registry.apply(session, registry.plan(session, workbook.read(workbook_bytes())), BEGINS.date(), BEGINS)


def _live(session: Session, dice: random.Random) -> None:
    person = session.query(Person).first()
    for project in session.query(Project).filter_by(kind=ProjectKind.CONSTRUCTION):
        silent: list[str] = []
        for month in MONTHS:
            if dice.random() < 0.2:
                silent.append(month)
                continue
            filed = BEGINS + timedelta(days=30 * int(month[-2:]) - 80)
            report = a_report(
                session, project=project, person=person, period=month, filed=filed, amount=_money(dice)
            )
            if silent and dice.random() < 0.7:
                _corrects(session, report, dice, backfill_year=_money(dice), backfilled=silent[:])
            if dice.random() < 0.2:
                _corrects(session, report, dice)
            _spoils(session, report, project, month, dice)
        for month in silent:
            if dice.random() < 0.3:  # filed after all, by unlock: it comes out of what was made up
                a_report(session, project=project, person=person, period=month, amount=_money(dice))


def _money(dice: random.Random) -> int:
    return dice.randrange(0, 90_000_000)


def _corrects(session: Session, report, dice: random.Random, **given: object) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    report.version += 1
    a_version(session, report, amount=_money(dice), **given)


def _spoils(session: Session, report, project: Project, month: str, dice: random.Random) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Some are withdrawn, some are returned: whose duty was then closed counts for nothing."""
    luck = dice.random()
    if luck < 0.06:
        report.withdrawn = AS_OF
    elif luck < 0.18:
        report.returned = AS_OF
        state = "missed" if luck < 0.12 else None
        a_duty(session, project=project, period=month, report_id=report.id, state=state)
    session.flush()


def plain_sums(database: Database, project_ids: set[int]) -> dict[int, int]:
    """年初累计 of each project from the raw rows, one after the other."""
    file = Path(database.url.removeprefix("sqlite:///"))
    with sqlite3.connect(file) as raw:
        return {each: _plain_sum(raw, each) for each in project_ids}


def _plain_sum(raw: sqlite3.Connection, project_id: int) -> int:
    [(done,)] = raw.execute("SELECT opening_year_done FROM projects WHERE id = ?", [project_id])
    rows = raw.execute(
        "SELECT id, period, version, withdrawn, returned FROM reports WHERE project_id = ? AND kind = 'progress'"
        " ORDER BY period",
        [project_id],
    ).fetchall()
    month_was: dict[str, int] = {}
    for report, period, version, withdrawn, returned in rows:
        closed = raw.execute(
            "SELECT count(*) FROM duties WHERE project_id = ? AND period = ? AND kind = 'progress'"
            " AND state IS NOT NULL",
            [project_id, period],
        ).fetchone()[0]
        if withdrawn or (returned and closed) or not "2012-02" < period <= "2012-12":
            continue
        [(amount, made_up, months)] = raw.execute(
            "SELECT amount, backfill_year, backfilled FROM report_versions WHERE report_id = ? AND version = ?",
            [report, version],
        )
        known = sum(value for month, value in month_was.items() if months and f'"{month}"' in months)
        month_was[period] = amount + max(0, made_up - known)
    return done + sum(month_was.values())


def counted_ids(session: Session, *which: object) -> set[int]:
    wanted = session.query(Project.id).filter_by(kind=ProjectKind.CONSTRUCTION, parent_id=None)
    return {row.id for row in wanted.filter(*which)}  # type: ignore[arg-type]  # conditions


def test_every_leaders_figure_is_the_sum_of_the_raw_rows_to_the_yuan(city: Database) -> None:
    def leaders(session: Session) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for row in session.query(Responsibility).filter(
            Responsibility.role.in_([Role.LEAD_LEADER, Role.LEAD_DEPARTMENT])
        ):
            found.setdefault(row.person_id, set()).add(row.project_id)
        return found

    sums = plain_sums(city, city.read_now(counted_ids))
    led = city.read_now(leaders)
    assert len(led) > 5
    for person_id, project_ids in led.items():
        facts = city.read_now(lambda session, each=person_id: read(session, Scope("own", each)))
        mine = project_ids & sums.keys()
        assert facts.money.value == sum(sums[each] for each in mine)
        parts = {part.id: part.value for part in facts.money.parts}
        assert parts == {each: sums[each] for each in parts}
        assert sum(parts.values()) + facts.money.rest[1] == facts.money.value
        if len(facts.bars) < digest_facts.BARS:
            assert sum(bar.done for bar in facts.bars) == facts.money.value


def read(session: Session, scope: Scope) -> digest_facts.DigestFacts:
    since = AS_OF - timedelta(days=1)
    return digest_facts.read(session, scope, since=since, as_of=AS_OF, book=default_book(), zone=ZONE)


def test_the_city_is_the_sum_of_its_units_and_agrees_with_the_export_and_the_review(city: Database) -> None:
    sums = plain_sums(city, city.read_now(counted_ids))
    whole = city.read_now(lambda session: read(session, Scope("city"))).money
    assert whole.value == sum(sums.values())
    assert whole.plan == 24_490_000_000

    def of_units(session: Session) -> int:
        units = {row.unit_id for row in session.query(Project.unit_id)}
        return sum(read(session, Scope("unit", each)).money.value for each in units)

    assert city.read_now(of_units) == whole.value

    def reviewed(session: Session) -> int:
        review = reviews.draw_up(session, Period.parse("2012-07"), AS_OF, ZONE)
        return sum(row.done for row in reviews.rows_of(review))

    assert city.read_now(reviewed) == whole.value
    assert city.read_now(_exported) == {
        each: value for each, value in sums.items() if each in city.read_now(_newest)
    }


def _exported(session: Session) -> dict[int, int]:
    """年初累计 of the newest month of each project, as the sheet 进展 has it."""
    sheet = sheet_of_progress(session, AS_OF.date())
    number, done = (
        [column.heading for column in sheet.columns].index(each) for each in ("项目序号", "年初累计(万元)")
    )
    numbers = dict(session.query(Project.number, Project.id).all())
    counted = counted_ids(session)
    found = {numbers[row[number]]: row[done] for row in sheet.rows}
    return {each: value for each, value in found.items() if each in counted}  # type: ignore[misc]  # yuan


def _newest(session: Session) -> set[int]:
    return set(_exported(session))


def test_a_month_of_the_review_knows_nothing_of_later_ones(city: Database) -> None:
    def of_april(session: Session) -> int:
        review = reviews.draw_up(session, Period.parse("2012-04"), AS_OF, ZONE)
        return sum(row.done for row in reviews.rows_of(review))

    later = city.read_now(lambda session: read(session, Scope("city"))).money.value
    assert 3_760_000_000 < city.read_now(of_april) < later


def _counts(tally: Tally) -> tuple[int, int, int]:
    return tally.expected, tally.filed, tally.on_time


def test_the_reports_of_a_review_are_those_of_the_sheet_of_figures(city: Database) -> None:
    """完整率 and 及时率 are counted by the database; by hand, duty by duty, they come to the same."""

    def both(session: Session) -> tuple[dict[str, object], dict[str, object]]:
        month = Period.parse("2012-05")
        units = {
            row.unit: row.duties for row in reviews.rows_of(reviews.draw_up(session, month, AS_OF, ZONE))
        }
        standing = duty_figures.standings(session, AS_OF, ZONE)
        of_month = {
            unit: tally
            for (period, _, unit), tally in duty_figures.by_unit(standing).items()
            if period == "2012-05"
        }
        return {unit: _counts(units[unit]) for unit in of_month}, {
            unit: _counts(tally) for unit, tally in of_month.items()
        }

    reviewed, counted = city.read_now(both)
    assert reviewed == counted != {}
