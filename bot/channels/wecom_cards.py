"""How an Outgoing looks in a self-built app: text, a card of buttons, or a card of choices. Pure.

Rule 1  What a card cannot hold goes before it as text; what no card can hold at all is written out, for whatever a
        button does, a typed word does too.
Rule 2  Characters that turn the reading direction are taken out: no name can dress up as something else.
Rule 3  A `task_id` is never used twice; `key` makes it, so that the same message sent again is the same bytes.

Limits: developer.work.weixin.qq.com, 发送应用消息 (90236). Those of characters are "recommended": clients cut there.
"""

import re
from collections.abc import Sequence
from typing import Any

from storage.messages import Option, Outgoing

Json = dict[str, Any]

# 2048 bytes, where WeCom cuts without a word, hold any 682 characters of the basic plane; a rarer character counts as
# two of our units and takes four bytes.
TEXT_LIMIT = 680

_BUTTONS, _CHOICES = 6, 20
_TITLE, _WORDS, _LABEL, _CHOICE = 36, 160, 10, 17
_UNSAFE = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\ud800-\udfff]")
QUESTION = "choice"
SUBMIT = "submit"


def clean(text: str) -> str:
    return _UNSAFE.sub("", text)


def messages(outgoing: Outgoing, key: str, submit: str = "确定") -> list[Json]:
    """The bodies to be sent one after the other, without receiver and agent."""
    options = [option for row in outgoing.rows for option in row]
    words = clean(outgoing.plain)
    if not options:
        return [_text(words)] if words else []
    if len(options) > _CHOICES or any(len(clean(option.label)) > _longest(options) for option in options):
        return [_text(f"{words}\n{_written_out(options)}")]
    title, rest = _heading(outgoing)
    before = [] if len(rest) <= _WORDS and len(title) <= _TITLE else [_text(words)]
    if before:
        title, rest = _shortened(title, _TITLE), ""
    return [*before, _card(title, rest, options, key, submit)]


def without_card(outgoing: Outgoing) -> Json:
    """The same as text, for a card that WeCom does not take."""
    options = [option for row in outgoing.rows for option in row]
    return _text("\n".join(part for part in (clean(outgoing.plain), _written_out(options)) if part))


def menu(entries: Sequence[tuple[str, Sequence[str]]]) -> Json:
    """The menu below the chat: up to three entries, each a word or a list of words; a tap says the word."""
    return {
        "button": [
            _click(words[0], name) if len(words) == 1
            else {"name": name, "sub_button": [_click(word, word) for word in words]}
            for name, words in entries
        ]
    }  # fmt: skip


def _click(word: str, name: str) -> Json:
    return {"type": "click", "name": name, "key": word}


def _longest(options: Sequence[Option]) -> int:
    return _LABEL * 2 if len(options) <= _BUTTONS else _CHOICE * 2


def _written_out(options: Sequence[Option]) -> str:
    return "\n".join(f"▸ {clean(option.label)}" for option in options)


def _heading(outgoing: Outgoing) -> tuple[str, str]:
    """A card needs a title: without one the first line serves."""
    if outgoing.title:
        return clean(outgoing.title), clean(outgoing.text)
    first, _, rest = clean(outgoing.text).partition("\n")
    return first, rest


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _card(title: str, words: str, options: Sequence[Option], key: str, submit: str) -> Json:
    card: Json = {"main_title": {"title": title}, "task_id": key}
    if len(options) <= _BUTTONS:
        card |= {"card_type": "button_interaction", "button_list": [_button(each) for each in options]}
        if words:
            card["sub_title_text"] = words
    else:
        card |= {
            "card_type": "vote_interaction",
            "checkbox": {
                "question_key": QUESTION,
                "mode": 0,
                "option_list": [{"id": each.data, "text": clean(each.label)} for each in options],
            },
            "submit_button": {"text": submit, "key": SUBMIT},
        }
        if words:
            card["main_title"]["desc"] = words
    return {"msgtype": "template_card", "template_card": card}


def _button(option: Option) -> Json:
    return {"text": clean(option.label), "key": option.data, "style": 1}


def _text(words: str) -> Json:
    return {"msgtype": "text", "text": {"content": words}}
