"""Reports: filing one as a new version, and reading what stands."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, bindparam, insert, select, update
from sqlalchemy.orm import Session

from rules.kinds import ReportKind
from storage.prepared import Change, Query
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
    check: dict[str, Any] = field(default_factory=dict)  # of a zero: what spoke against it, and the answer


@dataclass(frozen=True, slots=True)
class Filed:
    """A version as it was filed."""

    report_id: int
    version: int
    version_id: int

    @property
    def receipt(self) -> str:
        return f"J{self.report_id}"


class Said(NamedTuple):
    """What stands for a project and period."""

    id: int
    version: int
    filer: int
    name: str  # of the filer
    amount: int | None
    progress: str
    stage: str


_report, _version, _person = Report.__table__.c, ReportVersion.__table__.c, Person.__table__.c
_SAID = Query(
    select(
        _report.id,
        _report.version,
        _person.id,
        _person.name,
        _version.amount,
        _version.progress,
        _version.stage,
    )
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
    ),
    Said,
)


_REPORTS, _VERSIONS = Report.metadata.tables["reports"], Report.metadata.tables["report_versions"]
_FILE = Query(insert(_REPORTS).returning(_report.id), int)
_FILE_VERSION = Query(insert(_VERSIONS).returning(_version.id), int)
_NEXT_VERSION = Change(
    update(_REPORTS).where(_report.id == bindparam("report")).values(version=bindparam("number"))
)


def said(session: Session, project_id: int, kind: ReportKind, period: str) -> Said | None:
    return _SAID.first(session, project=project_id, kind=kind, period=period)


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
) -> Filed:
    """Files a first version, or the next one where a report stands. The first filing time never changes."""
    standing = said(session, project_id, kind, period)
    version = standing.version + 1 if standing else 1
    filing = {"filed_by": person_id, "filed": now, "version": version}
    if standing is None:
        identity = {"project_id": project_id, "unit_id": unit_id, "kind": kind, "period": period}
        report_id = _FILE.one(session, **identity, **filing)
    else:
        report_id = standing.id
        _NEXT_VERSION.run(session, report=report_id, number=version)
    values = {**asdict(content), **filing, "report_id": report_id, "talk_id": talk_id}
    return Filed(report_id, version, _FILE_VERSION.one(session, **values))


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
