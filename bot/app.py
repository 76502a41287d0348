"""Puts everything together, by keyword, and runs it: the only place that knows all parts.

Order of a start: the office's files, database (migrated), rules, city, channels, then the loops and the web servers
side by side under one supervisor. An outage of a platform or a crash of one loop stops nothing else.
"""

import asyncio
import gc
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot import attendance, editable, wecom
from bot import rates as sending
from bot.anchoring import Anchoring
from bot.attendance import Attendance
from bot.channels import tryout
from bot.channels.channel import Channel
from bot.channels.telegram import TelegramChannel
from bot.channels.tryout import TryoutChannel
from bot.channels.wecom_aibot import AibotChannel
from bot.channels.wecom_app import CALLBACK_PATH, WecomAppChannel
from bot.channels.wecom_group import WecomGroupChannel
from bot.clock import Clock, store_offset, stored_offset
from bot.delivery import Delivery
from bot.dispatch import Dispatch, tell_admins
from bot.drawing import Gallery
from bot.editing import Editing, take_sentences
from bot.errands import office_app, open_socket, socket_path
from bot.fetching import Fetching
from bot.intake import Intake
from bot.media.shelf import Shelf
from bot.moving import Mover
from bot.office import Office
from bot.sample import city as sample
from bot.settings import Settings, TelegramMode
from bot.supervisor import Supervisor
from bot.sweeping import Sweeping
from bot.tidying import Tidying
from bot.web import serving
from bot.web.server import health, metrics, web_app
from bot.web.tryout import Draw, TryoutPage
from bot.workbooks import Workbooks
from handlers.city import City, Show
from handlers.deeds import problems
from handlers.words import Words
from reminders.reach import Reach
from rules.kinds import Lane
from storage import invites, people, registry, workbook
from storage import rules as stored_rules
from storage.database import Database
from storage.elsewhere import send_elsewhere
from storage.migrate import migrate
from storage.outbox import Claimed
from storage.tables.registry import Project

log = logging.getLogger(__name__)

# What Telegram did not answer is asked again after so long.
ASK_AGAIN_SECONDS = 10.0
# How long a step of a moved clock waits for its messages to be sent.
STEP_SECONDS = 10.0

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
    loops: dict[str, Loop] = field(default_factory=dict)
    routes: list[BaseRoute] = field(default_factory=list)

    def hang_up(self) -> None:
        """Ends what pages are still being told; they would keep the program from ending."""
        for channel in self.channels.values():
            if isinstance(channel, TryoutChannel):
                channel.hang_up()


async def serve(settings: Settings) -> None:
    """Runs until it is stopped (SIGINT, SIGTERM). The caller holds the city's lock."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("httpx", "httpcore", "apscheduler", "uvicorn.error", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    async with AsyncExitStack() as stack:
        listening = stack.enter_context(serving.bound(settings))
        running = await put_together(settings, stack)
        main = serving.server(web_app(running.routes, hosts=serving.hosts(settings)))
        office = serving.server(_office(settings, running))
        opened = open_socket(socket_path(settings))
        stack.callback(lambda: socket_path(settings).unlink(missing_ok=True))
        _spare_the_collector()
        loops = asyncio.create_task(running.supervisor.run(running.loops))
        answering = asyncio.create_task(serving.beside(office, [opened]))
        listening.listen()  # whoever reads the next line may connect at once
        host, port = listening.getsockname()[:2]
        log.info("Sanbao is up at http://%s:%s (%s)", host, port, _channel_names(running))
        try:
            await serving.until_stopped(main, [listening], running.hang_up)
        finally:
            office.should_exit = True
            loops.cancel()
            await asyncio.gather(loops, answering, return_exceptions=True)


def _spare_the_collector() -> None:
    """What start-up has made stays to the end; looking through it over and over costs a tenth of the CPU."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _channel_names(running: Running) -> str:
    return ", ".join(sorted(name for name, _ in running.channels)) or "no channel"


