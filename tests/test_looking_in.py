"""What an operator can see from outside: the life of a message, a test message, and what `sanbao doctor` finds."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import select
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.app import _office
from bot.doctor import machine, platforms
from bot.doctor.line import Level
from bot.errands import lock_paths, open_socket, socket_path
from bot.lock import hold
from bot.running import Running
from bot.settings import Settings, load
from bot.web import serving
from handlers.words import Words
from rules.kinds import Lane, Role
from storage import absences, outbox, post, sends
from storage.messages import Address, Outgoing
from storage.outbox import State
from storage.outbox_queue import Room
from storage.sends import End, Outcome
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Person
from storage.tables.traffic import Attempt, OutboxRow
from tests.builders import NOW, a_binding, a_person, a_role
from tests.fakes.aibot.server import BOT, FakeAibot
from tests.fakes.telegram.faults import server_error
from tests.fakes.telegram.server import TOKEN, FakeTelegram
from tests.fakes.wecom.server import FakeWecom
from tests.phones import _bind, userid
from tests.program import free_socket, running, settings_for
from tests.town import Town, reports_problem

SECOND = timedelta(seconds=1)
LEVELS = [level.value for level in Level]

asks_the_server = pytest.mark.sqlite_only(
    reason="on PostgreSQL a command has no socket and asks the database"
)


# The life of a message


class Line:
    """One person's outgoing side, as delivery drives it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.person = a_person(session).id
        self.now = NOW

    def says(self, text: str, lane: Lane = Lane.URGENT) -> None:
        outbox.write(
            self.session, address=Address(channel="telegram", account="7", user="u", chat="c"), lane=lane,
            person_id=self.person, message=Outgoing(text=text), now=self.now, limit=4096,
        )  # fmt: skip

    def tries(self, end: End, note: str = "") -> None:
        """Claimed after a second, ended after two more."""
        self.now += SECOND
        claimed = sends.claim(
            self.session, channel="telegram", account="7", room=Room(9, 9), now=self.now, machine=self.now,
            lease=timedelta(minutes=1),
        )  # fmt: skip
        self.now += 2 * SECOND
        outcomes = [Outcome(row, end, note=note, retry=self.now) for row in claimed.rows]
        sends.finish(self.session, outcomes, self.now)

    def life(self) -> post.Life:
        return post.last(self.session, self.person, 1)[0]


def test_every_attempt_is_on_record_with_its_times_and_what_came_of_it(session: Session) -> None:
    line = Line(session)
    line.says("到期")
    line.tries(End.NOT_SENT, "no connection")
    line.tries(End.UNCLEAR, "no answer in time")
    line.tries(End.SENT)
    life = line.life()
    assert [(each.outcome, each.note) for each in life.tries] == [
        ("not sent", "no connection"), ("unclear", "no answer in time"), ("sent", ""),
    ]  # fmt: skip
    assert [(each.claimed, each.ended) for each in life.tries] == [
        (NOW + n * SECOND, NOW + (n + 2) * SECOND) for n in (1, 4, 7)
    ]
    assert (life.written, life.ended, life.state) == (NOW, NOW + 9 * SECOND, State.SENT)


@pytest.mark.parametrize(("end", "state"), [(End.REFUSED, State.FAILED), (End.BLOCKED, State.FAILED)])
def test_a_message_that_failed_says_when_and_why(session: Session, end: End, state: State) -> None:
    line = Line(session)
    line.says("到期")
    line.tries(end, "chat not found")
    life = line.life()
    assert (life.state, life.tries[0].note, len(life.tries)) == (state, "chat not found", 1)


def test_a_message_that_was_sent_at_once_costs_no_row_more(session: Session) -> None:
    line = Line(session)
    line.says("到期")
    line.tries(End.SENT)
    assert session.scalars(select(Attempt)).all() == []
    assert len(line.life().tries) == 1


