"""What is known of projects for their lights (rules/lights.py), many at a time; and keeping what was judged.

Rule 1  A light's history is its rows: one begins when light or reason change, and the one before is replaced then.
Rule 2  What turned stands in the ledger of the project's unit too, with before and after.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from rules.book import Book
from rules.kinds import Light
from rules.light_facts import Judged, Why
from rules.lights import judge
from rules.periods import Period
from storage import ledger
from storage import rules as stored_rules
from storage.light_facts import standings
from storage.tables.lights import ProjectLight
from storage.tables.registry import Project

TURNED = "turn_light"
COMPARED = 500  # projects in memory at a time


@dataclass(frozen=True, slots=True)
class Lighted:
    """A project with what was judged of it, as of the end of `month`."""

    project_id: int
    number: int
    unit_id: int
    name: str
    judged: Judged
    month: Period


def judged(
    session: Session, project_ids: Collection[int], book: Book, now: datetime, zone: ZoneInfo
) -> list[Lighted]:
    """How these projects are judged at `now` by the rules of `book`, whatever was judged before."""
    return [
        Lighted(
            project.id, project.number, project.unit_id, project.name, judge(book.lights, known), known.month
        )
        for project, known in standings(session, project_ids, book, now, zone)
    ]


def would_turn(
    session: Session, book: Book, now: datetime, zone: ZoneInfo
) -> Iterator[tuple[Lighted, Light | None]]:
    """The projects that would have another light by the rules of `book`, with the one they would have now.

    Both are judged at `now`, so that what differs comes from the rules alone.
    """
    present, last = stored_rules.in_force(session).book, 0
    next_ids = select(Project.id).order_by(Project.id).limit(COMPARED)
    while ids := session.scalars(next_ids.where(Project.id > last)).all():
        before = {each.project_id: each.judged.light for each in judged(session, ids, present, now, zone)}
        for each in judged(session, ids, book, now, zone):
            if each.judged.light is not before[each.project_id]:
                yield each, before[each.project_id]
        session.expunge_all()  # a city has many projects
        last = ids[-1]


def keep(session: Session, lighted: Iterable[Lighted], rules_version: int, now: datetime) -> None:
    """Keeps what was judged where it is otherwise than what stands."""
    by_project = {each.project_id: each for each in lighted}
    before = {
        row.project_id: row
        for row in session.scalars(
            select(ProjectLight).where(
                ProjectLight.project_id.in_(by_project), ProjectLight.replaced.is_(None)
            )
        )
    }
    new = [
        (each, before.get(project))
        for project, each in by_project.items()
        if not _is_so(each.judged, before.get(project))
    ]
    if not new:
        return
    session.execute(
        update(ProjectLight)
        .where(ProjectLight.id.in_([old.id for _, old in new if old is not None]))
        .values(replaced=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(insert(ProjectLight), [_row(each, old, rules_version, now) for each, old in new])
    for each, old in new:
        if _turns(each.judged.light, old):
            _enter(session, each, old, rules_version, now)


def _is_so(judged: Judged, old: ProjectLight | None) -> bool:
    return old is not None and old.light is judged.light and Why.of_json(old.why) == judged.why


def _turns(light: Light | None, old: ProjectLight | None) -> bool:
    return old is not None and old.light is not light


def _row(each: Lighted, old: ProjectLight | None, rules_version: int, now: datetime) -> dict[str, Any]:
    light = each.judged.light
    return {
        "project_id": each.project_id,
        "light": light,
        "before": old.light if old else None,
        "turned": _turns(light, old),
        "since": old.since if old is not None and old.light is light else now,
        "at": now,
        "month": str(each.month),
        "why": each.judged.why.as_json(),
        "rules_version": rules_version,
    }


def _enter(
    session: Session, each: Lighted, old: ProjectLight | None, rules_version: int, now: datetime
) -> None:
    why = each.judged.why
    facts = {
        "project": each.project_id, "before": old.light if old else None, "after": each.judged.light,
        "month": str(each.month), "rule": why.rule, "about": why.about, "rules": rules_version,
    }  # fmt: skip
    ledger.append(session, chain=f"unit:{each.unit_id}", who="system", act=TURNED, facts=facts, now=now)
