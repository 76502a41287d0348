"""Sheet 问题经过: everything that happened to every problem, by whom and when, oldest first."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from rules.issue_drawing import STEPS
from rules.kinds import IssueAct
from storage.export.words import LONG, MOMENT, NAME, Rows, streamed
from storage.issue_life import REAL
from storage.issues import NO_WORD
from storage.tables.registry import Person, Project
from storage.tables.reporting import Issue, IssueEvent
from storage.xlsx import Column, Sheet

EVENT_WORDS: dict[str, str] = {
    "registered": "登记",
    IssueAct.ACKNOWLEDGED: "知悉",
    IssueAct.HANDLING: "我来处理",
    IssueAct.FORWARDED: "转办",
    IssueAct.DIRECTIVE: "批示",
    "called_false": "称误报",
    NO_WORD: "当日没有续报",
    "found_after_zero": "零报告后发现",
    "circular": "列入通报",
    **{str(step): name for step, name in STEPS.items()},
}


def courses(session: Session) -> Sheet:
    columns = [
        Column("编号"), Column("项目", *NAME), Column("时间", *MOMENT), Column("何人"), Column("经过"),
        Column("说明", *LONG),
    ]  # fmt: skip
    return Sheet("问题经过", columns, _rows(session))


def _rows(session: Session) -> Rows:
    for issue, project, event, name in streamed(session, _every_event()):
        yield f"W{issue}", project, event.at, name, EVENT_WORDS.get(event.kind, event.kind), event.note


def _every_event() -> Select[*tuple[Any, ...]]:
    return (
        select(Issue.id, Project.name, IssueEvent, Person.name)
        .join(Issue, Issue.id == IssueEvent.issue_id)
        .join(Project, Project.id == Issue.project_id)
        .outerjoin(Person, Person.id == IssueEvent.person_id)
        .where(REAL)
        .order_by(IssueEvent.issue_id, IssueEvent.id)
    )
