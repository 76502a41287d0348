"""Builders: rows with sensible defaults, added and flushed: `a_person(session, name="李四")` changes one.

Whatever a row needs (a project its unit, a duty its project) is built along if it is not given. Keywords are
the columns' names; a missing parent can be given as the row itself (`unit=`, `project=`, `person=`).
"""

from datetime import date, datetime, timedelta, timezone
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, Lane, OrderKind, OrderState, ProjectKind, ReportKind, Role, Severity, Stage
from storage import ledger
from storage.messages import MediaKind, Outgoing
from storage.tables.base import Base
from storage.tables.ledger import RulesVersion
from storage.tables.ordering import Order
from storage.tables.registry import (
    Binding,
    Leave,
    Milestone,
    Person,
    PersonRole,
    Project,
    Responsibility,
    Secretary,
    Unit,
    YearPlan,
)
from storage.tables.reminding import Nudge, NudgeDuty
from storage.tables.reporting import Duty, Issue, MediaFile, Report, ReportVersion
from storage.tables.traffic import InboxRow, OutboxRow, Talk

# The sample city's first moment: Monday 26 March 2012, nine in the morning in Shanghai.
NOW = datetime(2012, 3, 26, 9, 0, tzinfo=timezone(timedelta(hours=8)))

Row = TypeVar("Row", bound=Base)


def added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def nth(session: Session, table: type[Base]) -> int:
    """The next number of a table, counted from 1: makes names and registry numbers unlike each other."""
    return (session.scalar(select(func.count()).select_from(table)) or 0) + 1


def a_unit(session: Session, **given: object) -> Unit:
    return added(session, Unit(**{"name": f"责任单位{nth(session, Unit)}", **given}))


def a_person(
    session: Session, *, unit: Unit | None = None, role: Role | None = Role.REPORTER, **given: object
) -> Person:
    number = nth(session, Person)
    unit_id = given.pop("unit_id", None) or (unit or a_unit(session)).id
    defaults = {"name": f"张三{number}", "phone": f"139{number:08d}", "unit_id": unit_id}
    person = added(session, Person(**{**defaults, **given}))
    if role is not None:
        a_role(session, person, role)
    return person


def a_role(session: Session, person: Person, role: Role, **given: object) -> PersonRole:
    defaults = {"person_id": person.id, "role": role, "since": date(2012, 1, 1)}
    return added(session, PersonRole(**{**defaults, **given}))


def a_project(
    session: Session, *, unit: Unit | None = None, reporter: Person | None = None, **given: object
) -> Project:
    """A started construction project of 1 亿元. With `reporter`, that person answers for it."""
    number = nth(session, Project)
    unit_id = given.pop("unit_id", None)
    if unit_id is None:
        unit_id = reporter.unit_id if unit is None and reporter is not None else (unit or a_unit(session)).id
    defaults = {
        "number": number,
        "name": f"城北水厂{number}期",
        "unit_id": unit_id,
        "kind": ProjectKind.CONSTRUCTION,
        "stage": Stage.STARTED,
        "category": "城市建设",
        "total_investment": 100_000_000,
        "opening_month": "2012-02",
        "start_actual": date(2011, 5, 1),
        "registered": date(2012, 1, 1),
    }
    project = added(session, Project(**{**defaults, **given}))
    if reporter is not None:
        a_responsibility(session, project, reporter)
    return project


def a_responsibility(
    session: Session, project: Project, person: Person, role: Role = Role.REPORTER, **given: object
) -> Responsibility:
    defaults = {"project_id": project.id, "person_id": person.id, "role": role, "since": date(2012, 1, 1)}
    return added(session, Responsibility(**{**defaults, **given}))


def a_year_plan(session: Session, project: Project, **given: object) -> YearPlan:
    defaults = {"project_id": project.id, "year": 2012, "amount": 24_000_000, "goal": "主体完工"}
    return added(session, YearPlan(**{**defaults, **given}))


def a_milestone(session: Session, project: Project, **given: object) -> Milestone:
    defaults = {"project_id": project.id, "name": "基础完工", "planned": date(2012, 6, 30)}
    return added(session, Milestone(**{**defaults, **given}))


def a_secretary(
    session: Session, *, leader_id: int, person: Person | None = None, **given: object
) -> Secretary:
    person = person or a_person(session, name="王秘书", role=None)
    defaults = {"person_id": person.id, "leader_id": leader_id, "since": date(2012, 1, 1)}
    return added(session, Secretary(**{**defaults, **given}))


def a_leave(session: Session, *, person: Person, stand_in: Person | None = None, **given: object) -> Leave:
    """Away for the first ten days of April 2012."""
    defaults = {
        "person_id": person.id,
        "stand_in_id": stand_in.id if stand_in else None,
        "since": date(2012, 4, 1),
        "until": date(2012, 4, 11),
        "set_by": person.id,
        "at": NOW,
    }
    return added(session, Leave(**{**defaults, **given}))


def a_binding(session: Session, person: Person, **given: object) -> Binding:
    """The person's account on the fake Telegram; user and chat are the person's id plus 1000."""
    defaults = {
        "person_id": person.id,
        "channel": "telegram",
        "account": "bot",
        "user": str(person.id + 1000),
        "chat": str(person.id + 1000),
        "bound": NOW,
        "last_used": NOW,
    }
    return added(session, Binding(**{**defaults, **given}))


def some_rules(session: Session, text: str = "") -> RulesVersion:
    """The rules version with this text; made once."""
    found = session.scalar(select(RulesVersion).where(RulesVersion.text == text))
    return found or added(
        session, RulesVersion(taken=NOW, text=text, sha256=f"{nth(session, RulesVersion):064d}")
    )


