"""Which projects' lights are to be judged again: what touched them, and what the passing of a day may turn.

What touches a project (a report, a problem, a pause, the close of a month) stands in the ledger with its id, so that
the ledger's tail says what is to be judged, and no deed need think of lights. A day turns only what is overdue or
exempt. New rules, and a registry workbook, may turn anything: all projects are passed once, a slice at a time.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from rules.kinds import ProjectState
from storage.issues import OPEN
from storage.lighting import TURNED
from storage.tables.ledger import CityFact, LedgerRow
from storage.tables.lights import LightExemption, ProjectLight
from storage.tables.registry import Milestone, Project
from storage.tables.reporting import Issue

SEEN, PASS = "lights: ledger seen", "lights: pass"
WHOLE_CITY = frozenset({"import"})


@dataclass(frozen=True, slots=True)
class Tail:
    """What the ledger says since it was looked at last: the projects touched, and whether all may be."""

    projects: frozenset[int]
    everything: bool
    through: int


@dataclass(frozen=True, slots=True)
class Pass:
    """How far a pass over the projects is: `after` is the last id judged. `whole`: over all, not what a day turns."""

    day: date
    rules_version: int
    whole: bool
    after: int = 0
    over: bool = False

    def asks_for(self, day: date, rules_version: int) -> "Pass | None":
        """The pass that must begin instead; None if this one will do."""
        if self.rules_version != rules_version:
            return Pass(day, rules_version, whole=True)
        if self.day != day and (self.over or not self.whole):
            return Pass(day, rules_version, whole=False)
        return None


def tail(session: Session, limit: int) -> Tail | None:
    """What the ledger says since the last `see`; None if that is nothing."""
    seen = session.get(CityFact, SEEN)
    if seen is None:
        newest = session.scalar(select(func.max(LedgerRow.id))) or 0
        return Tail(frozenset(), everything=True, through=newest)
    rows = session.execute(
        select(LedgerRow.id, LedgerRow.canonical)
        .where(LedgerRow.id > int(seen.value))
        .order_by(LedgerRow.id)
        .limit(limit)
    ).all()
    if not rows:
        return None
    said = [json.loads(text) for _, text in rows]
    touched = {each["facts"].get("project") for each in said if each["act"] != TURNED}
    projects = frozenset(each for each in touched if isinstance(each, int))
    return Tail(projects, any(each["act"] in WHOLE_CITY for each in said), rows[-1].id)


def see(session: Session, through: int) -> None:
    session.merge(CityFact(name=SEEN, value=str(through)))


def passing(session: Session) -> Pass | None:
    row = session.get(CityFact, PASS)
    if row is None:
        return None
    kept = json.loads(row.value)
    return Pass(**{**kept, "day": date.fromisoformat(kept["day"])})


def keep_pass(session: Session, going: Pass) -> None:
    kept = {
        "day": going.day.isoformat(), "rules_version": going.rules_version, "whole": going.whole,
        "after": going.after, "over": going.over,
    }  # fmt: skip
    session.merge(CityFact(name=PASS, value=json.dumps(kept)))


def next_of(session: Session, going: Pass, limit: int) -> tuple[Sequence[int], Pass]:
    """The next projects of a pass, and the pass behind them."""
    wanted = select(Project.id).where(Project.id > going.after).order_by(Project.id).limit(limit)
    if not going.whole:
        wanted = wanted.where(Project.state == ProjectState.ACTIVE, _a_day_may_turn(going.day))
    ids = session.scalars(wanted).all()
    return ids, replace(going, after=ids[-1]) if ids else replace(going, over=True)


def _a_day_may_turn(today: date) -> ColumnElement[bool]:
    """The condition that a project has something overdue or about to be, was ever exempt, or never judged."""
    return or_(
        ~select(ProjectLight.id)
        .where(ProjectLight.project_id == Project.id, ProjectLight.replaced.is_(None))
        .exists(),
        (Project.start_actual.is_(None)) & (Project.start_planned <= today),
        select(Milestone.id)
        .where(Milestone.project_id == Project.id, Milestone.actual.is_(None), Milestone.planned < today)
        .exists(),
        select(Issue.id).where(Issue.project_id == Project.id, Issue.state.in_(OPEN)).exists(),
        select(LightExemption.id).where(LightExemption.project_id == Project.id).exists(),
    )
