"""What happens without being asked: duties open ahead and close once, and the clock steps through every deadline."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.clock import Clock, stored_offset
from bot.moving import Mover, MovingRefused
from reminders.sweep import next_instant, sweep
from rules.kinds import DutyKind, DutyState, ProjectState
from storage import ledger
from storage.database import Database
from storage.tables.ledger import LedgerRoot, LedgerRow
from storage.tables.registry import Project
from storage.tables.reporting import Duty
from tests.builders import a_project, an_issue
from tests.chat import START, ZONE
from tests.town import Town

OF_MARCH, OF_APRIL = "2012-03", "2012-04"


moves_the_clock = pytest.mark.sqlite_only("only there is a city's clock moved")


def duties(town: Town, period: str, kind: DutyKind = DutyKind.PROGRESS) -> dict[int, Duty]:
    return {row.project_id: row for row in town.rows(Duty) if row.period == period and row.kind is kind}


def files(town: Town, project_id: int, at: datetime) -> None:
    """The duty of March is kept at that moment."""
    wanted = update(Duty).where(Duty.project_id == project_id, Duty.period == OF_MARCH)
    town.do(lambda session: session.execute(wanted.values(settled=at)))


def local(month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2012, month, day, hour, minute, second, tzinfo=ZONE)


# Opening


def test_duties_are_open_for_this_period_and_ready_for_the_next(town: Town) -> None:
    [march, _] = duties(town, OF_MARCH).values()
    assert (march.opens, march.due, march.closes) == (local(3, 25), local(4, 5, 18), local(4, 10, 18))
    assert set(duties(town, OF_APRIL)) == {town.north, town.south}
    [zero, _] = duties(town, "2012H1", DutyKind.ZERO).values()
    assert (zero.opens, zero.due, zero.closes) == (local(7, 1), local(7, 6, 18), local(7, 6, 18))


def test_sweeping_again_changes_nothing(town: Town) -> None:
    before = (
        [(row.id, row.state) for row in town.rows(Duty)],
        len(town.rows(LedgerRow)),
        len(town.rows(LedgerRoot)),
    )
    town.sweep()
    town.sweep()
    after = (
        [(row.id, row.state) for row in town.rows(Duty)],
        len(town.rows(LedgerRow)),
        len(town.rows(LedgerRoot)),
    )
    assert after == before


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"registered": date(2012, 3, 2)}, id="registered in mid-period"),
        pytest.param({"state": ProjectState.PAUSED}, id="paused"),
        pytest.param({"state": ProjectState.ENDED}, id="ended"),
        pytest.param({"parent_id": 1}, id="a sub-project"),
    ],
)
def test_a_project_owes_nothing_if_it_is(town: Town, given: dict[str, object]) -> None:
    project = town.do(lambda session: a_project(session, unit=None, reporter=None, **given).id)
    town.sweep()
    assert project not in duties(town, OF_MARCH)


def test_a_project_registered_in_mid_period_owes_from_the_next(town: Town) -> None:
    project = town.do(lambda session: a_project(session, registered=date(2012, 3, 2)).id)
    town.sweep()
    assert project in duties(town, OF_APRIL)


def test_a_sub_project_owes_if_it_is_flagged(town: Town) -> None:
    project = town.do(lambda session: a_project(session, parent_id=town.north, sub_owes=True).id)
    town.sweep()
    assert project in duties(town, OF_MARCH)


def test_hundreds_of_projects_are_opened_slice_by_slice(town: Town) -> None:
    def register(session: Session) -> None:
        for number in range(100, 350):
            a_project(session, number=number)

    town.do(register)
    assert town.sweep() > 3
    assert len(duties(town, OF_MARCH)) == 252


@pytest.mark.sqlite_only(reason="it counts the instructions of SQLite's machine")
def test_a_sweep_that_finds_nothing_does_no_more_in_a_large_city(town: Town) -> None:
    def work() -> int:
        return town.do(lambda session: steps(session, lambda: sweep(session, town.clock.now, ZONE)))

    town.sweep()
    before = work()
    town.do(lambda session: [a_project(session, number=number) for number in range(100, 400)])
    town.sweep()
    assert work() < before + 20


def steps(session: Session, ask: Callable[[], object]) -> int:
    """Of how many hundred instructions what SQLite does consists."""
    driver = session.connection().connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    count = 0

    def note() -> int:
        nonlocal count
        count += 1
        return 0

    driver.set_progress_handler(note, 100)
    ask()
    driver.set_progress_handler(None, 100)
    return count


def test_what_a_workbook_has_changed_is_opened_at_once(town: Town) -> None:
    town.do(lambda session: a_project(session, number=100, registered=date(2012, 3, 20)))
    town.sweep()
    assert len(duties(town, OF_MARCH)) == 2

    def corrects(session: Session) -> None:
        session.execute(update(Project).where(Project.number == 100).values(registered=date(2012, 1, 1)))
        ledger.append(session, chain="unit:1", who="office", act="import", facts={}, now=town.clock.now)

    town.do(corrects)
    town.sweep()
    assert len(duties(town, OF_MARCH)) == 3


def test_a_day_later_everything_is_looked_at_anew(town: Town) -> None:
    """Whatever changed a project without a trace in the ledger."""
    town.do(lambda session: a_project(session, number=100, registered=date(2012, 3, 20)))
    town.sweep()
    town.do(lambda session: session.execute(update(Project).values(registered=date(2012, 1, 1))))
    town.sweep()
    assert len(duties(town, OF_MARCH)) == 2
    town.clock.now += timedelta(days=1)
    town.sweep()
    assert len(duties(town, OF_MARCH)) == 3


# Closing


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (local(3, 27), DutyState.ON_TIME),
        (local(4, 5, 18), DutyState.ON_TIME),
        (local(4, 5, 18, 1), DutyState.LATE),
        (local(4, 10, 18), DutyState.LATE),
        (None, DutyState.MISSED),
    ],
)
def test_at_the_close_a_duty_gets_its_state_for_good(
    town: Town, at: datetime | None, state: DutyState
) -> None:
    if at:
        files(town, town.north, at)
    town.reaches(4, 10, 18)
    assert duties(town, OF_MARCH)[town.north].state is None
    town.clock.now += timedelta(seconds=1)
    town.sweep()
    assert duties(town, OF_MARCH)[town.north].state is state
    closes = [row.chain for row in town.rows(LedgerRow) if '"act":"close_duty"' in row.canonical]
    assert closes == ["unit:1", "unit:1"]
    files(town, town.north, local(4, 1))
    town.reaches(4, 20)
    assert duties(town, OF_MARCH)[town.north].state is state
    assert town.do(ledger.verify) == []


def test_a_zero_for_which_a_problem_answered_is_void_and_the_other_is_missed(town: Town) -> None:
    town.do(
        lambda session: an_issue(session, project=session.get_one(Project, town.north), filed=local(5, 2))
    )
    town.reaches(7, 7)
    zeros = duties(town, "2012H1", DutyKind.ZERO)
    assert zeros[town.north].state is DutyState.VOID
    assert zeros[town.south].state is DutyState.MISSED


def test_a_problem_filed_after_the_close_excuses_no_zero_however_late_the_sweep(town: Town) -> None:
    late = local(7, 8)
    town.do(lambda session: an_issue(session, project=session.get_one(Project, town.north), filed=late))
    town.reaches(7, 14)
    assert duties(town, "2012H1", DutyKind.ZERO)[town.north].state is DutyState.MISSED


def test_eight_days_down_are_caught_up(town: Town) -> None:
    files(town, town.north, local(4, 5, 12))
    town.reaches(4, 4)
    town.reaches(4, 12)
    states = {row.project_id: row.state for row in duties(town, OF_MARCH).values()}
    assert states == {town.north: DutyState.ON_TIME, town.south: DutyState.MISSED}
    assert set(duties(town, OF_APRIL)) == {town.north, town.south}


def test_a_month_down_opens_the_period_that_is_on_and_the_one_after(town: Town) -> None:
    town.reaches(5, 28)
    assert set(duties(town, "2012-05")) == set(duties(town, "2012-06")) == {town.north, town.south}
    assert all(row.state is DutyState.MISSED for row in duties(town, OF_APRIL).values())


# The day's root


def test_each_day_draws_one_root_over_the_heads_of_all_chains(town: Town) -> None:
    town.reaches(4, 11)
    town.reaches(4, 11, 20)
    town.reaches(4, 12)
    roots = town.rows(LedgerRoot)
    assert [root.day for root in roots] == [date(2012, 3, 26), date(2012, 4, 11), date(2012, 4, 12)]
    rows = [row for row in town.rows(LedgerRow) if row.at < roots[-1].at]
    of_city, of_unit = ([row for row in rows if row.chain == chain] for chain in ("city", "unit:1"))
    assert roots[-1].heads == (
        f"city {len(of_city)} {of_city[-1].hash}\nunit:1 {len(of_unit)} {of_unit[-1].hash}"
    )


# The clock moved


class Shifted(Clock):
    """The city's clock on a machine that stands still, so that a step lands where it was meant to."""

    def __init__(self) -> None:
        super().__init__()
        self.standing = START

    def city(self) -> datetime:
        return self.standing + self.moved

    def machine(self) -> datetime:
        return self.standing


