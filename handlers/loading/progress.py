"""Facts for 报进展: every open project by name, the chosen one with its figures."""

from dataclasses import replace

from handlers.facts import Facts, Filed, MilestoneFacts, ProjectFacts
from handlers.loading.base import Loading, by_name, loose, next_opening
from rules.kinds import DutyKind, ReportKind
from rules.periods import Period
from storage import advance, advancing, media, projects, reports
from storage import rules as stored_rules
from storage.advance import Done, Due
from storage.projects import OpenProject
from storage.reports import Said

# What a return asks anew that names no part: the questions of 报进展 by the names of their keys.
ALL_PARTS = ("start", "amount", "stage", "node", "progress", "photos")


def progress(loading: Loading) -> Facts:
    rows = projects.open_for_progress(loading.session, loading.person.id, loading.now, loading.today)
    chosen, among = loading.answers.get("project"), loading.answers.get("among")
    if among:  # what a line said can mean only these
        rows = [row for row in rows if f"{row.id}.{row.period}" in among] or rows
    book = stored_rules.in_force(loading.session).book
    unmoved = _unmoved(loading, rows) if chosen in {None, "same"} and not among else set()
    found = tuple(_project(loading, row, chosen, row.id in unmoved) for row in rows) or by_name(loading)
    return Facts(
        loading.city.words,
        loading.person,
        today=loading.today,
        guard=book.money_guard if chosen else None,
        projects=found,
        loose_media=loose(loading) if chosen else (),
        most_media=book.media.per_report,
        longest=book.caps.text_length,
        next_opening="" if rows else next_opening(loading, DutyKind.PROGRESS),
    )


def _unmoved(loading: Loading, rows: list[OpenProject]) -> set[int]:
    """Whether 同上月 can be said of them is asked at once only where several may be reported so."""
    owed = {row.id: Period.parse(row.period) for row in rows if row.report_id is None}
    if len(owed) < 2:
        return set()
    found: set[int] = set()
    for period in set(owed.values()):
        unmoved = advance.unmoved(
            loading.session, loading.person.id, str(period.previous()), period.last_day, loading.today
        )
        found |= {project for project in unmoved if owed.get(project) == period}
    return found


def _project(loading: Loading, row: OpenProject, chosen: object, unmoved: bool) -> ProjectFacts:
    """The chosen project with its figures; the others by name only."""
    period = Period.parse(row.period)
    listed = ProjectFacts(
        row.id, row.number, row.name, row.kind, row.initials, row.total_investment, period=row.period,
        period_name=period.chinese, unmoved=unmoved,
        filed=Filed(f"J{row.report_id}", row.filer or "", returned=row.returned or "") if row.report_id else None,
    )  # fmt: skip
    if chosen == "same" and unmoved:
        return replace(listed, last=_last(loading, row.id, period))
    if chosen != f"{row.id}.{row.period}":
        return listed
    return _with_figures(loading, listed, period, row.report_id is not None)


def _with_figures(loading: Loading, listed: ProjectFacts, period: Period, filed: bool) -> ProjectFacts:
    done = advance.done_before(loading.session, listed.id, listed.period)
    due = advance.milestones_due(loading.session, listed.id, period.last_day)
    last = _last(loading, listed.id, period)
    standing = _standing(loading, listed) if filed else None
    return replace(
        listed,
        year_plan=done.year_plan,
        year_done=done.year,
        total_done=done.total,
        contained=done.contained,
        filed=standing,
        last=last,
        unmoved=last is not None and not last.returned and not due and done.started is not None,
        started=done.started is not None,
        because=done.because,
        milestones=_milestones(loading, due, standing),
        missing=_missing(done, period),
    )


def _milestones(loading: Loading, due: list[Due], standing: Filed | None) -> tuple[MilestoneFacts, ...]:
    """Those that are due, and those that the report that stands speaks of, with what it says."""
    said = {each: (done, why) for each, done, why in standing.milestones} if standing else {}
    asked = {each.id: each for each in [*due, *advancing.milestones(loading.session, said)]}
    by_day = sorted(asked.values(), key=lambda each: (each.planned, each.id))
    return tuple(MilestoneFacts(*each, *said.get(each.id, (None, ""))) for each in by_day)


def _missing(done: Done, period: Period) -> tuple[str, ...]:
    """The months between what the cumulatives hold and this period."""
    found, month = [], period.previous()
    while str(month) > done.through:
        found.append(str(month))
        month = month.previous()
    return tuple(reversed(found))


def _last(loading: Loading, project_id: int, period: Period) -> Filed | None:
    said = reports.said(loading.session, project_id, ReportKind.PROGRESS, str(period.previous()))
    return _filed(said) if said else None


def _standing(loading: Loading, listed: ProjectFacts) -> Filed | None:
    """What stands for the chosen project, shown to who corrects it."""
    said = reports.said(loading.session, listed.id, ReportKind.PROGRESS, listed.period)
    if said is None:
        return None
    return replace(_filed(said), photos=media.count_of_report(loading.session, said.id))


def _filed(said: Said) -> Filed:
    return Filed(
        f"J{said.id}", said.name, said.amount, said.progress, said.stage, 0, said.next_plan, said.coordination,
        said.carried, said.backfill_year, said.backfill_total, tuple(said.backfilled or ()),
        said.returned_because if said.returned else "",
        tuple(said.returned_parts or ALL_PARTS) if said.returned else (), said.version, said.started,
        said.not_started_because,
        tuple((each, *reached) for each, reached in said.of_the_project.milestones.items()),
    )  # fmt: skip
