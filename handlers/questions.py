"""The questions that a conversation may ask, and how an answer is read.

Rule 1  A question is a frozen value made afresh each turn; `read` is pure and forgiving (full-width digits,
        aliases). Whatever a button does, its label does when it is typed.
Rule 2  A reading is a type: Taken, More, Edit or Refused (`handlers/reading.py`).
Rule 3  What is stored is JSON and already resolved; `restore` checks it against today's facts (None: ask
        again).
Rule 4  A key is a contract: when its meaning changes, it gets a new name. Where an answer belongs to a
        subject, the key carries it (`amount@17.2012-03`).
"""

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from handlers.plain import plain
from handlers.reading import (
    Buttons,
    Item,
    More,
    Reading,
    Refused,
    Said,
    Stored,
    Taken,
    find,
    in_rows,
    labelled,
)
from handlers.words import Words

T = TypeVar("T")


@dataclass(frozen=True)
class Question(Generic[T]):
    """The base: a key, and what is shown. `yield from` a question gives its answer.

    `doubts` is the key of the question whose answer this one doubts (真是1,200元吗？).
    """

    key: str
    prompt: str
    hint: str = ""
    optional: bool = False
    doubts: str = ""

    def __iter__(self) -> "Generator[Question[Any], Any, T]":
        answer: T = yield self
        return answer

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        raise NotImplementedError

    def restore(self, stored: Stored) -> T | None:
        raise NotImplementedError

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        return []

    def pages(self) -> int:
        return 1

    def guidance(self, stored: Stored, words: Words) -> str:
        """What helps to answer, or to go on with an answer that is begun."""
        return self.hint

    def left(self, stored: Stored) -> Stored:
        """What stands if the question is left as it is: without what was typed and is still in doubt."""
        return stored

    def kept(self, stored: Stored) -> bool:
        """Whether the question can be left as it is: it has an answer, or needs none and none was begun."""
        left = self.left(stored)
        return self.restore(left) is not None or (self.optional and left is None)

    def pressed(self, text: str, stored: Stored, words: Words) -> str | None:
        """The value of the one button whose label was typed, on whatever page."""
        shown = [row for page in range(self.pages()) for row in self.buttons(stored, page, words)]
        return labelled(shown, text)


@dataclass(frozen=True)
class Choice(Question[str]):
    """One of several; the answer is the item's id. `page_size` items a screen, the rest by page or typing.

    The first `lead` items stand by themselves: what comes after them begins a page of its own.
    """

    items: tuple[Item, ...] = ()
    columns: int = 1
    page_size: int = 8
    lead: int = 0

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        if said.value is not None:
            return self._pressed(said.value, stored, words)
        found = find(self.items, said.text)
        if len(found) == 1:
            return Taken(found[0].id)
        if not found and plain(said.text) in words.aliases(words.more_words) and self.pages() > 1:
            return More(stored, 1)
        if found:
            names = words.list_separator.join(item.label for item in found[:5])
            return Refused(words.several_match.format(names=names))
        return Refused(words.choose_below)

    def _pressed(self, value: str, stored: Stored, words: Words) -> Reading:
        if value in {f"page:{page}" for page in range(self.pages())}:
            return More(stored, int(value[5:]))
        if self.restore(value) is None:
            return Refused(words.choose_below)
        return Taken(value)

    def restore(self, stored: Stored) -> str | None:
        return stored if any(item.id == stored for item in self.items) else None

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        shown = self._screens()[page % self.pages()]
        rows = in_rows([(item.label, item.id) for item in shown], self.columns)
        if self.pages() > 1:
            following = (page + 1) % self.pages()
            label = words.more_items.format(page=following + 1, pages=self.pages())
            rows.append([(label, f"page:{following}")])
        return rows

    def pages(self) -> int:
        return len(self._screens())

    def _screens(self) -> list[tuple[Item, ...]]:
        parts, size = (self.items[: self.lead], self.items[self.lead :]), self.page_size
        found = [part[at : at + size] for part in parts for at in range(0, len(part), size)]
        return found or [()]


@dataclass(frozen=True)
class Several(Question[tuple[str, ...]]):
    """Any of several, at least one; a tap turns an item on or off, 完成 ends. All are on at first."""

    items: tuple[Item, ...] = ()

    def _chosen(self, stored: Stored) -> list[str]:
        if not isinstance(stored, dict):
            return [item.id for item in self.items]
        return [item.id for item in self.items if item.id in stored.get("ids", ())]

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        chosen = self._chosen(stored)
        value = said.value if said.value is not None else self._typed(said.text, words)
        if value == "done":
            return Taken({"ids": chosen, "done": True}) if chosen else Refused(words.at_least_one)
        if not any(item.id == value for item in self.items):
            return Refused(words.choose_below)
        turned = [item for item in chosen if item != value] if value in chosen else [*chosen, value]
        return More({"ids": turned, "done": False})

    def _typed(self, text: str, words: Words) -> str:
        if plain(text) in words.aliases(words.done_words):
            return "done"
        found = find(self.items, text)
        return found[0].id if len(found) == 1 else ""

    def restore(self, stored: Stored) -> tuple[str, ...] | None:
        if not isinstance(stored, dict) or not stored.get("done"):
            return None
        return tuple(self._chosen(stored)) or None

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        chosen = self._chosen(stored)
        rows = [[(("☑ " if item.id in chosen else "☐ ") + item.label, item.id)] for item in self.items]
        return [*rows, [(words.done_button.format(count=len(chosen)), "done")]]


