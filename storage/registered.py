"""The registry as it holds today, in memory: what a file is compared with."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import Role
from storage import advancing
from storage.advancing import Spoken
from storage.cells import plain
from storage.preview import Key, Values
from storage.tables.base import Base
from storage.tables.registry import Milestone, Person, PersonRole, Project, Responsibility, Unit, YearPlan


@dataclass(slots=True)
class Registry:
    """The registry in memory: eight queries, whatever its size. Only what holds today."""

    units: dict[int, Values]
    people: dict[int, Values]
    projects: dict[int, Values]
    by_unit_name: dict[str, Values] = field(default_factory=dict)  # plain name
    plans: dict[tuple[Key, int], Values] = field(default_factory=dict)  # (project, year)
    milestones: dict[tuple[Key, str], Values] = field(default_factory=dict)  # (project, plain name)
    roles: dict[Key, dict[Role, list[int]]] = field(default_factory=lambda: defaultdict(dict))
    responsible: dict[Key, dict[tuple[Role, Key], list[int]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    reported: dict[Key, list[Spoken]] = field(default_factory=dict)  # what stands in reports, by project


def load(session: Session) -> Registry:
    registry = Registry(
        units={row["id"]: row for row in _rows(session, Unit)},
        people={row["id"]: row for row in _rows(session, Person)},
        projects={row["id"]: row for row in _rows(session, Project)},
        reported=advancing.reported(session),
    )
    registry.by_unit_name = {plain(row["name"]): row for row in registry.units.values()}
    for row in _rows(session, YearPlan):
        registry.plans[row["project_id"], row["year"]] = row
    for row in _rows(session, Milestone):
        registry.milestones[row["project_id"], plain(row["name"])] = row
    for row in _rows(session, PersonRole, living=True):
        registry.roles[row["person_id"]].setdefault(row["role"], []).append(row["id"])
    for row in _rows(session, Responsibility, living=True):
        who = (row["role"], row["person_id"])
        registry.responsible[row["project_id"]].setdefault(who, []).append(row["id"])
    return registry


def _rows(session: Session, model: type[Base], living: bool = False) -> Iterable[Values]:
    table = model.__table__
    query = select(table).order_by(table.c.id)
    if living:
        query = query.where(table.c.until.is_(None))
    return (dict(row) for row in session.execute(query).mappings())
