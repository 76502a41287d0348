"""One person's phone on whichever platform, so that a test can be run on all of them.

    async with on_wecom(town, folder) as phones:
        me = phones.of(town.reporter)
        me.says("报进展")
        await me.sees("哪个项目", ["城北水厂"])

A platform adds itself by a function like `on_wecom`: it binds the town's people, runs the whole program against its
fake, and gives a `Phone` to each.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import aiohttp

from bot.channels import tryout
from bot.channels.tryout import TryoutChannel
from bot.running import Running
from storage import people
from storage.messages import Address
from tests.chat import Chat
from tests.fakes.aibot.people import Member
from tests.fakes.aibot.server import BOT, FakeAibot
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.server import TOKEN, FakeTelegram
from tests.fakes.wecom.server import AGENT, FakeWecom
from tests.page_phone import PagePhone
from tests.program import free_socket, running, settings_for
from tests.town import Town


class Screenful(Protocol):
    """What a fake shows: a message's words and the labels that can be tapped or typed."""

    @property
    def text(self) -> str: ...

    @property
    def buttons(self) -> list[str]: ...


class Phone(Protocol):
    def says(self, text: str) -> object: ...

    def taps(self, label: str) -> object:
        """The newest button that begins so; typed where the channel could only write it out."""

    async def sees(self, wanted: Callable[[Screenful], bool]) -> Screenful:
        """The next message for which this holds."""


@dataclass(frozen=True)
class Phones:
    """`program` is the running one; `of` gives the phone of someone of the town."""

    program: Running
    of: Callable[[Chat], Phone]


Platform = Callable[[Town, Path], "AsyncIterator[Phones]"]


async def sees(phone: Phone, begins: str, buttons: list[str]) -> None:
    """A line that begins so, and the buttons in this order, on it or on what follows it."""
    message = await phone.sees(lambda each: any(line.startswith(begins) for line in each.text.splitlines()))
    if not offers(message, buttons):
        await phone.sees(lambda each: offers(each, buttons))


def offers(message: Screenful, buttons: list[str]) -> bool:
    rest = iter(message.buttons)
    return all(any(each.startswith(label) for each in rest) for label in buttons)


@dataclass(frozen=True)
class TelegramPhone:
    api: FakeTelegram
    user: int

    def says(self, text: str) -> object:
        return self.api.person(self.user).says(text)

    def taps(self, label: str) -> object:
        person = self.api.person(self.user)
        for message in reversed(person.chat.shown):
            for button in message.buttons:
                if button.startswith(label):
                    return person.presses(button, message)
        raise LookupError(f"no button {label!r}")

    async def sees(self, wanted: Callable[[Screenful], bool]) -> Screenful:
        return await self.api.person(self.user).sees(wanted)


@asynccontextmanager
async def on_telegram(
    town: Town, folder: Path, given: Mapping[str, str] | None = None
) -> AsyncIterator[Phones]:
    async with FakeTelegram() as api:
        _bind(town, "telegram", TOKEN.partition(":")[0], lambda chat: chat.user)
        for chat in everybody(town):
            api.person(int(chat.user), started=True)
        ours = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url, **(given or {})}
        settings = settings_for(town, folder, ours)
        async with running(town, settings, free_socket()) as program:
            yield Phones(program, lambda chat: TelegramPhone(api, int(chat.user)))


@asynccontextmanager
async def on_wecom(
    town: Town, folder: Path, given: Mapping[str, str] | None = None, wecom: FakeWecom | None = None
) -> AsyncIterator[Phones]:
    """The self-built app. A test that wants the fake itself brings it along, not yet running."""
    listening = free_socket()
    wecom = wecom or FakeWecom()
    wecom.callbacks.url = f"http://127.0.0.1:{listening.getsockname()[1]}/wecom/callback"
    async with wecom:
        _bind(town, "wecom", AGENT, userid)
        for chat in everybody(town):
            wecom.member(userid(chat))
        settings = settings_for(town, folder, {**wecom.settings(), **(given or {})})
        async with running(town, settings, listening) as program:
            yield Phones(program, lambda chat: wecom.member(userid(chat)))


@asynccontextmanager
async def on_aibot(
    town: Town, folder: Path, given: Mapping[str, str] | None = None, wecom: FakeAibot | None = None
) -> AsyncIterator[Phones]:
    """The smart bot. Everybody has written to it before, as everybody who is bound has."""
    wecom = wecom or FakeAibot()
    async with wecom:
        _bind(town, "aibot", BOT, userid)
        for chat in everybody(town):
            wecom.speaking.spoken.add(wecom.member(userid(chat)).key)
        settings = settings_for(town, folder, {**wecom.settings(), **(given or {})})
        async with running(town, settings, free_socket()) as program:
            await wecom.until_subscribed()
            yield Phones(program, lambda chat: wecom.member(userid(chat)))


@dataclass(frozen=True)
class Both:
    """Everybody is on Telegram and on the smart bot, and used the bot last."""

    program: Running
    api: FakeTelegram
    wecom: FakeAibot

    def telegram(self, chat: Chat) -> Person:
        return self.api.person(int(chat.user))

    def bot(self, chat: Chat) -> Member:
        return self.wecom.member(userid(chat))


@asynccontextmanager
async def on_both(
    town: Town, folder: Path, given: Mapping[str, str] | None = None, wecom: FakeAibot | None = None
) -> AsyncIterator[Both]:
    async with FakeTelegram() as api, wecom or FakeAibot() as bot:
        _bind(town, "telegram", TOKEN.partition(":")[0], lambda chat: chat.user)
        _bind(town, "aibot", BOT, userid, minutes=10)
        for chat in everybody(town):
            api.person(int(chat.user), started=True)
            bot.speaking.spoken.add(bot.member(userid(chat)).key)
        telegram = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url}
        settings = settings_for(town, folder, {**telegram, **bot.settings(), **(given or {})})
        async with running(town, settings, free_socket()) as program:
            await bot.until_subscribed()
            yield Both(program, api, bot)


@asynccontextmanager
async def on_page(town: Town, folder: Path) -> AsyncIterator[Phones]:
    """The try-out page, beside no channel."""
    listening = free_socket()
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with (
        running(town, settings_for(town, folder, {}), listening) as program,
        aiohttp.ClientSession(base) as client,
    ):
        channel = program.channels[tryout.NAME, tryout.ACCOUNT]
        assert isinstance(channel, TryoutChannel)
        phones: dict[str, PagePhone] = {}

        def of(chat: Chat) -> Phone:
            return phones.setdefault(chat.user, PagePhone(client, channel, int(chat.user) - 1000))

        yield Phones(program, of)


PLATFORMS = {"page": on_page, "telegram": on_telegram, "wecom": on_wecom, "aibot": on_aibot}


def userid(chat: Chat) -> str:
    return f"Member{chat.user}"


def everybody(town: Town) -> list[Chat]:
    return [town.reporter, town.deputy, town.head, town.leader, town.department, town.office]


def _bind(town: Town, channel: str, account: str, user: Callable[[Chat], str], minutes: int = 5) -> None:
    """Used later than the try-out's accounts, which the program makes when it starts."""
    at = town.clock.now + timedelta(minutes=minutes)
    for chat in everybody(town):
        address = Address(channel=channel, account=account, user=user(chat), chat=user(chat))
        person = int(chat.user) - 1000
        town.do(lambda session, person=person, address=address: people.bind(session, person, address, at))  # type: ignore[misc]
