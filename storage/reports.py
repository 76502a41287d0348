"""Reports: filing one as a new version, and reading what stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, and_, bindparam, select
from sqlalchemy.orm import Session

from rules.kinds import ReportKind
from storage.tables.registry import Person, Project
from storage.tables.reporting import Report, ReportVersion


@dataclass(frozen=True, slots=True)
class Content:
    """What one version says. Amount in yuan; None where none is owed."""

    amount: int | None = None
    progress: str = ""
    percent: int | None = None
    carried: bool = False
    stage: str = ""
    next_plan: str = ""
    coordination: str = ""


_STANDING = (
    select(Report, ReportVersion, Person.name)
    .join(ReportVersion, and_(ReportVersion.report_id == Report.id, ReportVersion.version == Report.version))
    .join(Person, Person.id == ReportVersion.filed_by)
    .where(
        Report.project_id == bindparam("project"),
        Report.kind == bindparam("kind"),
        Report.period == bindparam("period"),
    )
)


def standing(
    session: Session, project_id: int, kind: ReportKind, period: str
) -> "Row[Report, ReportVersion, str] | None":
    """The report of a project for a period, its version that counts, and the name of who filed it."""
    return session.execute(_STANDING, {"project": project_id, "kind": kind, "period": period}).first()


_report, _version, _person = Report.__table__.c, ReportVersion.__table__.c, Person.__table__.c
_SAID = (
    select(_report.id, _person.name, _version.amount, _version.progress, _version.stage)
    .select_from(
        Report.__table__.join(
            ReportVersion.__table__,
            and_(_version.report_id == _report.id, _version.version == _report.version),
        ).join(Person.__table__, _person.id == _version.filed_by)
    )
    .where(
        _report.project_id == bindparam("project"),
        _report.kind == bindparam("kind"),
        _report.period == bindparam("period"),
    )
)


def said(
    session: Session, project_id: int, kind: ReportKind, period: str
) -> "Row[int, str, int | None, str, str] | None":
    """What stands, for showing it: id, who filed it, amount, progress, stage."""
    return session.execute(_SAID, {"project": project_id, "kind": kind, "period": period}).first()


def file(
    session: Session,
    *,
    project_id: int,
    unit_id: int,
    kind: ReportKind,
    period: str,
    person_id: int,
    content: Content,
    talk_id: int | None,
    now: datetime,
) -> tuple[Report, ReportVersion]:
    """Files a first version, or the next one where a report stands. The first filing time never changes."""
    found = standing(session, project_id, kind, period)
    if found is None:
        report = Report(
            project_id=project_id, unit_id=unit_id, kind=kind, period=period,
            filed_by=person_id, filed=now, version=1,
        )  # fmt: skip
        session.add(report)
        session.flush()
    else:
        report = found[0]
        report.version += 1
    version = ReportVersion(
        report_id=report.id, version=report.version, filed_by=person_id, filed=now, talk_id=talk_id, check={},
        amount=content.amount, progress=content.progress, percent=content.percent, carried=content.carried,
        stage=content.stage, next_plan=content.next_plan, coordination=content.coordination,
    )  # fmt: skip
    session.add(version)
    session.flush()
    return report, version


def sent_by(session: Session, person_id: int, limit: int) -> "list[Row[int, str, ReportKind, str]]":
    """The person's newest reports: id, period, kind, project."""
    return list(
        session.execute(
            select(Report.id, Report.period, Report.kind, Project.name.label("project"))
            .join(Project, Project.id == Report.project_id)
            .where(Report.filed_by == person_id)
            .order_by(Report.id.desc())
            .limit(limit)
        )
    )
