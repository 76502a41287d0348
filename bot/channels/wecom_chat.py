"""The groups that a self-built app makes for major problems (群聊会话, appchat): told things, and nothing comes in.

Rule 1  A group is made when its first message goes, under the id that its row names: making it twice makes one.
Rule 2  Nobody is lost by a group that cannot be had: what WeCom refuses ends as Blocked, and the group is given up.
Rule 3  No group knows cards: what could be pressed is told to each person alone.

Limits: developer.work.weixin.qq.com, 创建群聊会话 (90245), 应用推送消息 (90248): the app must be visible to the root
department; texts of 2048 bytes.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable

from bot.channels import wecom_cards as cards
from bot.channels.channel import Blocked, Calls, Capabilities, NotSent, SendError, Unfetchable
from bot.channels.wecom_outcomes import BUSY, DEAD_FILE, TOO_MANY_AT_ONCE, TOO_OFTEN, outcome
from bot.channels.wecom_pictures import Pictures
from bot.channels.wecom_request import ApiRefusal, Json, NotReached, WecomFault, WecomRequest
from storage.issue_chats import CHANNEL, Gathering
from storage.messages import Incoming, Outgoing
from storage.parts import Buttons, Fit

EXISTS = 86215
_PASSES = frozenset({BUSY, TOO_OFTEN, TOO_MANY_AT_ONCE})
_OF_GROUPS = range(86000, 87000)  # codes that speak of a group and not of the call


class WecomChatChannel:
    """`account` is the app's AgentID; a chat is a group's id. `gathering` tells what a group is made of."""

    name = CHANNEL
    capabilities = Capabilities(
        edits=False, text_limit=Fit(words=cards.APP.words, caption=0, album=1, buttons=(Buttons(0, 0, 0),))
    )

    def __init__(
        self, agent: str, request: WecomRequest, gathering: Callable[[str], Awaitable[Gathering | None]]
    ) -> None:
        self.account = agent
        self._request = request
        self._gathering = gathering
        self._pictures = Pictures(request, time.time)

    async def start(self) -> None:
        await self._request.initialize()

    async def close(self) -> None:
        await self._request.shutdown()

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        """WeCom names no id. By its Fit a message is one call."""
        try:
            for file in files:
                await self._picture(chat, file)
            if message.plain:
                await self._say(chat, cards.without_card(message))
        except WecomFault as fault:
            raise _outcome(fault) from None
        return ""

    async def _picture(self, chat: str, file: bytes) -> None:
        try:
            await self._say(chat, await self._pictures.body(file))
        except ApiRefusal as refusal:
            if refusal.code not in DEAD_FILE:
                raise
            self._pictures.forget(file)
            await self._say(chat, await self._pictures.body(file))

    async def _say(self, chat: str, body: Json) -> None:
        try:
            await self._request.call("appchat/send", {"chatid": chat, **body})
        except ApiRefusal as refusal:
            if refusal.code not in _OF_GROUPS:
                raise
            await self._make(chat)
            await self._request.call("appchat/send", {"chatid": chat, **body})

    async def _make(self, chat: str) -> None:
        """Raises Blocked if there can be none, NotSent for a doubt: nothing was shown."""
        found = await self._gathering(chat)
        if found is None:
            raise Blocked("nobody knows this group")
        members = list(found.members)
        body = {"chatid": chat, "name": found.name, "owner": members[0], "userlist": members}
        try:
            await self._request.call("appchat/create", body)
        except ApiRefusal as refusal:
            if refusal.code == EXISTS:
                return
            raise (outcome(refusal) if refusal.code in _PASSES else Blocked(str(refusal))) from None
        except WecomFault as fault:
            raise NotSent(str(fault), everyone=isinstance(fault, NotReached)) from None

    def to_incoming(self, raw: bytes) -> Incoming | None:
        return None

    async def answer_press(self, press: str) -> None:
        pass

    @property
    def calls(self) -> Counter[Calls]:
        return self._request.calls

    def deaf_for(self) -> float:
        return 0  # a group is only told

    async def fetch(self, reference: str, limit: int) -> bytes:
        raise Unfetchable("a group sends nothing")


def _outcome(fault: WecomFault) -> SendError:
    if isinstance(fault, ApiRefusal) and fault.code in _OF_GROUPS:
        return Blocked(str(fault))
    return outcome(fault)
