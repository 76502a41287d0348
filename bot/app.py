"""Puts everything together, by keyword, and runs it: the only place that knows all parts.

Order of a start: the office's files, database (migrated), rules, city, channels, then the loops and the web servers
side by side under one supervisor. An outage of a platform or a crash of one loop stops nothing else.
"""

import asyncio
import gc
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot import attendance, editable, logs, wecom
from bot import rates as sending
from bot.anchoring import Anchoring
from bot.attendance import Attendance
from bot.bell import FILES, POST, TURNS
from bot.beside import Beside
from bot.channels import tryout
from bot.channels.channel import Channel
from bot.channels.telegram import TelegramChannel
from bot.channels.tryout import TryoutChannel
from bot.channels.wecom_aibot import AibotChannel
from bot.channels.wecom_app import CALLBACK_PATH, WecomAppChannel
from bot.channels.wecom_chat import WecomChatChannel
from bot.channels.wecom_group import WecomGroupChannel
from bot.clock import Clock, store_offset, stored_offset
from bot.delivery import Delivery
from bot.dispatch import Dispatch, tell_admins
from bot.drawing import Gallery
from bot.editing import Editing, take_sentences
from bot.errands import office_app, open_socket, socket_path
from bot.fetching import Fetching
from bot.holding import Holding
from bot.intake import Intake
from bot.media.shelf import Shelf
from bot.moving import Mover
from bot.office import Office
from bot.sample import city as sample
from bot.settings import Settings, TelegramMode
from bot.supervisor import Supervisor
from bot.sweeping import Sweeping
from bot.tidying import Tidying
from bot.watching import metrics, pages
from bot.watching.alarm import Alarm
from bot.watching.health import Findings, Health
from bot.watching.heartbeat import Heartbeat
from bot.watching.meters import Meters
from bot.watching.pulse import Kept, Watched
from bot.watching.watcher import Watcher
from bot.web import serving
from bot.web.server import web_app
from bot.web.tryout import Draw, TryoutPage, tell_now
from bot.workbooks import Workbooks
from handlers.city import City, Show
from handlers.deeds import problems
from handlers.menus import commands
from handlers.words import Words
from reminders.reach import Reach
from storage import claiming, elsewhere, invites, people, quiet_hours, registry, workbook
from storage import rules as stored_rules
from storage.database import Database
from storage.messages import Arrived
from storage.migrate import migrate
from storage.outbox import Claimed, End, Outcome
from storage.tables.registry import Project
from storage.tables.traffic import OutboxRow

log = logging.getLogger(__name__)

# What Telegram did not answer is asked again after so long.
ASK_AGAIN_SECONDS = 10.0
# Within so long a sweep comes to its end; after a long outage it has much to catch up with.
NOT_SWEPT_SECONDS = 900.0
# How long rows are counted for Prometheus, which itself waits ten seconds.
FIGURES_SECONDS = 5.0
# How long a step of a moved clock waits for its messages to be sent.
STEP_SECONDS = 10.0
MOVING_SECONDS = 0.3  # of slices in one transaction while the clock is moved: nobody talks much meanwhile

Loop = Callable[[], Awaitable[None]]
Account = tuple[str, str]


@dataclass(slots=True)
class Running:
    """The parts of a running program, for the web's routes and for tests."""

    database: Database
    clock: Clock
    channels: dict[Account, Channel]
    dispatch: Dispatch
    delivery: Delivery
    fetching: Fetching
    sweeping: Sweeping
    intake: Intake
    supervisor: Supervisor
    city: City
    beside: Beside
    loops: dict[str, Loop] = field(default_factory=dict)
    watched: dict[str, Watched] = field(default_factory=dict)
    routes: list[BaseRoute] = field(default_factory=list)
    health: Health | None = None

    def keep(self, name: str, loop: Kept, within: float, lease: Holding | None = None) -> None:
        """Runs a loop that is to come round within so many seconds; of those under a lease, one process at a time."""
        if lease is None:
            self.loops[name], self.watched[name] = loop.run, Watched(loop.pulse, within)
        else:
            self.loops[name] = partial(lease.run, loop.run)
            self.watched[name] = Watched(loop.pulse, within, lambda: lease.held)

    def hang_up(self) -> None:
        """Ends what pages are still being told; they would keep the program from ending."""
        for channel in self.channels.values():
            if isinstance(channel, TryoutChannel):
                channel.hang_up()


