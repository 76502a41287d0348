"""Remote control for a fake that runs as its own process: JSON over HTTP under /control/.

GET  counts                                      how many calls, updates, confirmations
GET  transcript?since=0                          the calls from that index on
GET  chat?id=1001                                the messages of the chat as the person sees them
POST act      {user_id, act, first_name?, group?, arguments}   a person does something; gives its update id
POST inject   {update, chat_id}                  any update as it is
POST sees     {user_id, text, timeout?}          waits until the person sees the text
POST faults   {method, script | chances} or {duplicates, reorder} or {clear: true}
POST clock    {advance: seconds}
"""

import json
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tests.fakes.telegram.chats import Json, Shown
from tests.fakes.telegram.faults import fault_from_json
from tests.fakes.telegram.people import Voice
from tests.fakes.telegram.wire import Answer, Request, Response, encode

if TYPE_CHECKING:
    from tests.fakes.telegram.server import FakeTelegram

_ACTS = frozenset(
    {
        "blocks",
        "edits",
        "presses",
        "says",
        "sends",
        "sends_document",
        "sends_location",
        "sends_photo",
        "sends_sticker",
        "sends_voice",
        "unblocks",
    }
)
_BYTES = frozenset({"sends_document", "sends_photo", "sends_voice"})


class Control:
    def __init__(self, api: "FakeTelegram") -> None:
        self._api = api

    def serve(self, request: Request) -> Answer | Coroutine[Any, Any, Answer]:
        order = request.path.removeprefix("/control/")
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        fields: Json = json.loads(request.body) if request.body else query
        if order == "sees":
            return self._sees(fields)
        act = getattr(self, f"_{order}", None) if order in self._orders else None
        if act is None:
            return Response(encode({"error": f"no such order: {order}"}), 404)
        try:
            return Response(encode(act(fields)))
        except (AttributeError, LookupError, TypeError, ValueError, RuntimeError) as error:
            return Response(encode({"error": f"{type(error).__name__}: {error}"}), 400)

    _orders = frozenset({"act", "chat", "clock", "counts", "faults", "inject", "transcript"})

    def _counts(self, _: Json) -> Json:
        return dict(self._api.counts())

    def _transcript(self, fields: Json) -> list[Json]:
        return [call.as_json() for call in self._api.calls.since(int(fields.get("since", 0)))]

    def _chat(self, fields: Json) -> list[Json]:
        return [_shown(message) for message in self._api.chat(int(fields["id"])).messages.values()]

    def _voice(self, fields: Json) -> Voice:
        person = self._api.person(int(fields["user_id"]), fields.get("first_name", "张三"))
        return person.in_group(int(fields["group"])) if fields.get("group") else person

    def _act(self, fields: Json) -> Json:
        act, arguments = fields["act"], dict(fields.get("arguments", {}))
        if act not in _ACTS:
            raise ValueError(f"a person cannot {act!r}; it can {sorted(_ACTS)}")
        if act in _BYTES:
            arguments["content"] = bytes.fromhex(arguments["content"])
        if isinstance(arguments.get("message"), int):
            arguments["message"] = self._voice(fields).chat.messages[arguments["message"]]
        return {"update_id": getattr(self._voice(fields), act)(**arguments)}

    def _inject(self, fields: Json) -> Json:
        return {"update_id": self._api.inject(fields["update"], int(fields.get("chat_id", 0)))}

    def _faults(self, fields: Json) -> bool:
        faults = self._api.faults
        if fields.get("clear"):
            faults.clear()
        faults.duplicates = float(fields.get("duplicates", faults.duplicates))
        faults.reorder = bool(fields.get("reorder", faults.reorder))
        if "script" in fields:
            faults.script(fields["method"], [each and fault_from_json(each) for each in fields["script"]])
        if "chances" in fields:
            odds = [(fault_from_json(fault), float(chance)) for fault, chance in fields["chances"]]
            faults.chances(fields["method"], *odds)
        return True

    def _clock(self, fields: Json) -> Json:
        self._api.clock.advance(float(fields.get("advance", 0)))
        return {"now": self._api.clock.now()}

    async def _sees(self, fields: Json) -> Response:
        try:
            message = await self._voice(fields).sees(fields.get("text", ""), float(fields.get("timeout", 5)))
        except AssertionError as missing:
            return Response(encode({"error": str(missing)}), 408)
        return Response(encode(_shown(message)))


def _shown(message: Shown) -> Json:
    return {
        "message_id": message.id,
        "by_bot": message.by_bot,
        "text": message.text,
        "keyboard": message.keyboard,
        "former_texts": message.former_texts,
        "payload": message.payload,
    }