def a_mover(town: Town, clock: Clock, seen: list[datetime]) -> Mover:
    async def sweep() -> None:
        seen.append(clock.city())
        town.clock.now = clock.city()
        town.sweep()

    return Mover(database=town.database, clock=clock, zone=ZONE, sweep=sweep)


@moves_the_clock
async def test_a_moved_clock_steps_through_every_deadline_on_the_way(town: Town) -> None:
    clock, seen = Shifted(), list[datetime]()
    steps = await a_mover(town, clock, seen).move(local(4, 11))
    assert steps == len(seen)
    assert clock.city() == seen[-1] == local(4, 11)
    for moment in (local(4, 5, 18, 0, 1), local(4, 10, 18, 0, 1), *(local(4, day) for day in range(1, 12))):
        assert moment in seen
    assert all(row.state is DutyState.MISSED for row in duties(town, OF_MARCH).values())
    assert len(town.rows(LedgerRoot)) == 17


@moves_the_clock
async def test_whoever_waits_is_told_after_every_step_how_far_the_clock_has_come(town: Town) -> None:
    clock, told = Shifted(), list[datetime]()

    async def sweep() -> None:
        town.sweep()

    mover = Mover(
        database=town.database, clock=clock, zone=ZONE, sweep=sweep, told=lambda: told.append(clock.city())
    )
    assert await mover.move(local(3, 29)) == len(told)
    assert told == sorted(told)
    assert told[-1] == local(3, 29)