async def serve(settings: Settings) -> None:
    """Runs until it is stopped (SIGINT, SIGTERM). The caller holds the city's lock."""
    redaction = logs.begin(settings)
    async with AsyncExitStack() as stack:
        listening = stack.enter_context(serving.bound(settings))
        running = await put_together(settings, stack, redaction.learn)
        main = serving.server(web_app(running.routes, hosts=serving.hosts(settings)))
        office = serving.server(_office(settings, running))
        opened = _socket(settings, stack) if running.database.alone else None
        _spare_the_collector()
        loops = asyncio.create_task(running.supervisor.run(running.loops))
        beside = [asyncio.create_task(serving.beside(office, [opened]))] if opened else []
        listening.listen()  # whoever reads the next line may connect at once
        host, port = listening.getsockname()[:2]
        log.info("Sanbao is up at http://%s:%s (%s)", host, port, _channel_names(running))
        try:
            await serving.until_stopped(main, [listening], running.hang_up)
        finally:
            office.should_exit = True
            loops.cancel()
            await asyncio.gather(loops, *beside, return_exceptions=True)


def _socket(settings: Settings, stack: AsyncExitStack) -> socket.socket:
    """Where commands reach a city that this process has to itself."""
    path = socket_path(settings)
    stack.callback(lambda: path.unlink(missing_ok=True))
    return open_socket(path)


