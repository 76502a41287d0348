"""message/send as members get it: whom it reaches, what is cut, what is dropped without a word."""

import itertools
from typing import TYPE_CHECKING

from tests.fakes.wecom.cards import INTERACTIVE
from tests.fakes.wecom.errors import refused
from tests.fakes.wecom.screens import Json, Shown, words_of

if TYPE_CHECKING:
    from tests.fakes.wecom.members import Member
    from tests.fakes.wecom.world import World

LONGEST = 2048
MINUTE, HOUR = (60, 30), (3600, 1000)
RECALL_WITHIN = 24 * 3600
MEDIA = ("image", "voice", "file")


class Sending:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._ids = itertools.count(1)
        self._same: dict[bytes, tuple[float, Json]] = {}
        self._sent: dict[str, list[float]] = {}
        self._by_id: dict[str, tuple[float, list[Shown]]] = {}
        self.swallowed = 0
        """Messages that were the same as one before, and asked not to be shown twice."""

    def send(self, body: Json, raw: bytes) -> Json:
        if body.get("agentid") != int(self._world.callbacks.agent):
            raise refused(301002, "not allow operate another agent with this accesstoken")
        if found := self._seen_before(body, raw):
            self.swallowed += 1
            return found
        receivers, answer = self._receivers(body)
        content = checked(self._world, body)
        msgid = f"msg{next(self._ids)}"
        shown = [self._show(member, content, msgid) for member in receivers]
        self._by_id[msgid] = (self._world.clock.now(), [each for each in shown if each])
        answer["msgid"] = msgid
        if content.get("template_card", {}).get("card_type") in INTERACTIVE and shown and shown[0]:
            answer["response_code"] = self._world.cards.open_code(shown[0])
        if body.get("enable_duplicate_check"):
            self._same[raw] = (self._world.clock.now(), answer)
        return answer

    def _seen_before(self, body: Json, raw: bytes) -> Json | None:
        interval = min(int(body.get("duplicate_check_interval", 1800)), 4 * 3600)
        at, answer = self._same.get(raw, (0.0, {}))
        fresh = body.get("enable_duplicate_check") and self._world.clock.now() < at + interval
        return answer if fresh else None

    def _receivers(self, body: Json) -> "tuple[list[Member], Json]":
        names = [name for name in str(body.get("touser") or "").split("|") if name]
        if not names and not body.get("toparty") and not body.get("totag"):
            raise refused(40058, "touser, toparty and totag are empty")
        if len(names) > 1000:
            raise refused(40058, "touser")
        everyone = self._world.members
        found = (
            [everyone.get(name.lower()) for name in names] if names != ["@all"] else list(everyone.values())
        )
        reached = [member for member in found if member and member.visible and member.licensed]
        invalid = [
            name.lower() for name, each in zip(names, found, strict=False) if not (each and each.visible)
        ]
        unlicensed = [each.userid.lower() for each in found if each and each.visible and not each.licensed]
        if not reached and not unlicensed:
            raise refused(81013)
        said = {"invaliduser": "|".join(invalid), "unlicenseduser": "|".join(unlicensed)}
        return reached, {name: words for name, words in said.items() if words}

    def _show(self, member: "Member", content: Json, msgid: str) -> Shown | None:
        """None if WeCom dropped it: it says nothing of that."""
        now = self._world.clock.now()
        moments = self._sent.setdefault(member.userid, [])
        for seconds, most in (MINUTE, HOUR):
            if sum(moment > now - seconds for moment in moments) >= most:
                member.dropped += 1
                return None
        moments.append(now)
        shown = as_shown(self._world, content, msgid)
        member.show(shown)
        return shown

    def recall(self, msgid: str) -> None:
        at, shown = self._by_id.get(msgid, (0.0, []))
        if not shown or at + RECALL_WITHIN <= self._world.clock.now():
            raise refused(42055 if not shown else 42056, "msgid")
        for each in shown:
            each.recalled = True


def checked(world: "World", body: Json) -> Json:
    """The content as it will be shown. Raises what WeCom refuses."""
    kind = body.get("msgtype")
    if kind in ("text", "markdown"):
        words = str(body[kind].get("content", ""))
        if not words:
            raise refused(44004)
        return {"msgtype": kind, kind: {"content": words.encode()[:LONGEST].decode("utf-8", "ignore")}}
    if kind in MEDIA:
        if world.files.get(body[kind]["media_id"]).kind != kind:
            raise refused(40007)
        return {"msgtype": kind, kind: body[kind]}
    if kind == "template_card":
        world.cards.check(body["template_card"])
        return {"msgtype": kind, kind: body[kind]}
    raise refused(40008, f"invalid message type {kind}")


def as_shown(world: "World", content: Json, msgid: str) -> Shown:
    kind = content["msgtype"]
    picture = world.files.get(content[kind]["media_id"]).content if kind in MEDIA else b""
    return Shown(msgid, kind, content, words_of(content), picture)