def test_a_process_that_died_while_it_sent_leaves_its_attempt_on_record(session: Session) -> None:
    line = Line(session)
    line.says("到期")
    line.now += SECOND
    sends.claim(
        session,
        channel="telegram",
        account="7",
        room=Room(9, 9),
        now=line.now,
        machine=line.now,
        lease=SECOND,
    )
    assert line.life().tries == ((line.now, None, "sending", ""),)
    line.now += 60 * SECOND
    line.tries(End.SENT)
    line.tries(End.SENT)
    assert [(each.outcome, each.note) for each in line.life().tries] == [
        ("unclear", "the lease ran out"), ("sent", ""),
    ]  # fmt: skip


def test_a_row_of_an_older_version_can_still_be_ended(session: Session) -> None:
    """It was being sent when the program was exchanged, and does not know when it was taken."""
    line = Line(session)
    line.says("到期")
    row = session.scalars(select(OutboxRow)).one()
    row.state, row.attempts, row.lease = "sending", 1, NOW
    session.flush()
    line.tries(End.SENT)
    session.expire_all()
    assert line.life().tries[0].claimed is None
    assert line.life().state is State.SENT


def test_a_message_says_when_its_alarm_was_taken_note_of(town: Town) -> None:
    reports_problem(town.reporter)
    town.clock.pass_(minutes=5)
    taken = town.clock.now
    town.leader.says("知悉 W1")
    leader = int(town.leader.user) - 1000
    lives = town.do(lambda session: post.last(session, leader, 10))
    assert [life.acknowledged for life in lives if life.acknowledged] == [taken]


# The commands, on a program that runs


@asynccontextmanager
async def served(
    town: Town, folder: Path, given: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Running]:
    """The program with the office's socket open, and the settings that a command finds in its environment."""
    listening = free_socket()
    given = {"PUBLIC_URL": f"http://127.0.0.1:{listening.getsockname()[1]}", **given}
    settings = settings_for(town, folder, given)
    in_environment(monkeypatch, {**given, "DATABASE_URL": town.database.url, "TRYOUT": "true"}, folder)
    async with running(town, settings, listening) as program:
        office = serving.server(_office(settings, program))
        with hold(lock_paths(settings), "serve"):
            answering = asyncio.create_task(serving.beside(office, [open_socket(socket_path(settings))]))
            while not office.started:  # noqa: ASYNC110 - a command before it is refused, and uvicorn has no event
                await asyncio.sleep(0)
            yield program
            office.should_exit = True
            await answering


def in_environment(monkeypatch: pytest.MonkeyPatch, given: Mapping[str, str], folder: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SANBAO_{name.upper()}", raising=False)
    for name, value in {**given, "DATA_DIR": str(folder)}.items():
        monkeypatch.setenv(f"SANBAO_{name}", value)
    monkeypatch.chdir(folder)


async def sanbao(*words: str) -> Result:
    """In a thread, for what it asks runs in this one's loop."""
    return await asyncio.to_thread(CliRunner().invoke, app, list(words))


@asynccontextmanager
async def on_telegram(
    town: Town, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[FakeTelegram, Running]]:
    async with FakeTelegram() as api:
        _bind(town, "telegram", TOKEN.partition(":")[0], lambda chat: chat.user)
        api.person(int(town.reporter.user), started=True)
        given = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url}
        async with served(town, folder, given, monkeypatch) as program:
            yield api, program


