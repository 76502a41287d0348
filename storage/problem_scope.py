"""How a person stands to a problem today: whose steps they may take, and whether they may hear of it at all."""

from datetime import date

from sqlalchemy.orm import Session

from rules.issue_life import ENDED, Who
from rules.kinds import Role
from rules.scope import REPORTING
from storage import departments, issue_life, people
from storage.alerting import told_of
from storage.tables.reporting import Issue

_BY_ROLE = {Role.LEAD_LEADER: Who.LEADER, Role.LEAD_DEPARTMENT: Who.DEPARTMENT}


def whos(session: Session, person_id: int, issue: Issue, today: date) -> frozenset[Who]:
    answers = people.answers_as(session, person_id, issue.project_id, today)
    found = {who for role, who in _BY_ROLE.items() if role in answers}
    if person_id == issue.whose or not answers.isdisjoint(REPORTING):
        found.add(Who.RAISER)
    if Role.OFFICE in people.roles_of(session, person_id, today):
        found.add(Who.OFFICE)
    unit = issue_life.holder(session, issue.id)
    if unit is not None and departments.speaks_for(session, person_id, unit, today):
        found.add(Who.HOLDER)
    for unit in issue_life.helpers(session, issue.id):
        if departments.speaks_for(session, person_id, unit, today):
            found.add(Who.HELPER)
    return frozenset(found)


def those(session: Session, who: Who, issue: Issue, today: date) -> list[int]:
    """The people who stand so to a problem, to be told of what concerns them."""
    match who:
        case Who.OFFICE:
            return people.in_role(session, Role.OFFICE, today)
        case Who.RAISER:
            reporting = people.responsible(session, issue.project_id, [Role.REPORTER], today)
            return list(dict.fromkeys([issue.whose, *reporting]))
        case Who.HOLDER:
            unit = issue_life.holder(session, issue.id)
            if issue.state in ENDED:  # nobody holds it any more; who had it hears of its end
                unit = issue_life.last_department(session, issue.id)
            return [] if unit is None else departments.contacts(session, unit, issue.project_id, today)
        case Who.HELPER:
            helping = issue_life.helpers(session, issue.id)
            return [
                person
                for unit in helping
                for person in departments.contacts(session, unit, issue.project_id, today)
            ]
        case _:
            role = next(role for role, each in _BY_ROLE.items() if each is who)
            return people.responsible(session, issue.project_id, [role], today)


def concerns(session: Session, person_id: int, issue: Issue, today: date) -> bool:
    """Whether somebody may look at a problem: who was told of it, who reports for it, and who holds or held it."""
    if whos(session, person_id, issue, today) or person_id == issue.filed_by:
        return True
    if person_id in told_of(session, issue, today):
        return True
    had = {held.unit for held in issue_life.held(session, issue.id)}
    return any(unit is not None and departments.speaks_for(session, person_id, unit, today) for unit in had)
