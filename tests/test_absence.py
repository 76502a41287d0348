"""Who may have spoken while nobody listened is told once somebody does: on that account, by day, not too often."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from bot.attendance import Attendance, Listener
from rules.kinds import Lane
from storage import absences
from storage.absences import Loss
from storage.messages import Outgoing
from storage.tables.registry import Binding
from storage.tables.traffic import Absence, OutboxRow
from tests.chat import START, Chat, Clock, labels
from tests.reminding import reminds
from tests.town import Town, reports_problem

ACCOUNT = ("chat", "bot")
MINUTE = timedelta(minutes=1)


class TwoClocks:
    """Both clocks of a test stand still until they are moved."""

    def __init__(self, town: Clock) -> None:
        self.town = town
        self.ahead = timedelta()

    def city(self) -> datetime:
        return self.town.now

    def machine(self) -> datetime:
        return self.town.now - self.ahead


class Ear:
    """Attendance over one account; `listens` is switched by the test."""

    def __init__(
        self, town: Town, loss: Loss = Loss.MESSAGES, patience: int = 60, keeps: timedelta | None = None
    ) -> None:
        self.listens = True
        self.swept = 0
        self.clocks = TwoClocks(town.clock)
        self.town = town
        self._listener = Listener(ACCOUNT, loss, timedelta(seconds=patience), lambda: self.listens, keeps)
        self.restarts()

    def restarts(self) -> None:
        self.attendance = Attendance(
            database=self.town.database,
            listeners=[self._listener],
            clock=self.clocks,
            after=self._sweeps,  # type: ignore[arg-type]  # a clock of a test
        )

    def _sweeps(self) -> None:
        self.swept += 1

    async def was_away(self, **span: float) -> None:
        """Heard, then not for so long, then heard again; then everything due is swept."""
        await self.attendance.note()
        self.town.clock.pass_(**span)
        await self.attendance.note()
        self.town.sweep()


@pytest.fixture
def ear(town: Town) -> Ear:
    return Ear(town)


@contextmanager
def taking_nothing(town: Town) -> Iterator[None]:
    """The database refuses to note anything."""
    sqlite = town.database.engine.dialect.name == "sqlite"
    refusing = "BEGIN SELECT RAISE(ABORT, 'full'); END" if sqlite else "EXECUTE FUNCTION refuse_to_change()"
    for act in ("INSERT", "UPDATE"):
        refuse = f"CREATE TRIGGER no_{act} BEFORE {act} ON city_facts {refusing}"
        town.do(lambda session, refuse=refuse: session.execute(text(refuse)))  # type: ignore[misc]
    yield
    for act in ("INSERT", "UPDATE"):
        allow = f"DROP TRIGGER no_{act}{'' if sqlite else ' ON city_facts'}"
        town.do(lambda session, allow=allow: session.execute(text(allow)))  # type: ignore[misc]


def notices(town: Town) -> list[OutboxRow]:
    wanted = select(OutboxRow).where(OutboxRow.once.startswith("absence:")).order_by(OutboxRow.id)
    return town.do(lambda session: list(session.scalars(wanted)))


def used(town: Town, chat: Chat, at: datetime) -> None:
    changed = update(Binding).where(Binding.user == chat.user).values(last_used=at)
    town.do(lambda session: session.execute(changed))


def everybody_used(town: Town, at: datetime) -> None:
    town.do(lambda session: session.execute(update(Binding).values(last_used=at)))


async def test_after_an_absence_everybody_who_may_have_spoken_is_told_once(town: Town, ear: Ear) -> None:
    everybody_used(town, START - timedelta(days=3))
    used(town, town.deputy, START - timedelta(days=15))
    town.clock.now = START.replace(hour=9, minute=12)
    await ear.was_away(minutes=19)
    told = notices(town)
    assert town.deputy.user not in {row.chat for row in told}
    assert len(told) == len({row.chat for row in told}) == 5
    assert "09:12到09:31我不在线" in told[0].body["text"]
    assert all(row.lane == Lane.REMINDER.order for row in told)
    town.sweep()
    assert len(notices(town)) == 5
    assert ear.swept == 1


async def test_a_short_absence_is_told_to_those_only_who_were_at_it(town: Town, ear: Ear) -> None:
    everybody_used(town, START - timedelta(hours=3))
    used(town, town.reporter, START - timedelta(minutes=20))
    await ear.was_away(minutes=2)
    assert [row.chat for row in notices(town)] == [town.reporter.user]


async def test_a_connection_that_drops_for_seconds_bothers_nobody(town: Town, ear: Ear) -> None:
    await ear.was_away(seconds=59)
    assert (notices(town), town.rows(Absence)) == ([], [])


async def test_a_program_that_was_down_was_away(town: Town, ear: Ear) -> None:
    used(town, town.reporter, START)
    await ear.attendance.note()
    ear.restarts()
    town.clock.pass_(minutes=5)
    await ear.attendance.note()
    [absence] = town.rows(Absence)
    assert (absence.began, absence.ended) == (START, START + 5 * MINUTE)


async def test_a_restart_within_the_time_that_a_platform_repeats_itself_bothers_nobody(town: Town) -> None:
    ear = Ear(town, keeps=timedelta(seconds=15))
    for seconds, absences_so_far in ((14, 0), (16, 1)):
        await ear.attendance.note()
        ear.restarts()
        town.clock.pass_(seconds=seconds)
        await ear.attendance.note()
        assert len(town.rows(Absence)) == absences_so_far


async def test_a_start_within_the_minute_is_told_as_a_moment(town: Town, ear: Ear) -> None:
    used(town, town.reporter, START)
    await ear.attendance.note()
    ear.restarts()
    town.clock.pass_(seconds=20)
    await ear.attendance.note()
    town.sweep()
    [row] = [row for row in notices(town) if row.chat == town.reporter.user]
    assert row.body["text"].startswith("09:00前后我不在线")


async def test_a_connection_that_is_down_is_no_ear(town: Town, ear: Ear) -> None:
    await ear.attendance.note()
    ear.listens = False
    for _ in range(5):
        town.clock.pass_(seconds=15)
        await ear.attendance.note()
    assert town.rows(Absence) == []
    ear.listens = True
    await ear.attendance.note()
    [absence] = town.rows(Absence)
    assert absence.ended - absence.began == timedelta(seconds=75)


async def test_a_database_that_takes_nothing_makes_no_absence(town: Town, ear: Ear) -> None:
    await ear.attendance.note()
    with taking_nothing(town):
        for _ in range(8):
            town.clock.pass_(seconds=15)
            with pytest.raises(IntegrityError):
                await ear.attendance.note()
    await ear.attendance.note()
    assert town.rows(Absence) == []


async def test_an_absence_that_could_not_be_noted_at_once_is_noted_later(town: Town, ear: Ear) -> None:
    await ear.attendance.note()
    town.clock.pass_(minutes=5)
    with taking_nothing(town), pytest.raises(IntegrityError):
        await ear.attendance.note()
    town.clock.pass_(seconds=15)
    await ear.attendance.note()
    [absence] = town.rows(Absence)
    assert absence.ended - absence.began == 5 * MINUTE


async def test_a_moved_clock_is_no_absence(town: Town, ear: Ear) -> None:
    await ear.attendance.note()
    town.clock.pass_(days=30)
    ear.clocks.ahead = timedelta(days=30)
    await ear.attendance.note()
    assert town.rows(Absence) == []


async def test_nobody_is_told_at_night_or_on_a_rest_day(town: Town, ear: Ear) -> None:
    town.clock.strike(3, 30, 23)  # a Friday; the Saturday after it is worked, the Sunday is not
    used(town, town.reporter, town.clock.now)
    await ear.was_away(minutes=5)
    [row] = notices(town)
    assert row.due == START.replace(month=3, day=31, hour=8, minute=31)
    assert row.useless_after == row.due + timedelta(days=1)


async def test_a_night_across_midnight_is_told_with_its_dates(town: Town, ear: Ear) -> None:
    town.clock.strike(3, 26, 22)
    used(town, town.reporter, town.clock.now)
    await ear.was_away(hours=10)
    [row] = [row for row in notices(town) if row.chat == town.reporter.user]
    assert "3月26日22:00到3月27日08:00我不在线" in row.body["text"]


async def test_a_person_is_told_twice_a_day_at_most(town: Town, ear: Ear) -> None:
    for _ in range(4):
        used(town, town.reporter, town.clock.now)
        await ear.was_away(minutes=2)
    assert len([row for row in notices(town) if row.chat == town.reporter.user]) == 2
    assert all(absence.told for absence in town.rows(Absence))
    town.clock.strike(3, 27)
    await ear.attendance.note()
    town.sweep()
    assert len([row for row in notices(town) if row.chat == town.reporter.user]) == 3


async def test_who_blocked_us_or_left_is_not_told(town: Town, ear: Ear) -> None:
    everybody_used(town, START)
    town.do(
        lambda session: session.execute(
            update(Binding).where(Binding.user == town.reporter.user).values(blocked=True)
        )
    )
    town.do(
        lambda session: session.execute(
            update(Binding).where(Binding.user == town.deputy.user).values(ended=START)
        )
    )
    await ear.was_away(minutes=19)
    assert not {town.reporter.user, town.deputy.user} & {row.chat for row in notices(town)}


async def test_where_only_taps_are_lost_those_with_an_open_question_are_told(town: Town) -> None:
    ear = Ear(town, Loss.TAPS, 150)
    town.reporter.says("报进展")
    town.deputy.says("帮助")
    await ear.was_away(seconds=140)
    assert notices(town) == []
    await ear.was_away(minutes=9)
    [row] = notices(town)
    assert (row.chat, "再点一次" in str(row.body)) == (town.reporter.user, True)


def is_shown(town: Town, chat: Chat) -> None:
    """What was said to somebody so far has been sent."""
    shown = update(OutboxRow).where(OutboxRow.chat == chat.user).values(state="sent", ended=town.clock.now)
    town.do(lambda session: session.execute(shown))


async def test_the_buttons_that_stood_open_come_with_the_one_message(town: Town) -> None:
    ear = Ear(town, Loss.TAPS, 150)
    question = town.reporter.says("报进展")
    is_shown(town, town.reporter)
    await ear.was_away(minutes=9)
    [row] = notices(town)
    again = Outgoing.model_validate(row.body)
    assert again.title == "09:00到09:09我不在线，期间点的按钮可能没收到，请再点一次："
    assert (again.text, again.rows) == (question.plain, question.rows)
    assert again.replaces == ""


async def test_who_was_alarmed_and_has_not_answered_is_asked_again_and_who_has_is_not(town: Town) -> None:
    """A leader's 已知悉 in the gap is lost; whoever took note before it has nothing to press."""
    reminds(town)
    ear = Ear(town, Loss.TAPS, 150)
    reports_problem(town.reporter)
    for chat in (town.leader, town.department):
        is_shown(town, chat)
        used(town, chat, START - timedelta(days=3))
    await ear.was_away(minutes=5)
    told = {row.chat: Outgoing.model_validate(row.body) for row in notices(town)}
    assert "已知悉" in "".join(labels(told[town.leader.user]))
    town.leader.says("知悉 W1")
    before = len(notices(town))
    await ear.was_away(minutes=5)
    assert town.leader.user not in {row.chat for row in notices(town)[before:]}


