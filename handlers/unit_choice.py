"""The question for a unit: one of those shown, or its name as people say it (市住建局 for 市住房和城乡建设局)."""

from collections.abc import Collection
from dataclasses import dataclass

from handlers.plain import plain
from handlers.questions import Choice
from handlers.reading import Reading, Said, Stored, Taken, exactly
from handlers.words import Words
from rules.unit_names import could_be, nearest


@dataclass(frozen=True)
class UnitChoice(Choice):
    """`leads` are units that lead others: of several that a name can mean, one of them is meant."""

    leads: Collection[int] = ()

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        name = plain(said.text)
        if said.value is None and len(name) > 1 and not exactly(self.items, said.text):
            units = {int(item.id): item.label for item in self.items}
            meant = nearest(name, could_be(name, units), units, self.leads)
            if meant is not None:
                return Taken(str(meant))
        return super().read(said, stored, words)
