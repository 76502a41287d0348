"""The Bot API's methods: each function below is one method and returns its `result`.

Refusals are raised as ApiError. Which of a call's troubles are staged is not known here.
"""

import math
from collections.abc import Callable

from tests.fakes.telegram.chats import Chat, Json, Shown, without_quote
from tests.fakes.telegram.errors import ApiError, bad_request, webhook_is_active
from tests.fakes.telegram.markup import read_markup
from tests.fakes.telegram.media import Media, caption, read_text
from tests.fakes.telegram.parameters import Parameters
from tests.fakes.telegram.webhook import Webhook
from tests.fakes.telegram.world import World

_ACTIONS = frozenset(
    {
        "choose_sticker",
        "find_location",
        "record_video",
        "record_video_note",
        "record_voice",
        "typing",
        "upload_document",
        "upload_photo",
        "upload_video",
        "upload_video_note",
        "upload_voice",
    }
)


class Methods:
    def __init__(self, world: World, webhook: Webhook) -> None:
        self._world = world
        self._webhook = webhook
        self._media = Media(world.shelf)
        self._by_name: dict[str, Callable[[Parameters], object]] = {
            method.__name__.replace("_", ""): method
            for method in (
                self.get_me,
                self.set_webhook,
                self.delete_webhook,
                self.get_webhook_info,
                self.send_message,
                self.send_photo,
                self.send_document,
                self.send_media_group,
                self.send_chat_action,
                self.edit_message_text,
                self.edit_message_caption,
                self.edit_message_reply_markup,
                self.delete_message,
                self.answer_callback_query,
                self.get_file,
                self.set_my_commands,
                self.get_my_commands,
                self.delete_my_commands,
                self.set_chat_menu_button,
            )
        }

    def knows(self, name: str) -> bool:
        return name.lower() in self._by_name or name.lower() == "getupdates"

    def carry_out(self, name: str, parameters: Parameters) -> object:
        return self._by_name[name.lower()](parameters)

    # Receiving

    def get_me(self, _: Parameters) -> Json:
        return {
            **self._world.bot,
            "can_join_groups": True,
            "can_read_all_group_messages": not self._world.privacy,
            "supports_inline_queries": False,
        }

    async def get_updates(self, call: Parameters) -> bytes:
        """The only method that waits; its result is JSON already."""
        if self._webhook.url:
            raise webhook_is_active()
        self._allow(call)
        limit = min(max(call.number("limit", 100), 1), 100)
        timeout = min(float(call.raw.get("timeout") or 0), 50.0)
        return await self._world.updates.poll(call.number("offset"), limit, timeout)

    def _allow(self, call: Parameters) -> None:
        kinds = call.structure("allowed_updates")
        if kinds is not None:
            self._world.updates.allowed = frozenset(kinds) or None

    def set_webhook(self, call: Parameters) -> bool:
        if not call.text("url"):
            return self.delete_webhook(call)
        self._allow(call)
        self._drop_pending_if_asked(call)
        self._webhook.set(call.text("url"), call.text("secret_token"), call.number("max_connections", 40))
        self._world.updates.stop_waiting(
            ApiError(409, "Conflict: terminated by setWebhook request"),
        )
        return True

    def delete_webhook(self, call: Parameters) -> bool:
        self._webhook.remove()
        self._drop_pending_if_asked(call)
        return True

    def _drop_pending_if_asked(self, call: Parameters) -> None:
        if call.flag("drop_pending_updates"):
            self._world.updates.drop_all()

    def get_webhook_info(self, _: Parameters) -> Json:
        return self._webhook.info()

    # Sending

    def send_message(self, call: Parameters) -> Json:
        text, entities = read_text(call)
        return self._send(call, {"text": text, **({"entities": entities} if entities else {})})

    def send_photo(self, call: Parameters) -> Json:
        return self._send(call, {**self._media.photo(call, call.raw.get("photo"), "photo"), **caption(call)})

    def send_document(self, call: Parameters) -> Json:
        document = self._media.document(call, call.raw.get("document"), "document")
        return self._send(call, {**document, **caption(call)})

    def send_media_group(self, call: Parameters) -> list[Json]:
        items = call.structure("media")
        if not isinstance(items, list) or not 2 <= len(items) <= 10:
            raise bad_request("there must be 2-10 media in the album")
        contents = [self._media.album_item(call, item) for item in items]
        chat = self._world.chats.reachable(call.chat_id())
        group = str(self._world.faults.random.getrandbits(54))
        messages = [
            self._world.new_message(chat, self._world.bot, {**content, "media_group_id": group})
            for content in contents
        ]
        return [message.payload for message in messages]

    def _send(self, call: Parameters, content: Json) -> Json:
        markup = read_markup(call.raw.get("reply_markup"))
        chat = self._world.chats.reachable(call.chat_id())
        quoted = self._replied_to(call, chat)
        if quoted is not None:
            content["reply_to_message"] = without_quote(quoted.payload)
        if markup is not None:
            _take_keyboard(chat, content, markup)
        return self._world.new_message(chat, self._world.bot, content).payload

    def _replied_to(self, call: Parameters, chat: Chat) -> Shown | None:
        reply = call.structure("reply_parameters") or {}
        wanted = reply.get("message_id") or call.number("reply_to_message_id")
        if not wanted:
            return None
        found = chat.messages.get(int(wanted))
        if found is None and not (reply or call.raw).get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        return found

    def send_chat_action(self, call: Parameters) -> bool:
        if call.text("action") not in _ACTIONS:
            raise bad_request("wrong parameter action in request")
        self._world.chats.reachable(call.chat_id()).actions.append(call.text("action"))
        return True

    # Editing

    def edit_message_text(self, call: Parameters) -> Json:
        text, entities = read_text(call)
        chat, message = self._to_edit(call)
        if "text" not in message.payload:
            raise bad_request("there is no text in the message to edit")
        return self._edit(call, chat, message, {"text": text, "entities": entities})

    def edit_message_caption(self, call: Parameters) -> Json:
        chat, message = self._to_edit(call)
        if "text" in message.payload:
            raise bad_request("there is no caption in the message to edit")
        return self._edit(call, chat, message, {"caption": None, "caption_entities": None, **caption(call)})

    def edit_message_reply_markup(self, call: Parameters) -> Json:
        chat, message = self._to_edit(call)
        return self._edit(call, chat, message, {})

    def _to_edit(self, call: Parameters) -> tuple[Chat, Shown]:
        chat = self._world.chats.reachable(call.chat_id())
        message = chat.messages.get(call.number("message_id"))
        if message is None:
            raise bad_request("message to edit not found")
        if not message.by_bot:
            raise bad_request("message can't be edited")
        return chat, message

    def _edit(self, call: Parameters, chat: Chat, message: Shown, changes: Json) -> Json:
        markup = read_markup(call.raw.get("reply_markup"))
        inline = markup if markup and markup.get("inline_keyboard") else None
        after = {**message.payload, **changes, "reply_markup": inline}
        after = {name: value for name, value in after.items() if value or name in ("date", "message_id")}
        # The time of the last edit is no part of the comparison.
        if {**after, "edit_date": 0} == {**message.payload, "edit_date": 0}:
            raise bad_request(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        after["edit_date"] = math.floor(self._world.clock.now())
        return chat.edit(message, after).payload

    def delete_message(self, call: Parameters) -> bool:
        chat = self._world.chats.reachable(call.chat_id())
        if chat.messages.pop(call.number("message_id"), None) is None:
            raise bad_request("message to delete not found")
        return True

    # Everything else

    def answer_callback_query(self, call: Parameters) -> bool:
        text = call.text("text")
        if len(text) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        self._world.answer_query(call.text("callback_query_id"), text, call.flag("show_alert"))
        return True

    def get_file(self, call: Parameters) -> Json:
        return self._world.shelf.describe(call.text("file_id"))

    def set_my_commands(self, call: Parameters) -> bool:
        commands = call.structure("commands")
        if not isinstance(commands, list):
            raise bad_request("can't parse commands: expected an Array of BotCommand")
        self._world.commands = commands
        return True

    def get_my_commands(self, _: Parameters) -> list[Json]:
        return self._world.commands

    def delete_my_commands(self, _: Parameters) -> bool:
        self._world.commands = []
        return True

    def set_chat_menu_button(self, _: Parameters) -> bool:
        return True


def _take_keyboard(chat: Chat, content: Json, markup: Json) -> None:
    if markup.get("inline_keyboard"):
        content["reply_markup"] = {"inline_keyboard": markup["inline_keyboard"]}
    elif "keyboard" in markup:
        chat.reply_keyboard = markup
    elif markup.get("remove_keyboard"):
        chat.reply_keyboard = None
