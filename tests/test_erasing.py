"""Who has left can be erased: nothing in the database names them any more, and the ledger holds as before."""

import json
from pathlib import Path

import pytest
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from bot.__main__ import app
from bot.settings import Settings
from storage import erasing, ledger, ledger_file
from storage.ledger_proof import Anchor, check
from storage.tables.all import metadata
from storage.tables.ledger import LedgerSalt
from storage.tables.registry import Binding, Person
from storage.tables.reporting import Report
from tests.town import NORTH, Town, reports_problem

NAME = "赵小红"


@pytest.fixture
def left(town: Town) -> int:
    """The reporter, who has reported, filed a major problem, begun a draft, and left."""

    def leaves(session: Session) -> int:
        person = session.get_one(Person, int(town.reporter.user) - 1000)
        person.active = False
        return person.id

    def is_called(session: Session) -> None:
        person = session.get_one(Person, int(town.reporter.user) - 1000)
        person.name, person.phone, person.title, person.wecom_userid = (
            NAME,
            "13912345678",
            "规划科副科长",
            "zhaoxiaohong",
        )

    town.do(is_called)
    reports_problem(town.reporter)
    town.reporter.says("报进展")
    town.reporter.taps(NORTH)
    town.reporter.says("我的电话13912345678")
    return town.do(leaves)


def holding(session: Session, *words: str) -> dict[str, int]:
    """In how many rows of which tables one of the words stands, wherever in them."""
    found = dict[str, int]()
    for table in metadata.sorted_tables:
        rows = session.execute(select(*(cast(column, String) for column in table.columns))).all()
        if count := sum(
            any(word in repr(cell) or word in str(cell) for cell in row for word in words) for row in rows
        ):
            found[table.name] = count
    return found


def test_nothing_names_an_erased_person_any_more_and_the_ledger_holds_to_the_same_root(
    town: Town, left: int
) -> None:
    account = f"'{town.reporter.user}'"  # a cell of its own; elsewhere the digits may be any number
    words = (
        NAME,
        json.dumps(NAME)[1:-1],
        "13912345678",
        "zhaoxiaohong",
        town.reporter.sender,
        account,
        "规划科副科长",
    )
    before = town.do(lambda session: check(lambda: ledger_file.lines(session)))
    assert {"people", "bindings", "inbox", "outbox"} <= set(town.do(lambda session: holding(session, *words)))
    town.do(lambda session: erasing.erase(session, session.get_one(Person, left), town.clock.now))
    assert town.do(lambda session: holding(session, *words)) == {}
    assert town.do(ledger.verify) == []
    after = town.do(lambda session: check(lambda: ledger_file.lines(session)))
    assert after.rows == before.rows + 1
    kept = town.do(
        lambda session: [line for line in ledger_file.lines(session) if "erase_person" not in line]
    )
    assert check(lambda: [*kept[:-1], f"end\t{before.rows}\t{before.head}"], Anchor(before.head)).holds


def test_what_they_did_stays_the_deed_of_their_number(town: Town, left: int) -> None:
    town.has_reported(town.south, "2012-03")
    town.do(lambda session: erasing.erase(session, session.get_one(Person, left), town.clock.now))
    assert [row.filed_by for row in town.rows(Report)] == [left]
    [person] = [row for row in town.rows(Person) if row.id == left]
    assert (person.name, person.phone, person.active) == (f"已离任{left}", None, False)
    assert all(row.ended for row in town.rows(Binding) if row.person_id == left)


def test_the_key_of_their_words_is_gone_and_others_keep_theirs(town: Town, left: int) -> None:
    town.do(lambda session: ledger.sealed(session, "x", left + 1))
    town.do(lambda session: erasing.erase(session, session.get_one(Person, left), town.clock.now))
    assert [row.person_id for row in town.rows(LedgerSalt)] == [left + 1]


def test_the_command_erases_who_has_left_and_nobody_else(
    town: Town, left: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    town.database.close()
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SANBAO_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANBAO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SANBAO_DATABASE_URL", town.database.url)
    runner = CliRunner()
    assert runner.invoke(app, ["erase", str(left + 1)]).exit_code == 1
    done = runner.invoke(app, ["erase", NAME])
    assert (done.exit_code, f"已离任{left}" in done.output) == (0, True), done.output
    assert runner.invoke(app, ["erase", NAME]).exit_code == 1
    town.restarts()
