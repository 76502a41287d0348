"""Milestones (节点) that are near or past their day and under no open order."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import ProjectState
from rules.orders import ENDED
from storage.tables.ordering import Order
from storage.tables.registry import Milestone, Project

MOST = 50


class Due(NamedTuple):
    id: int
    name: str
    planned: date
    project_id: int
    project: str
    unit_id: int


def without_order(session: Session, until: date) -> list[Due]:
    """Those not done and planned by `until`, the oldest first."""
    ordered = select(Order.id).where(Order.milestone_id == Milestone.id, Order.state.not_in(ENDED)).exists()
    rows = session.execute(
        select(
            Milestone.id, Milestone.name, Milestone.planned, Project.id, Project.name, Project.unit_id
        )
        .join(Project, Project.id == Milestone.project_id)
        .where(
            Milestone.actual.is_(None),
            Milestone.planned <= until,
            Project.state == ProjectState.ACTIVE,
            ~ordered,
        )
        .order_by(Milestone.planned, Milestone.id)
        .limit(MOST)
    )  # fmt: skip
    return [Due(*row) for row in rows]
