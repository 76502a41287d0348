"""Looking a report up by its receipt (J12): what it says now, who filed it, and whether it still counts."""

from handlers.lights_shown import light_lines
from handlers.loading.base import alerted
from handlers.moments import day_and_hour
from handlers.screen import Rows
from handlers.turning import Turn
from rules import money
from rules.kinds import ReportKind
from rules.periods import Period
from storage import leaves, people, projects, reports
from storage.messages import Option, Outgoing
from storage.projects import Named
from storage.tables.reporting import Report, ReportVersion


def look_up_report(turn: Turn, report_id: int) -> Outgoing:
    """For those whom it concerns: who reports for its project, who leads it, the office, and who filed it."""
    words = turn.city.words
    report = turn.session.get(Report, report_id)
    if report is None or not _concerns(turn, report):
        return Outgoing(text=words.no_such_report.format(receipt=f"J{report_id}"))
    project = projects.named(turn.session, report.project_id)
    title = words.report_title_line.format(
        receipt=report.receipt,
        project=project.name,
        period=Period.parse(report.period).chinese,
        what=words.duties_kind_zero if report.kind is ReportKind.ZERO else words.duties_kind_progress,
    )
    version = reports.version_of(turn.session, report)
    lines = [*_said(turn, version), *_how_it_stands(turn, report, version)]
    return Outgoing(title=title, text="\n".join(lines), rows=_rows(turn, report, project))


def _concerns(turn: Turn, report: Report) -> bool:
    reporting = projects.reporters(turn.session, report.project_id, turn.today)
    told = alerted(turn.session, report.project_id, turn.today)
    return turn.person.id in {report.filed_by, *reporting, *told}


def _said(turn: Turn, version: ReportVersion) -> list[str]:
    words, lines = turn.city.words, []
    if version.amount is not None:
        lines.append(words.line_amount.format(amount=money.wan(version.amount)))
    if version.progress:
        template = words.line_carried if version.carried else words.line_progress
        lines.append(template.format(text=version.progress))
    return lines


def _how_it_stands(turn: Turn, report: Report, version: ReportVersion) -> list[str]:
    words = turn.city.words
    name = _filer(turn, report, version)
    time = day_and_hour(version.filed, turn.city.zone)
    lines = [words.report_status.format(time=time, name=name, version=version.version)]
    if report.withdrawn is not None:
        lines.append(words.report_withdrawn)
    elif report.returned is not None:
        lines.append(words.returned_hint.format(why=report.returned_because))
    if report.kind is ReportKind.PROGRESS:
        shown = light_lines(turn.session, [report.project_id], words, turn.today, turn.city.zone)
        lines += shown.values()
    return lines


def _filer(turn: Turn, report: Report, version: ReportVersion) -> str:
    """Who filed it; with the name of who was away, if it was as their stand-in (代班)."""
    name = people.names(turn.session, [version.filed_by])[version.filed_by]
    day = version.filed.astimezone(turn.city.zone).date()
    away = leaves.stood_in_for(turn.session, version.filed_by, [report.project_id], day)
    if report.project_id not in away:
        return name
    return turn.city.words.stood_in.format(name=name, away=away[report.project_id])


def _rows(turn: Turn, report: Report, project: Named) -> Rows:
    """The way to correct it, for who may, while its month is open."""
    if report.kind is not ReportKind.PROGRESS:
        return ()
    open_now = projects.open_for_progress(turn.session, turn.person.id, turn.now, turn.today)
    if not any((row.id, row.period) == (project.id, report.period) for row in open_now):
        return ()
    label = turn.city.words.report_change
    return ((Option(label=label, data=f"o|report_progress|{project.id}.{report.period}"),),)