@asks_the_server
async def test_a_test_message_goes_the_real_way_and_its_end_is_shown(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_telegram(town, tmp_path, monkeypatch) as (api, _):
        api.faults.script("sendMessage", [server_error()])
        result = await sanbao("test-message", "张三")
        shown = api.person(int(town.reporter.user)).last
    assert (result.exit_code, shown.text) == (0, Words().test_message)
    assert ("unclear" in result.output, "sent: the platform took it" in result.output) == (True, True)
    acts = town.do(lambda session: [row.canonical for row in session.scalars(select(LedgerRow))])
    assert any("test_message" in act for act in acts)


@asks_the_server
async def test_a_test_message_that_does_not_arrive_is_a_failure_with_its_reason(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_telegram(town, tmp_path, monkeypatch) as (api, _):
        api.person(int(town.reporter.user)).chat.blocked = True
        result = await sanbao("test-message", "张三")
    assert (result.exit_code, "blocked by the user" in result.output) == (1, True)


async def test_messages_to_a_person_show_what_became_of_them(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_telegram(town, tmp_path, monkeypatch) as (api, _):
        me = api.person(int(town.reporter.user))
        me.says("帮助")
        await me.sees("报进展")
        me.says("报进展")
        await me.sees("哪个项目")
        result = await sanbao("messages", "--to", "张三", "--last", "1")
    assert result.exit_code == 0
    assert ("哪个项目" in result.output, "attempt" in result.output, "帮助" in result.output) == (
        True,
        True,
        False,
    )


def test_without_a_server_no_test_message_is_written(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_environment(monkeypatch, {"DATABASE_URL": town.database.url}, tmp_path)
    town.database.close()
    result = CliRunner().invoke(app, ["test-message", "张三"])
    assert (result.exit_code, "sanbao serve" in result.output) == (1, True)


# The doctor


def found(result: Result) -> dict[str, str]:
    """Level by name; of several lines of a name the worst counts."""
    lines = [line.split(maxsplit=1) for line in result.output.splitlines() if line[:5].strip() in LEVELS]
    worst_last = sorted(lines, key=lambda line: LEVELS.index(line[0]))
    return {rest.partition(":")[0]: level for level, rest in worst_last}


def with_admin(town: Town) -> None:
    town.do(lambda s: a_role(s, s.get_one(Person, int(town.office.user) - 1000), Role.ADMIN))


@asks_the_server
async def test_the_doctor_beside_a_running_server_finds_it_well(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_admin(town)
    async with on_telegram(town, tmp_path, monkeypatch):
        result = await sanbao("doctor")
    levels = found(result)
    assert {name for name, level in levels.items() if level == "fail"} == set()
    assert result.exit_code == 0
    looked_at = (
        "settings disk fsync migrations database calendar people admin parked queues pictures backup clock"
    )
    assert {*looked_at.split(), "rules file", "words file", "server", "telegram"} <= levels.keys()
    assert (levels["server"], levels["telegram"], levels["database"]) == ("ok", "ok", "ok")


async def test_what_is_ill_is_said_with_what_to_do_and_the_exit_code(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeTelegram("1:another-token-than-ours-of-the-right-length") as api:
        given = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url, "DATABASE_URL": town.database.url}
        in_environment(monkeypatch, given, tmp_path)
        town.database.close()
        result = await sanbao("doctor")
    levels = found(result)
    assert (levels["telegram"], levels["admin"], levels["server"], result.exit_code) == (
        "fail",
        "fail",
        "warn",
        1,
    )
    assert ("@BotFather" in result.output, "SANBAO_ADMIN" in result.output) == (True, True)
    assert TOKEN not in result.output


@asks_the_server
async def test_the_doctor_leaves_the_smart_bots_connection_to_the_server(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeAibot() as bot:
        _bind(town, "aibot", BOT, userid)
        async with served(town, tmp_path, bot.settings(), monkeypatch) as program:
            await bot.until_subscribed()
            while not program.database.read_now(  # noqa: ASYNC110 - whoever notes it rings no bell
                lambda session: absences.last_heard(session, "aibot", BOT)
            ):
                await asyncio.sleep(0.05)
            result = await sanbao("doctor")
            assert (found(result)["aibot"], len(bot.subscribes)) == ("ok", 1)
        # The server has ended, but another machine may have gone on with this database a moment ago.
        result = await sanbao("doctor")
        assert (found(result)["aibot"], len(bot.subscribes)) == ("warn", 1)
        town.do(lambda s: absences.heard(s, "aibot", BOT, datetime.now(UTC) - timedelta(hours=1)))
        town.database.close()
        result = await sanbao("doctor")
        assert (found(result)["aibot"], len(bot.subscribes)) == ("ok", 2)


@asks_the_server
async def test_the_doctor_asks_as_wecoms_console_does_whether_the_callback_is_ours(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeWecom() as wecom, served(town, tmp_path, wecom.settings(), monkeypatch):
        result = await sanbao("doctor")
        assert (found(result)["wecom app"], found(result)["wecom callback"]) == ("ok", "ok")
        monkeypatch.setenv("SANBAO_WECOM_TOKEN", "another1")
        result = await sanbao("doctor")
        assert found(result)["wecom callback"] == "fail"
        wecom.faults.untrusted = True
        result = await sanbao("doctor")
        assert (found(result)["wecom app"], "可信" in result.output) == ("fail", True)
        assert found(result)["wecom callback"] == "fail"  # looked at all the same: it is mended first


@pytest.mark.parametrize(("seconds", "level"), [(0, "ok"), (60, "warn"), (-60, "warn"), (3600, "fail")])
async def test_a_clock_that_is_wrong_is_found_by_a_platforms_answer(
    tmp_path: Path, seconds: int, level: str
) -> None:
    async def answer(_request: web.Request) -> web.Response:
        theirs = datetime.now(UTC) + timedelta(seconds=seconds)
        return web.Response(headers={"Date": format_datetime(theirs, usegmt=True)})

    site = web.Application()
    site.router.add_get("/", answer)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    settings = Settings(data_dir=tmp_path, telegram_token=TOKEN, telegram_api_url=url, _env_file=None)  # type: ignore[arg-type]
    line = await platforms._clock(settings)
    await runner.cleanup()
    assert line.level.value == level


def test_a_folder_without_a_database_is_no_fault(tmp_path: Path) -> None:
    line = machine.migrated(Settings(data_dir=tmp_path, _env_file=None))
    assert (line.level, (tmp_path / "sanbao.db").exists()) == (Level.WARN, False)


@pytest.mark.parametrize("age", [None, timedelta(days=3)])
def test_the_doctor_names_the_command_that_makes_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: timedelta | None
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SANBAO_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    if age is not None:
        old = tmp_path / "data" / "backups" / "sanbao-20120326T000000Z.backup"
        old.parent.mkdir(parents=True)
        old.touch()
        os.utime(old, times=((datetime.now(UTC) - age).timestamp(),) * 2)
    [backup] = [line for line in machine.examine(load()) if line.name == "backup"]
    assert (backup.level, "sanbao backup" in backup.todo) == (Level.WARN, True)


def test_the_doctor_migrates_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data_dir=tmp_path, _env_file=None)
    settings.database_file.touch()
    in_environment(monkeypatch, {}, tmp_path)
    result = CliRunner().invoke(app, ["doctor"])
    assert found(result)["migrations"] == "warn"
    with closing(sqlite3.connect(settings.database_file)) as looked_into:
        assert looked_into.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_people_who_cannot_be_reached_are_named(database: object, session: Session) -> None:
    from bot.doctor import city

    lost, bound = a_person(session, name="失联人"), a_person(session)
    a_binding(session, bound)
    lines = city.examine(session, NOW, NOW.date(), [("telegram", "bot")], str(bound.id))
    [people_line] = [line for line in lines if line.name == "people"]
    assert (people_line.level, lost.name in people_line.found) == (Level.WARN, True)


def test_an_admin_who_is_not_in_the_city_is_said_with_those_who_are_told_instead(
    database: object, session: Session
) -> None:
    from bot.doctor import city

    admin = a_person(session)
    a_binding(session, admin)
    a_role(session, admin, Role.ADMIN)
    instead = f"nobody in the city has this phone or id; faults are told to {admin.name}"
    for named, level, said in (("nobody", Level.WARN, instead), ("", Level.OK, admin.name)):
        lines = city.examine(session, NOW, NOW.date(), [("telegram", "bot")], named)
        [line] = [line for line in lines if line.name == "admin"]
        assert (line.level, said in line.found) == (level, True)


async def test_a_start_with_an_admin_who_is_not_in_the_city_warns(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(town, tmp_path, {"ADMIN": "nobody"}, monkeypatch):
        pass
    assert "SANBAO_ADMIN: found 'nobody', and nobody in the city" in caplog.text