async def put_together(settings: Settings, stack: AsyncExitStack) -> Running:
    rules_text, sentences = editable.rules_text(settings.rules_file), editable.sentences(settings.words_file)
    database = await asyncio.to_thread(_open_database, settings)
    stack.callback(database.close)
    clock = await _clock(database, settings)
    await database.run(lambda session: stored_rules.take(session, rules_text, clock.city()))
    await database.run(lambda session: take_sentences(session, sentences, clock.city()))
    if settings.tryout_open and (settings.rehearses or not settings.has_channel):
        await database.run(lambda session: _furnish(session, clock.city()))
    channels = _channels(settings, database, clock, sentences.words)
    limits = {
        channel.name: Show(channel.capabilities.edits, channel.capabilities.text_limit)
        for channel in channels.values()
    }
    city = City(
        words=sentences.words,
        zone=settings.zone,
        shows=limits,
        running=reaching(settings, channels),
    )
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
    fetching = Fetching(database=database, channels=channels, city=city, clock=clock, shelf=shelf)
    gallery = Gallery(settings.data_dir / "pictures")
    stack.push_async_callback(gallery.close)
    delivery = Delivery(
        database=database,
        channels=channels,
        rates={account: _rates(account, settings, clock) for account in channels},
        clock=clock,
        media=fetching.read,
        pictures=gallery.picture,
        on_blocked=lambda session, claimed, now: _note_block(session, claimed, now, city),
    )

    def after_turns() -> None:
        delivery.wake()
        fetching.wake()

    dispatch = Dispatch(
        database=database, channels=channels, city=city, clock=clock, after=after_turns,
        admin=settings.admin or "",
    )  # fmt: skip
    intake = Intake(database, dispatch.wake)
    limits = {name: show.text_limit for name, show in city.shows.items()}
    reach = Reach(running=city.running, limits=limits, admin=settings.admin or "")
    sweeping = Sweeping(database=database, clock=clock, zone=settings.zone, reach=reach, after=delivery.wake)
    reading = Workbooks(database=database, city=city, clock=clock, stored=fetching.read, after=delivery.wake)

    def after_edits() -> None:
        sweeping.wake()
        delivery.wake()

    editing = Editing(
        database=database, city=city, clock=clock, rules=settings.rules_file, sentences=settings.words_file,
        reach=reach, after=after_edits,
    )  # fmt: skip
    running = Running(
        database, clock, channels, dispatch, delivery, fetching, sweeping, intake, Supervisor(), city
    )
    running.loops |= {
        "dispatch": dispatch.run, "delivery": delivery.run, "fetching": fetching.run, "sweeping": sweeping.run,
        "workbooks": reading.run, "editing": editing.run,
        "tidying": Tidying(database=database, shelf=shelf).run,
        "anchoring": Anchoring(database=database, folder=settings.data_dir).run,
    }  # fmt: skip
    await _receive(settings, stack, running, city, gallery.picture)
    listening = attendance.listeners(channels, _listens)
    if listening:
        watch = Attendance(database=database, listeners=listening, clock=clock, after=sweeping.wake)
        running.loops["attendance"] = watch.run
    running.routes += [
        Route("/healthz", health(database, running.supervisor)),
        Route("/metrics", metrics(database, running.supervisor)),
    ]
    return running


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
        offset = sample.BEGINS - Clock().machine()
        begins = offset
        await database.run(lambda session: store_offset(session, begins))
    settings.check_clock(offset or timedelta())
    return Clock(offset or timedelta())


def _furnish(session: Session, now: datetime) -> None:
    """An empty try-out gets the sample city, through the importer; everyone in it can be played."""
    if not session.scalar(select(func.count()).select_from(Project)):
        preview = registry.plan(session, workbook.read(sample.workbook_bytes()))
        registry.apply(session, preview, sample.BEGINS.date(), now)
    tryout.bind_everyone(session, now)


def _channels(settings: Settings, database: Database, clock: Clock, words: Words) -> dict[Account, Channel]:
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
        app := wecom.app_channel(settings, wecom.StoredTokens(database, settings.wecom_agent_id or ""))
    ) is not None:
        found.append(app)
    if (aibot := wecom.aibot_channel(settings, words.aibot_welcome)) is not None:
        found.append(aibot)
    found += wecom.group_channels(settings)
    if settings.tryout_open:
        found.append(TryoutChannel(database, settings.data_dir / "uploads", clock.city))
    return {(channel.name, channel.account): channel for channel in found}


def _rates(account: Account, settings: Settings, clock: Clock) -> sending.Rates:
    if account[0] == tryout.NAME:
        return sending.Rates(sending.Limits(total=0, bulk=0, chat=0, group=0), clock.monotonic)
    if account[0] in (WecomAppChannel.name, AibotChannel.name):
        return sending.Rates(wecom.limits(settings.wecom_rate), clock.monotonic, is_group=lambda _chat: True)
    if account[0] == WecomGroupChannel.name:
        return sending.Rates(wecom.GROUP_LIMITS, clock.monotonic, is_group=lambda _chat: True)
    limits = sending.Limits().scaled(settings.telegram_rate, settings.telegram_chat_rate)
    return sending.Rates(limits, clock.monotonic, is_group=lambda chat: chat.startswith("-"))


def _listens(channel: Channel) -> Callable[[], bool]:
    """A long connection may be down while we are up; everybody else is heard as long as we live."""
    if isinstance(channel, AibotChannel):
        return lambda: channel.listens
    return lambda: True


