"""Deeds about zero-reports (零报告)."""

from handlers.commands import FileZeros
from handlers.deeds.duty import is_open
from handlers.outcome import Outcome, enter
from handlers.turning import Turn
from rules.kinds import DutyKind, ReportKind
from rules.periods import Period, span
from storage import duties, issues, projects, reports
from storage.duties import DutyRow
from storage.messages import Outgoing


def file_zeros(turn: Turn, command: FileZeros, talk_id: int | None) -> Outcome:
    words = turn.city.words
    period = Period.parse(command.period)
    barred = issues.barring(turn.session, command.project_ids, *span(period, turn.city.zone))
    lines, receipts = [], []
    for project_id in command.project_ids:
        project = projects.named(turn.session, project_id)
        duty = duties.find(turn.session, project_id, DutyKind.ZERO, command.period)
        if project_id in barred:
            reason = words.zero_reason_issue.format(numbers=words.list_separator.join(barred[project_id]))
        elif duty is None or not is_open(duty, turn):
            reason = words.zero_reason_closed
        else:
            receipt = _file_zero(turn, project.unit_id, duty, talk_id)
            receipts.append(receipt)
            lines.append(words.zero_receipt_line.format(project=project.name, receipt=receipt))
            continue
        lines.append(words.zero_refused_line.format(project=project.name, reason=reason))
    title = words.zero_receipt if receipts else words.zero_none.format(period=period.chinese)
    return Outcome(Outgoing(title=title, text="\n".join(lines)), receipts[0] if receipts else "", title)


def _file_zero(turn: Turn, unit_id: int, duty: DutyRow, talk_id: int | None) -> str:
    """Files a zero, unless one stands: then that one's receipt is repeated."""
    standing = reports.said(turn.session, duty.project_id, ReportKind.ZERO, duty.period)
    if standing is not None:
        return f"J{standing.id}"
    filed = reports.file(
        turn.session, project_id=duty.project_id, unit_id=unit_id, kind=ReportKind.ZERO,
        period=duty.period, person_id=turn.person.id, content=reports.Content(), talk_id=talk_id, now=turn.now,
    )  # fmt: skip
    duties.settle(turn.session, duty.id, filed.report_id, turn.now)
    enter(turn, unit_id, "file_zero", report=filed.receipt, project=duty.project_id, period=duty.period)
    return filed.receipt
