"""The program watches itself: what it finds, whom it tells and how often, and what the outside is told."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import text

from bot.channels.channel import Calls, Capabilities, NotSent
from bot.clock import Clock
from bot.delivery import Delivery
from bot.rates import Limits, Rates
from bot.running import Running
from bot.supervisor import Supervisor
from bot.watching.alarm import Alarm
from bot.watching.health import DEAF, LATE, Findings, Health
from bot.watching.heartbeat import Heartbeat
from bot.watching.pulse import Pulse, Watched
from bot.watching.watcher import CALM_SECONDS, Watcher
from handlers.city import City
from handlers.words import Words
from rules.kinds import Lane, Role
from storage import groups, inbox, people
from storage.database import Database
from storage.messages import Address, Incoming, Outgoing
from storage.tables.traffic import InboxRow
from tests.builders import a_role, an_inbox_row, an_outbox_row
from tests.chat import ZONE
from tests.fakes.telegram.server import TOKEN, FakeTelegram
from tests.program import free_socket, running, settings_for
from tests.town import Town

TELEGRAM, AIBOT, GROUP = ("telegram", "7"), ("aibot", "b1"), (groups.CHANNEL, "督查群")


@dataclass
class Line:
    """A channel that notes what it is told, hears since `deaf` seconds nothing, and refuses while it is `broken`."""

    name: str
    account: str
    deaf: float = 0
    broken: bool = False
    told: list[tuple[str, str]] = field(default_factory=list)
    calls: Counter[Calls] = field(default_factory=Counter)
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(edits=False, text_limit=4096))

    def deaf_for(self) -> float:
        return self.deaf

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        if self.broken:
            raise NotSent("no connection", everyone=True)
        self.told.append((chat, message.text))
        return "1"

    def to_incoming(self, raw: bytes) -> Incoming | None:
        raise NotImplementedError

    async def answer_press(self, press: str) -> None:
        raise NotImplementedError

    async def fetch(self, reference: str, limit: int) -> bytes:
        raise NotImplementedError


class Still(Clock):
    """The town's clock; the machine's is the same one."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self._town = town

    def city(self) -> datetime:
        return self._town.clock.now

    machine = city


