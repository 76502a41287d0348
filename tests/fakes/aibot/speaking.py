"""What the bot says: replies, pushes, welcomes, changed cards. Each check raises what WeCom refuses."""

import itertools
import re
from dataclasses import dataclass

from tests.fakes.aibot.connections import Callback
from tests.fakes.aibot.downloads import Downloads
from tests.fakes.aibot.rates import Counters
from tests.fakes.aibot.uploads import Uploads
from tests.fakes.telegram.clock import Clock
from tests.fakes.wecom.cards import Cards
from tests.fakes.wecom.errors import ApiError, refused
from tests.fakes.wecom.screens import Json, Screen, Shown

LONGEST = 20480
DAY = 24 * 3600
EVENT_WINDOW = 5
STREAM_LASTS = 6 * 60
PUSHED = ("markdown", "template_card", "file", "image", "voice", "video")
REPLIED = (*PUSHED, "stream")
GROUP = "group:"
_ids = itertools.count(1)


class OnScreen(Shown):
    """A message of the bot on a screen."""

    @property
    def choices(self) -> dict[str, str]:
        if self.card.get("checkbox", {}).get("disable"):
            return {}
        return super().choices


@dataclass
class Stream:
    shown: OnScreen
    conversation: str
    begun: float
    finished: bool = False


