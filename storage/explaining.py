"""What stands behind a figure that was told: reports with their versions and photos, and who else may ask for it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from rules.kinds import ReportKind
from rules.periods import Period
from storage import codes, scopes, secretaries
from storage.issue_life import REAL
from storage.messages import MediaKind
from storage.scopes import Scope
from storage.tables.digests import Digest, FigureCode
from storage.tables.registry import Person, Project
from storage.tables.reporting import Issue, MediaFile, Report, ReportVersion


class Said(NamedTuple):
    """One version of a report. A report that was withdrawn counts for nothing."""

    report_id: int
    period: str
    version: int
    version_id: int
    amount: int | None
    made_up: int  # 补记 of the year
    name: str
    filed: datetime
    withdrawn: bool


class News(NamedTuple):
    """A report that came (J), or a problem that came or was said to be solved (W)."""

    number: str
    project: str
    text: str
    solved: bool = False


def may_ask(session: Session, row: FigureCode, person_id: int, today: date) -> bool:
    """Its recipient and their secretary; the city's people; then whoever's scope holds all that it counts."""
    if person_id == row.person_id:
        return True
    acting = secretaries.of_leaders(session, [row.person_id], today)
    if (person_id, row.person_id) in acting:
        return True
    scope = scopes.of_person(session, person_id, today)
    if scope is None:
        return False
    return scope.kind == scopes.CITY or str(scope) == row.scope or _holds_all(session, scope, row, today)


def _holds_all(session: Session, scope: Scope, row: FigureCode, today: date) -> bool:
    figure = codes.read(row)
    if not figure.parts or figure.rest[0] or row.measure in (codes.MAJOR, codes.OVERDUE):
        return False
    return scopes.covers(session, scope, [part.id for part in figure.parts], today)


def versions(session: Session, project_id: int, through: Period) -> list[Said]:
    """Every version of a project's reports of the year up to a month, the newest month first."""
    wanted = (
        select(
            Report.id, Report.period, ReportVersion.version, ReportVersion.id, ReportVersion.amount,
            ReportVersion.backfill_year, Person.name, ReportVersion.filed,
            Report.withdrawn.is_not(None),
        )
        .join(ReportVersion, ReportVersion.report_id == Report.id)
        .join(Person, Person.id == ReportVersion.filed_by)
        .where(
            Report.project_id == project_id,
            Report.kind == ReportKind.PROGRESS,
            Report.period >= f"{through.year}-01",
            Report.period <= str(through),
        )
        .order_by(Report.period.desc(), ReportVersion.version)
    )  # fmt: skip
    return [Said(*row) for row in session.execute(wanted)]


def photos(session: Session, version_ids: Collection[int], limit: int) -> tuple[int, ...]:
    """Photos of these versions that can be shown, the newest first."""
    wanted = select(MediaFile.id).where(
        MediaFile.version_id.in_(version_ids), MediaFile.kind == MediaKind.PHOTO, MediaFile.state == "stored"
    )
    return tuple(session.scalars(wanted.order_by(MediaFile.id.desc()).limit(limit)))


def problem_names(session: Session, issue_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Of each problem its project and what it is."""
    wanted = select(Issue.id, Project.name, Issue.what).join(Project, Project.id == Issue.project_id)
    rows = session.execute(wanted.where(Issue.id.in_(issue_ids)))
    return {issue: (project, what) for issue, project, what in rows}


def span_of(session: Session, row: FigureCode) -> tuple[datetime, datetime]:
    """Since when and until when the digest told what had come."""
    digest = session.get_one(Digest, row.digest_id)
    return digest.since or digest.at, row.as_of


def news(session: Session, row: FigureCode, today: date, limit: int, offset: int) -> Sequence[News]:
    """What the digest counted as new, reports first, what was solved last: of its scope as of `today`."""
    since, until = span_of(session, row)
    which = Scope.parse(row.scope).holds(today)
    found = [
        *_reports(session, which, since, until),
        *_problems(session, which, and_(Issue.filed > since, Issue.filed <= until), solved=False),
        *_problems(session, which, and_(Issue.closed > since, Issue.closed <= until), solved=True),
    ]
    return found[offset : offset + limit]


def _reports(session: Session, which: ColumnElement[bool], since: datetime, until: datetime) -> list[News]:
    came = select(ReportVersion.id).where(
        ReportVersion.report_id == Report.id, ReportVersion.filed > since, ReportVersion.filed <= until
    )
    rows = session.execute(
        select(Report.id, Project.name, Report.period)
        .join(Project, Project.id == Report.project_id)
        .where(which, Report.period >= str(since.year - 1), Report.withdrawn.is_(None), came.exists())
        .order_by(Report.id)
    )
    return [News(f"J{report}", name, Period.parse(period).chinese) for report, name, period in rows]


def _problems(
    session: Session, which: ColumnElement[bool], when: ColumnElement[bool], *, solved: bool
) -> list[News]:
    rows = session.execute(
        select(Issue.id, Project.name, Issue.what)
        .join(Project, Project.id == Issue.project_id)
        .where(which, REAL, when)
        .order_by(Issue.id)
    )
    return [News(f"W{issue}", name, what, solved) for issue, name, what in rows]