def _spare_the_collector() -> None:
    """What start-up has made stays to the end; looking through it over and over costs a tenth of the CPU."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _channel_names(running: Running) -> str:
    return ", ".join(sorted(name for name, _ in running.channels)) or "no channel"


async def put_together(
    settings: Settings, stack: AsyncExitStack, learn: Callable[[str], None] = lambda _secret: None
) -> Running:
    """`learn` is told what becomes secret while the program runs."""
    rules_text, sentences = editable.rules_text(settings.rules_file), editable.sentences(settings.words_file)
    database = await asyncio.to_thread(_open_database, settings)
    stack.callback(database.close)
    clock = await _clock(database, settings)
    furnished = settings.tryout_open and (settings.rehearses or not settings.has_channel)

    def begin(session: Session) -> None:
        claiming.alone(session, "a start", clock.machine())
        stored_rules.take(session, rules_text, clock.city())
        take_sentences(session, sentences, clock.city())
        if furnished:
            _furnish(session, clock.city())

    await database.run(begin)
    city = City(words=sentences.words, zone=settings.zone)
    channels = _channels(settings, database, clock, city, learn)
    city.shows = {
        channel.name: Show(channel.capabilities.edits, channel.capabilities.text_limit)
        for channel in channels.values()
    }
    city.running = reaching(settings, channels)
    return await _wire(settings, stack, database, clock, channels, city)


def reaching(settings: Settings, accounts: Iterable[Account]) -> frozenset[Account]:
    """The accounts that reach somebody: beside a real channel, the try-out page reaches nobody real."""
    plays_only = settings.rehearses or not settings.has_channel
    return frozenset(account for account in accounts if plays_only or account[0] != tryout.NAME)


async def _wire(
    settings: Settings,
    stack: AsyncExitStack,
    database: Database,
    clock: Clock,
    channels: dict[Account, Channel],
    city: City,
) -> Running:
    shelf = Shelf(settings.data_dir / "media")
    meters = Meters()
    fetching = Fetching(database=database, channels=channels, city=city, clock=clock, shelf=shelf)
    beside = Beside(database, clock, settings.lease_seconds, after=lambda: delivery.wake())
    gallery = Gallery(settings.data_dir / "pictures")
    stack.push_async_callback(gallery.close)
    delivery = Delivery(
        database=database,
        channels=channels,
        rates={account: _rates(account, settings, beside.seconds) for account in channels},
        clock=clock,
        zone=city.zone,
        media=fetching.read,
        pictures=gallery.picture,
        on_failed=lambda session, outcome, now: note_failure(
            session, outcome, now, city, settings.admin or ""
        ),
        holder=beside.holder,
        serves=beside.serves,
        meters=meters,
    )
    files, sweeps = beside.lease("files"), beside.lease("sweeps")

    def after_writing() -> None:
        delivery.wake()
        if not all(beside.serves(account) for account in channels):
            beside.bell.ring(POST)

    def after_media() -> None:
        fetching.wake()
        if not files.held:
            beside.bell.ring(FILES)

    dispatch = Dispatch(
        database=database, channels=channels, city=city, clock=clock, after=after_writing,
        admin=settings.admin or "", on_media=after_media, serves=beside.serves, meters=meters,
    )  # fmt: skip

    def after_storing() -> None:
        if dispatch.busy:
            beside.bell.ring(TURNS)
        dispatch.wake()

    intake = Intake(database, after_storing)
    limits = {name: show.text_limit for name, show in city.shows.items()}
    reach = Reach(running=city.running, limits=limits, admin=settings.admin or "")
    sweeping = Sweeping(
        database=database, clock=clock, zone=settings.zone, reach=reach, after=after_writing, prove=sweeps.prove,
        meters=meters,
    )  # fmt: skip
    reading = Workbooks(database=database, city=city, clock=clock, stored=fetching.read, after=after_writing)

    def after_edits() -> None:
        sweeping.wake()
        after_writing()

    editing = Editing(
        database=database, city=city, clock=clock, rules=settings.rules_file, sentences=settings.words_file,
        reach=reach, after=after_edits,
    )  # fmt: skip
    running = Running(
        database, clock, channels, dispatch, delivery, fetching, sweeping, intake, Supervisor(), city, beside
    )
    running.keep("dispatch", dispatch, 60)
    running.keep("delivery", delivery, 60)
    running.keep("editing", editing, 60)
    running.keep("anchoring", Anchoring(database=database, folder=settings.data_dir), 1800)
    running.keep("sweeping", sweeping, 60, sweeps)
    # One process has the files: their shelf is guarded in its memory.
    running.keep("fetching", fetching, 900, files)
    running.keep("workbooks", reading, 1800, files)
    running.keep("tidying", Tidying(database=database, shelf=shelf), 2 * 3600, files)
    if not database.alone:
        heard = {TURNS: dispatch.wake, POST: delivery.wake, FILES: fetching.wake}
        running.loops["bell"] = lambda: beside.bell.run(heard)
    await _receive(settings, stack, running, city, gallery.picture)
    running.loops |= beside.loops
    listening = attendance.listeners(channels, lambda channel: _listens(channel, beside))
    if listening:
        watch = Attendance(database=database, listeners=listening, clock=clock, after=sweeping.wake)
        running.keep("attendance", watch, 60)
    _watch(settings, running, meters)
    return running


def _watch(settings: Settings, running: Running, meters: Meters) -> None:
    """The program watches itself: its pages, the word to the admin, the heartbeat to the outside."""
    health = Health(
        database=running.database, clock=running.clock, channels=running.channels, delivery=running.delivery,
        supervisor=running.supervisor, loops=running.watched, serves=running.beside.serves,
        swept=Watched(running.sweeping.swept, NOT_SWEPT_SECONDS, running.watched["sweeping"].held),
    )  # fmt: skip
    alarm = Alarm(
        database=running.database, city=running.city, channels=running.channels, admin=settings.admin or ""
    )
    watcher = Watcher(
        health=health, alarm=alarm, database=running.database, clock=running.clock,
        words=lambda: running.city.words,
    )  # fmt: skip
    running.keep("watching", watcher, 300)
    if settings.heartbeat_url:
        proxy = settings.proxy.get_secret_value() if settings.proxy else None
        heartbeat = Heartbeat(health=health, url=settings.heartbeat_url.get_secret_value(), proxy=proxy)
        running.keep("heartbeat", heartbeat, 300)

    async def figures(found: Findings) -> bytes:
        rows = None
        with suppress(Exception):  # a database that does not answer is told by the other figures
            async with asyncio.timeout(FIGURES_SECONDS):
                rows = await running.database.read(metrics.rows)
        return metrics.page(meters, found, rows, running.channels, running.database)

    token = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    running.health = health
    running.routes += pages.routes(health.findings, figures, token)


def _open_database(settings: Settings) -> Database:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    try:
        migrate(database.engine, settings.data_dir, Clock().machine())
    except BaseException:
        database.close()
        raise
    return database


async def _clock(database: Database, settings: Settings) -> Clock:
    """The stored clock; a new try-out begins where the sample does. Beside a real channel a moved one is refused."""
    offset = await database.read(stored_offset)
    new = await database.read(lambda session: not session.scalar(select(func.count()).select_from(Project)))
    if offset is None and new and settings.tryout_open and (settings.rehearses or not settings.has_channel):
        offset = await database.run(_begin_where_the_sample_does)
    settings.check_clock(offset or timedelta())
    return Clock(offset or timedelta())


def _begin_where_the_sample_does(session: Session) -> timedelta:
    """Unless another process, started at the same time, has just said so."""
    machine = Clock().machine()
    claiming.alone(session, "a start", machine)
    offset = stored_offset(session)
    if offset is None:
        offset = sample.BEGINS - machine
        store_offset(session, offset)
    return offset


def _furnish(session: Session, now: datetime) -> None:
    """An empty try-out gets the sample city, through the importer; everyone in it can be played."""
    if not session.scalar(select(func.count()).select_from(Project)):
        preview = registry.plan(session, workbook.read(sample.workbook_bytes()))
        registry.apply(session, preview, sample.BEGINS.date(), now)
    tryout.bind_everyone(session, now)


def _channels(
    settings: Settings, database: Database, clock: Clock, city: City, learn: Callable[[str], None]
) -> dict[Account, Channel]:
    found: list[Channel] = []
    if settings.telegram_token:
        found.append(
            TelegramChannel(
                settings.telegram_token.get_secret_value(),
                api_url=settings.telegram_api_url,
                proxy=settings.proxy.get_secret_value() if settings.proxy else None,
                secret=settings.telegram_secret.get_secret_value() if settings.telegram_secret else "",
            )
        )
    if (
        app := wecom.app_channel(settings, wecom.StoredTokens(database, settings.wecom_agent_id or "", learn))
    ) is not None:
        found.append(app)
    if (chats := wecom.chat_channel(settings, database, learn)) is not None:
        found.append(chats)
    if (aibot := wecom.aibot_channel(settings, lambda: city.words.aibot_welcome)) is not None:
        found.append(aibot)
    found += wecom.group_channels(settings)
    if settings.tryout_open:
        found.append(TryoutChannel(database, settings.data_dir / "uploads", clock.city))
    return {(channel.name, channel.account): channel for channel in found}


def _rates(account: Account, settings: Settings, seconds: Callable[[], float]) -> sending.Rates:
    if account[0] == tryout.NAME:
        return sending.Rates(sending.Limits(total=0, bulk=0, chat=0, group=0), seconds)
    if account[0] in (WecomAppChannel.name, AibotChannel.name):
        return sending.Rates(wecom.limits(settings.wecom_rate), seconds, is_group=lambda _chat: True)
    if account[0] in (WecomGroupChannel.name, WecomChatChannel.name):
        return sending.Rates(wecom.GROUP_LIMITS, seconds, is_group=lambda _chat: True)
    limits = sending.Limits().scaled(settings.telegram_rate, settings.telegram_chat_rate)
    return sending.Rates(limits, seconds, is_group=lambda chat: chat.startswith("-"))


def _listens(channel: Channel, beside: Beside) -> Callable[[], bool]:
    """Whether an account is heard by this process; by one that cannot tell, as long as it lives."""
    polling = beside.polling.get((channel.name, channel.account))
    return lambda: channel.deaf_for() == 0 and (polling is None or polling.held)


def note_failure(session: Session, outcome: Outcome, now: datetime, city: City, admin: str) -> None:
    """What a channel cannot bring goes to the person's next one; if there is none, whoever must know is told."""
    row, blocked = outcome.row, outcome.end is End.BLOCKED
    if blocked and row.channel == WecomChatChannel.name:
        fault = wecom.give_up_chat(session, row, now)
        text = city.words.wecom_no_chat.format(fault=fault[:80])
        day = now.astimezone(city.zone).date()  # what is over may come back
        tell_admins(session, city, admin, text, now, once=f"no chat {fault.partition(' ')[0]} on {day}")
        return
    if blocked:
        people.mark_blocked(session, row.channel, row.account, row.chat)
    onwards = blocked or not elsewhere.was_sent_on(session, row.id)
    for person_id, failed in elsewhere.failed_with(session, row, now).items():
        carried = _send_on(session, row, person_id, failed, now, city) if onwards else set()
        for number in elsewhere.unheard(failed, carried):
            problems.tell_unreached(session, city, number, person_id, now)