def _note_block(session: Session, claimed: Claimed, now: datetime, city: City) -> None:
    """What a channel cannot bring goes to the person's next one; if there is none, whoever must know is told."""
    people.mark_blocked(session, claimed.channel, claimed.account, claimed.chat)
    if claimed.person_id is None:
        return
    for contact in people.contacts(session, [claimed.person_id], city.running):
        if contact.address is not None:
            limit = city.show(contact.address.channel).text_limit
            send_elsewhere(session, claimed, contact.address, now, limit)
        elif claimed.lane is Lane.URGENT:
            problems.tell_unreached(session, city, claimed.number, claimed.person_id, now)


async def _receive(
    settings: Settings, stack: AsyncExitStack, running: Running, city: City, draw: Draw
) -> None:
    """Every channel's way in: a loop, or a route."""
    for channel in running.channels.values():
        if isinstance(channel, TelegramChannel):
            await _receive_telegram(settings, stack, running, channel)
        if isinstance(channel, WecomAppChannel):
            await _receive_app(settings, stack, running, channel, city)
        if isinstance(channel, WecomGroupChannel):
            await channel.start()
            stack.push_async_callback(channel.close)
        if isinstance(channel, AibotChannel):
            _receive_aibot(running, channel, city, settings)
        if isinstance(channel, TryoutChannel):

            async def step() -> None:
                """What is written for a moment goes out at that moment: a moment later it may be useless."""
                await running.sweeping.sweep_all()
                await running.delivery.emptied(STEP_SECONDS)

            mover = Mover(
                database=running.database,
                clock=running.clock,
                zone=settings.zone,
                sweep=step,
            )
            page = TryoutPage(
                channel=channel, database=running.database, city=city, clock=running.clock, move=mover.move,
                draw=draw, stored=running.dispatch.wake,
                beside=[name for name, _ in running.channels if name != tryout.NAME],
            )  # fmt: skip
            running.routes += page.routes()


async def _receive_telegram(
    settings: Settings, stack: AsyncExitStack, running: Running, channel: TelegramChannel
) -> None:
    await channel.start()
    stack.push_async_callback(channel.close)
    if settings.telegram_mode is TelegramMode.POLLING:
        running.loops["telegram"] = lambda: channel.poll(running.intake.store)
    else:

        async def called(request: Request) -> Response:
            return await channel.webhook(request, running.intake.store)

        running.routes.append(Route("/telegram/webhook", called, methods=["POST"]))
    running.loops["telegram introduction"] = lambda: _introduce(settings, channel, running.database)


async def _receive_app(
    settings: Settings, stack: AsyncExitStack, running: Running, channel: WecomAppChannel, city: City
) -> None:
    await channel.start()
    stack.push_async_callback(channel.close)
    elsewhere = replace(city, running=city.running - {(channel.name, channel.account)})

    async def in_trouble(fault: str, address: str) -> None:
        text = wecom.in_words(city.words, fault, address)
        now = running.clock.city()
        await running.database.run(
            lambda session: tell_admins(session, elsewhere, settings.admin or "", text, now)
        )
        running.delivery.wake()

    channel.on_trouble = in_trouble

    async def called(request: Request) -> Response:
        return await channel.callback(request, running.intake.store)

    running.routes.append(Route(CALLBACK_PATH, called, methods=["GET", "POST"]))


def _receive_aibot(running: Running, channel: AibotChannel, city: City, settings: Settings) -> None:
    elsewhere = replace(city, running=city.running - {(channel.name, channel.account)})
    process = f"{socket.gethostname()}，进程 {os.getpid()}"
    text = city.words.aibot_replaced.format(process=process)

    async def replaced() -> None:
        now = running.clock.city()
        await running.database.run(
            lambda session: tell_admins(session, elsewhere, settings.admin or "", text, now)
        )
        running.delivery.wake()

    running.loops["aibot"] = lambda: wecom.listen(channel, running.intake.store, replaced)


async def _introduce(settings: Settings, channel: TelegramChannel, database: Database) -> None:
    """Learns the bot's name, shows its menu and, for a webhook, says where we are."""
    await _until_answered(channel.greet)
    await database.run(lambda session: invites.remember_bot(session, channel.account, channel.username))
    if settings.telegram_mode is TelegramMode.WEBHOOK:
        secret = settings.telegram_secret.get_secret_value() if settings.telegram_secret else ""
        await _until_answered(lambda: channel.set_webhook(settings.public_url or "", secret))
    await _until_answered(channel.set_commands)
    await asyncio.Event().wait()  # nothing more to do, and a loop that ends would be started again


async def _until_answered(ask: Callable[[], Awaitable[bool]]) -> None:
    while not await ask():  # noqa: ASYNC110 - Telegram rings no bell when it is back
        await asyncio.sleep(ASK_AGAIN_SECONDS)


def _office(settings: Settings, running: Running) -> Starlette:
    office = replace(
        Office.of(settings), city=running.city, city_now=lambda _session, _machine: running.clock.city()
    )

    def after() -> None:
        running.dispatch.wake()
        running.delivery.wake()
        running.sweeping.wake()

    return office_app(running.database, office, running.clock.machine, after)
