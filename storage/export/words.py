"""What the sheets of the export share: Chinese terms for what rows hold, forms of columns, rows that stream."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, DutyState, IssueState, ProjectState, Severity
from rules.periods import Period
from storage.xlsx import Form, Value

Row = tuple[Value, ...]
Rows = Iterator[Row]
Word = TypeVar("Word", bound=StrEnum)

STREAMED = 1000  # rows in memory at a time

DUTY_WORDS = {
    DutyKind.PROGRESS: "进展月报",
    DutyKind.ZERO: "零报告",
    DutyKind.ISSUE: "一般问题月报告",
    DutyKind.DAILY: "重大问题续报",
}
DUTY_STATE_WORDS = {
    DutyState.UPCOMING: "未到期",
    DutyState.OPEN: "待报",
    DutyState.OVERDUE: "逾期待报",
    DutyState.ON_TIME: "按时",
    DutyState.LATE: "迟报",
    DutyState.MISSED: "未报",
    DutyState.UNDELIVERED: "送达异常",
    DutyState.EXEMPT: "免报",
    DutyState.VOID: "不适用",
}
PROJECT_STATE_WORDS = {
    ProjectState.ACTIVE: "在推进",
    ProjectState.PAUSED: "暂停",
    ProjectState.ENDED: "结束",
}
SEVERITY_WORDS = {Severity.MAJOR: "重大问题", Severity.GENERAL: "一般问题"}
ISSUE_STATE_WORDS = {
    IssueState.REGISTERED: "已登记",
    IssueState.ACKNOWLEDGED: "已知悉",
    IssueState.ASSIGNED: "已交办",
    IssueState.DISPUTED: "退单待裁",
    IssueState.HANDLING: "办理中",
    IssueState.DEFERRING: "延期待批",
    IssueState.DONE: "报办结",
    IssueState.SOLVED: "报已解决",
    IssueState.CLOSED: "已销号",
    IssueState.FALSE: "误报",
}

MONEY = (Form.MONEY, 16)
DAY = (Form.DAY, 12)
MOMENT = (Form.MOMENT, 17)
COUNT = (Form.COUNT, 9)
SHARE = (Form.SHARE, 10)
POINTS = (Form.POINTS, 12)
NAME = (Form.TEXT, 28)
LONG = (Form.TEXT, 40)


def streamed(session: Session, wanted: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """Rows as they come, few at a time."""
    yield from session.execute(wanted.execution_options(yield_per=STREAMED))


def chinese(period: str) -> str:
    return Period.parse(period).chinese


def yes(value: bool) -> str:
    return "是" if value else "否"


def called(words: Mapping[str, Word], value: Word) -> str:
    """What a value is called in the words of a registry workbook."""
    return next(word for word, each in words.items() if each == value)
