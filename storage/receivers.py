"""Which unit an instruction means: 请自规局本周内拿方案 is for 市自然资源和规划局, 请责任单位… for its own."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from rules.unit_names import could_be, nearest
from storage import departments
from storage.tables.registry import Project

_OWN = ("责任单位", "业主单位", "项目单位", "建设单位", "业主")
_ENDS = frozenset("局委办府处院司团队站会心镇区县市")  # how a unit's short name ends
_LONGEST, _SHORTEST = 10, 3


def named(session: Session, text: str, project_id: int | None, today: date) -> int | None:
    """The unit that is named first; None if none is, or if a name can mean several."""
    units = departments.able(session, today)
    places = dict(_places(text, units, departments.leads(session, today)))
    own = next((text.index(word) for word in _OWN if word in text), None)
    if own is not None and project_id is not None:
        places.setdefault(session.get_one(Project, project_id).unit_id, own)
    return min(places, key=lambda unit: places[unit], default=None)


def likely(
    session: Session, project_id: int | None, unit_ids: Iterable[int | None], today: date
) -> dict[int, str]:
    """Units to choose from: those given first, then the project's own, then all with somebody who can sign."""
    units = departments.able(session, today)
    own = session.get_one(Project, project_id).unit_id if project_id is not None else None
    order = dict.fromkeys([*unit_ids, own, *units])
    return {unit: units[unit] for unit in order if unit in units}


def _places(text: str, units: Mapping[int, str], leads: Collection[int]) -> Iterable[tuple[int, int]]:
    """Each unit that stands in the text, with where; a name that is spelt out hides the shorter ones in it."""
    covered: set[int] = set()
    for unit, name in sorted(units.items(), key=lambda pair: -len(pair[1])):
        at = text.find(name)
        if at >= 0 and at not in covered:
            covered.update(range(at, at + len(name)))
            yield unit, at
    for end, sign in enumerate(text, 1):
        if sign in _ENDS and end - 1 not in covered and (found := _short(text, end, units, leads)):
            yield found


def _short(text: str, end: int, units: Mapping[int, str], leads: Collection[int]) -> tuple[int, int] | None:
    """The unit whose short name ends here: the longest such name, and only if it means one unit."""
    for start in range(max(0, end - _LONGEST), end - _SHORTEST + 1):
        name = text[start:end]
        if could := could_be(name, units):
            unit = nearest(name, could, units, leads)
            return (unit, start) if unit is not None else None
    return None
