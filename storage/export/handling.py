"""The columns of sheet 问题 on how a problem is dealt with: who has it, until when, what was done, and its proof."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from rules.issue_life import ENDED
from rules.kinds import IssueState, IssueStep, Role
from storage.export.words import LONG, MOMENT, NAME, yes
from storage.issue_life import CIRCULAR
from storage.tables.registry import Person, Responsibility, Unit
from storage.tables.reporting import Issue, IssueEvent, IssueHolding
from storage.xlsx import Column, Value

COLUMNS = (
    Column("牵头单位", *NAME), Column("配合单位", *NAME), Column("责任领导", *NAME), Column("办理时限", *MOMENT),
    Column("措施", *LONG), Column("进展", *LONG), Column("是否办结"), Column("销号"), Column("销号时间", *MOMENT),
    Column("佐证", *LONG), Column("列入通报"),
)  # fmt: skip
_DONE = (IssueState.DONE, IssueState.SOLVED, *ENDED)


def wanted(today: date) -> tuple[ColumnElement[Any], ...]:
    """For each problem: lead, helping units, leaders, first and newest feedback, what was said of the end, listed."""
    return (
        _lead(),
        _helping(),
        _leaders(today),
        _note(IssueStep.FEEDBACK, newest=False),
        _note(IssueStep.FEEDBACK, newest=True),
        _note(IssueStep.FINISH, newest=True),
        select(func.count())
        .where(IssueEvent.issue_id == Issue.id, IssueEvent.kind == CIRCULAR)
        .correlate(Issue)
        .scalar_subquery(),
    )


def cells(issue: Issue, files: int, found: Sequence[Any]) -> tuple[Value, ...]:
    lead, helping, leaders, measures, progress, proof, listed = found
    shown = f"{files} 个附件" if files else ""
    return (
        lead, helping, leaders, issue.due, measures, progress, yes(issue.state in _DONE),
        yes(issue.state is IssueState.CLOSED), issue.closed_out, "；".join(filter(None, (proof, shown))),
        yes(bool(listed)),
    )  # fmt: skip


def _lead() -> ColumnElement[Any]:
    """The department that has it, or had it last and did not give it back."""
    return (
        select(Unit.name)
        .join(IssueHolding, IssueHolding.unit_id == Unit.id)
        .where(
            IssueHolding.issue_id == Issue.id,
            IssueHolding.helping.is_(False),
            IssueHolding.refused.is_(False),
        )
        .order_by(IssueHolding.id.desc())
        .limit(1)
        .correlate(Issue)
        .scalar_subquery()
    )


def _helping() -> ColumnElement[Any]:
    return (
        select(func.aggregate_strings(Unit.name, "、"))
        .join(IssueHolding, IssueHolding.unit_id == Unit.id)
        .where(
            IssueHolding.issue_id == Issue.id,
            IssueHolding.helping,
            func.coalesce(IssueHolding.until == Issue.closed_out, IssueHolding.until.is_(None)),
        )
        .correlate(Issue)
        .scalar_subquery()
    )


def _leaders(today: date) -> ColumnElement[Any]:
    return (
        select(func.aggregate_strings(Person.name, "、"))
        .join(Responsibility, Responsibility.person_id == Person.id)
        .where(
            Responsibility.project_id == Issue.project_id,
            Responsibility.role == Role.LEAD_LEADER,
            Responsibility.since <= today,
            or_(Responsibility.until.is_(None), Responsibility.until > today),
        )
        .correlate(Issue)
        .scalar_subquery()
    )


def _note(step: IssueStep, *, newest: bool) -> ColumnElement[Any]:
    order = IssueEvent.id.desc() if newest else IssueEvent.id
    return (
        select(IssueEvent.note)
        .where(IssueEvent.issue_id == Issue.id, IssueEvent.kind == step)
        .order_by(order)
        .limit(1)
        .correlate(Issue)
        .scalar_subquery()
    )
