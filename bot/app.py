"""Puts everything together, by keyword, and runs it: the only place that knows all parts.

Order of a start: the office's files, database (migrated), rules, city, channels, then the loops and the web servers
side by side under one supervisor. An outage of a platform or a crash of one loop stops nothing else.
"""

import asyncio
import gc
import logging
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

from sqlalchemy.orm import Session
from starlette.applications import Starlette

from bot import attendance, editable, logs
from bot.after_another import AfterAnother
from bot.anchoring import Anchoring
from bot.at_start import clock_of, furnish, open_database
from bot.attendance import Attendance
from bot.beside import Beside
from bot.channel_accounts import channels_of, listens, rates_of, reaching
from bot.channels.channel import Channel
from bot.clock import Clock
from bot.delivery import Delivery
from bot.dispatch import Dispatch
from bot.doctor.city import nobody_called
from bot.drawing import Gallery
from bot.editing import Editing, take_sentences
from bot.errands import office_app, open_socket, socket_path
from bot.failing import note_failure
from bot.fetching import Fetching
from bot.intake import Intake
from bot.media.shelf import Shelf
from bot.office import Office
from bot.receiving import receive
from bot.running import Running
from bot.settings import Settings
from bot.supervisor import Supervisor
from bot.sweeping import Sweeping
from bot.tidying import Tidying
from bot.waking import Waking
from bot.watching import metrics, pages
from bot.watching.alarm import Alarm
from bot.watching.health import Findings, Health
from bot.watching.heartbeat import Heartbeat
from bot.watching.meters import Meters
from bot.watching.pulse import Watched
from bot.watching.watcher import Watcher
from bot.web import serving
from bot.web.server import web_app
from bot.workbooks import Workbooks
from handlers.city import City, Show
from reminders.reach import Reach
from storage import claiming
from storage import rules as stored_rules
from storage.database import Database
from storage.messages import Account

log = logging.getLogger(__name__)

# Within so long a sweep comes to its end; after a long outage it has much to catch up with.
NOT_SWEPT_SECONDS = 900.0
# How long rows are counted for Prometheus, which itself waits ten seconds.
FIGURES_SECONDS = 5.0


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
    database = await asyncio.to_thread(open_database, settings)
    stack.callback(database.close)
    clock = await clock_of(database, settings)
    furnished = settings.tryout_open and (settings.rehearses or not settings.has_channel)

    def begin(session: Session) -> None:
        claiming.alone(session, "a start", clock.machine())
        stored_rules.take(session, rules_text, clock.city())
        take_sentences(session, sentences, clock.city())
        if furnished:
            furnish(session, clock.city(), settings.zone)
        if nobody := nobody_called(session, settings.admin or ""):
            log.warning("%s; faults are told to those with the role 管理员", nobody)

    await database.run(begin)
    city = City(words=sentences.words, zone=settings.zone)
    channels = channels_of(settings, database, clock, city, learn)
    city.shows = {
        channel.name: Show(channel.capabilities.edits, channel.capabilities.text_limit)
        for channel in channels.values()
    }
    city.running = reaching(settings, channels)
    return await _wire(settings, stack, database, clock, channels, city)


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
    beside = Beside(database, clock, settings.lease_seconds, after=lambda: waking.after_living())
    gallery = Gallery(settings.data_dir / "pictures")
    stack.push_async_callback(gallery.close)
    delivery = Delivery(
        database=database,
        channels=channels,
        rates={account: rates_of(account, settings, beside.seconds) for account in channels},
        clock=clock,
        zone=city.zone,
        media=fetching.read,
        pictures=gallery.picture,
        on_failed=lambda session, outcome, now: note_failure(
            session, outcome, now, city, settings.admin or ""
        ),
        holder=beside.holder,
        serves=beside.serves,
        told=beside.told,
        meters=meters,
    )
    files, sweeps = beside.lease("files"), beside.lease("sweeps")
    dispatch = Dispatch(
        database=database, channels=channels, city=city, clock=clock, after=lambda: waking.after_writing(),
        admin=settings.admin or "", on_media=lambda: waking.after_media(), serves=beside.serves, meters=meters,
    )  # fmt: skip
    after_another = AfterAnother(
        database=database, clock=clock, accounts=channels, serves=beside.serves, wake=delivery.wake
    )
    waking = Waking(beside, dispatch, delivery, after_another, fetching, files, channels)
    intake = Intake(database, waking.after_storing)
    limits = {name: show.text_limit for name, show in city.shows.items()}
    reach = Reach(running=city.running, limits=limits, admin=settings.admin or "")
    sweeping = Sweeping(
        database=database, clock=clock, zone=settings.zone, reach=reach, after=waking.after_writing,
        prove=sweeps.prove, meters=meters,
    )  # fmt: skip
    reading = Workbooks(
        database=database, city=city, clock=clock, stored=fetching.read, after=waking.after_writing
    )

    def after_edits() -> None:
        sweeping.wake()
        waking.after_writing()

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
        running.loops["bell"] = lambda: beside.bell.run(waking.heard)
        running.loops["after another"] = after_another.run
    await receive(settings, stack, running, city, gallery.picture)
    running.loops |= beside.loops
    listening = attendance.listeners(channels, lambda channel: listens(channel, beside))
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
        heartbeat = Heartbeat(
            health=health, all_well=running.beside.all_well, proxy=proxy,
            url=settings.heartbeat_url.get_secret_value(),
        )  # fmt: skip
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
