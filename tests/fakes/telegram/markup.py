"""Keyboards under messages, checked as strictly as the Bot API checks them."""

import json
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.telegram.errors import bad_request

_INLINE_ACTIONS = frozenset(
    {
        "callback_data",
        "callback_game",
        "copy_text",
        "login_url",
        "pay",
        "switch_inline_query",
        "switch_inline_query_chosen_chat",
        "switch_inline_query_current_chat",
        "url",
        "web_app",
    }
)
_KINDS = ("inline_keyboard", "keyboard", "remove_keyboard", "force_reply")


def read_markup(raw: object) -> dict[str, Any] | None:
    """The reply markup of a call; None where there is none."""
    if raw is None or raw == "":
        return None
    markup = _decode(raw)
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    for row in markup.get("inline_keyboard", ()):
        for button in row:
            _check_inline(button)
    for row in markup.get("keyboard", ()):
        for button in row:
            _check_label(button if isinstance(button, dict) else {"text": button})
    return markup if any(kind in markup for kind in _KINDS) else None


def _decode(raw: object) -> object:
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw)
    except ValueError:
        raise bad_request("can't parse reply keyboard markup JSON object") from None


def _check_inline(button: dict[str, Any]) -> None:
    _check_label(button)
    actions = _INLINE_ACTIONS & button.keys()
    if len(actions) != 1:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button:
        _check_url(str(button["url"]))


def _check_label(button: dict[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise bad_request('can\'t parse keyboard button: Field "text" must be a non-empty String')


def _check_url(url: str) -> None:
    # A trap for self-hosted bots: a host without a dot, such as "localhost", is refused.
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "tg") or (
        parts.scheme != "tg" and "." not in (parts.hostname or "")
    ):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
