"""退回: sending a report back to be mended (decisions: duties and reports 5)."""

from handlers.commands import ReturnReport
from handlers.conversations.return_report import ALL, parts
from handlers.deeds.telling import report_row, tell, tell_reporters
from handlers.moments import day_of
from handlers.outcome import Outcome, digest, enter, refusal
from handlers.turning import Turn
from rules.kinds import ReportKind
from rules.periods import Period
from rules.workdays import end_of_workday
from storage import duties, leaves, projects, reports
from storage import rules as stored_rules
from storage.messages import Outgoing
from storage.tables.reporting import Duty, Report


def return_report(turn: Turn, command: ReturnReport) -> Outcome:
    words = turn.city.words
    report = turn.session.get(Report, command.report_id)
    duty = _duty(turn, report) if report else None
    if report is None or duty is None:
        return refusal(words.return_too_late.format(receipt=f"J{command.report_id}"))
    book = stored_rules.in_force(turn.session).book
    mend_by = end_of_workday(turn.today, book.caps.mend_workdays, book, turn.city.zone)
    reports.return_(
        turn.session, report, person_id=turn.person.id, because=command.because, parts=command.parts,
        mend_by=mend_by, now=turn.now,
    )  # fmt: skip
    enter(
        turn, report.unit_id, "return_report", report=report.receipt, version=report.version,
        project=report.project_id, period=report.period, parts=command.parts and list(command.parts),
        mend_by=mend_by.isoformat(), because=digest(turn, command.because),
    )  # fmt: skip
    project, period = projects.named(turn.session, report.project_id), Period.parse(report.period)
    date = day_of(mend_by.astimezone(turn.city.zone).date())
    _tell_whose_it_is(turn, command, report, duty, date)
    title = words.returned.format(receipt=report.receipt)
    text = words.returned_text.format(project=project.name, period=period.chinese, date=date)
    return Outcome(Outgoing(title=title, text=text), summary=title)


def _duty(turn: Turn, report: Report) -> Duty | None:
    """The duty that the report settles, if the report can still be returned."""
    stands = report.withdrawn is None and report.returned is None and report.kind is ReportKind.PROGRESS
    found = duties.of_project(
        turn.session, report.project_id, Duty.report_id == report.id, Duty.state.is_(None)
    )
    return found[0] if stands and found else None


def _tell_whose_it_is(turn: Turn, command: ReturnReport, report: Report, duty: Duty, date: str) -> None:
    """Tells whose report it was; and if that is another's project by now, those who have to mend it."""
    words = turn.city.words
    text = words.told_returned.format(
        project=projects.named(turn.session, report.project_id).name,
        period=Period.parse(report.period).chinese,
        because=command.because,
        parts=parts(words)[command.parts[0] if command.parts else ALL],
        date=date,
    )
    title = words.told_returned_title.format(receipt=report.receipt)
    message = Outgoing(title=title, text=text, rows=report_row(turn, duty, words.mend_button))
    whose = reports.whose(turn.session, report.id)
    tell(turn, [whose, *leaves.who_is_there(turn.session, [whose], turn.today)], message)
    if whose not in projects.reporters(turn.session, report.project_id, turn.today):
        tell_reporters(turn, report.project_id, message)