def a_duty(session: Session, *, project: Project | None = None, **given: object) -> Duty:
    """The monthly progress of March 2012: opened, due on 5 April, closing on 10 April at 18:00."""
    project = project or a_project(session)
    defaults = {
        "project_id": project.id,
        "unit_id": project.unit_id,
        "kind": DutyKind.PROGRESS,
        "period": "2012-03",
        "opens": NOW - timedelta(days=1),
        "due": datetime(2012, 4, 5, 18, tzinfo=NOW.tzinfo),
        "closes": datetime(2012, 4, 10, 18, tzinfo=NOW.tzinfo),
        "rules_version": some_rules(session).id,
    }
    return added(session, Duty(**{**defaults, **given}))


def a_delivered_reminder(session: Session, duty: Duty, person_id: int) -> Nudge:
    """The proof that somebody knew of a duty: a reminder that another channel had taken the moment it opened."""
    row = an_outbox_row(
        session, channel="elsewhere", chat="elsewhere", lane=Lane.REMINDER.order, state="sent",
        ended=duty.opens, person_id=person_id,
    )  # fmt: skip
    nudge = added(
        session,
        Nudge(person_id=person_id, at=duty.opens, step="due-5", state="written", outbox_id=row.id),
    )
    added(session, NudgeDuty(nudge_id=nudge.id, duty_id=duty.id, own=True))
    return nudge


def a_report(
    session: Session,
    *,
    project: Project | None = None,
    person: Person | None = None,
    amount: int | None = 12_000_000,
    progress: str = "主体封顶",
    **given: object,
) -> Report:
    """A filed progress report with its first version."""
    person = person or a_person(session)
    project = project or a_project(session, reporter=person)
    defaults = {
        "project_id": project.id,
        "unit_id": project.unit_id,
        "kind": ReportKind.PROGRESS,
        "period": "2012-03",
        "filed_by": person.id,
        "filed": NOW,
    }
    report = added(session, Report(**{**defaults, **given}))
    a_version(session, report, amount=amount, progress=progress)
    return report


def a_version(session: Session, report: Report, **given: object) -> ReportVersion:
    defaults = {
        "report_id": report.id,
        "version": report.version,
        "filed_by": report.filed_by,
        "filed": report.filed,
        "check": {},
    }
    return added(session, ReportVersion(**{**defaults, **given}))


def an_issue(
    session: Session, *, project: Project | None = None, person: Person | None = None, **given: object
) -> Issue:
    """An open general problem with land acquisition."""
    person = person or a_person(session)
    project = project or a_project(session, reporter=person)
    defaults = {
        "project_id": project.id,
        "unit_id": project.unit_id,
        "severity": Severity.GENERAL,
        "category": "征地拆迁",
        "what": "两户未签协议",
        "found": NOW,
        "filed_by": person.id,
        "filed": NOW,
        "rules_version": some_rules(session).id,
    }
    issue = added(session, Issue(**{**defaults, **given}))
    # As every deed it stands in the ledger: what is to be looked at anew is read off there.
    ledger.append(
        session, chain=f"unit:{project.unit_id}", who=f"person:{person.id}", act="file_issue",
        facts={"project": project.id, "issue": issue.number}, now=NOW,
    )  # fmt: skip
    return issue


def a_talk(session: Session, person: Person, **given: object) -> Talk:
    defaults = {
        "person_id": person.id,
        "script": "report_progress",
        "answers": {},
        "opened": NOW,
        "touched": NOW,
    }
    return added(session, Talk(**{**defaults, **given}))


def an_inbox_row(session: Session, **given: object) -> InboxRow:
    number = nth(session, InboxRow)
    defaults = {
        "channel": "telegram",
        "account": "bot",
        "external": str(number),
        "sender": "telegram:bot:1001",
        "raw": b"{}",
        "received": NOW,
    }
    return added(session, InboxRow(**{**defaults, **given}))


def an_outbox_row(session: Session, **given: object) -> OutboxRow:
    defaults = {
        "channel": "telegram",
        "account": "bot",
        "chat": "1001",
        "lane": Lane.REPLY.order,
        "body": Outgoing(text="收到").model_dump(mode="json"),
        "written": NOW,
        "due": NOW,
    }
    return added(session, OutboxRow(**{**defaults, **given}))


def a_photo(session: Session, person: Person, *, inbox: InboxRow | None = None, **given: object) -> MediaFile:
    inbox = inbox or an_inbox_row(session)
    defaults = {
        "person_id": person.id,
        "inbox_id": inbox.id,
        "channel": inbox.channel,
        "account": inbox.account,
        "kind": MediaKind.PHOTO,
        "reference": f"file{inbox.id}",
        "received": inbox.received,
        "next_try": NOW,
    }
    return added(session, MediaFile(**{**defaults, **given}))


def an_order(session: Session, *, project: Project | None = None, **given: object) -> Order:
    """A draft of the city's first leader for the project's own unit."""
    project = project or a_project(session)
    defaults = {
        "kind": OrderKind.DIRECTIVE,
        "state": OrderState.DRAFTED,
        "what": "请本周内拿方案",
        "project_id": project.id,
        "unit_id": project.unit_id,
        "drafted": NOW,
        "drafted_by": given.get("drafted_by") or a_person(session).id,
        "since": NOW,
        "due": NOW + timedelta(days=4),
    }
    return added(session, Order(**{**defaults, **given}))
