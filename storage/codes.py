"""Codes of figures (A17): what a figure was when it was told, and of what parts.

Rule 1  A code is written in the transaction that computed its figure. Its parts are those of that moment: whoever asks
        later sees how the figure came about, and what has changed since.
Rule 2  At most PARTS parts are kept, the weightiest first; of the rest how many they are and what they come to, so that
        the parts always add up to the figure. A code does not grow with the city.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from storage.scopes import Scope
from storage.tables.digests import FigureCode

PARTS = 50

# What a figure measures; kept in rows, never renamed. Parts are projects unless it says otherwise.
DONE = "done"  # 年初累计完成投资, yuan
MAJOR = "major"  # 重大问题: parts are problems
OVERDUE = "overdue"  # 逾期问题: parts are problems
NEWS = "news"  # 新报: no parts, only its sum
OWING = "owing"  # 逾期未报
MISSED = "missed"  # 截止未报
LIGHTS = "lights"  # 灯色变化


class Part(NamedTuple):
    """A project or problem by its id, what it adds to the figure, and its plan where it has one."""

    id: int
    value: int
    plan: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """`rest` is how many parts are not kept, and what they add."""

    measure: str
    value: int
    period: str = ""
    plan: int = 0
    parts: tuple[Part, ...] = ()
    rest: tuple[int, int] = (0, 0)

    @property
    def sources(self) -> dict[str, object]:
        return {"plan": self.plan, "parts": [list(part) for part in self.parts], "rest": list(self.rest)}


class Gathering:
    """Adds parts up as they stream by, and keeps the weightiest. `weight` decides; of equals, the first to come."""

    def __init__(self) -> None:
        self.value = self.plan = self.count = 0
        self._kept: list[tuple[int, int, Part]] = []

    def add(self, part: Part, weight: int | None = None) -> None:
        self.value += part.value
        self.plan += part.plan
        self.count += 1
        entry = (part.value if weight is None else weight, -self.count, part)
        if len(self._kept) < PARTS:
            heapq.heappush(self._kept, entry)
        else:
            heapq.heappushpop(self._kept, entry)

    def figure(self, measure: str, period: str = "") -> Figure:
        parts = tuple(part for *_, part in sorted(self._kept, reverse=True))
        rest = self.count - len(parts), self.value - sum(part.value for part in parts)
        return Figure(measure, self.value, period, self.plan, parts, rest)


def figure_of(measure: str, parts: Iterable[Part], period: str = "") -> Figure:
    """A figure of parts given in the order of their weight."""
    gathered = Gathering()
    for place, part in enumerate(parts):
        gathered.add(part, -place)
    return gathered.figure(measure, period)


def write(
    session: Session,
    figures: Sequence[Figure],
    *,
    person_id: int,
    digest_id: int,
    scope: Scope,
    as_of: datetime,
) -> dict[str, str]:
    """Gives each figure its code; returns the codes (A17) by measure."""
    shared = {"person_id": person_id, "digest_id": digest_id, "scope": str(scope), "as_of": as_of}
    rows = [
        {
            **shared,
            "measure": each.measure,
            "period": each.period,
            "value": each.value,
            "sources": each.sources,
        }
        for each in figures
    ]
    if not rows:
        return {}
    ids = session.scalars(insert(FigureCode).returning(FigureCode.id, sort_by_parameter_order=True), rows)
    return {each.measure: f"A{code}" for each, code in zip(figures, ids, strict=True)}


def read(row: FigureCode) -> Figure:
    """A figure as it was told."""
    parts = tuple(Part(*each) for each in row.sources["parts"])
    count, value = row.sources["rest"]
    return Figure(row.measure, row.value, row.period, row.sources["plan"], parts, (count, value))
