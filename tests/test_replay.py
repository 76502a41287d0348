"""A month lived once more on a copy: it ends as it ended, and what was sent finds its fellow; the city stays."""

import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.clock import store_offset
from bot.rehearsal import sheets, words
from bot.rehearsal.comparing import compare
from bot.rehearsal.copying import copied
from bot.rehearsal.living import arrive
from bot.rehearsal.messages import Message
from bot.rehearsal.month import Replayed, replay
from bot.rehearsal.refusal import CannotLive
from bot.rehearsal.rewinding import TABLES, Hangs, Lived, Stands, Swept, rewind
from bot.rehearsal.year import Supposed
from bot.settings import Settings
from reminders.reach import Reach
from reminders.sweep import next_instant, sweep
from rules.book import default_text
from rules.kinds import DutyKind, DutyState, Lane, ProjectState, Role
from storage import ledger
from storage.database import Database, sqlite_path
from storage.tables.all import metadata
from storage.tables.registry import Project
from storage.tables.reporting import Duty, Issue, IssueEvent, Report, ReportVersion
from storage.tables.traffic import OutboxRow
from tests.builders import a_binding, a_person
from tests.chat import ZONE, Chat
from tests.test_desk_duties import unlocks
from tests.test_office_commands import sanbao
from tests.test_office_commands import settings as settings
from tests.town import NORTH, SOUTH, Town, a_town, reports_problem

pytestmark = pytest.mark.sqlite_only(reason="lived on a copy, which is a SQLite file whatever the city is")

REACH = Reach(running=frozenset({("chat", "bot")}))
Stood = dict[tuple[int, DutyKind, str, str], tuple[object, ...]]


def local(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2012, month, day, hour, minute, tzinfo=ZONE)


def goes_on(town: Town, to: datetime) -> None:
    """The town lives until then, swept at every instant as the running program would."""
    while town.clock.now < to:
        town.clock.now = min(to, town.do(lambda session: next_instant(session, town.clock.now, ZONE)))
        while town.do(lambda session: sweep(session, town.clock.now, ZONE, reach=REACH)):
            pass
        town.do(lambda session: arrive(session, REACH, town.clock.now, ZONE))


def says(person: Chat, *steps: str) -> None:
    for step in steps:
        person.says(step)


def files(town: Town, project: str) -> None:
    says(town.reporter, "报进展", project, "1200", "主体封顶", "没有", "确认")


def stand(session: Session) -> Stood:
    return {
        (duty.project_id, duty.kind, duty.period, duty.subject): (
            duty.opens, duty.due, duty.closes, duty.settled, duty.state, duty.exempt, duty.unlocked_until, duty.missed,
        )
        for duty in session.scalars(select(Duty))
    }  # fmt: skip


@dataclass(frozen=True)
class Spring:
    """What the town did in April and May 2012, and how its duties stood at each month's end."""

    town: Town
    at_end: dict[str, Stood]