_AMOUNT = re.compile(r"[0-9.,]+[万亿]?元?")


@dataclass(frozen=True)
class Text(Question[str]):
    """Free text. `quick` are ready answers by button; `longest` in characters.

    `no_amount` is said to a bare amount: where one was just asked for, a message sent twice would be taken for words.
    """

    quick: tuple[Item, ...] = ()
    longest: int = 1000
    no_amount: str = ""

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        if said.value is not None:
            if not any(item.id == said.value for item in self.quick):
                return Refused(words.type_answer)
            return Taken({"quick": said.value})
        text = said.text.strip()
        if not text:
            return Refused(words.type_answer)
        if len(text) > self.longest:
            return Refused(words.too_long.format(found=len(text), longest=self.longest))
        if self.no_amount and _AMOUNT.fullmatch(plain(text)):
            return Refused(self.no_amount)
        meant = [
            item
            for item in self.quick
            if plain(text) in {plain(word) for word in (item.label, *item.aliases)}
        ]
        return Taken({"quick": meant[0].id}) if meant else Taken({"text": text})

    def restore(self, stored: Stored) -> str | None:
        """The text; a quick answer is its id behind a NUL, so that no typed text can be taken for one."""
        if not isinstance(stored, dict):
            return None
        if "quick" in stored:
            known = any(item.id == stored["quick"] for item in self.quick)
            return quick(stored["quick"]) if known else None
        text = stored.get("text")
        return text if isinstance(text, str) else None

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        return in_rows([(item.label, item.id) for item in self.quick], 1)


def quick(item_id: str) -> str:
    return "\0" + item_id


@dataclass(frozen=True)
class Photos(Question[tuple[int, ...]]):
    """Photos or other media, sent one after another and ended by a tap; or none.

    `offered` came before the question; no more than `most` are taken.
    """

    offered: tuple[int, ...] = ()
    most: int = 20

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        so_far = self._so_far(stored)
        if said.media:
            taken = said.media[: self.room(stored)]
            unsaid = words.photos_or_none if said.caption.strip() else ""
            if not taken:
                return Refused(words.photos_full.format(most=self.most) + unsaid)
            return More({"ids": [*so_far, *taken], "done": False}, note=unsaid)
        value = said.value if said.value is not None else self._typed(said.text, words)
        match value:
            case "none" | "done" | "offered" if so_far:
                # "None" after some have come means: no more. What was sent is not dropped by it.
                return Taken({"ids": so_far, "done": True})
            case "none":
                return Taken({"ids": [], "done": True})
            case "offered" if self._offered():
                return Taken({"ids": list(self._offered()), "done": True})
            case "again":
                return More({"ids": [], "done": False})
            case "done" | "offered":
                return Refused(words.photos_none_left)  # what was counted on the button was refused since
        return Refused(words.photos_or_none)

    def _typed(self, text: str, words: Words) -> str:
        said = plain(text)
        listed = {
            "none": words.no_photo_words,
            "done": words.done_words,
            "offered": words.offered_words,
            "again": words.again_words,
        }
        return next((value for value, aliases in listed.items() if said in words.aliases(aliases)), "")

    def room(self, stored: Stored) -> int:
        """How many more are taken."""
        return max(0, self.most - len(self._so_far(stored)))

    def _offered(self) -> tuple[int, ...]:
        return self.offered[: self.most]

    @staticmethod
    def _so_far(stored: Stored) -> list[int]:
        return list(stored.get("ids", ())) if isinstance(stored, dict) else []

    def restore(self, stored: Stored) -> tuple[int, ...] | None:
        if not isinstance(stored, dict) or not stored.get("done"):
            return None
        return tuple(stored["ids"])

    def guidance(self, stored: Stored, words: Words) -> str:
        so_far = self._so_far(stored)
        if so_far and not self.room(stored):
            return words.photos_got_all.format(count=len(so_far), most=self.most)
        return words.photos_got.format(count=len(so_far)) if so_far else self.hint

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        so_far = self._so_far(stored)
        if so_far:
            # A row for each: a wet finger that misses the one must not empty what was sent.
            return [[(words.photos_done.format(count=len(so_far)), "done")], [(words.photos_again, "again")]]
        rows = [[(words.photos_none, "none")]]
        if self._offered():
            rows.insert(0, [(words.photos_offered.format(count=len(self._offered())), "offered")])
        return rows
