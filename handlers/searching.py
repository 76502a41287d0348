"""The question for one of very many (projects, units): typed words are searched for, and only matches are loaded."""

from dataclasses import dataclass

from handlers.questions import Choice
from handlers.reading import Item, Reading, Refused, Said, Stored, Taken, exactly
from handlers.words import Words

LONGEST = 60


@dataclass(frozen=True)
class Search(Choice):
    """One of `items`, which are the matches of `searched`; typing something else searches anew.

    What was typed is stored until facts are loaded for it; a single match then answers the question.
    """

    searched: str = ""

    @classmethod
    def among(
        cls,
        key: str,
        prompt: str,
        items: tuple[Item, ...],
        words: Words,
        *,
        searched: str,
        more: bool,
        how: str,
    ) -> "Search":
        """`how` says what may be typed; it is shown where that is the only way."""
        if searched and not items:
            hint = words.search_none.format(text=searched) + how
        elif more:
            hint = words.search_more.format(count=len(items)) if items else how
        else:
            hint = ""
        return cls(key, prompt, hint=hint, items=items, searched=searched)

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        found = exactly(self.items, said.text) if said.value is None else []
        if said.value is not None or len(found) == 1 or self._turns_page(said, words):
            return super().read(said, stored, words)
        text = said.text.strip()
        if not text:
            return Refused(words.choose_below)
        if len(text) > LONGEST:
            return Refused(words.too_long.format(found=len(text), longest=LONGEST))
        return Taken({"find": text})

    def _turns_page(self, said: Said, words: Words) -> bool:
        return self.pages() > 1 and said.text.strip() in words.more_words.split("、")

    def restore(self, stored: Stored) -> str | None:
        if isinstance(stored, dict):
            sole = stored.get("find") == self.searched and len(self.items) == 1
            return self.items[0].id if sole else None
        return super().restore(stored)
