"""One row of the registry changed in chat: read, planned and written as if a workbook held that row alone.

Rule 1  there is no second way in: the cells are read by the importer's readers and planned by its planner, so
        the same identity rule holds and the same things are errors.
Rule 2  what is changed is known by its id, and every field that was not touched stands as it is registered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rules.kinds import Role
from storage import registry
from storage.entries import KIND_WORDS, PEOPLE, ROLE_WORDS, STAGE_WORDS, Book, CellError
from storage.planning.projects import PLAN_FIELDS, PROJECT_FIELDS, RESPONSIBLE
from storage.preview import Preview
from storage.standard import person_entry, project_entry
from storage.standard_cells import Cells
from storage.tables.registry import Person, PersonRole, Project, Responsibility, Unit, YearPlan

ROW = 1
WORDS = {str(word): name for words in (KIND_WORDS, STAGE_WORDS) for name, word in words.items()}
MONEY = ("total_investment", "amount", "opening_year_done", "opening_total_done")

CellValues = dict[str, object]  # by field name, as a row of the workbook would hold them


@dataclass(frozen=True, slots=True)
class RowChange:
    """`known` is the registered row's id, None for a new one; `typed` is what was typed, by field ("" empties it)."""

    sheet: str
    known: int | None = None
    typed: Mapping[str, str] = field(default_factory=dict)


def plan_change(session: Session, change: RowChange, today: date) -> Preview:
    """What the change would do, or what speaks against it."""
    values = cells(session, change.sheet, change.known, today)
    values |= {name: text or None for name, text in change.typed.items()}
    if change.typed.keys() & {*PLAN_FIELDS}:
        values["year"] = today.year
    errors: list[CellError] = []
    row = Cells(change.sheet, ROW, values, errors)
    if change.sheet == PEOPLE:
        person = person_entry(row).model_copy(update={"known": change.known})
        book = Book(sha256="", people=(person,) if not errors else (), errors=tuple(errors))
    else:
        project = project_entry(row).model_copy(update={"known": change.known})
        book = Book(sha256="", projects=(project,) if not errors else (), errors=tuple(errors))
    return registry.plan(session, book)


def cells(session: Session, sheet: str, known: int | None, today: date) -> CellValues:
    """A registered row as the workbook would hold it; of a new one what needs no asking."""
    if sheet == PEOPLE:
        return _person(session, known) if known is not None else {}
    return _project(session, known, today) if known is not None else _new_project(session, today)


def _person(session: Session, person_id: int) -> CellValues:
    person = session.get_one(Person, person_id)
    roles = set(
        session.scalars(
            select(PersonRole.role).where(PersonRole.person_id == person_id, PersonRole.until.is_(None))
        )
    )
    return {
        "name": person.name,
        "unit": session.get_one(Unit, person.unit_id).name,
        "title": person.title or None,
        "phone": person.phone,
        "roles": "、".join(name for name, role in ROLE_WORDS.items() if role in roles) or None,
        "wecom_userid": person.wecom_userid,
    }


def _new_project(session: Session, today: date) -> CellValues:
    newest = session.scalar(select(func.max(Project.number))) or 0
    month = date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1)
    return {"number": newest + 1, "registered": today, "opening_month": f"{month:%Y-%m}"}


def _project(session: Session, project_id: int, today: date) -> CellValues:
    project = session.get_one(Project, project_id)
    values: CellValues = {name: _cell(name, getattr(project, name)) for name in (*PROJECT_FIELDS, "code")}
    parent = session.get(Project, project.parent_id) if project.parent_id else None
    values |= {
        "unit": session.get_one(Unit, project.unit_id).name,
        "parent": parent.number if parent else None,
    }
    plan = session.scalar(
        select(YearPlan).where(YearPlan.project_id == project_id, YearPlan.year == today.year)
    )
    if plan is not None:
        values |= {"year": plan.year, **{name: _cell(name, getattr(plan, name)) for name in PLAN_FIELDS}}
    return values | _responsible(session, project_id)


def _responsible(session: Session, project_id: int) -> CellValues:
    rows = session.execute(
        select(Responsibility.role, Person, Unit.name)
        .join(Person, Person.id == Responsibility.person_id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Responsibility.project_id == project_id, Responsibility.until.is_(None))
        .order_by(Responsibility.id)
    ).all()
    return {
        column: "、".join(called(person, unit) for held, person, unit in rows if held is role) or None
        for column, role in RESPONSIBLE.items()
    }


def called(person: Person, unit: str) -> str:
    """A person as a cell names them beyond doubt."""
    return person.phone or f"{person.name}({unit})"


def _cell(name: str, value: object) -> object:
    match value:
        case bool():
            return "是" if value else "否"
        case int() if name in MONEY:
            return f"{value}元"
        case None | "":
            return None
        case _:
            return WORDS.get(value, value) if isinstance(value, str) else value


def holders(session: Session, project_id: int, role: Role) -> list[str]:
    """The names of those who answer for a project in a role, whatever may still be dated ahead."""
    return list(
        session.scalars(
            select(Person.name)
            .join(Responsibility, Responsibility.person_id == Person.id)
            .where(
                Responsibility.project_id == project_id,
                Responsibility.role == role,
                Responsibility.until.is_(None),
            )
            .order_by(Responsibility.id)
        )
    )
