"""Who still owes, who was late, and each unit's completeness and timeliness, in a town lived through by hand."""

from datetime import datetime
from fractions import Fraction

from sqlalchemy import update

from rules.figures import Tally
from rules.kinds import DutyKind, DutyState
from storage import figures
from storage.figures import Standing
from storage.tables.registry import Project
from storage.tables.reporting import Duty
from tests.builders import a_project, an_issue
from tests.chat import ZONE
from tests.town import NORTH, SOUTH, Town

UNIT = "城北区住建局"


def local(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2012, month, day, hour, tzinfo=ZONE)


def files(town: Town, project_id: int, period: str, at: datetime) -> None:
    kept = update(Duty).where(Duty.project_id == project_id, Duty.period == period).values(settled=at)
    town.do(lambda session: session.execute(kept))


def standings(town: Town, period: str) -> list[Standing]:
    wanted = Duty.period == period
    return town.do(lambda session: list(figures.standings(session, town.clock.now, ZONE, wanted)))


def counted(town: Town, period: str, kind: DutyKind = DutyKind.PROGRESS) -> Tally:
    return figures.by_unit(standings(town, period))[period, kind, UNIT]


def owing(town: Town) -> list[tuple[str, str, DutyState]]:
    found = town.do(lambda session: list(figures.standings(session, town.clock.now, ZONE)))
    still = (DutyState.OPEN, DutyState.OVERDUE)
    return [(each.project, each.period, each.state) for each in found if each.state in still]


def test_who_owes_is_whoever_has_not_reported_what_is_open(town: Town) -> None:
    assert owing(town) == [(NORTH, "2012-03", DutyState.OPEN), (SOUTH, "2012-03", DutyState.OPEN)]
    files(town, town.north, "2012-03", local(3, 27))
    town.reaches(4, 6)
    assert owing(town) == [(SOUTH, "2012-03", DutyState.OVERDUE)]
    town.reaches(4, 11)
    assert owing(town) == []


def test_a_zero_that_a_problem_answered_for_is_owed_by_nobody(town: Town) -> None:
    town.do(
        lambda session: an_issue(session, project=session.get_one(Project, town.north), filed=local(5, 2))
    )
    town.reaches(7, 2)
    assert [project for project, period, _ in owing(town) if period == "2012H1"] == [SOUTH]
    half = counted(town, "2012H1", DutyKind.ZERO)
    assert (half.expected, half.excused, half.completeness) == (1, 1, Fraction(0))


def test_an_open_periods_figures_are_provisional_and_count_what_came_so_far(town: Town) -> None:
    files(town, town.north, "2012-03", local(3, 27))
    town.clock.strike(4, 4)
    march = counted(town, "2012-03")
    assert (march.provisional, march.expected, march.owing) == (True, 2, 1)
    assert march.completeness == march.timeliness == Fraction(1, 2)


def test_a_closed_periods_figures_stand_and_say_who_was_late_and_who_missed(town: Town) -> None:
    third = town.do(lambda session: a_project(session, unit_id=1, name="东门市场", number=20).id)
    town.sweep()
    files(town, town.north, "2012-03", local(4, 5, 18))
    files(town, third, "2012-03", local(4, 7))
    town.reaches(4, 11)
    assert [(each.project, each.state) for each in standings(town, "2012-03")] == [
        (NORTH, DutyState.ON_TIME), (SOUTH, DutyState.MISSED), ("东门市场", DutyState.LATE),
    ]  # fmt: skip
    march = counted(town, "2012-03")
    assert march == Tally(on_time=1, late=1, missed=1)
    assert (march.completeness, march.timeliness) == (Fraction(2, 3), Fraction(1, 3))


def test_an_exempt_duty_is_owed_by_nobody_and_not_expected(town: Town) -> None:
    duty = update(Duty).where(Duty.project_id == town.north, Duty.period == "2012-03")
    town.do(lambda session: session.execute(duty.values(exempt=local(3, 27))))
    town.clock.strike(3, 28)
    assert owing(town) == [(SOUTH, "2012-03", DutyState.OPEN)]
    march = counted(town, "2012-03")
    assert (march.expected, march.excused) == (1, 1)


def test_what_was_filed_while_a_missed_duty_stood_unlocked_is_late(town: Town) -> None:
    town.reaches(4, 11)
    duty = update(Duty).where(Duty.project_id == town.north, Duty.period == "2012-03")
    town.do(lambda session: session.execute(duty.values(unlocked_until=local(4, 13), settled=local(4, 12))))
    town.clock.strike(4, 14)
    assert counted(town, "2012-03") == Tally(late=1, missed=1)


def test_what_has_not_opened_is_in_no_figure(town: Town) -> None:
    assert [each.state for each in standings(town, "2012-04")] == [DutyState.UPCOMING] * 2
    assert figures.by_unit(standings(town, "2012-04")) == {}


def test_each_units_rows_are_counted_for_themselves(town: Town) -> None:
    town.do(lambda session: a_project(session, name="东门市场", number=20))
    town.sweep()
    town.reaches(4, 11)
    expected = {
        unit: each.expected for (_, _, unit), each in figures.by_unit(standings(town, "2012-03")).items()
    }
    assert sorted(expected.values()) == [1, 2]
    assert expected[UNIT] == 2
