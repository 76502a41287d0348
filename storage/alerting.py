"""Who is told of a major problem (重大问题), and who of them may take note of it."""

from datetime import date

from sqlalchemy.orm import Session

from rules.kinds import Role
from storage import departments, escalations, issue_life, leaves, people, secretaries
from storage.tables.reporting import Issue


def alerted(session: Session, project_id: int, today: date, *, heads: bool = True) -> list[int]:
    """Who is told of a major problem: lead leader, lead department, unit head, office, then who acts for them.

    Without `heads`, those who may acknowledge it: the unit's own head is told but cannot (decisions: 9).
    """
    found = alerted_themselves(session, project_id, today, heads=heads)
    acting = [secretary for secretary, _ in secretaries.of_leaders(session, found, today)]
    if heads:  # a head on leave is told all the same, and so is the stand-in
        acting += leaves.who_is_there(session, found, today)
    return list(dict.fromkeys([*found, *acting]))


def alerted_themselves(session: Session, project_id: int, today: date, *, heads: bool = True) -> list[int]:
    """The same without those who act on somebody's behalf."""
    found: list[int] = []
    roles = (Role.LEAD_LEADER, Role.LEAD_DEPARTMENT, Role.HEAD)
    for role in roles if heads else roles[:2]:
        found += people.responsible(session, project_id, [role], today)
    return list(dict.fromkeys([*found, *people.in_role(session, Role.OFFICE, today)]))


def told_of(session: Session, issue: Issue, today: date) -> list[int]:
    """Everyone who is told of a problem: those whom it concerns today, and whom its ladder has told."""
    concerned = alerted(session, issue.project_id, today)
    return list(dict.fromkeys([*concerned, *escalations.asked(session, issue, today)]))


def may_take(session: Session, issue: Issue, today: date) -> list[int]:
    """Who may take note of it, and with that stop its ladder; never the unit's own head (decisions: 9).

    Whoever speaks for the department that holds it is of its lead department: their 签收 stops the ladder too.
    """
    concerned = alerted(session, issue.project_id, today, heads=False)
    asked = (each.person_id for each in escalations.asked(session, issue, today).values() if each.may)
    holder = issue_life.holder(session, issue.id)
    holding = holder is not None and holder != issue.unit_id
    holds = departments.speaking(session, holder, today) if holding and holder is not None else []
    return list(dict.fromkeys([*concerned, *asked, *holds]))
