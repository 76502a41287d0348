"""Tells the admin that something is ill, by another way than the one that is.

Rule 1  It calls the channels itself: the outbox, the database or the delivery may be what is ill. No other part of the
        program but the delivery does, and nothing but this is ever said so.
Rule 2  Ways, in order: an admin's accounts that are well, the channel last used first; the groups' webhooks; accounts
        that are ill, for one that does not hear may yet speak; the log. A way that ends in doubt counts as none: to
        be told twice is better than not at all.
Rule 3  It says which part of the program is ill, and nothing of people or projects.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy.orm import Session

from bot.channels.channel import Channel
from handlers.city import City
from storage import groups, people
from storage.database import Database
from storage.messages import Account, Address, Outgoing

log = logging.getLogger(__name__)

SEND_SECONDS = 20.0


class Alarm:
    def __init__(
        self, *, database: Database, city: City, channels: Mapping[Account, Channel], admin: str
    ) -> None:
        self._database = database
        self._city = city
        self._channels = channels
        self._admin = admin
        self._admins: list[list[Address]] = []

    async def remember(self, now: datetime) -> None:
        """Looks up where the admins are, while the database can say it."""

        def look(session: Session) -> list[list[Address]]:
            admins = people.admins(session, self._admin, now.astimezone(self._city.zone).date())
            return list(people.addresses(session, admins, self._city.running).values())

        self._admins = await self._database.read(look)

    async def tell(self, text: str, ill: AbstractSet[Account]) -> bool:
        """Whether somebody was told by chat."""
        message = Outgoing(text=text)
        told = (
            await self._every_admin(message, lambda account: account not in ill)
            or await self._some_group(message)
            or await self._every_admin(message, lambda account: account in ill)
        )
        if not told:
            log.critical("nobody could be told by chat: %s", text)
        return told

    async def _every_admin(self, message: Outgoing, wanted: Callable[[Account], bool]) -> bool:
        """Each admin by the first way that takes it; whether one was told."""
        told = False
        for addresses in self._admins:
            ways = [each for each in addresses if wanted((each.channel, each.account))]
            told = await self._by_the_first(ways, message) or told
        return told

    async def _by_the_first(self, ways: Iterable[Address], message: Outgoing) -> bool:
        for address in ways:
            if await self._sent((address.channel, address.account), address.chat, message):
                return True
        return False

    async def _some_group(self, message: Outgoing) -> bool:
        sent = [
            await self._sent(account, account[1], message)
            for account in self._channels
            if account[0] == groups.CHANNEL
        ]
        return any(sent)

    async def _sent(self, account: Account, chat: str, message: Outgoing) -> bool:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._channels[account].send(chat, message)
        except Exception as error:  # whatever it is, the next way is tried
            log.warning("the admin could not be told on %s: %s", account[0], type(error).__name__)
            return False
        return True
