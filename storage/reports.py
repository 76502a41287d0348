"""Reports: filing one as a new version, and reading what stands."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Case, ColumnElement, Row, and_, bindparam, case, func, insert, null, select, update
from sqlalchemy.orm import Session

from rules.kinds import ReportKind
from storage.advancing import Spoken, of_version
from storage.prepared import Query
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
    started: date | None = None
    not_started_because: str = ""
    backfill_year: int = 0
    backfill_total: int = 0
    backfilled: list[str] | None = None
    milestones: list[dict[str, object]] | None = None
    project_before: dict[str, Any] | None = None
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
    next_plan: str
    coordination: str
    carried: bool
    backfill_year: int
    backfill_total: int
    backfilled: list[str] | None
    returned: datetime | None
    returned_because: str
    returned_parts: list[str] | None
    mend_by: datetime | None  # until then the first filing time still counts
    started: date | None
    not_started_because: str
    milestones: list[dict[str, Any]] | None
    project_before: dict[str, Any] | None

    @property
    def of_the_project(self) -> Spoken:
        return of_version(self.stage, self.started, self.not_started_because, self.milestones)


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
        _version.next_plan,
        _version.coordination,
        _version.carried,
        _version.backfill_year,
        _version.backfill_total,
        _version.backfilled,
        _report.returned,
        _report.returned_because,
        _report.returned_parts,
        _report.mend_by,
        _version.started,
        _version.not_started_because,
        _version.milestones,
        _version.project_before,
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
        _report.withdrawn.is_(None),
    ),
    Said,
)


def _anew(column: str) -> "Case[Any]":
    """The given value if the report was withdrawn, else the one that it has."""
    kept = _report[column]
    return case((_report.withdrawn.is_not(None), bindparam(f"new_{column}", type_=kept.type)), else_=kept)


_REPORTS, _VERSIONS = Report.metadata.tables["reports"], Report.metadata.tables["report_versions"]
_FILE = Query(insert(_REPORTS).returning(_report.id), int)
_FILE_VERSION = Query(insert(_VERSIONS).returning(_version.id), int)
# A new version is what a return asked for: it ends it. What was withdrawn counts for nothing: who files it again,
# and when, is who filed it.
_NEXT_VERSION = Query(
    update(_REPORTS)
    .where(
        _report.project_id == bindparam("project"),
        _report.kind == bindparam("of_kind"),
        _report.period == bindparam("month"),
    )
    .values(
        version=_report.version + 1,
        filed_by=_anew("filed_by"),
        filed=_anew("filed"),
        withdrawn=None,
        returned=None,
        returned_by=None,
        returned_because="",
        returned_parts=null(),
        mend_by=None,
    )
    .returning(_report.id, _report.version),
    lambda report, version: (report, version),
)


def withdraw(session: Session, report_id: int, now: datetime) -> None:
    """撤回: the report counts for nothing until it is filed again; its versions stay."""
    session.execute(update(Report).where(Report.id == report_id).values(withdrawn=now))


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
    """Files a first version, or the next one of a report that stands, was returned or withdrawn.

    `for_person` is who telephoned, if another files it (代报).
    """
    before = _NEXT_VERSION.first(
        session, project=project_id, of_kind=kind, month=period, new_filed_by=person_id, new_filed=now
    )
    filing = {"filed_by": person_id, "filed": now}
    if before is None:
        identity = {"project_id": project_id, "unit_id": unit_id, "kind": kind, "period": period}
        before = _FILE.one(session, **identity, **filing), 1
    report_id, version = before
    values = {
        **asdict(content), **filing, "version": version, "report_id": report_id, "talk_id": talk_id,
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


def whose(session: Session, report_id: int) -> int:
    """Whose report it is: who telephoned for its present version, else who filed it."""
    return session.execute(
        select(func.coalesce(ReportVersion.for_person, ReportVersion.filed_by))
        .join(Report, and_(Report.id == ReportVersion.report_id, Report.version == ReportVersion.version))
        .where(Report.id == report_id)
    ).scalar_one()


def version_of(session: Session, report: Report) -> ReportVersion:
    """The version that counts."""
    wanted = select(ReportVersion).where(
        ReportVersion.report_id == report.id, ReportVersion.version == report.version
    )
    return session.scalars(wanted).one()


def sent_by(session: Session, person_id: int, limit: int) -> "list[Row[int, str, ReportKind, str]]":
    """The person's newest reports that stand: id, period, kind, project."""
    return list(
        session.execute(
            select(Report.id, Report.period, Report.kind, Project.name.label("project"))
            .join(Project, Project.id == Report.project_id)
            .where(Report.filed_by == person_id, Report.withdrawn.is_(None))
            .order_by(Report.id.desc())
            .limit(limit)
        )
    )
