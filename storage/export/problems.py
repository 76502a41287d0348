"""Sheet 问题: every problem with who raised it and who took note of it first."""

from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from rules.book import default_book
from storage import rules as stored_rules
from storage.export import handling
from storage.export.words import COUNT, ISSUE_STATE_WORDS, LONG, MOMENT, NAME, SEVERITY_WORDS, Rows, streamed
from storage.issue_life import REAL
from storage.media import THERE
from storage.tables.registry import Person, Project, Unit
from storage.tables.reporting import Issue, IssueEvent, MediaFile
from storage.xlsx import Column, Sheet


def problems(session: Session, today: date) -> Sheet:
    columns = [
        Column("编号"), Column("项目序号", *COUNT), Column("项目", *NAME), Column("责任单位", *NAME), Column("级别"),
        Column("类别"), Column("问题描述", *LONG), Column("需要的支持", *LONG), Column("地点", *NAME),
        Column("发现时间", *MOMENT),
        Column("提出单位", *NAME), Column("提出人"), Column("代报人"), Column("提出时间", *MOMENT), Column("状态"),
        Column("知悉人"), Column("知悉时间", *MOMENT), Column("第几次上报", *COUNT), Column("办结时间", *MOMENT),
        Column("附件数", *COUNT), *handling.COLUMNS,
    ]  # fmt: skip
    return Sheet("问题", columns, _problem_rows(session, today))


def _problem_rows(session: Session, today: date) -> Rows:
    rules = stored_rules.newest(session)
    book = rules.book if rules else default_book()
    for row in streamed(session, _every_problem(today)):
        issue, project, unit, raiser, asking, clerk, knower, known, count, *way = row
        category = book.category(issue.category)
        yield (
            issue.number, project.number, project.name, unit, SEVERITY_WORDS[issue.severity],
            category.name if category else issue.category, issue.what, issue.help_needed, issue.place,
            issue.found, asking, raiser, clerk, issue.filed, ISSUE_STATE_WORDS[issue.state], knower, known,
            issue.times, issue.closed, count, *handling.cells(issue, count, way),
        )  # fmt: skip


def _every_problem(today: date) -> Select[*tuple[Any, ...]]:
    """Each problem with its project, its units, whose it is, who filed it for them, and who took note of it first."""
    asking, knower, clerk = aliased(Unit), aliased(Person), aliased(Person)
    first = (
        select(func.min(IssueEvent.id))
        .where(IssueEvent.issue_id == Issue.id, IssueEvent.kind == "acknowledged")
        .correlate(Issue)
        .scalar_subquery()
    )
    files = select(func.count()).where(MediaFile.issue_id == Issue.id, THERE).scalar_subquery()
    return (
        select(
            Issue,
            Project,
            Unit.name,
            Person.name,
            asking.name,
            clerk.name,
            knower.name,
            IssueEvent.at,
            files,
            *handling.wanted(today),
        )
        .join(Project, Project.id == Issue.project_id)
        .join(Unit, Unit.id == Issue.unit_id)
        .join(Person, Person.id == func.coalesce(Issue.for_person, Issue.filed_by))
        .join(asking, asking.id == Person.unit_id)
        .outerjoin(clerk, and_(clerk.id == Issue.filed_by, Issue.for_person.is_not(None)))
        .outerjoin(IssueEvent, IssueEvent.id == first)
        .outerjoin(knower, knower.id == IssueEvent.person_id)
        .where(REAL)
        .order_by(Issue.id)
    )
