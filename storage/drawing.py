"""不定期抽查: projects drawn at random, so that anybody can draw them again.

Rule 1  Candidates are the active projects of what is drawn from, in the order of their registry numbers. The seed is
        fixed before the draw; `drawn(seed, candidates, number)` is the whole method and knows nothing else.
Rule 2  Seed, hash of the candidates and result stand in the ledger: who doubts a draw repeats it.
"""

import hashlib
import random
import secrets
from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from rules.kinds import Light, ProjectState
from storage.tables.lights import ProjectLight
from storage.tables.ordering import OrderDraw
from storage.tables.registry import Project

CITY = "city"
_LIGHTS = (Light.RED, Light.YELLOW)


def among(session: Session) -> list[str]:
    """What may be drawn from: city, red, yellow, district:城北区, front:城建战线; only what has projects."""
    found = [CITY, *_LIGHTS, *(f"district:{name}" for name in _named(session, Project.district))]
    found += [f"front:{name}" for name in _named(session, Project.front)]
    return [str(key) for key in found if _has_some(session, str(key))]


def _has_some(session: Session, key: str) -> bool:
    wanted = select(Project.id).where(Project.state == ProjectState.ACTIVE, _holds(key)).limit(1)
    return session.scalar(wanted) is not None


def candidates(session: Session, key: str) -> list[int]:
    """Ids of the active projects in it, by number."""
    wanted = select(Project.id).where(Project.state == ProjectState.ACTIVE, _holds(key))
    return list(session.scalars(wanted.order_by(Project.number)))


def new_seed() -> str:
    return secrets.token_hex(8)


def drawn(seed: str, ids: Sequence[int], number: int) -> list[int]:
    """The same seed and candidates give the same projects, on any machine (Mersenne Twister, seeded by the text)."""
    return random.Random(seed).sample(list(ids), min(number, len(ids)))  # noqa: S311 - it must be repeatable


def hash_of(ids: Sequence[int]) -> str:
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()


def newest(session: Session) -> OrderDraw | None:
    return session.scalars(select(OrderDraw).order_by(OrderDraw.id.desc()).limit(1)).first()


def _named(session: Session, column: InstrumentedAttribute[str]) -> list[str]:
    active = Project.state == ProjectState.ACTIVE
    return list(session.scalars(select(column).where(active, column != "").distinct().order_by(column)))


def _holds(key: str) -> ColumnElement[bool]:
    kind, _, name = key.partition(":")
    match kind:
        case "district":
            return Project.district == name
        case "front":
            return Project.front == name
        case "red" | "yellow":
            shining = select(ProjectLight.project_id).where(
                ProjectLight.light == kind, ProjectLight.replaced.is_(None)
            )
            return Project.id.in_(shining)
    return Project.id == Project.id