def _send_on(
    session: Session, row: Claimed, person_id: int, failed: Sequence[OutboxRow], now: datetime, city: City
) -> set[int]:
    """Sends these to the person's next channel; returns which of them go there."""
    others = city.running - {(row.channel, row.account)}
    contacts = people.contacts(session, [person_id], others)
    address = next((contact.address for contact in contacts), None)
    if address is None:
        return set()
    limit, bulk_from = city.show(address.channel).text_limit, quiet_hours.may_go(session, now, city.zone)
    return elsewhere.send_elsewhere(session, failed, address, now, limit, bulk_from)


async def _receive(
    settings: Settings, stack: AsyncExitStack, running: Running, city: City, draw: Draw
) -> None:
    """Every channel's way in: a loop, or a route."""
    for channel in running.channels.values():
        if isinstance(channel, TelegramChannel):
            await _receive_telegram(settings, stack, running, channel)
        if isinstance(channel, WecomAppChannel):
            await _receive_app(settings, stack, running, channel, city)
        if isinstance(channel, WecomGroupChannel | WecomChatChannel):
            await channel.start()
            stack.push_async_callback(channel.close)
        if isinstance(channel, AibotChannel):
            _receive_aibot(running, channel, city, settings)
        if isinstance(channel, TryoutChannel):
            mover = Mover(
                database=running.database,
                clock=running.clock,
                zone=settings.zone,
                sweep=partial(_step, running, channel, settings.zone),
                told=partial(tell_now, channel, running.clock, city),
            )
            page = TryoutPage(
                channel=channel, database=running.database, city=city, clock=running.clock, move=mover.move,
                draw=draw, stored=running.dispatch.wake,
                beside=[name for name, _ in running.channels if name != tryout.NAME],
            )  # fmt: skip
            running.routes += page.routes()


