"""同上月 for several projects at once (decisions: 6)."""

from handlers.commands import FileProgress, FileSame
from handlers.deeds.duty import is_open, keep
from handlers.deeds.progress import file_version, owed_now, still_owed
from handlers.outcome import Outcome
from handlers.turning import Turn
from rules.kinds import DutyKind, ReportKind
from rules.periods import Period
from storage import advance, duties, projects, reports
from storage.messages import Outgoing


def file_same(turn: Turn, command: FileSame, talk_id: int | None) -> Outcome:
    """Each is filed as if it had been reported alone; what can no longer be said of one is named."""
    words, lines, receipts = turn.city.words, [], []
    for project_id, period in command.projects:
        name = projects.named(turn.session, project_id).name
        receipt = (
            _file_unmoved(turn, project_id, period, talk_id) if _is_unmoved(turn, project_id, period) else ""
        )
        if receipt:
            receipts.append(receipt)
            lines.append(words.receipt_same_line.format(project=name, receipt=receipt))
        else:
            lines.append(words.same_refused_line.format(project=name))
    lines.append(still_owed(turn, owed_now(turn)))
    title = words.receipt_same.format(count=len(receipts))
    return Outcome(Outgoing(title=title, text="\n".join(lines)), receipts[0] if receipts else "", title)


def _is_unmoved(turn: Turn, project_id: int, month: str) -> bool:
    period = Period.parse(month)
    last = str(period.previous())
    return project_id in advance.unmoved(turn.session, turn.person.id, last, period.last_day, turn.today)


def _file_unmoved(turn: Turn, project_id: int, period: str, talk_id: int | None) -> str:
    before = reports.said(turn.session, project_id, ReportKind.PROGRESS, str(Period.parse(period).previous()))
    duty = duties.find(turn.session, project_id, DutyKind.PROGRESS, period)
    standing = reports.said(turn.session, project_id, ReportKind.PROGRESS, period)
    if before is None or standing is not None or duty is None or not is_open(duty, turn):
        return ""
    amount = None if before.amount is None else 0
    same = FileProgress(project_id, period, amount, before.progress, stage=before.stage, carried=True)
    unit_id = projects.named(turn.session, project_id).unit_id
    filed = file_version(turn, same, unit_id, talk_id)
    keep(turn, duty, filed.report_id)
    return filed.receipt
