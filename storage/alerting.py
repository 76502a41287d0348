"""Who is told of a major problem (重大问题), and who of them may take note of it."""

from datetime import date

from sqlalchemy.orm import Session

from rules.kinds import Role
from storage import people, secretaries


def alerted(session: Session, project_id: int, today: date, *, heads: bool = True) -> list[int]:
    """Who is told of a major problem: lead leader, lead department, unit head, office, then their secretaries.

    Without `heads`, those who may acknowledge it: the unit's own head is told but cannot (decisions: 9).
    """
    found = alerted_themselves(session, project_id, today, heads=heads)
    acting = (secretary for secretary, _ in secretaries.of_leaders(session, found, today))
    return list(dict.fromkeys([*found, *acting]))


def alerted_themselves(session: Session, project_id: int, today: date, *, heads: bool = True) -> list[int]:
    """The same without those who act on somebody's behalf."""
    found: list[int] = []
    roles = (Role.LEAD_LEADER, Role.LEAD_DEPARTMENT, Role.HEAD)
    for role in roles if heads else roles[:2]:
        found += people.responsible(session, project_id, [role], today)
    return list(dict.fromkeys([*found, *people.in_role(session, Role.OFFICE, today)]))
