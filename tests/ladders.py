"""Many major problems at once, in a city that stands: for storms and benches."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rules.kinds import Role, Severity
from rules.workdays import city_zone
from storage import escalations, issues
from storage import rules as stored_rules
from storage.issue_life import Rules
from storage.messages import Option, Outgoing
from storage.tables.registry import Project, Responsibility
from storage.tables.reporting import Issue

TAKE = "已知悉"


def open_ladders(session: Session, count: int, now: datetime) -> list[int]:
    """So many major problems, filed by the contacts of the city's projects in turn; nobody was told of them yet."""
    rules = stored_rules.in_force(session)
    contacts = session.execute(
        select(Project.id, Project.unit_id, func.min(Responsibility.person_id))
        .join(Responsibility, Responsibility.project_id == Project.id)
        .where(Responsibility.role == Role.REPORTER)
        .group_by(Project.id)
        .order_by(Project.id)
    ).all()
    found = []
    for number in range(count):
        project, unit, person = contacts[number % len(contacts)]
        issue = Issue(
            project_id=project, unit_id=unit, severity=Severity.MAJOR, category="relocation", what="两户阻工",
            found=now, filed_by=person, filed=now, rules_version=rules.version,
        )  # fmt: skip
        issues.register(session, issue, now, Rules(rules.book, city_zone()))
        rows = ((Option(label=TAKE, data=f"a|{issue.id}"), Option(label="我来处理", data=f"h|{issue.id}")),)
        alert = Outgoing(title=f"🔴 重大问题 {issue.number}", text="两户阻工\n需要：请派工作组", rows=rows)
        escalations.open_ladder(session, issue.id, rules.book.ladder, alert, now)
        found.append(issue.id)
    return found
