"""Sheets 项目 and 人员: the registry as it stands today, under the headings of the workbook that comes in."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from rules.kinds import Role
from storage.entries import KIND_WORDS, PERSON_COLUMNS, PROJECT_COLUMNS, ROLE_WORDS, STAGE_WORDS
from storage.export.words import (
    COUNT,
    DAY,
    LONG,
    MONEY,
    NAME,
    PROJECT_STATE_WORDS,
    Rows,
    called,
    streamed,
    yes,
)
from storage.tables.registry import Binding, Person, PersonRole, Project, Responsibility, Unit, YearPlan
from storage.xlsx import Column, Form, Sheet, Value

JOINED = "、"

_PROJECT_FORMS = {
    "number": COUNT, "name": NAME, "content": LONG, "goal": LONG, "unit": NAME, "total_investment": MONEY,
    "amount": MONEY, "opening_year_done": MONEY, "opening_total_done": MONEY, "year": COUNT, "parent": COUNT,
    "start_planned": DAY, "start_actual": DAY, "finish_planned": DAY, "finish_actual": DAY, "registered": DAY,
}  # fmt: skip
_ANSWERING = {
    "reporters": Role.REPORTER,
    "deputies": Role.DEPUTY,
    "heads": Role.HEAD,
    "lead_leaders": Role.LEAD_LEADER,
    "lead_departments": Role.LEAD_DEPARTMENT,
}


def projects(session: Session, today: date) -> Sheet:
    columns = [Column(heading, *_PROJECT_FORMS.get(name, ())) for name, heading in PROJECT_COLUMNS.items()]
    more = [Column("状态"), Column("暂停或结束原因", *LONG)]
    return Sheet("项目", [*columns, *more], _project_rows(session, today))


def _project_rows(session: Session, today: date) -> Rows:
    answering = _answering(session, today)
    plans = {plan.project_id: plan for plan in session.scalars(select(YearPlan).order_by(YearPlan.year))}
    numbers = {row.id: row.number for row in session.execute(select(Project.id, Project.number))}
    wanted = select(Project, Unit.name).join(Unit, Unit.id == Project.unit_id).order_by(Project.number)
    for project, unit in streamed(session, wanted):
        plan = plans.get(project.id)
        special = {
            "kind": called(KIND_WORDS, project.kind),
            "stage": called(STAGE_WORDS, project.stage),
            "unit": unit,
            "parent": numbers.get(project.parent_id),
            "sub_owes": yes(project.sub_owes),
            "to_start": yes(plan.to_start) if plan else None,
            "to_finish": yes(plan.to_finish) if plan else None,
            **{name: JOINED.join(answering[project.id, role]) for name, role in _ANSWERING.items()},
        }
        values = (_of(name, special, project, plan) for name in PROJECT_COLUMNS)
        yield (*values, PROJECT_STATE_WORDS[project.state], project.off_list_because)


def _of(name: str, special: Mapping[str, Value], *rows: Any) -> Value:  # noqa: ANN401 - rows of any table
    """The value of a heading: what was worked out, or the column of that name of the first row that has it."""
    if name in special:
        return special[name]
    return next((getattr(row, name) for row in rows if hasattr(row, name)), None)


def _answering(session: Session, today: date) -> Mapping[tuple[int, Role], list[str]]:
    """Who answers for which project today, by role, in the order of the registry."""
    wanted = (
        select(Responsibility.project_id, Responsibility.role, Person.name)
        .join(Person, Person.id == Responsibility.person_id)
        .where(_holds(Responsibility, today))
        .order_by(Responsibility.id)
    )
    found: dict[tuple[int, Role], list[str]] = defaultdict(list)
    for project_id, role, name in session.execute(wanted):
        found[project_id, role].append(name)
    return found


def people(session: Session, today: date) -> Sheet:
    widths = {"unit": NAME, "title": NAME, "phone": (Form.TEXT, 14), "roles": NAME}
    columns = [Column(heading, *widths.get(name, ())) for name, heading in PERSON_COLUMNS.items()]
    return Sheet("人员", [*columns, Column("在岗"), Column("已绑定")], _person_rows(session, today))


def _person_rows(session: Session, today: date) -> Rows:
    held = (
        select(PersonRole.person_id, PersonRole.role).where(_holds(PersonRole, today)).order_by(PersonRole.id)
    )
    roles: dict[int, list[str]] = defaultdict(list)
    for person_id, role in session.execute(held):
        roles[person_id].append(called(ROLE_WORDS, role))
    bound = set(session.scalars(select(Binding.person_id).where(Binding.ended.is_(None))))
    wanted = select(Person, Unit.name).join(Unit, Unit.id == Person.unit_id).order_by(Unit.id, Person.id)
    for person, unit in streamed(session, wanted):
        special = {"unit": unit, "roles": JOINED.join(roles[person.id])}
        values = (_of(name, special, person) for name in PERSON_COLUMNS)
        yield (*values, yes(person.active), yes(person.id in bound))


def _holds(table: type[PersonRole | Responsibility], today: date) -> ColumnElement[bool]:
    return and_(table.since <= today, or_(table.until.is_(None), table.until > today))
