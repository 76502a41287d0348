"""Which accounts the settings ask for, how each is reached, and how fast it may be spoken to."""

from collections.abc import Callable, Iterable

from bot import rates as sending
from bot import wecom
from bot.beside import Beside
from bot.channels import tryout
from bot.channels.channel import Channel
from bot.channels.telegram import TelegramChannel
from bot.channels.tryout import TryoutChannel
from bot.channels.wecom_aibot import AibotChannel
from bot.channels.wecom_app import WecomAppChannel
from bot.channels.wecom_chat import WecomChatChannel
from bot.channels.wecom_group import WecomGroupChannel
from bot.clock import Clock
from bot.settings import Settings
from handlers.city import City
from storage.database import Database
from storage.messages import Account


def reaching(settings: Settings, accounts: Iterable[Account]) -> frozenset[Account]:
    """The accounts that reach somebody: beside a real channel, the try-out page reaches nobody real."""
    plays_only = settings.rehearses or not settings.has_channel
    return frozenset(account for account in accounts if plays_only or account[0] != tryout.NAME)


def channels_of(
    settings: Settings, database: Database, clock: Clock, city: City, learn: Callable[[str], None]
) -> dict[Account, Channel]:
    """A channel for each account; `learn` is told what becomes secret while the program runs."""
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


def rates_of(account: Account, settings: Settings, seconds: Callable[[], float]) -> sending.Rates:
    """The page takes everything at once; of WeCom every chat is limited as a group is."""
    if account[0] == tryout.NAME:
        return sending.Rates(sending.Limits(total=0, bulk=0, chat=0, group=0), seconds)
    if account[0] in (WecomAppChannel.name, AibotChannel.name):
        return sending.Rates(wecom.limits(settings.wecom_rate), seconds, is_group=lambda _chat: True)
    if account[0] in (WecomGroupChannel.name, WecomChatChannel.name):
        return sending.Rates(wecom.GROUP_LIMITS, seconds, is_group=lambda _chat: True)
    limits = sending.Limits().scaled(settings.telegram_rate, settings.telegram_chat_rate)
    return sending.Rates(limits, seconds, is_group=lambda chat: chat.startswith("-"))


def listens(channel: Channel, beside: Beside) -> Callable[[], bool]:
    """Whether an account is heard by this process; by one that cannot tell, as long as it lives."""
    polling = beside.polling.get((channel.name, channel.account))
    return lambda: channel.deaf_for() == 0 and (polling is None or polling.held)
