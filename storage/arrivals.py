"""What has just come, for those who want it at once (立即): reports by their versions, general problems by themselves.

Rule 1  How far was looked is one row: the newest ids. Whoever looks moves it in the same transaction, so that nothing
        is told twice and nothing is passed over.
Rule 2  With nothing new it costs a few look-ups. Major problems are not among it: their alert has gone out already.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from rules.kinds import Often, ReportKind, Severity
from rules.scope import LEADING
from storage import city_facts
from storage.issue_life import REAL
from storage.reading_on import Place, moved
from storage.scopes import of_people
from storage.tables.digests import AtOnce, DigestChoice
from storage.tables.registry import Project, Responsibility
from storage.tables.reporting import Issue, Report, ReportVersion

ONLY = 1  # the id of the one row
VERSIONS, ISSUES = "at once: versions", "at once: problems"  # what was missing (storage/reading_on.py)
SLICE = 40  # versions and problems at a time


class Arrived(NamedTuple):
    """A report that was filed or corrected (with its receipt's number), or a general problem."""

    project_id: int
    project: str
    unit_id: int
    report_id: int | None
    issue_id: int | None
    kind: ReportKind | None
    period: str
    amount: int | None
    text: str
    category: str


def begin(session: Session) -> None:
    """Before the first one wants it: everything that is there counts as told. Nobody looks while nobody wants it."""
    if _wanted(session):
        return
    row = AtOnce(id=ONLY, version_id=_newest(session, ReportVersion), issue_id=_newest(session, Issue))
    session.merge(row)
    session.flush()


def looked(session: Session) -> AtOnce | None:
    """How far was looked; None while nobody wants it."""
    return session.get(AtOnce, ONLY) if _wanted(session) else None


class News(NamedTuple):
    """The next few things that have come, and how far that is. `once` is theirs alone; empty if there is nothing."""

    found: list[Arrived]
    newest: AtOnce
    once: str


def arrived(session: Session, after: AtOnce) -> News:
    """Remembers what may still come from before `newest`."""
    versions_at, issues_at = (
        replace(Place.of_text(city_facts.value(session, name) or "0"), through=through)
        for name, through in ((VERSIONS, after.version_id), (ISSUES, after.issue_id))
    )
    versions, issues = _versions(session, versions_at), _issues(session, issues_at)
    ids = [row[0] for row in versions], [row[0] for row in issues]
    found = [
        Arrived(project, name, unit, report, None, kind, period, amount, text, "")
        for _, project, name, unit, report, kind, period, amount, text in versions
    ]
    found += [
        Arrived(project, name, unit, None, issue, None, "", None, what, category)
        for issue, severity, project, name, unit, what, category in issues
        if severity is Severity.GENERAL
    ]
    moved_to = moved(session, versions_at, ids[0]), moved(session, issues_at, ids[1])
    for name, was, now in zip((VERSIONS, ISSUES), (versions_at, issues_at), moved_to, strict=True):
        if (now.missing, now.until) != (was.missing, was.until):
            city_facts.keep(session, name, str(now))
    newest = AtOnce(id=ONLY, version_id=moved_to[0].through, issue_id=moved_to[1].through)
    late = [str(each) for each in (*ids[0], *ids[1]) if each in versions_at.missing + issues_at.missing]
    once = ".".join([str(newest.version_id), str(newest.issue_id), *late])
    return News(found, newest, once if versions or issues else "")


def _versions(session: Session, place: Place) -> Sequence[Any]:
    wanted = (
        select(
            ReportVersion.id, Project.id, Project.name, Project.unit_id, Report.id, Report.kind, Report.period,
            ReportVersion.amount, ReportVersion.progress,
        )
        .join(Report, Report.id == ReportVersion.report_id)
        .join(Project, Project.id == Report.project_id)
        .where(_beyond(ReportVersion.id, place))
        .order_by(ReportVersion.id)
        .limit(SLICE)
    )  # fmt: skip
    return session.execute(wanted).all()


def _issues(session: Session, place: Place) -> Sequence[Any]:
    wanted = (
        select(
            Issue.id, Issue.severity, Project.id, Project.name, Project.unit_id, Issue.what, Issue.category
        )
        .join(Project, Project.id == Issue.project_id)
        .where(REAL, _beyond(Issue.id, place))
        .order_by(Issue.id)
        .limit(SLICE)
    )
    return session.execute(wanted).all()


def _beyond(number: Any, place: Place) -> Any:  # noqa: ANN401 - a column, a condition
    newer = number > place.through
    return or_(newer, number.in_(place.missing)) if place.missing else newer


def whom_to_tell(session: Session, found: Sequence[Arrived], today: date) -> dict[int, list[Arrived]]:
    """Of each person who wants to be told at once, what concerns their projects."""
    instant = select(DigestChoice.person_id).where(DigestChoice.often == Often.INSTANT)
    wanting = session.scalars(instant.order_by(DigestChoice.person_id)).all()
    whose = of_people(session, wanting, today)
    led = _led(session, {each.project_id for each in found}, today)
    told: dict[int, list[Arrived]] = {}
    for person_id, scope in whose.items():
        theirs = [
            each
            for each in found
            if scope.kind == "city"
            or (scope.kind == "unit" and each.unit_id == scope.id)
            or (scope.kind == "own" and person_id in led.get(each.project_id, ()))
        ]
        if theirs:
            told[person_id] = theirs
    return told


def _led(session: Session, project_ids: set[int], today: date) -> dict[int, set[int]]:
    rows = session.execute(
        select(Responsibility.project_id, Responsibility.person_id).where(
            Responsibility.project_id.in_(project_ids),
            Responsibility.role.in_(LEADING),
            Responsibility.since <= today,
            or_(Responsibility.until.is_(None), Responsibility.until > today),
        )
    )
    found: dict[int, set[int]] = {}
    for project_id, person_id in rows:
        found.setdefault(project_id, set()).add(person_id)
    return found


def _wanted(session: Session) -> bool:
    wants = select(DigestChoice.person_id).where(DigestChoice.often == Often.INSTANT)
    return bool(session.scalar(select(wants.exists())))


def _newest(session: Session, table: type[ReportVersion] | type[Issue]) -> int:
    return session.scalar(select(func.max(table.id))) or 0
