"""Every channel's way in: a loop that listens, or a route that is called; and how it makes itself known."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import wecom
from bot.channels import tryout
from bot.channels.telegram import TelegramChannel
from bot.channels.tryout import TryoutChannel
from bot.channels.wecom_aibot import AibotChannel
from bot.channels.wecom_app import CALLBACK_PATH, WecomAppChannel
from bot.channels.wecom_chat import WecomChatChannel
from bot.channels.wecom_group import WecomGroupChannel
from bot.dispatch import tell_admins
from bot.moving import Mover
from bot.running import Running
from bot.settings import Settings, TelegramMode
from bot.web.tryout import Draw, TryoutPage, tell_now
from handlers.city import City
from handlers.menus import commands
from handlers.words import Words
from storage import invites
from storage.database import Database
from storage.messages import Arrived

# What Telegram did not answer is asked again after so long.
ASK_AGAIN_SECONDS = 10.0
# How long a step of a moved clock waits for its messages to be sent.
STEP_SECONDS = 10.0
MOVING_SECONDS = 0.3  # of slices in one transaction while the clock is moved: nobody talks much meanwhile


async def receive(
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
