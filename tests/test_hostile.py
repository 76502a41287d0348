"""10,000 hostile names and texts through every sentence and onto every channel: no markup that we did not write.

Workbooks are held to the same in test_export.py (a thousand texts in every column of words, no formula), pictures in
test_pictures.py.
"""

import json
import random
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from itertools import cycle
from string import Formatter
from typing import Any

import pytest

from bot.channels import telegram_text, wecom_aibot_looks, wecom_cards, wecom_group
from handlers.words import Words
from reminders import sentences
from storage.messages import Option, Outgoing

NUMBER = 10_000
# What is a tag, a link, an entity, an emphasis, a heading, a table, a template, a formula or a turn of direction.
PIECES = (
    "<b>", "</b>", "<a href='http://x.cn'>点这里</a>", "<A HREF=http://x>", "< a href=x>", "</a>", "<script>", "<!--",
    "-->", "&lt;b&gt;", "&amp;", "&#60;", "<tg-spoiler>", "<pre>", "**", "__", "*粗*", "_斜_", "`x`", "[看](http://x)",
    "![](x)", "~~删~~", "||", "# ", "> ", "- ", "---", "===", "|甲|乙|", '<font color="warning">', "<@all>", "{0}",
    "{name}", "{{", "}", "%s", "${x}", "=1+1", "@SUM(A1)", "+1", "\u202e", "\u2066", "\u2069", "\x00", "\ud800",
    "\x1b[2J", "]]>", "\\", "'", '"', "王", "三报", "\n", " ",
)  # fmt: skip
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
LINK = re.compile(r"https?://\S+")


def hostile(number: int) -> str:
    dice = random.Random(number)  # noqa: S311 - repeatable
    return "".join(dice.choices(PIECES, k=dice.randrange(1, 7)))


def leaves(values: Mapping[str, Any]) -> Iterator[str]:
    for value in values.values():
        if isinstance(value, dict):
            yield from leaves(value)
        elif isinstance(value, str):
            yield value


SENTENCES = [*leaves(Words().model_dump()), *leaves(sentences.model()().model_dump())]
WITH_PLACES = [
    each for each in SENTENCES if any(name is not None for _, name, _, _ in Formatter().parse(each))
]


class Filled(Formatter):
    """The sentence with the same text in each of its places, whatever they are for."""

    def __init__(self, text: str) -> None:
        self.text = text

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:  # noqa: ANN401 - the library's
        return self.text, field_name

    def format_field(self, value: str, _spec: str) -> str:
        return value


def messages() -> Iterator[Outgoing]:
    """Each sentence many times, with another text each time; that text is also the title and a button's label."""
    for number, sentence in zip(range(NUMBER), cycle(WITH_PLACES), strict=False):
        text = hostile(number)
        rows = ((Option(label=text[:20] or "x", data="a|1"),),) if number % 2 else ()
        yield Outgoing(title=text if number % 3 else "", text=Filled(text).format(sentence), rows=rows)


def test_there_are_sentences_to_fill() -> None:
    assert len(WITH_PLACES) > 300


class Seen(HTMLParser):
    """What a client makes of Telegram's HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ANN401 - the library's
        self.tags.append(f"{tag}{attrs or ''}")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"!{data}")

    handle_decl = handle_pi = unknown_decl = handle_comment

    def handle_data(self, data: str) -> None:
        self.words += data


def test_telegram_shows_no_tag_but_the_titles_and_every_word_as_it_was() -> None:
    for message in messages():
        text, _ = telegram_text.render(message)
        seen = Seen()
        seen.feed(text)
        seen.close()
        title = telegram_text.clean(message.title)
        assert seen.tags == (["b", "/b"] if title.strip() else []), message
        parts = [title] if title.strip() else []
        assert seen.words == "\n".join(
            [*parts, *([telegram_text.clean(message.text)] if message.text else [])]
        )
        assert not BIDI.search(text)


def test_wecoms_texts_and_cards_hold_no_link_under_another_name() -> None:
    for message in messages():
        for body in (wecom_cards.render(message, "k"), wecom_cards.without_card(message)):
            raw = json.dumps(body, ensure_ascii=False)
            assert not BIDI.search(raw)
            if body["msgtype"] == "text":
                assert not re.search(r"<\s*/?\s*a\b", body["text"]["content"], re.IGNORECASE), message


@pytest.mark.parametrize("channel", ["aibot", "group"])
def test_markdown_has_no_mark_but_the_titles_stars(channel: str) -> None:
    signs = "*`[<" + ("_]>|~\\" if channel == "aibot" else "")
    for message in messages():
        if channel == "aibot":
            text = wecom_aibot_looks.in_words(message)["markdown"]["content"]
        else:
            text = wecom_group.render(message)
        ours = text.removeprefix("**").replace("**", "", 1) if text.startswith("**") else text
        assert not {*signs} & {*LINK.sub("", ours)}, message
        assert not re.search(r"^\s*[#>]", ours, re.MULTILINE)
        assert not BIDI.search(text)
