"""The card before sending: the one question that has to be seen as it is."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.plain import plain, shown
from handlers.questions import Question
from handlers.reading import Buttons, Edit, Item, Reading, Refused, Said, Stored, Taken, find, in_rows
from handlers.words import Words

SHORT = 4  # letters of a button of which three stand in a row


@dataclass(frozen=True)
class Confirm(Question["bool | str"]):
    """The card before sending. Its key carries a hash of what it says: a changed card is another question.

    The answer is True, or the id of one of the things that may be done with it `instead`.
    """

    editable: tuple[Item, ...] = ()  # keys of this talk, with the words of their buttons
    agree: str = ""
    instead: tuple[Item, ...] = ()

    @classmethod
    def of(
        cls,
        key: str,
        title: str,
        summary: str,
        *,
        editable: Sequence[Item] = (),
        agree: str = "",
        hint: str = "",
        instead: Sequence[Item] = (),
    ) -> "Confirm":
        seen = "\n".join([title, summary, *(item.id for item in (*editable, *instead))])
        digest = hashlib.sha256(seen.encode()).hexdigest()[:8]
        return cls(
            key=f"{key}#{digest}",
            prompt=title,
            hint=summary + (f"\n\n{hint}" if hint else ""),
            editable=tuple(editable),
            agree=agree,
            instead=tuple(instead),
        )

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        if said.value == "ok" or (said.value is None and plain(said.text) in words.aliases(words.yes_words)):
            return Taken(True)
        if said.value is not None and any(item.id == said.value for item in self.instead):
            return Taken(said.value)
        item = self._pressed(said.value) if said.value is not None else self._typed(said.text)
        if item is not None:
            return Edit(item.id)
        left_out = self.without_photos(words) if said.media else ""
        agree = shown(self.agree or words.confirm_button)
        return Refused(left_out + words.confirm_below.format(agree=agree))

    def without_photos(self, words: Words) -> str:
        """What is said of photos that come now: the card stays as it was seen."""
        item = next((each for each in self.editable if each.id.startswith("photos@")), None)
        if item is None:
            return words.not_on_card
        return words.not_on_card_yet.format(button=shown(item.label))

    def _pressed(self, value: str) -> Item | None:
        """An item by its place: the keys themselves would not fit into a button's 64 bytes."""
        place = int(value[1:]) if value[:1] == "e" and value[1:].isdecimal() else len(self.editable)
        return self.editable[place] if place < len(self.editable) else None

    def _typed(self, text: str) -> Item | None:
        found = find(self.editable, text)
        return found[0] if len(found) == 1 else None

    def restore(self, stored: Stored) -> "bool | str | None":
        if isinstance(stored, str):
            return stored if any(item.id == stored for item in self.instead) else None
        return True if stored is True else None

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        # Three short words fit beside each other on a phone, and the card stays on one screen.
        short = all(len(item.label) <= SHORT for item in self.editable)
        edits = in_rows(
            [(item.label, f"e{place}") for place, item in enumerate(self.editable)], 3 if short else 2
        )
        others = [[(item.label, item.id)] for item in self.instead]
        return [[(self.agree or words.confirm_button, "ok")], *others, *edits]


@dataclass(frozen=True)
class Mend(Confirm):
    """A card that says what is wrong: nothing can be agreed to, only changed."""

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        reading = super().read(said, stored, words)
        return reading if isinstance(reading, Edit) else Refused(words.mend_first)

    def restore(self, stored: Stored) -> None:
        return None

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        return super().buttons(stored, page, words)[1:]