@pytest.fixture(scope="module")
def lived_once(empty_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Spring:
    file = tmp_path_factory.mktemp("spring") / "sanbao.db"
    shutil.copyfile(empty_city, file)
    found = a_spring(a_town(Database(f"sqlite:///{file}")))
    found.town.database.close()
    return found


@pytest.fixture
def spring(lived_once: Spring, tmp_path: Path) -> Iterator[Spring]:
    """The same, on a file of the test's own."""
    file = tmp_path / "sanbao.db"
    shutil.copyfile(sqlite_path(lived_once.town.database.url), file)
    database, clock = Database(f"sqlite:///{file}"), replace(lived_once.town.clock)
    office = replace(lived_once.town.office, database=database, clock=clock)
    yield Spring(replace(lived_once.town, database=database, clock=clock, office=office), lived_once.at_end)
    database.close()


def a_spring(town: Town) -> Spring:
    """One reports in time and is exempted, one is missed, unlocked, late, and pauses; there is a problem."""
    goes_on(town, local(4, 3, 9))
    files(town, NORTH)
    goes_on(town, local(4, 12, 9))
    unlocks(town, project=SOUTH)
    goes_on(town, local(4, 13, 10))
    files(town, SOUTH)
    goes_on(town, local(4, 16, 11))
    reports_problem(town.reporter, "一般问题")
    goes_on(town, local(4, 20, 15))
    says(town.office, "暂停", SOUTH, "停工", "确认")
    goes_on(town, local(4, 26, 9))
    says(town.office, "免报", NORTH, "2012年4月进展", "汛期", "确认")
    goes_on(town, local(5, 1))
    april = town.do(stand)
    goes_on(town, local(5, 12, 9))
    return Spring(town, {"2012-04": april, "2012-05": town.do(stand)})


def states(stood: Stood, period: str) -> dict[tuple[int, DutyKind], object]:
    return {(project, kind): row[4] for (project, kind, of, _), row in stood.items() if of == period}


def again(spring: Spring, month: str, rules: str | None = None) -> tuple[Replayed, Stood]:
    town = spring.town
    with copied(sqlite_path(town.database.url), town.clock.now) as copy:
        found = replay(copy, month, Supposed(rules=rules), town.clock.now, ZONE, REACH)
        return found, copy.read_now(stand)


# The table of what is rewound


def test_of_every_table_it_is_said_what_becomes_of_it() -> None:
    """A table that nobody has classified would be replayed as it is now, without anybody having thought of it."""
    assert set(TABLES) == set(metadata.tables)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_what_is_said_of_a_table_names_columns_that_it_has(name: str) -> None:
    columns, treatment = set(metadata.tables[name].columns.keys()), TABLES[name]
    match treatment:
        case Stands():
            assert treatment.why
        case Swept():
            assert treatment.since in columns
        case Hangs():
            assert treatment.by in columns
            assert isinstance(TABLES[treatment.on], Swept)
        case Lived():
            named = {treatment.born} - {None} | {*treatment.key}
            for each in treatment.noted:
                named |= {each.at, *each.columns, *each.before}
            assert named <= columns


# The month once more


def test_what_the_spring_was(spring: Spring) -> None:
    """The life that the other tests replay is one in which everything happens."""
    town = spring.town
    march, april = states(spring.at_end["2012-04"], "2012-03"), states(spring.at_end["2012-05"], "2012-04")
    assert march[town.north, DutyKind.PROGRESS] is DutyState.ON_TIME
    assert march[town.south, DutyKind.PROGRESS] is DutyState.LATE
    assert april == {
        (town.north, DutyKind.PROGRESS): DutyState.EXEMPT,
        (town.south, DutyKind.PROGRESS): DutyState.VOID,
    }


@pytest.mark.parametrize("month", ["2012-04", "2012-05"])
def test_a_month_lived_again_ends_as_it_ended(spring: Spring, month: str) -> None:
    _, stood = again(spring, month)
    assert stood == spring.at_end[month]


def test_at_the_months_first_instant_nothing_of_it_has_happened(spring: Spring) -> None:
    town = spring.town
    with copied(sqlite_path(town.database.url), town.clock.now) as copy:
        copy.run_now(lambda session: rewind(session, local(4, 1), ZONE))

        def rows(table: type) -> list[object]:
            return copy.read_now(lambda session: list(session.scalars(select(table))))

        assert rows(Report) == rows(ReportVersion) == rows(Issue) == rows(IssueEvent) == []
        assert {project.state for project in rows(Project)} == {ProjectState.ACTIVE}
        stood = copy.read_now(stand)
    assert {row[3:] for row in stood.values()} == {(None,) * 5}
    assert {key[2] for key in stood} == {"2012-03", "2012-04", "2012H1"}


def test_what_counts_now_is_missed_once_more_where_it_was(spring: Spring) -> None:
    """Else the digest of that morning, sent again, would not tell of it."""
    town = spring.town
    with copied(sqlite_path(town.database.url), town.clock.now) as copy:
        copy.run_now(lambda session: rewind(session, local(4, 12), ZONE))
        stood = copy.read_now(stand)[town.south, DutyKind.PROGRESS, "2012-03", ""]
    assert (stood[4], stood[7]) == (DutyState.MISSED, local(4, 10, 18))


def test_what_had_not_opened_moves_under_the_rules_that_are_tried(spring: Spring) -> None:
    later = default_text().replace("due_day = 5 ", "due_day = 8 ")
    found, stood = again(spring, "2012-05", later)
    assert "试用" in found.supposed[-1]

    def due(period: str) -> set[object]:
        return {
            row[1] for (_, kind, of, _), row in stood.items() if kind is DutyKind.PROGRESS and of == period
        }

    assert due("2012-04") == {local(5, 7, 18)}  # 5 and 6 May are a weekend
    assert due("2012-05") == {local(6, 8, 18)}


def test_what_came_after_the_month_is_not_in_it(spring: Spring) -> None:
    town = spring.town
    goes_on(town, local(6, 2))
    says(town.office, "恢复", SOUTH, "确认")
    _, stood = again(spring, "2012-04")
    assert stood == spring.at_end["2012-04"]


def test_the_citys_own_file_does_not_change_by_a_byte(spring: Spring) -> None:
    file = sqlite_path(spring.town.database.url)
    spring.town.database.close()
    before = file.read_bytes()
    again(spring, "2012-04")
    assert file.read_bytes() == before


def test_the_ledger_of_the_copy_holds_after_the_month_was_lived_again(spring: Spring) -> None:
    town = spring.town
    with copied(sqlite_path(town.database.url), town.clock.now) as copy:
        replay(copy, "2012-04", Supposed(), town.clock.now, ZONE, REACH)
        assert copy.read_now(ledger.verify) == []


@pytest.mark.parametrize("month", ["2012-02", "2012-06", "2013-01"])
def test_a_month_that_the_city_has_not_lived_through_is_refused(spring: Spring, month: str) -> None:
    with pytest.raises(CannotLive, match=month):
        again(spring, month)


def test_the_first_month_begins_with_the_city(town: Town) -> None:
    goes_on(town, local(4, 12))
    found, _ = again(Spring(town, {}), "2012-03")
    assert "从 2012年3月26日 的样子" in found.supposed[0]


# Compared with what was sent


@pytest.fixture
def autumn(town: Town) -> Spring:
    """November 2026, in which the admins are told that the holidays of 2027 are not known."""

    def admin(session: Session) -> None:
        a_binding(session, a_person(session, role=Role.ADMIN, name="老钱"), channel="chat")

    town.do(admin)
    town.clock.now = datetime(2026, 10, 28, 9, tzinfo=ZONE)
    town.sweep()
    goes_on(town, datetime(2026, 12, 2, 9, tzinfo=ZONE))
    return Spring(town, {})


def test_under_the_same_rules_every_message_finds_its_fellow(autumn: Spring) -> None:
    found, _ = again(autumn, "2026-11")
    assert "老钱" in {each.person for each in found.messages}
    assert {pair.verdict for pair in found.pairs} == {words.BOTH}


def test_what_another_rule_adds_or_leaves_out_is_named(autumn: Spring) -> None:
    found, _ = again(autumn, "2026-11", f"{default_text()}".replace("years = []", "years = [2027]"))
    gone = [pair for pair in found.pairs if pair.verdict == words.ONLY_REAL]
    assert [(pair.either.person, pair.replayed) for pair in gone] == [("老钱", None)]


def test_a_message_that_was_never_really_sent_is_named(autumn: Spring) -> None:
    gone = delete(OutboxRow).where(OutboxRow.once.like("calendar%"))
    autumn.town.do(lambda session: session.execute(gone))
    found, _ = again(autumn, "2026-11")
    assert [pair.either.person for pair in found.pairs if pair.verdict == words.ONLY_REPLAYED] == ["老钱"]


def a_message(at: datetime, text: str = "该报了", person: int = 1, lane: Lane = Lane.REMINDER) -> Message:
    return Message(
        at=at, person_id=person, person="张三", unit="住建局", lane=lane, text=text, buttons="", picture=False,
        reached=True,
    )  # fmt: skip


NINE = local(4, 3, 9)


@pytest.mark.parametrize(
    ("real", "replayed", "verdicts"),
    [
        ([a_message(NINE)], [a_message(NINE)], [words.BOTH]),
        ([a_message(NINE + timedelta(seconds=12))], [a_message(NINE)], [words.BOTH]),
        ([a_message(NINE + timedelta(hours=3))], [a_message(NINE)], [words.DIFFERS]),
        ([a_message(NINE, "还差一件")], [a_message(NINE)], [words.DIFFERS]),
        ([a_message(NINE)], [a_message(NINE, person=2)], [words.ONLY_REAL, words.ONLY_REPLAYED]),
        (
            [a_message(NINE)],
            [a_message(NINE, "简报", lane=Lane.DIGEST)],
            [words.ONLY_REAL, words.ONLY_REPLAYED],
        ),
        ([a_message(NINE)], [a_message(NINE + timedelta(days=1))], [words.ONLY_REAL, words.ONLY_REPLAYED]),
        ([a_message(NINE), a_message(NINE)], [a_message(NINE)], [words.BOTH, words.ONLY_REAL]),
        ([], [], []),
    ],
)
def test_each_message_has_one_fellow_or_none(
    real: list[Message], replayed: list[Message], verdicts: list[str]
) -> None:
    assert [pair.verdict for pair in compare(real, replayed, ZONE)] == verdicts


def test_the_workbook_shows_both_sides(autumn: Spring) -> None:
    found, _ = again(autumn, "2026-11")
    book = load_workbook(io.BytesIO(sheets.comparison(found)))
    assert book.sheetnames == ["说明", "对照", "消息"]
    assert words.BOTH in [row[0] for row in book["对照"].iter_rows(values_only=True)]


# The command


def test_the_command_replays_a_copy_that_is_named(autumn: Spring, settings: Settings, tmp_path: Path) -> None:
    town = autumn.town
    town.do(lambda session: store_offset(session, town.clock.now - datetime.now(UTC)))
    town.database.close()
    aside = tmp_path / "aside.db"
    shutil.copyfile(sqlite_path(town.database.url), aside)
    result = sanbao("replay", "2026-11", "--copy", "aside.db", "--out", "november.xlsx")
    assert result.exit_code == 0, result.output
    assert "2026-11-25" in result.output
    assert load_workbook(tmp_path / "november.xlsx").sheetnames == ["说明", "对照", "消息"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("2026-11",), "--copy"),
        (("11.2026", "--copy"), "a month such as"),
        (("2026-11", "--copy", "no.db"), "no.db"),
    ],
)
def test_a_call_that_is_wrong_says_what_was_expected(
    settings: Settings, said: tuple[str, ...], expected: str
) -> None:
    result = sanbao("replay", *said)
    assert result.exit_code == 1
    assert expected in result.output
