"""未报: what can be reported now and has not come, with whom to telephone."""

from dataclasses import dataclass

from sqlalchemy import select

from handlers.answering.asked import SHOWN, Asked, short
from handlers.answering.lights import in_rows
from handlers.asking.question import Ask, What
from handlers.desk_steps import duty_name
from rules.kinds import DutyKind
from rules.periods import Period, latest_opened, span
from storage import news, owing
from storage.messages import Outgoing
from storage.owing import Caller, OpenPeriod, Owing, Span
from storage.tables.registry import Project
from storage.tables.reporting import Duty


@dataclass(frozen=True, slots=True)
class Owed:
    """`overdue` is what the digest counts: past due and still open."""

    periods: tuple[OpenPeriod, ...]
    expected: int
    owing: int
    overdue: int


def owed(asked: Asked) -> Owed:
    turn = asked.turn
    periods = owing.open_periods(turn.session, turn.now)
    figures = [
        row
        for period in periods
        for row in owing.figures(turn.session, period, _half(asked, period), None, turn.now, _of_these(asked))
    ]
    zeros = latest_opened(DutyKind.ZERO, turn.now, asked.book, turn.city.zone)
    late = news.overdue(turn.session, asked.which, turn.now, span(zeros, turn.city.zone), str(zeros))
    return Owed(
        tuple(periods),
        sum(row.expected for row in figures),
        sum(row.owing for row in figures),
        sum(debt.owed for debt in late),
    )


def _of_these(asked: Asked):  # type: ignore[no-untyped-def]  # noqa: ANN202 - SQLAlchemy's own type
    return Duty.project_id.in_(select(Project.id).where(asked.which))


def _half(asked: Asked, period: OpenPeriod) -> Span | None:
    if period.kind is not DutyKind.ZERO:
        return None
    return span(Period.parse(period.period), asked.turn.city.zone)


def answer_owing(asked: Asked) -> Outgoing:
    words, found = asked.words, owed(asked)
    if not asked.is_now and all(period.period != asked.ask.month for period in found.periods):
        return asked.says([words.told_past_owing.format(month=asked.month.chinese)])
    if not found.periods:
        return asked.says([words.told_no_open])
    lines = [words.told_owing.format(expected=found.expected, owing=found.owing, overdue=found.overdue)]
    rows = _debtors(asked, found)
    callers = owing.callers(asked.turn.session, {row.project_id for row in rows}, asked.turn.today)
    alone = len(found.periods) == 1
    lines += [_line(asked, row, callers.get(row.project_id, ()), alone=alone) for row in rows]
    projects = tuple(
        option
        for row in {each.project_id: each for each in rows}.values()
        for option in asked.button(short(row.project, 9), Ask(What.PROJECT, number=row.project_id))
    )
    return asked.says(lines, asked.further(found.owing), rows=in_rows(projects))


def _debtors(asked: Asked, found: Owed) -> list[Owing]:
    turn, first = asked.turn, asked.ask.page * SHOWN
    rows: list[Owing] = []
    for period in found.periods:
        if len(rows) < first + SHOWN:
            rows += owing.owing(
                turn.session, period, _half(asked, period), None, turn.now, first + SHOWN - len(rows),
                _of_these(asked),
            )  # fmt: skip
    return rows[first:]


def _line(asked: Asked, row: Owing, callers: tuple[Caller, ...], *, alone: bool) -> str:
    """With what is owed, unless but one thing can be."""
    words = asked.words
    name = Period.parse(row.period).chinese.partition("年")[2] or row.period
    called = callers[0] if callers else None
    if called is None:
        who = words.nobody_reports
    else:
        who = words.caller.format(name=short(called.name, 6), phone=called.phone or words.no_phone)
    if alone:
        return words.told_debtor_only.format(project=short(row.project, 10), callers=who)
    what = duty_name(words, row.kind, name, row.subject and f"W{row.subject}")
    return words.told_debtor.format(project=short(row.project, 10), what=what, callers=who)
