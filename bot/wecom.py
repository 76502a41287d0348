"""The WeCom channels as parts of the program: made from the settings, wired to intake, and told to the admin.

A smart bot that another process has taken over stays silent until it is started anew: fighting would go on for ever.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy.orm import Session

from bot import rates as sending
from bot.channels.wecom_aibot import AibotChannel
from bot.channels.wecom_app import WecomAppChannel
from bot.channels.wecom_chat import WecomChatChannel
from bot.channels.wecom_envelope import Envelope
from bot.channels.wecom_group import WecomGroupChannel
from bot.channels.wecom_outcomes import NOT_TRUSTED
from bot.channels.wecom_request import Token, Tokens, WecomRequest, Wire
from bot.channels.wecom_socket import Replaced, Socket
from bot.settings import Settings
from handlers.words import Words
from storage import issue_chats
from storage.database import Database
from storage.messages import Arrived
from storage.sends import Claimed
from storage.tables.ledger import CityFact
from storage.tables.traffic import OutboxRow

# WeCom drops what is beyond 30 a minute to one member without a word; each conversation of a bot has the same limit.
LIMITS = sending.Limits(total=100, bulk=80, chat=0, group=25, hourly=950, strict=True)

GROUP_LIMITS = sending.Limits(total=0, bulk=0, chat=0, group=18, strict=True)


def limits(rate: int) -> sending.Limits:
    """As the setting wants it; the hour follows the minute."""
    return replace(LIMITS, group=rate, hourly=LIMITS.hourly * rate // LIMITS.group)


log = logging.getLogger(__name__)


class StoredTokens:
    """An access token as a row, so that processes share it and a restart does not ask again; and who fetches it.

    `learn` is told each, so that none stands in a log.
    """

    def __init__(
        self, database: Database, agent: str, learn: Callable[[str], None], epoch: Callable[[], float] = time.time
    ) -> None:  # fmt: skip
        self._database = database
        self._learn = learn
        self._epoch = epoch
        self._name, self._fetching = f"wecom token {agent}", f"wecom token {agent} is fetched until"

    async def load(self) -> Token | None:
        def read(session: Session) -> Token | None:
            fact = session.get(CityFact, self._name)
            until, _, text = (fact.value if fact else "").partition(" ")
            return Token(text, float(until)) if text else None

        token = await self._database.read(read)
        if token is not None:
            self._learn(token.text)
        return token

    async def claim(self, until: float) -> bool:
        def work(session: Session) -> bool:
            fact = session.get(CityFact, self._fetching, with_for_update=True)
            if fact is not None and float(fact.value) > self._epoch():
                return False
            session.merge(CityFact(name=self._fetching, value=str(until)))
            return True

        return await self._database.run(work)

    async def let_go(self) -> None:
        await self._database.run(self._let_go)

    async def keep(self, token: Token) -> None:
        self._learn(token.text)

        def write(session: Session) -> None:
            session.merge(CityFact(name=self._name, value=f"{token.until} {token.text}"))
            self._let_go(session)

        await self._database.run(write)

    def _let_go(self, session: Session) -> None:
        if (fact := session.get(CityFact, self._fetching)) is not None:
            session.delete(fact)


def app_channel(
    settings: Settings, tokens: Tokens, epoch: Callable[[], float] = time.time
) -> WecomAppChannel | None:
    """The self-built app, if it is configured."""
    if not (settings.wecom_corp_id and settings.wecom_agent_id and settings.wecom_secret):
        return None
    if settings.wecom_token is None or settings.wecom_aes_key is None:
        return None
    request = _request(settings, settings.wecom_corp_id, settings.wecom_secret, tokens, epoch)
    envelope = Envelope(
        settings.wecom_token.get_secret_value(),
        settings.wecom_aes_key.get_secret_value(),
        settings.wecom_corp_id,
    )
    return WecomAppChannel(settings.wecom_agent_id, envelope=envelope, request=request)


def _request(
    settings: Settings, corp: str, secret: SecretStr, tokens: Tokens, epoch: Callable[[], float] = time.time
) -> WecomRequest:
    return WecomRequest(
        corp,
        secret.get_secret_value(),
        tokens=tokens,
        epoch=epoch,
        api_url=settings.wecom_api_url,
        proxy=settings.proxy.get_secret_value() if settings.proxy else None,
    )


def chat_channel(
    settings: Settings, database: Database, learn: Callable[[str], None]
) -> WecomChatChannel | None:
    """The groups that the app makes for major problems, if it may."""
    agent, corp, secret = settings.wecom_agent_id, settings.wecom_corp_id, settings.wecom_secret
    if not (settings.wecom_chats and agent and corp and secret):
        return None

    async def gathering(chat: str) -> issue_chats.Gathering | None:
        return await database.read(lambda session: issue_chats.gathering(session, chat))

    return WecomChatChannel(
        agent, _request(settings, corp, secret, StoredTokens(database, agent, learn)), gathering
    )


def give_up_chat(session: Session, claimed: Claimed, now: datetime) -> str:
    """A problem's group cannot be had: nothing more is written to it. Gives back what WeCom said of it."""
    issue_chats.give_up(session, claimed.chat, now)
    return session.get_one(OutboxRow, claimed.id).note or ""


def group_channels(settings: Settings) -> list[WecomGroupChannel]:
    """The groups that are told of major problems, digests and reviews."""
    proxy = settings.proxy.get_secret_value() if settings.proxy else None
    return [
        WecomGroupChannel(name, key, Wire(settings.wecom_api_url, proxy=proxy))
        for name, key in settings.wecom_groups.items()
    ]


def aibot_channel(settings: Settings, welcome: Callable[[], str]) -> AibotChannel | None:
    """The smart bot, if it is configured."""
    if not (settings.aibot_id and settings.aibot_secret):
        return None
    proxy = settings.proxy.get_secret_value() if settings.proxy else None
    socket = Socket(
        settings.aibot_id, settings.aibot_secret.get_secret_value(), url=settings.aibot_url, proxy=proxy
    )
    return AibotChannel(settings.aibot_id, socket, welcome=welcome, proxy=proxy)


def in_words(words: Words, fault: str, address: str) -> str:
    """What the admin is told when WeCom refuses every call: an address that is not trusted, or wrong keys."""
    if fault.startswith(f"{NOT_TRUSTED} "):
        return words.wecom_untrusted.format(address=address or "?")
    return words.wecom_refuses.format(fault=fault[:80])


async def listen(
    channel: AibotChannel,
    store: Callable[[Sequence[Arrived]], Awaitable[None]],
    on_replaced: Callable[[], Awaitable[None]],
) -> None:
    """Takes callbacks in until another process takes the bot over; then it only waits for the end."""
    try:
        await channel.run(store)
    except Replaced as news:
        log.error("The smart bot %s: %s; this process takes nothing in any more", channel.account, news)
        try:
            await on_replaced()
        except Exception:
            log.exception("nobody could be told of it")  # to crash here would be to subscribe again
        await asyncio.Event().wait()