async def _step(running: Running, channel: TryoutChannel, zone: ZoneInfo) -> None:
    """What is written for a moment goes out at that moment: a moment later it may be useless."""
    await running.sweeping.sweep_all(together=MOVING_SECONDS)
    await channel.take_all(running.clock.machine(), zone)
    await running.delivery.emptied(STEP_SECONDS)


async def _receive_telegram(
    settings: Settings, stack: AsyncExitStack, running: Running, channel: TelegramChannel
) -> None:
    await channel.start()
    stack.push_async_callback(channel.close)
    if settings.telegram_mode is TelegramMode.POLLING:
        polling = running.beside.poll((channel.name, channel.account))

        async def store(arrived: Sequence[Arrived]) -> None:
            await running.intake.store(arrived, polling.prove)

        running.loops["telegram"] = lambda: polling.run(lambda: channel.poll(store))
    else:

        async def called(request: Request) -> Response:
            return await channel.webhook(request, running.intake.store)

        running.routes.append(Route("/telegram/webhook", called, methods=["POST"]))
    running.loops["telegram introduction"] = lambda: _introduce(
        settings, channel, running.database, running.city.words
    )


async def _receive_app(
    settings: Settings, stack: AsyncExitStack, running: Running, channel: WecomAppChannel, city: City
) -> None:
    await channel.start()
    stack.push_async_callback(channel.close)
    others = replace(city, running=city.running - {(channel.name, channel.account)})

    async def in_trouble(fault: str, address: str) -> None:
        text = wecom.in_words(city.words, fault, address)
        now = running.clock.city()
        await running.database.run(
            lambda session: tell_admins(session, others, settings.admin or "", text, now)
        )
        running.delivery.wake()

    channel.on_trouble = in_trouble

    async def called(request: Request) -> Response:
        return await channel.callback(request, running.intake.store)

    running.routes.append(Route(CALLBACK_PATH, called, methods=["GET", "POST"]))


