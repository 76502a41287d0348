"""Deeds about zero-reports (零报告)."""

from handlers.commands import FileZeros
from handlers.deeds.duty import is_open, keep
from handlers.deeds.telling import not_theirs, tell_for
from handlers.loading.base import half_year
from handlers.outcome import Outcome, enter
from handlers.turning import Turn
from rules.kinds import DutyKind, ReportKind
from rules.periods import Period
from storage import duties, issues, projects, reports
from storage.duties import DutyRow
from storage.messages import Outgoing


def file_zeros(turn: Turn, command: FileZeros, talk_id: int | None) -> Outcome:
    words = turn.city.words
    period = Period.parse(command.period)
    if command.for_person:
        for project_id in command.project_ids:
            if refused := not_theirs(turn, command.for_person, project_id):
                return refused
    barred = issues.barring(turn.session, command.project_ids, *half_year(turn.city, period))
    lines, receipts, filed = [], [], []
    for project_id in command.project_ids:
        project = projects.named(turn.session, project_id)
        duty = duties.find(turn.session, project_id, DutyKind.ZERO, command.period)
        if project_id in barred:
            reason = words.zero_reason_issue.format(numbers=words.list_separator.join(barred[project_id]))
        elif duty is None or not is_open(duty, turn):
            reason = words.zero_reason_closed
        else:
            receipt = _file_zero(turn, project.unit_id, duty, talk_id, command.for_person)
            receipts.append(receipt)
            filed.append(project.name)
            lines.append(words.zero_receipt_line.format(project=project.name, receipt=receipt))
            continue
        lines.append(words.zero_refused_line.format(project=project.name, reason=reason))
    if command.for_person and receipts:
        names = words.list_separator.join(filed)
        told = words.told_for_zero.format(name=turn.person.name, period=period.chinese, projects=names)
        name = tell_for(turn, command.for_person, Outgoing(text=told))
        lines.append(words.told_them.format(name=name))
    title = words.zero_receipt if receipts else words.zero_none.format(period=period.chinese)
    return Outcome(Outgoing(title=title, text="\n".join(lines)), receipts[0] if receipts else "", title)


def _file_zero(turn: Turn, unit_id: int, duty: DutyRow, talk_id: int | None, for_person: int | None) -> str:
    """Files a zero, unless one stands: then that one's receipt is repeated."""
    standing = reports.said(turn.session, duty.project_id, ReportKind.ZERO, duty.period)
    if standing is not None:
        return f"J{standing.id}"
    filed = reports.file(
        turn.session, project_id=duty.project_id, unit_id=unit_id, kind=ReportKind.ZERO,
        period=duty.period, person_id=turn.person.id, content=reports.Content(), talk_id=talk_id, now=turn.now,
        for_person=for_person,
    )  # fmt: skip
    keep(turn, duty, filed.report_id)
    enter(
        turn, unit_id, "file_zero", report=filed.receipt, project=duty.project_id, period=duty.period,
        for_person=for_person,
    )  # fmt: skip
    return filed.receipt