class Watch:
    """The watcher over a town with an admin on Telegram and the smart bot (used last), and one group."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.lines = {each: Line(*each) for each in (TELEGRAM, AIBOT, GROUP)}
        self.seconds = 0.0
        self.supervisor = Supervisor()
        self.silence = 0.0
        self.clock = Still(town)
        town.do(self._bind)
        self.starts()

    def _bind(self, session: object) -> None:
        admin = int(self.town.office.user) - 1000
        a_role(session, people.Person(id=admin), Role.ADMIN)  # type: ignore[arg-type]
        for place, (channel, account) in enumerate((TELEGRAM, AIBOT)):
            address = Address(channel=channel, account=account, user="admin", chat="admin")
            at = self.town.clock.now + timedelta(minutes=place)
            people.bind(session, admin, address, at)  # type: ignore[arg-type]

    def starts(self) -> None:
        """As after a restart: what stands in memory only is gone."""
        database, clock = self.town.database, self.clock
        delivery = Delivery(
            database=database, channels=self.lines, clock=clock, media=_nothing, pictures=_nothing,  # type: ignore[arg-type]
            rates={each: Rates(Limits(), clock.monotonic) for each in self.lines},
            on_failed=lambda *_: None, zone=ZONE,
        )  # fmt: skip
        city = City(words=Words(), zone=ZONE, running=frozenset(self.lines))
        self.pulse = Pulse(lambda: self.silence)
        self.health = Health(
            database=database, clock=clock, channels=self.lines, delivery=delivery,  # type: ignore[arg-type]
            supervisor=self.supervisor, loops={"sweeping": Watched(self.pulse, 60)},
            swept=Watched(Pulse(), 900), patience=60,
        )  # fmt: skip
        alarm = Alarm(database=database, city=city, channels=self.lines, admin="")  # type: ignore[arg-type]
        self.watcher = Watcher(
            health=self.health, alarm=alarm, database=database, clock=clock, words=lambda: city.words,
            monotonic=lambda: self.seconds,
        )  # fmt: skip

    async def looks(self, seconds: float = 10, times: int = 1) -> None:
        for _ in range(times):
            self.seconds += seconds
            self.town.clock.pass_(seconds=seconds)
            self.health._last = None  # so much time has passed
            await self.watcher.look()

    def told(self, account: tuple[str, str]) -> list[str]:
        return [said for _, said in self.lines[account].told]

    def everything(self) -> list[str]:
        return [said for account in self.lines for said in self.told(account)]


async def _nothing(_of: object) -> None:
    return None


@pytest.fixture
def watch(town: Town) -> Watch:
    return Watch(town)


@contextmanager
def taking_nothing(town: Town) -> Iterator[None]:
    """The database refuses every write of a fact."""
    for act in ("INSERT", "UPDATE"):
        refuse = f"CREATE TRIGGER no_{act} BEFORE {act} ON city_facts BEGIN SELECT RAISE(ABORT, 'full'); END"
        town.do(lambda session, refuse=refuse: session.execute(text(refuse)))  # type: ignore[misc]
    yield
    for act in ("INSERT", "UPDATE"):
        town.do(lambda session, act=act: session.execute(text(f"DROP TRIGGER no_{act}")))  # type: ignore[misc]


def an_urgent_row(town: Town, seconds: float, account: tuple[str, str] = TELEGRAM) -> None:
    at = town.clock.now - timedelta(seconds=seconds)
    town.do(
        lambda session: an_outbox_row(
            session, channel=account[0], account=account[1], lane=Lane.URGENT.order, written=at, due=at
        )
    )


# What is found


async def test_all_is_well_in_a_town_that_works(watch: Watch) -> None:
    found = await watch.health.examine()
    assert found.faults == ()
    assert set(found.facts) >= {
        "write_seconds", "inbox_oldest_seconds", "outbox_oldest_seconds", "loop_last_round_seconds",
        "last_sweep_seconds", "channels",
    }  # fmt: skip


async def reasons(watch: Watch) -> list[str]:
    return [fault.reason for fault in (await watch.health.examine()).faults]


async def test_an_urgent_message_older_than_a_minute_is_a_fault_and_a_younger_one_is_none(
    watch: Watch,
) -> None:
    watch.health._moved_at = -LATE
    an_urgent_row(watch.town, 59)
    assert await reasons(watch) == []
    an_urgent_row(watch.town, 75)
    assert await reasons(watch) == ["an urgent message has waited for 75 s on telegram"]


async def test_what_waits_for_a_channel_that_is_not_configured_is_no_fault(watch: Watch) -> None:
    an_urgent_row(watch.town, 3600, ("telegram", "an old bot"))
    assert await reasons(watch) == []


async def test_a_digest_may_wait_for_minutes(watch: Watch) -> None:
    at = watch.town.clock.now - timedelta(minutes=5)
    watch.town.do(
        lambda session: an_outbox_row(
            session, channel="telegram", account="7", lane=Lane.DIGEST.order, written=at, due=at
        )
    )
    assert await reasons(watch) == []


async def test_a_message_that_no_turn_takes_is_a_fault(watch: Watch) -> None:
    at = watch.town.clock.now - timedelta(seconds=90)
    watch.town.do(lambda session: an_inbox_row(session, received=at))
    assert await reasons(watch) == ["a message that came in has not been taken for 90 s"]


async def test_a_loop_that_does_not_come_round_is_a_fault(watch: Watch) -> None:
    watch.silence = 61
    assert await reasons(watch) == ["the loop sweeping has not come round for 61 s"]
    watch.pulse.beat()
    assert await reasons(watch) == []


async def test_a_loop_that_crashes_again_and_again_is_a_fault(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.supervisor.FIRST_WAIT", 0)

    async def crashes() -> None:
        if watch.supervisor.crashes["dispatch"] == 3:
            await asyncio.Event().wait()
        raise RuntimeError

    loops = asyncio.create_task(watch.supervisor.run({"dispatch": crashes}))
    async with asyncio.timeout(20):
        while watch.supervisor.crashes.get("dispatch", 0) < 3:  # noqa: ASYNC110 - a crash rings no bell
            await asyncio.sleep(0)
    loops.cancel()
    assert await reasons(watch) == ["the loop dispatch crashed 3 times in ten minutes"]


async def test_a_channel_that_hears_nothing_is_a_fault(watch: Watch) -> None:
    watch.lines[AIBOT].deaf = DEAF + 1
    assert await reasons(watch) == ["aibot has not been heard for 91 s"]


async def test_a_database_that_takes_no_write_is_a_fault(watch: Watch) -> None:
    with taking_nothing(watch.town):
        assert await reasons(watch) == ["the database takes no writes: IntegrityError"]


async def test_a_database_that_does_not_answer_is_a_fault_too(watch: Watch) -> None:
    watch.health._patience = 0.3
    with watch.town.database.engine.begin():  # holds the write lock
        assert await reasons(watch) == ["the database takes no writes: no answer in time"]


# Whom it is told


async def test_an_incident_is_told_once_and_once_that_it_is_over(watch: Watch) -> None:
    watch.silence = 61
    await watch.looks(times=5)
    assert watch.told(AIBOT) == ["⚠️ 三报系统有故障：定时提醒停了。"]
    watch.pulse.beat()
    await watch.looks(times=5)
    assert len(watch.everything()) == 1, "it has not been well for a minute yet"
    await watch.looks(times=3)
    assert watch.told(AIBOT)[1:] == ["✅ 已恢复：定时提醒停了。"]
    await watch.looks(times=10)
    assert len(watch.everything()) == 2


async def test_what_comes_and_goes_is_one_incident(watch: Watch) -> None:
    for _ in range(6):
        watch.silence += 61
        await watch.looks()
        watch.pulse.beat()
        await watch.looks(seconds=CALM_SECONDS / 2)
    assert len(watch.everything()) == 1


async def test_what_begins_together_is_one_message(watch: Watch) -> None:
    watch.silence = 61
    watch.lines[TELEGRAM].deaf = 200
    await watch.looks()
    [said] = watch.everything()
    assert ("定时提醒停了" in said, "Telegram收不到消息" in said) == (True, True)


async def test_the_admin_is_told_on_another_channel_than_the_one_that_is_ill(watch: Watch) -> None:
    watch.lines[AIBOT].deaf = 200
    await watch.looks()
    assert (len(watch.told(TELEGRAM)), watch.told(AIBOT), watch.told(GROUP)) == (1, [], [])


async def test_where_no_channel_takes_it_the_group_is_told(watch: Watch) -> None:
    watch.silence = 61
    watch.lines[TELEGRAM].broken = watch.lines[AIBOT].broken = True
    await watch.looks()
    assert len(watch.told(GROUP)) == 1


async def test_where_nobody_can_be_told_it_stands_in_the_log(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    watch.silence = 61
    for line in watch.lines.values():
        line.broken = True
    await watch.looks()
    [critical] = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert "定时提醒停了" in critical.getMessage()


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_nobody_could_be_told_of_is_told_as_soon_as_somebody_can_be_and_once(
    watch: Watch, restarted: bool
) -> None:
    watch.silence = 61
    for line in watch.lines.values():
        line.broken = True
    await watch.looks(times=3)
    for line in watch.lines.values():
        line.broken = False
    if restarted:
        watch.starts()
        watch.silence += 61
    await watch.looks(times=5)
    assert watch.everything() == ["⚠️ 三报系统有故障：定时提醒停了。"]


async def test_that_it_is_over_is_told_although_nobody_could_be_told_at_first(watch: Watch) -> None:
    watch.silence = 61
    await watch.looks()
    watch.pulse.beat()
    for line in watch.lines.values():
        line.broken = True
    await watch.looks(times=9)
    for line in watch.lines.values():
        line.broken = False
    await watch.looks(times=5)
    assert watch.told(AIBOT)[1:] == ["✅ 已恢复：定时提醒停了。"]


async def test_of_a_platform_that_takes_nothing_one_of_several_processes_tells(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every process sees it; what stands in the database says who has told."""
    monkeypatch.setattr(Database, "alone", False)
    monkeypatch.setattr(Delivery, "ill", lambda _self: {TELEGRAM: ("no connection", 600.0)})
    for _process in range(3):
        watch.starts()
        await watch.looks(times=2)
    assert watch.told(AIBOT) == ["⚠️ 三报系统有故障：Telegram发不出消息。"]