def _receive_aibot(running: Running, channel: AibotChannel, city: City, settings: Settings) -> None:
    others = replace(city, running=city.running - {(channel.name, channel.account)})
    process = f"{socket.gethostname()}，进程 {os.getpid()}"
    connection = running.beside.connect((channel.name, channel.account))

    async def replaced() -> None:
        if not connection.held:  # by another process of ours
            return
        text, now = city.words.aibot_replaced.format(process=process), running.clock.city()
        await running.database.run(
            lambda session: tell_admins(session, others, settings.admin or "", text, now)
        )
        running.delivery.wake()

    # Without a proof: what this connection has brought, nobody brings to anybody else.
    listen = partial(wecom.listen, channel, running.intake.store, replaced)
    running.loops["aibot"] = lambda: connection.run(listen)


async def _introduce(settings: Settings, channel: TelegramChannel, database: Database, words: Words) -> None:
    """Learns the bot's name, shows its menu and, for a webhook, says where we are."""
    await _until_answered(channel.greet)
    await database.run(lambda session: invites.remember_bot(session, channel.account, channel.username))
    if settings.telegram_mode is TelegramMode.WEBHOOK:
        secret = settings.telegram_secret.get_secret_value() if settings.telegram_secret else ""
        await _until_answered(lambda: channel.set_webhook(settings.public_url or "", secret))
    await _until_answered(lambda: channel.set_commands(commands(words)))
    await asyncio.Event().wait()  # nothing more to do, and a loop that ends would be started again


async def _until_answered(ask: Callable[[], Awaitable[bool]]) -> None:
    while not await ask():  # noqa: ASYNC110 - Telegram rings no bell when it is back
        await asyncio.sleep(ASK_AGAIN_SECONDS)


def _office(settings: Settings, running: Running) -> Starlette:
    office = replace(
        Office.of(settings), city=running.city, serves=True,
        city_now=lambda _session, _machine: running.clock.city(),
    )  # fmt: skip

    def after() -> None:
        running.dispatch.wake()
        running.delivery.wake()
        running.sweeping.wake()

    beside = [pages.for_the_office(running.health.findings)] if running.health else []
    return office_app(running.database, office, running.clock.machine, after, beside)
