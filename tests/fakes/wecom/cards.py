"""Template cards: what WeCom takes, and the codes by which a card may be changed once."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram.clock import Clock
from tests.fakes.wecom.errors import refused
from tests.fakes.wecom.screens import Json, Shown

CODE_LASTS = 72 * 3600
TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
INTERACTIVE = ("button_interaction", "vote_interaction", "multiple_interaction")


@dataclass
class _Code:
    shown: Shown
    until: float
    used: bool = False


class Cards:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[str] = set()
        self._codes: dict[str, _Code] = {}

    def check(self, card: Json) -> None:
        """Raises what WeCom refuses. A task_id serves once."""
        kind = card.get("card_type")
        checks = {
            "text_notice": self._notice, "news_notice": self._notice, "button_interaction": self._buttons,
            "vote_interaction": self._vote, "multiple_interaction": self._multiple,
        }  # fmt: skip
        if kind not in checks:
            raise refused(40058, f"card_type {kind}")
        checks[kind](card)
        if kind in INTERACTIVE:
            self._take_task(card.get("task_id"))
        for name, most in (("horizontal_content_list", 6), ("jump_list", 3)):
            if len(card.get(name, ())) > most:
                raise refused(40058, name)

    def _take_task(self, task: Any) -> None:  # noqa: ANN401 - JSON
        if not isinstance(task, str) or not TASK_ID.fullmatch(task):
            raise refused(40058, "task_id")
        if task in self._tasks:
            raise refused(40058, "task_id repeated")
        self._tasks.add(task)

    def _notice(self, card: Json) -> None:
        if card.get("card_action", {}).get("type") not in (1, 2):
            raise refused(40058, "card_action")

    def _buttons(self, card: Json) -> None:
        buttons = card.get("button_list", [])
        if not card.get("main_title", {}).get("title") or not 1 <= len(buttons) <= 6:
            raise refused(40058, "button_list")
        for each in buttons:
            _check_key(each.get("key") or each.get("url"), 1024)
            _check_words(each.get("text"))

    def _vote(self, card: Json) -> None:
        box = card.get("checkbox", {})
        if not card.get("main_title", {}).get("title") or not card.get("submit_button", {}).get("text"):
            raise refused(40058, "main_title or submit_button")
        if not 1 <= len(box.get("option_list", [])) <= 20 or box.get("mode", 0) not in (0, 1):
            raise refused(40058, "option_list")
        _check_options(box["option_list"])

    def _multiple(self, card: Json) -> None:
        selects = card.get("select_list", [])
        if not card.get("main_title", {}).get("title") or not 1 <= len(selects) <= 3:
            raise refused(40058, "select_list")
        for each in selects:
            if not 1 <= len(each.get("option_list", [])) <= 10:
                raise refused(40058, "option_list")
            _check_options(each["option_list"])

    # Changing

    def open_code(self, shown: Shown) -> str:
        """A code for one change of this message, from its sending or from a tap."""
        code = secrets.token_urlsafe(48)
        self._codes[code] = _Code(shown, self._clock.now() + CODE_LASTS)
        return code

    def change(self, code: str, body: Json) -> None:
        found = self._codes.get(code)
        if found is None or found.used or found.until <= self._clock.now():
            raise refused(40058, "response_code invalid, used or expired")
        found.used = True
        if "button" in body:
            _check_words(body["button"].get("replace_name"))
            found.shown.replaced = body["button"]["replace_name"]
        else:
            found.shown.body = {"msgtype": "template_card", "template_card": body["template_card"]}
            found.shown.replaced = body["template_card"].get("replace_text", "")


def _check_options(options: list[Json]) -> None:
    if len({each["id"] for each in options}) != len(options):
        raise refused(40058, "option ids repeated")
    for each in options:
        _check_key(each.get("id"), 128)
        _check_words(each.get("text"))


def _check_key(key: Any, most: int) -> None:  # noqa: ANN401 - JSON
    if not isinstance(key, str) or not 1 <= len(key.encode()) <= most:
        raise refused(40058, "key")


def _check_words(words: Any) -> None:  # noqa: ANN401 - JSON
    if not isinstance(words, str) or not words.strip():
        raise refused(40058, "text")