async def test_the_admin_is_told_although_the_database_is_what_is_ill(watch: Watch) -> None:
    await watch.looks()
    with taking_nothing(watch.town):
        await watch.looks(times=3)
    assert watch.told(AIBOT) == ["⚠️ 三报系统有故障：数据库不能写。"]
    await watch.looks(times=8)
    assert watch.told(AIBOT)[1:] == ["✅ 已恢复：数据库不能写。"]


async def test_a_restart_neither_repeats_nor_forgets_an_incident(watch: Watch) -> None:
    """Of what every process sees; on SQLite, where there is one, of everything."""
    at = watch.town.clock.now - timedelta(seconds=90)
    row = watch.town.do(lambda session: an_inbox_row(session, received=at).id)
    await watch.looks()
    watch.starts()
    await watch.looks(times=3)
    assert watch.everything() == ["⚠️ 三报系统有故障：收到的消息没人处理。"]
    watch.town.do(lambda session: inbox.end(session, row, "done", watch.town.clock.now))
    watch.starts()
    await watch.looks(times=9)
    assert watch.told(AIBOT)[1:] == ["✅ 已恢复：收到的消息没人处理。"]


async def test_nobody_is_told_of_what_was_no_fault(watch: Watch) -> None:
    await watch.looks(times=10)
    assert watch.everything() == []


# The outside


@contextmanager
def heard(calls: list[str]) -> Iterator[web.Application]:
    async def called(request: web.Request) -> web.Response:
        calls.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_get("/{tail:.*}", called)
    yield app


async def _alone(well: bool) -> bool:
    return well


