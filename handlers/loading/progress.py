"""Facts for 报进展."""

from dataclasses import replace

from handlers.facts import Facts, Filed, ProjectFacts
from handlers.loading.base import Loading, by_name, loose, next_opening
from rules.kinds import DutyKind, ReportKind
from rules.periods import Period
from storage import media, projects, reports
from storage.projects import OpenProject


def progress(loading: Loading) -> Facts:
    rows = projects.open_for_progress(loading.session, loading.person.id, loading.now, loading.today)
    chosen = loading.answers.get("project")
    found = tuple(_project(loading, row, chosen) for row in rows) or by_name(loading)
    return Facts(
        loading.city.words,
        loading.person,
        projects=found,
        loose_media=loose(loading) if chosen else (),
        next_opening="" if rows else next_opening(loading, DutyKind.PROGRESS),
    )


def _standing(loading: Loading, row: OpenProject) -> Filed | None:
    """What stands for the chosen project, shown to who corrects it."""
    said = reports.said(loading.session, row.id, ReportKind.PROGRESS, row.period)
    if said is None:
        return None
    photos = media.count_of_report(loading.session, said.id)
    return Filed(f"J{said.id}", said.name, said.amount, said.progress, said.stage, photos, said.version)


def _project(loading: Loading, row: OpenProject, chosen: object) -> ProjectFacts:
    """The chosen project with its figures; the others by name only."""
    period = Period.parse(row.period)
    listed = ProjectFacts(
        row.id, row.number, row.name, row.kind, row.total_investment, period=row.period,
        period_name=period.chinese, filed=Filed(f"J{row.report_id}", row.filer or "") if row.report_id else None,
    )  # fmt: skip
    if chosen != f"{row.id}.{row.period}":
        return listed
    done = projects.done_before(loading.session, row.id, row.period)
    last = reports.said(loading.session, row.id, ReportKind.PROGRESS, str(period.previous()))
    return replace(
        listed,
        year_plan=done.year_plan,
        year_done=done.year,
        total_done=done.total,
        filed=_standing(loading, row) if row.report_id else None,
        last=Filed(f"J{last.id}", last.name, last.amount, last.progress, last.stage) if last else None,
        milestone_due=last is not None and projects.milestone_due(loading.session, row.id, period.last_day),
    )