async def test_at_night_no_question_is_kept_for_the_morning(town: Town) -> None:
    ear = Ear(town, Loss.TAPS, 150)
    town.clock.strike(3, 26, 22)
    town.reporter.says("报进展")
    is_shown(town, town.reporter)
    await ear.was_away(minutes=9)
    [row] = notices(town)
    assert ("rows" in row.body, row.due > town.clock.now) == (False, True)


async def test_what_the_platform_keeps_for_a_day_is_lost_after_more_than_one(town: Town) -> None:
    ear = Ear(town, Loss.TAPS, 150, timedelta(days=1))
    used(town, town.deputy, START)
    await ear.was_away(hours=23)
    assert [absence.kind for absence in town.rows(Absence)] == ["taps"]
    await ear.was_away(hours=25)
    assert [absence.kind for absence in town.rows(Absence)] == ["taps", "messages"]
    assert any("请再发一次" in str(row.body) for row in notices(town))


async def test_where_another_process_listened_nobody_was_away(town: Town, ear: Ear) -> None:
    await ear.attendance.note()
    town.clock.pass_(minutes=5)
    town.do(lambda session: absences.heard(session, *ACCOUNT, town.clock.now - timedelta(seconds=5)))
    await ear.attendance.note()
    assert town.rows(Absence) == []