async def test_the_heartbeat_is_withheld_while_not_all_is_well(watch: Watch) -> None:
    calls: list[str] = []
    with heard(calls) as app:
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        beats = Heartbeat(
            health=watch.health, all_well=_alone, url=f"http://127.0.0.1:{port}/ping/sanbao", proxy=None
        )
        async with aiohttp.ClientSession() as client:
            assert await beats.beat(client)
            watch.silence, watch.health._last = 61, None
            assert not await beats.beat(client)
            watch.pulse.beat()
            watch.health._last = None
            assert await beats.beat(client)
        await runner.cleanup()
    assert calls == ["/ping/sanbao"] * 2


async def test_a_monitor_that_is_away_stops_nothing_and_its_address_stands_in_no_log(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    opened = free_socket()
    beats = Heartbeat(
        health=watch.health, all_well=_alone, url=f"http://127.0.0.1:{opened.getsockname()[1]}/a-secret-path",
        proxy=None,
    )  # fmt: skip
    async with aiohttp.ClientSession() as client:
        assert not await beats.beat(client)
        assert not await beats.beat(client)
    opened.close()
    assert caplog.text.count("does not take the heartbeat") == 1
    assert "a-secret-path" not in caplog.text


# The whole program


async def ask(
    program: Running, town: Town, port: int, path: str, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{port}{path}", headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def test_health_is_503_with_reasons_while_telegram_is_deaf(town: Town, tmp_path: Path) -> None:
    async with FakeTelegram() as api:
        opened = free_socket()
        settings = settings_for(town, tmp_path, {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url})
        async with running(town, settings, opened) as program:
            port = opened.getsockname()[1]
            assert (await ask(program, town, port, "/healthz"))[0] == 200
            assert program.health is not None
            assert program.loops.keys() - program.health._loops.keys() == {
                "telegram",
                "telegram introduction",
            }, "a new loop is watched; one that hears is watched by what it hears"
            channel = program.channels["telegram", TOKEN.partition(":")[0]]
            channel._receiver._heard._last -= 300  # type: ignore[attr-defined]  # five minutes without an answer
            program.health._last = None
            status, said = await ask(program, town, port, "/healthz")
            assert (status, "telegram has not been heard for" in said) == (503, True)
            passed_on = await ask(program, town, port, "/healthz", {"X-Forwarded-For": "203.0.113.5"})
            assert (passed_on[0], "telegram" in passed_on[1]) == (503, False)


async def test_metrics_are_for_this_machine_or_for_who_has_the_token(town: Town, tmp_path: Path) -> None:
    opened = free_socket()
    settings = settings_for(town, tmp_path, {"METRICS_TOKEN": "a-long-token"})
    async with running(town, settings, opened) as program:
        port = opened.getsockname()[1]
        far = {"X-Forwarded-For": "203.0.113.5"}
        assert (await ask(program, town, port, "/metrics"))[0] == 200
        assert (await ask(program, town, port, "/metrics", far))[0] == 403
        assert (await ask(program, town, port, "/metrics", far | {"Authorization": "Bearer wrong"}))[0] == 403
        status, page = await ask(
            program, town, port, "/metrics", far | {"Authorization": "Bearer a-long-token"}
        )
    assert status == 200
    assert {
        "sanbao_healthy", "sanbao_inbox_rows", "sanbao_outbox_sent_rows", "sanbao_ledger_rows",
        "sanbao_turn_seconds_bucket", "sanbao_sweep_seconds_count", "sanbao_loop_last_round_seconds",
        "sanbao_outbox_oldest_seconds", "sanbao_inbox_oldest_seconds",
    } <= {line.partition("{")[0].partition(" ")[0] for line in page.splitlines()}  # fmt: skip


async def test_metrics_name_nobody_and_have_few_labels(town: Town, tmp_path: Path) -> None:
    """Neither names, phones, chats nor accounts, whatever was said: a label is a word of the program."""
    async with FakeTelegram() as api:
        opened = free_socket()
        settings = settings_for(town, tmp_path, {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url})
        async with running(town, settings, opened) as program:
            for user in range(5001, 5021):
                api.person(user, started=True).says("报进展")
            await until(program, lambda rows: len(rows) == 20 and all(row.state != "new" for row in rows))
            _, page = await ask(program, town, opened.getsockname()[1], "/metrics")
    assert 'sanbao_api_calls_total{channel="telegram",outcome="ok"}' in page
    labelled = [line.rpartition(" ")[0] for line in page.splitlines()]  # without the figure
    assert not [user for user in range(5001, 5021) if str(user) in str(labelled)]
    assert (TOKEN.partition(":")[0] in page, "张三" in page) == (False, False)
    assert len([line for line in page.splitlines() if not line.startswith("#")]) < 150


async def until(program: Running, fact: Callable[[list[InboxRow]], bool]) -> None:
    async with asyncio.timeout(20):
        while not fact(await program.database.read(lambda s: s.query(InboxRow).all())):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def test_findings_without_a_fault_are_ok() -> None:
    assert Findings(()).ok