@pytest.mark.sqlite_only(reason="it compares two files")
def test_slices_that_share_a_transaction_do_the_same_as_one_by_one(town: Town, tmp_path: Path) -> None:
    town.clock.now = local(4, 11)
    with closing(sqlite3.connect(town.database.url.removeprefix("sqlite:///"))) as file:
        file.execute("VACUUM INTO ?", [str(tmp_path / "again.db")])
    together, passes = Database(f"sqlite:///{tmp_path / 'again.db'}"), 0
    while together.run_now(lambda session: sweep(session, town.clock.now, ZONE, enough=lambda: False)):
        passes += 1
    town.known = False
    assert town.sweep() > passes

    def left(database: Database) -> list[tuple[object, ...]]:
        rows = select(Duty.project_id, Duty.kind, Duty.period, Duty.state).order_by(Duty.id)
        return database.run_now(lambda session: [tuple(row) for row in session.execute(rows)])

    assert left(together) == left(town.database)
    together.close()


@moves_the_clock
async def test_a_deadline_of_this_very_second_is_not_stepped_over(town: Town) -> None:
    clock, seen = Shifted(), list[datetime]()
    clock.standing = local(4, 10, 18) + timedelta(milliseconds=500)
    await a_mover(town, clock, seen).move(local(4, 10, 19))
    assert seen == [local(4, 10, 18, 0, 1), local(4, 10, 19)]


@moves_the_clock
async def test_the_clock_goes_forward_only_and_a_year_at_most(town: Town) -> None:
    mover = a_mover(town, Shifted(), [])
    for to in (START, START - timedelta(days=1), START + timedelta(days=367)):
        with pytest.raises(MovingRefused):
            await mover.move(to)


async def test_where_several_processes_may_share_a_city_its_clock_is_not_moved(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "alone", False)
    with pytest.raises(MovingRefused, match="SQLite"):
        await a_mover(town, Shifted(), []).move(local(4, 11))


@moves_the_clock
async def test_what_is_stored_of_the_clock_never_falls_behind_what_was_shown(town: Town) -> None:
    """While a step was looked up, real time went on; the lower offset was stored."""

    class Running(Shifted):
        def machine(self) -> datetime:
            self.standing += timedelta(seconds=40)
            return self.standing

    clock, offsets = Running(), list[timedelta]()

    async def sweep() -> None:
        offsets.append(town.do(stored_offset) or timedelta())
        assert offsets[-1] == clock.moved

    mover = Mover(database=town.database, clock=clock, zone=ZONE, sweep=sweep)
    clock.standing = local(3, 27) - timedelta(seconds=10)
    await mover.move(local(3, 27, 0, 5))
    assert offsets == sorted(offsets)


def test_the_next_instant_is_midnight_or_a_duty_whichever_is_first(town: Town) -> None:
    def following(moment: datetime) -> datetime:
        return town.do(lambda session: next_instant(session, moment, ZONE))

    assert following(local(4, 5, 12)) == local(4, 5, 18, 0, 1)
    assert following(local(4, 5, 18, 0, 1)) == local(4, 6)
