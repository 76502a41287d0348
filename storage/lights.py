"""灯色: how projects are judged, since when and why; what turned between two moments."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from rules.kinds import Light
from rules.light_facts import Why
from storage.tables.lights import ProjectLight
from storage.tables.registry import Project

# Ids of one statement: a driver takes only so many parameters.
SLICE = 5000


@dataclass(frozen=True, slots=True)
class StoredLight:
    """A light as it stands. None: nothing is known, or the project is not judged; `why` says which.

    `since` is when it took this colour, `month` (2012-03) as of whose end it was judged.
    """

    light: Light | None
    since: datetime
    month: str
    why: Why


@dataclass(frozen=True, slots=True)
class LightChange:
    """A project's light is another than it was; `at` is when it turned last, `why` the reason of the newest."""

    project_id: int
    before: Light | None
    after: Light | None
    at: datetime
    why: Why


@dataclass(frozen=True, slots=True)
class Lit:
    """A project that has a certain light."""

    project_id: int
    number: int
    name: str
    since: datetime
    why: Why
    light: Light


def current(session: Session, project_ids: Iterable[int]) -> Mapping[int, StoredLight]:
    """The lights of these projects; one that was never judged is not among them."""
    found: dict[int, StoredLight] = {}
    for ids in _slices(project_ids):
        wanted = select(
            ProjectLight.project_id,
            ProjectLight.light,
            ProjectLight.since,
            ProjectLight.month,
            ProjectLight.why,
        ).where(ProjectLight.project_id.in_(ids), ProjectLight.replaced.is_(None))
        for project, light, since, month, why in session.execute(wanted):
            found[project] = StoredLight(light, since, month, Why.of_json(why))
    return found


def changed(
    session: Session, project_ids: Iterable[int], after: datetime, until: datetime
) -> list[LightChange]:
    """Which of these projects have another light at `until` than at `after`, by id.

    One that turned there and back is not among them, nor one that began to be judged in between.
    """
    found: list[LightChange] = []
    for ids in _slices(project_ids):
        found += _changed(session, ids, after, until)
    return found


def by_light(
    session: Session,
    lights: Collection[Light],
    *which: ColumnElement[bool],
    limit: int | None = None,
    offset: int = 0,
) -> list[Lit]:
    """The projects (those of `which` conditions on Project) that have one of these lights, the longest-standing
    first."""
    wanted = (
        select(
            Project.id,
            Project.number,
            Project.name,
            ProjectLight.since,
            ProjectLight.why,
            ProjectLight.light,
        )
        .join(Project, Project.id == ProjectLight.project_id)
        .where(ProjectLight.light.in_(list(lights)), ProjectLight.replaced.is_(None), *which)
        .order_by(ProjectLight.since, Project.number)
        .limit(limit)
        .offset(offset)
    )
    return [
        Lit(project, number, name, since, Why.of_json(why), light)
        for project, number, name, since, why, light in session.execute(wanted)
    ]


def _changed(session: Session, ids: Sequence[int], after: datetime, until: datetime) -> Iterator[LightChange]:
    wanted = (
        select(
            ProjectLight.project_id,
            ProjectLight.before,
            ProjectLight.light,
            ProjectLight.at,
            ProjectLight.why,
        )
        .where(
            ProjectLight.project_id.in_(ids),
            ProjectLight.at > after,
            ProjectLight.at <= until,
            ProjectLight.turned.is_(True),
        )
        .order_by(ProjectLight.project_id, ProjectLight.at, ProjectLight.id)
    )
    for project, turns in groupby(session.execute(wanted), key=lambda row: row.project_id):
        rows = list(turns)
        first, last = rows[0], rows[-1]
        if first.before is not last.light:
            yield LightChange(project, first.before, last.light, last.at, Why.of_json(last.why))


def _slices(ids: Iterable[int]) -> Iterator[Sequence[int]]:
    wanted = sorted(set(ids))
    for first in range(0, len(wanted), SLICE):
        yield wanted[first : first + SLICE]
