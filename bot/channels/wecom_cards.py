"""How an Outgoing looks in WeCom: text, a card of buttons, or a card of choices. Pure.

Rule 1  What a card cannot hold was parted or written out before it became a row (FIT, `storage/parts.py`); what comes
        here nevertheless is said in words, and never cut without a sign.
Rule 2  Characters that turn the reading direction are taken out: no name can dress up as something else.
        Nor is anything that people write a link under another name (<a>).
Rule 3  A `task_id` is never used twice; `key` makes it, so that the same message sent again is the same bytes.

Limits: developer.work.weixin.qq.com, 发送应用消息 (90236) and 智能机器人模板卡片 (101032). Those of characters are
"recommended": clients cut there.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from storage.messages import Option, Outgoing
from storage.parts import Buttons, Fit, shortened, units, written_out

Json = dict[str, Any]


class Sizes(NamedTuple):
    """What fits on a message of words, and on the two cards: few buttons, or a choice among many."""

    words: int
    title: int
    few: Buttons
    many: Buttons

    @property
    def fit(self) -> Fit:
        """Pictures have no words below them here, and come one by one."""
        return Fit(words=self.words, caption=0, album=1, buttons=(self.few, self.many))


# Of the self-built app: 2048 bytes, where WeCom cuts without a word, hold any 682 characters of the basic plane; a
# rarer character counts as two of our units and takes four bytes.
APP = Sizes(680, 36, Buttons(most=6, words=160, label=20), Buttons(most=20, words=44, label=34))
# Of a smart bot: 20480 bytes of markdown; our texts are shorter anyway, and a phone's screen shorter still.
BOT = Sizes(4096, 26, Buttons(most=6, words=112, label=20), Buttons(most=20, words=30, label=22))
FIT = APP.fit

QUESTION = "choice"
SUBMIT = "submit"
# What hands a choice in; and what a tap leaves on its card.
SUBMIT_LABEL = "确定"
TAPPED = "已点"
_UNSAFE = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\ud800-\udfff]")
# In a text message WeCom shows <a href=…> as a link: the one markup there that somebody's words could become.
_ANCHOR = re.compile(r"<(?=\s*/?\s*[aA])")
_NOTHING = "…"  # a message of nothing but what was taken out


def clean(text: str) -> str:
    return _UNSAFE.sub("", text)


def render(outgoing: Outgoing, key: str, sizes: Sizes = APP) -> Json:
    """The body of the one message that shows it, without receiver and agent."""
    options = _options(outgoing)
    if not options or not _fits(outgoing, options, sizes):
        return without_card(outgoing, sizes)
    title, words = _heading(_words(outgoing), sizes.title)
    if len(options) <= sizes.few.most:
        return _buttons(title, words, options, key)
    return _choices(title, words, options, key)


def without_card(outgoing: Outgoing, sizes: Sizes = APP) -> Json:
    """As text, buttons written out: for what is no card, or a card that WeCom does not take."""
    parts = (outgoing.plain, written_out(_options(outgoing)))
    words = _ANCHOR.sub("＜", clean("\n".join(part for part in parts if part)))
    return {"msgtype": "text", "text": {"content": shortened(words, sizes.words) or _NOTHING}}


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


def _options(outgoing: Outgoing) -> list[Option]:
    """A label that vanishes with its unsafe characters still has its button."""
    options = [option for row in outgoing.rows for option in row]
    return [Option(label=clean(option.label).strip() or _NOTHING, data=option.data) for option in options]


def _words(outgoing: Outgoing) -> str:
    return clean(outgoing.plain).strip()


def _fits(outgoing: Outgoing, options: Sequence[Option], sizes: Sizes) -> bool:
    card = sizes.few if len(options) <= sizes.few.most else sizes.many
    return len(options) <= card.most and 0 < units(_words(outgoing)) <= card.words


def _heading(words: str, longest: int) -> tuple[str, str]:
    """A card needs a title: the first line; if it is too long, the title only begins what stands below it."""
    first, _, rest = words.partition("\n")
    return (first, rest) if units(first) <= longest else (shortened(first, longest), words)


def _buttons(title: str, words: str, options: Sequence[Option], key: str) -> Json:
    card: Json = {
        "card_type": "button_interaction",
        "main_title": {"title": title},
        "button_list": [{"text": each.label, "key": each.data, "style": 1} for each in options],
        "task_id": key,
    }
    if words:
        card["sub_title_text"] = words
    return {"msgtype": "template_card", "template_card": card}


def _choices(title: str, words: str, options: Sequence[Option], key: str) -> Json:
    """One is marked, then handed in."""
    return {
        "msgtype": "template_card",
        "template_card": {
            "card_type": "vote_interaction",
            "main_title": {"title": title, **({"desc": words} if words else {})},
            "checkbox": {
                "question_key": QUESTION,
                "mode": 0,
                "option_list": [{"id": each.data, "text": each.label} for each in options],
            },
            "submit_button": {"text": SUBMIT_LABEL, "key": SUBMIT},
            "task_id": key,
        },
    }
