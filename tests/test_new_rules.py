"""New rules: taken with a row in the ledger, they reach what has not opened and nothing else."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from reminders.reach import Reach
from reminders.sweep import sweep
from rules.kinds import DutyKind, DutyState, Role
from rules.workdays import NEWEST_KNOWN_YEAR
from storage import ledger
from storage.rules import take
from storage.tables.ledger import LedgerRow, RulesVersion
from storage.tables.reporting import Duty
from storage.tables.traffic import OutboxRow
from tests.builders import a_binding, a_person, a_project
from tests.chat import START, ZONE
from tests.town import Town

LATER_DUE = "[monthly]\ndue_day = 7\n"


def local(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2012, month, day, hour, tzinfo=ZONE)


def duty(town: Town, period: str, kind: DutyKind = DutyKind.PROGRESS) -> Duty:
    [found] = [
        row for row in town.rows(Duty) if (row.period, row.kind, row.project_id) == (period, kind, town.north)
    ]
    return found


def entries(town: Town, act: str) -> list[dict[str, Any]]:
    rows = [json.loads(row.canonical) for row in town.rows(LedgerRow) if row.chain == "city"]
    return [row["facts"] for row in rows if row["act"] == act]


def takes(town: Town, text: str | None) -> int:
    return town.do(lambda session: take(session, text, town.clock.now))


def snapshot(town: Town, period: str) -> list[tuple[object, ...]]:
    columns = (Duty.id, Duty.opens, Duty.due, Duty.closes, Duty.state, Duty.settled, Duty.rules_version)
    wanted = select(*columns).where(Duty.period == period).order_by(Duty.id)
    return town.do(lambda session: [tuple(row) for row in session.execute(wanted)])


# In the ledger


def test_a_version_stands_in_the_citys_ledger_with_what_it_changed(town: Town) -> None:
    version = takes(town, LATER_DUE)
    first, second = entries(town, "take_rules")
    assert first["changes"] == []
    assert second["changes"] == [{"key": "monthly.due_day", "before": 5, "after": 7}]
    row = town.do(lambda session: session.get_one(RulesVersion, version))
    assert (second["version"], second["sha256"]) == (version, row.sha256)
    assert town.do(ledger.verify) == []


def test_going_back_to_the_defaults_is_a_change_too(town: Town) -> None:
    takes(town, LATER_DUE)
    takes(town, None)
    assert entries(town, "take_rules")[-1]["changes"] == [{"key": "monthly.due_day", "before": 7, "after": 5}]


def test_the_same_text_again_is_no_new_version_and_no_row(town: Town) -> None:
    assert takes(town, LATER_DUE) == takes(town, LATER_DUE)
    assert len(entries(town, "take_rules")) == 2


def test_what_the_first_rules_of_a_city_change_is_told_against_the_defaults(database: Any) -> None:  # noqa: ANN401
    database.run_now(lambda session: take(session, LATER_DUE, START))
    row = database.run_now(lambda session: session.scalars(select(LedgerRow)).one())
    [change] = json.loads(row.canonical)["facts"]["changes"]
    assert change["key"] == "monthly.due_day"


# What they reach


def test_a_change_before_the_opening_moves_the_window(town: Town) -> None:
    version = takes(town, "[monthly]\nopens_day = 20\ndue_day = 7\ncloses_day = 12\n")
    town.sweep()
    april = duty(town, "2012-04")
    assert (april.opens, april.due, april.closes) == (local(4, 20), local(5, 7, 18), local(5, 14, 18))
    assert april.rules_version == version


def test_a_change_after_the_opening_moves_nothing(town: Town) -> None:
    before = snapshot(town, "2012-03")
    takes(town, LATER_DUE)
    town.reaches(4, 4)
    assert snapshot(town, "2012-03") == before


def test_what_opened_while_the_program_was_down_keeps_its_window(town: Town) -> None:
    town.reaches(4, 24)
    before = snapshot(town, "2012-04")
    town.clock.strike(4, 25)
    takes(town, LATER_DUE)
    town.sweep()
    assert snapshot(town, "2012-04") == before
    assert duty(town, "2012-05").due == local(6, 7, 18)


@pytest.mark.parametrize(
    "text",
    [
        LATER_DUE,
        "[monthly]\nopens_day = 1\ndue_day = 27\ncloses_day = 28\n",
        "[zero]\ndue_workday = 10\ncloses_workday = 20\n",
        '[rolling]\ndue = "previous"\ncloses = "second"\n',
        "[calendar]\nrest_days = [2012-04-05, 2012-04-06, 2012-04-09]\n",
    ],
)
def test_a_closed_period_never_changes_whatever_the_rules_become(town: Town, text: str) -> None:
    town.reaches(4, 11)
    march = snapshot(town, "2012-03")
    assert {row[4] for row in march} == {DutyState.MISSED}
    takes(town, text)
    town.reaches(4, 11, 12)
    town.reaches(7, 20)
    assert snapshot(town, "2012-03") == march


def test_a_change_reaches_the_zero_of_the_half_year_before_it_opens(town: Town) -> None:
    takes(town, "[zero]\ndue_workday = 3\ncloses_workday = 4\n")
    town.sweep()
    zero = duty(town, "2012H1", DutyKind.ZERO)
    assert (zero.opens, zero.due, zero.closes) == (local(7, 1), local(7, 4, 18), local(7, 5, 18))


def test_a_move_leaves_one_row_a_period_and_sweeping_again_none(town: Town) -> None:
    version = takes(town, LATER_DUE)
    town.sweep()
    town.reaches(3, 27)
    moves = {(row["kind"], row["period"]): row for row in entries(town, "move_duties")}
    assert set(moves) == {("progress", "2012-04"), ("zero", "2012H1")}
    assert len(entries(town, "move_duties")) == 2
    april = moves["progress", "2012-04"]
    assert (april["duties"], april["rules"]) == (2, {"before": version - 1, "after": version})
    assert [text[:10] for text in (april["window"]["before"][1], april["window"]["after"][1])] == [
        "2012-05-07", "2012-05-07",
    ]  # fmt: skip


def test_two_changes_before_an_opening_end_at_the_second(town: Town) -> None:
    takes(town, LATER_DUE)
    town.sweep()
    takes(town, "[monthly]\ndue_day = 8\n")
    town.sweep()
    assert duty(town, "2012-04").due == local(5, 8, 18)
    takes(town, None)
    town.sweep()
    assert duty(town, "2012-04").due == local(5, 7, 18)  # the 5th is a Saturday


# Beyond the newest calendar


def an_admin(town: Town) -> int:
    def work(session: Any) -> int:  # noqa: ANN401
        person = a_person(session, role=Role.ADMIN, name="管理员", unit_id=1)
        a_binding(session, person, channel="chat")
        return person.id

    return town.do(work)


def told(town: Town) -> list[tuple[int | None, str]]:
    rows = [row for row in town.rows(OutboxRow) if "[calendar]" in row.body["text"]]
    return [(row.person_id, row.body["text"][:4]) for row in rows]


def sweeps(town: Town, at: datetime, reach: Reach) -> None:
    town.clock.now = at
    while town.do(lambda session: sweep(session, at, ZONE, None, reach)):
        pass


REACH = Reach(running=frozenset({("chat", "bot")}), limits={"chat": 4096})
YEAR = NEWEST_KNOWN_YEAR + 1


def at_the_years_edge(month: int = 11, year: int = YEAR - 1) -> datetime:
    return datetime(year, month, 26, 9, tzinfo=ZONE)


def test_the_admins_are_told_once_of_a_year_whose_holidays_nobody_has_entered(town: Town) -> None:
    admin = an_admin(town)
    sweeps(town, at_the_years_edge(9), REACH)
    assert told(town) == []
    sweeps(town, at_the_years_edge(11), REACH)
    assert told(town) == [(admin, str(YEAR))]
    town.do(lambda session: a_project(session))
    sweeps(town, at_the_years_edge(1, YEAR), REACH)
    assert told(town) == [(admin, str(YEAR))]


def test_the_admin_that_the_settings_name_is_told_instead(town: Town) -> None:
    an_admin(town)
    office = int(town.office.user) - 1000
    reach = Reach(running=REACH.running, limits=REACH.limits, admin=str(office))
    sweeps(town, at_the_years_edge(), reach)
    assert told(town) == [(office, str(YEAR))]


def test_an_admin_who_could_not_be_reached_is_told_when_the_next_period_opens(town: Town) -> None:
    sweeps(town, at_the_years_edge(), REACH)
    assert told(town) == []
    admin = an_admin(town)
    sweeps(town, at_the_years_edge(12), REACH)
    assert told(town) == [(admin, str(YEAR))]


def test_a_year_that_the_rules_file_enters_is_known(town: Town) -> None:
    an_admin(town)
    takes(town, f"[calendar]\nyears = [{YEAR}]\n")
    sweeps(town, at_the_years_edge(), REACH)
    assert told(town) == []


def test_entering_the_notice_moves_what_has_not_opened(town: Town) -> None:
    sweeps(town, at_the_years_edge(), REACH)
    december = f"{YEAR - 1}-12"
    before = duty(town, december).due.astimezone(ZONE).date()
    takes(town, f"[calendar]\nrest_days = [{before}]\nyears = [{YEAR}]\n")
    sweeps(town, at_the_years_edge(), REACH)
    assert duty(town, december).due.astimezone(ZONE).date() > before
    assert date(YEAR, 1, 1) < before
