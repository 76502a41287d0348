"""The question for evidence (佐证): a photo, a file or a sentence, and the first of them is the answer.

Words under a photo are the sentence: what was done may not be told but there.
"""

from dataclasses import dataclass

from handlers.questions import Question
from handlers.reading import Buttons, Item, Reading, Refused, Said, Stored, Taken
from handlers.words import Words


@dataclass(frozen=True, slots=True)
class Shown:
    note: str = ""
    media: tuple[int, ...] = ()


@dataclass(frozen=True)
class Proof(Question[Shown]):
    """What was sent just before is `offered` by a button; of what is sent now, no more than `most` are taken."""

    offered: tuple[int, ...] = ()
    most: int = 20
    longest: int = 1000

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        if said.media:
            return self._sent(said, words)
        if said.value == "offered" and self.offered:
            return Taken({"ids": list(self.offered[: self.most])})
        text = said.text.strip()
        if said.value is not None or not text:
            return Refused(words.evidence_needed)
        if len(text) > self.longest:
            return Refused(words.too_long.format(found=len(text), longest=self.longest))
        return Taken({"text": text})

    def _sent(self, said: Said, words: Words) -> Reading:
        caption = said.caption.strip()
        if len(caption) > self.longest:
            return Refused(words.too_long.format(found=len(caption), longest=self.longest))
        answer: dict[str, Stored] = {"ids": list(said.media[: self.most])}
        return Taken({**answer, "text": caption} if caption else answer)

    def restore(self, stored: Stored) -> Shown | None:
        if not isinstance(stored, dict):
            return None
        return Shown(str(stored.get("text", "")), tuple(stored.get("ids", ())))

    def room(self, stored: Stored) -> int:
        return self.most

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        if not self.offered:
            return []
        return [[(words.photos_offered.format(count=len(self.offered)), "offered")]]


@dataclass(frozen=True)
class Units(Question[tuple[int, ...]]):
    """Several units by their names, with 、 between them; none by saying so."""

    items: tuple[Item, ...] = ()

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        if said.text.strip() in words.helping_none_words.split("、"):
            return Taken({"units": []})
        found: list[int] = []
        for name in filter(None, (part.strip() for part in said.text.replace(",", "、").split("、"))):
            exact = [item for item in self.items if item.label == name]
            like = exact or [item for item in self.items if name in item.label]
            if not like:
                return Refused(words.unit_unknown.format(name=name))
            if len(like) > 1:
                names = words.list_separator.join(item.label for item in like[:5])
                return Refused(words.unit_several.format(name=name, found=names))
            found.append(int(like[0].id))
        return Taken({"units": found}) if found else Refused(words.type_answer)

    def restore(self, stored: Stored) -> tuple[int, ...] | None:
        if not isinstance(stored, dict):
            return None
        known = {item.id for item in self.items}
        return tuple(unit for unit in stored["units"] if str(unit) in known)
