"""Reports: filing one as a new version, and reading what stands."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, insert, null, select, update
from sqlalchemy.orm import Session

from rules.kinds import ReportKind
from storage.prepared import Change, Query
from storage.tables.registry import Person, Project
from storage.tables.reporting import Duty, Report, ReportVersion


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
    returned: datetime | None  # 退回: the office wants it mended
    returned_because: str
    returned_parts: list[Any] | None  # the questions to be answered anew; None: all
    mend_by: datetime | None  # until then the first filing time still counts


class Standing(NamedTuple):
    """A report as the office sees it."""

    id: int
    period: str
    name: str  # of who filed its present version
    filed: datetime
    amount: int | None
    progress: str


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
        _report.returned,
        _report.returned_because,
        _report.returned_parts,
        _report.mend_by,
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
# A new version is what a return asked for: it ends it.
_NEXT_VERSION = Change(
    update(_REPORTS)
    .where(_report.id == bindparam("report"))
    .values(
        version=bindparam("number"), returned=null(), returned_by=null(), returned_because="",
        returned_parts=null(), mend_by=null(),
    )
)  # fmt: skip


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
    for_person: int | None = None,
) -> Filed:
    """Files a first version, or the next one where a report stands, which ends a return.

    The first filing time never changes. `for_person` is who telephoned, if another files it (代报).
    """
    standing = said(session, project_id, kind, period)
    version = standing.version + 1 if standing else 1
    filing = {"filed_by": person_id, "filed": now, "version": version}
    if standing is None:
        identity = {"project_id": project_id, "unit_id": unit_id, "kind": kind, "period": period}
        report_id = _FILE.one(session, **identity, **filing)
    else:
        report_id = standing.id
        _NEXT_VERSION.run(session, report=report_id, number=version)
    values = {
        **asdict(content), **filing, "report_id": report_id, "talk_id": talk_id, "check": {},
        "for_person": for_person,
    }  # fmt: skip
    return Filed(report_id, version, _FILE_VERSION.one(session, **values))


def return_(
    session: Session,
    report: Report,
    *,
    person_id: int,
    because: str,
    parts: Sequence[str] | None,
    mend_by: datetime,
    now: datetime,
) -> None:
    """退回: sends a report back to be mended. `parts` are the questions to be answered anew, None all of them."""
    report.returned, report.returned_by, report.returned_because = now, person_id, because
    report.returned_parts = None if parts is None else list(parts)
    report.mend_by = mend_by
    session.flush()


def standing_of(session: Session, project_id: int, *conditions: ColumnElement[bool]) -> list[Standing]:
    """A project's reports that fulfil a condition on them and their duties, newest first."""
    rows = session.execute(
        select(
            Report.id, Report.period, Person.name, Report.filed, ReportVersion.amount, ReportVersion.progress
        )
        .join(Duty, Duty.report_id == Report.id)
        .join(
            ReportVersion,
            and_(ReportVersion.report_id == Report.id, ReportVersion.version == Report.version),
        )
        .join(Person, Person.id == ReportVersion.filed_by)
        .where(Report.project_id == project_id, *conditions)
        .order_by(Report.id.desc())
    )
    return [Standing(*row) for row in rows]


def returned(session: Session, report_ids: Iterable[int]) -> set[int]:
    """Those of these reports that were sent back and not mended."""
    wanted = select(Report.id).where(Report.id.in_(list(report_ids)), Report.returned.is_not(None))
    return set(session.scalars(wanted))


def whose(session: Session, report: Report) -> int:
    """Whose report it is: who telephoned for its present version, else who filed it."""
    return session.execute(
        select(func.coalesce(ReportVersion.for_person, ReportVersion.filed_by)).where(
            ReportVersion.report_id == report.id, ReportVersion.version == report.version
        )
    ).scalar_one()


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
