"""Which projects' lights are to be judged again: what touched them, and what the passing of a day may turn.

What touches a project (a report, a problem, a pause, the close of a month) stands in the ledger with its id, so that
the ledger's tail says what is to be judged, and no deed need think of lights. A day turns only what is overdue or
exempt. New rules, and a registry workbook, may turn anything: all projects are passed once, a slice at a time.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from rules.issue_life import OPEN
from rules.kinds import ProjectState
from storage import city_facts, ledger_tail
from storage.issue_life import REAL
from storage.ledger_tail import Tail
from storage.lighting import TURNED
from storage.reading_on import Place
from storage.tables.lights import LightExemption, ProjectLight
from storage.tables.registry import Milestone, Project
from storage.tables.reporting import Issue

SEEN, PASS = "lights: ledger seen", "lights: pass"


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
    return ledger_tail.tail(session, SEEN, limit, ignored={TURNED})


def see(session: Session, through: Place) -> None:
    ledger_tail.see(session, SEEN, through)


def passing(session: Session) -> Pass | None:
    value = city_facts.value(session, PASS)
    if value is None:
        return None
    kept = json.loads(value)
    return Pass(**{**kept, "day": date.fromisoformat(kept["day"])})


def keep_pass(session: Session, going: Pass) -> None:
    kept = {
        "day": going.day.isoformat(), "rules_version": going.rules_version, "whole": going.whole,
        "after": going.after, "over": going.over,
    }  # fmt: skip
    city_facts.keep(session, PASS, json.dumps(kept))


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
        select(Issue.id).where(REAL, Issue.project_id == Project.id, Issue.state.in_(OPEN)).exists(),
        select(LightExemption.id).where(LightExemption.project_id == Project.id).exists(),
    )
