"""What an instruction may be about besides a problem: a report (J5) or a figure (A17); and who may give it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from rules.kinds import Role
from storage import explaining, people, scopes
from storage.alerting import alerted
from storage.tables.digests import FigureCode
from storage.tables.reporting import Report


@dataclass(frozen=True, slots=True)
class Source:
    """The project that it is of; None for a figure of many."""

    project_id: int | None = None


def find(session: Session, code: str) -> Source | None:
    if code.startswith("A"):
        return Source() if session.get(FigureCode, int(code[1:])) is not None else None
    report = session.get(Report, int(code[1:])) if code.startswith("J") else None
    return Source(report.project_id) if report is not None else None


def may_direct(session: Session, person_id: int, code: str, today: date) -> bool:
    """Who leads the report's project, or was told the figure; who acts for them; never the unit's own people."""
    source = find(session, code)
    if source is None:
        return False
    if source.project_id is None:
        figure = session.get_one(FigureCode, int(code[1:]))
        scope = scopes.of_person(session, person_id, today)
        of_a_unit = scope is None or scope.kind == scopes.UNIT
        return not of_a_unit and explaining.may_ask(session, figure, person_id, today)
    if person_id in alerted(session, source.project_id, today, heads=False):
        return True
    return Role.SUPERVISION in people.roles_of(session, person_id, today)