class Speaking:
    """`screens` are the conversations by their key: a userid, or GROUP and a chatid."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.rates = Counters(clock)
        self.uploads = Uploads(clock)
        self.downloads = Downloads(clock)
        self.cards = Cards(clock)
        self.screens: dict[str, Screen] = {}
        self.spoken: set[str] = set()
        """The conversations in which somebody has written to the bot."""
        self.tasks: dict[str, OnScreen] = {}
        self._streams: dict[str, Stream] = {}

    # Pushes

    def push(self, body: Json) -> None:
        """aibot_send_msg"""
        conversation = self._addressed(body)
        if body["msgtype"] not in PUSHED:
            raise ApiError(40008, f"invalid message type {body['msgtype']}")
        if body["msgtype"] == "template_card" and conversation.startswith(GROUP):
            raise refused(40058, "template_card in a group")
        self._show(conversation, body)

    def _addressed(self, body: Json) -> str:
        """Without a chat_type WeCom guesses, groups first. Ids are taken to the letter."""
        chat, kind = body["chatid"], body.get("chat_type", 0)
        if kind not in (0, 1, 2):
            raise refused(40058, "chat_type")
        for guess in {1: (chat,), 2: (f"{GROUP}{chat}",)}.get(kind, (f"{GROUP}{chat}", chat)):
            if guess in self.spoken:
                return guess
        raise ApiError(93006, "invalid chatid")

    # Replies

    def reply(self, callback: Callback | None, body: Json) -> None:
        """aibot_respond_msg"""
        if callback is None or callback.kind != "message":
            raise ApiError(846605, "invalid req_id")
        if self.clock.now() - callback.at > DAY:
            raise ApiError(846605, "invalid req_id")
        if body["msgtype"] not in REPLIED:
            raise ApiError(40008, f"invalid message type {body['msgtype']}")
        if body["msgtype"] == "stream":
            self._stream(callback.conversation, body["stream"])
        else:
            self._show(callback.conversation, body)

    def _stream(self, conversation: str, told: Json) -> None:
        if "msg_item" in told:
            raise refused(40058, "msg_item is not supported")
        _check_length(told.get("content", ""))
        stream = self._streams.get(told["id"])
        if stream is None:
            self.rates.count(conversation)
            shown = OnScreen(str(next(_ids)), "stream", {"msgtype": "stream"}, "")
            stream = self._streams[told["id"]] = Stream(shown, conversation, self.clock.now())
            self.screens[conversation].show(shown)
        if stream.finished or stream.conversation != conversation:
            raise refused(40058, "stream finished")
        if self.clock.now() - stream.begun > STREAM_LASTS:
            raise ApiError(846608, "stream message update expired (>6 minutes)")
        stream.shown.text, stream.finished = read(told.get("content", "")), bool(told.get("finish"))

    # Answers to events

    def welcome(self, callback: Callback | None, body: Json) -> None:
        conversation = self._answers(callback, "enter_chat")
        if body["msgtype"] not in ("text", "template_card"):
            raise ApiError(40008, f"invalid message type {body['msgtype']}")
        self._appear(conversation, body)

    def change(self, callback: Callback | None, body: Json) -> None:
        """aibot_respond_update_msg"""
        if body.get("response_type") != "update_template_card":
            raise refused(40058, "response_type")
        card = body["template_card"]
        if callback is None or card.get("task_id") != callback.task:
            raise refused(40058, "task_id")
        self.cards.check({**card, "task_id": f"{card['task_id'][:100]}-{next(_ids)}"})
        self._answers(callback, "template_card_event")
        shown = self.tasks[card["task_id"]]
        shown.body = {"msgtype": "template_card", "template_card": card}

    def _answers(self, callback: Callback | None, kind: str) -> str:
        if callback is None or callback.kind != kind or callback.answered:
            raise ApiError(846605, "invalid req_id")
        if self.clock.now() - callback.at > EVENT_WINDOW:
            raise ApiError(846605, "invalid req_id: too late")
        callback.answered = True
        return callback.conversation

    # On the screen

    def _show(self, conversation: str, body: Json) -> None:
        self._check(body)
        self.rates.count(conversation)
        self._appear(conversation, body)

    def _check(self, body: Json) -> None:
        kind = body["msgtype"]
        if kind == "markdown":
            _check_length(body["markdown"]["content"])
        elif kind == "template_card":
            self.cards.check(body["template_card"])
        elif kind in ("image", "file", "voice", "video"):
            self.uploads.file(body[kind]["media_id"], kind)

    def _appear(self, conversation: str, body: Json) -> None:
        kind = body["msgtype"]
        shown = OnScreen(str(next(_ids)), kind, body, _words(body))
        if kind in ("image", "file", "voice", "video"):
            shown.picture = self.uploads.file(body[kind]["media_id"], kind).content
        if kind == "template_card" and "task_id" in body["template_card"]:
            self.tasks[body["template_card"]["task_id"]] = shown
        self.screens[conversation].show(shown)


def _check_length(content: str) -> None:
    if not content or len(content.encode()) > LONGEST:
        raise refused(40058, f"content of {len(content.encode())} bytes, max length {LONGEST}")


def _words(body: Json) -> str:
    match body["msgtype"]:
        case "text":
            return str(body["text"]["content"])
        case "markdown":
            return read(body["markdown"]["content"])
        case "template_card":
            card = body["template_card"]
            title = card.get("main_title", {})
            parts = (title.get("title"), title.get("desc"), card.get("sub_title_text"))
            return "\n".join(part for part in parts if part)
    return ""


_BLOCK = re.compile(r"^ {0,3}(#{1,6} |>|```|~~~|[-*_]{3,}\s*$|=+\s*$|\|)|^(    |\t)")


def read(markdown: str) -> str:
    """What a strict reader of markdown makes of it: a line ends only with two spaces, markup is not seen."""
    paragraphs = re.split(r"\n[ \t]*\n", markdown)
    return "\n\n".join(_paragraph(each) for each in paragraphs)


def _paragraph(text: str) -> str:
    lines = text.split("\n")
    shown = ""
    for line in lines:
        breaks = line.endswith("  ") or _BLOCK.match(line)
        shown += _inline(_BLOCK.sub("", line).strip()) + ("\n" if breaks else " ")
    return shown[:-1] if shown[-1:] in "\n " else shown


def _inline(line: str) -> str:
    line = re.sub(r"\\([\\`*_{}\[\]<>#|~])", r"\1", line)
    line = re.sub(r"<[^>]*>", "", line)
    line = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", line)
    line = re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", line)
    line = re.sub(r"(?<!\w)[*_](?=\S)(.+?)(?<=\S)[*_](?!\w)", r"\1", line)
    return re.sub(r"`([^`]*)`|~~(.+?)~~", lambda found: found[1] or found[2] or "", line)
