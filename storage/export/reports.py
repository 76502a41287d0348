"""Sheets 进展 and 进展各版: what stands of each project and month with its cumulatives, and every version kept."""

from datetime import date
from fractions import Fraction
from itertools import groupby

from sqlalchemy import Integer, and_, cast, func, select
from sqlalchemy.orm import Session, aliased

from rules.book import default_book
from rules.figures import Added, Opening, cumulate
from rules.kinds import Pace, ReportKind
from rules.light_facts import Why
from rules.light_words import LIGHTS, reason
from rules.lights import behind_points, time_share
from rules.periods import Period
from storage import advance
from storage import rules as stored_rules
from storage.entries import KIND_WORDS, STAGE_WORDS
from storage.export.words import (
    COUNT,
    DAY,
    LONG,
    MOMENT,
    MONEY,
    NAME,
    POINTS,
    SHARE,
    Row,
    Rows,
    called,
    chinese,
    streamed,
    yes,
)
from storage.media import THERE
from storage.tables.lights import ProjectLight
from storage.tables.registry import Person, Project, Unit, YearPlan
from storage.tables.reporting import MediaFile, Report, ReportVersion
from storage.xlsx import Column, Sheet

_caller, _judged = aliased(Person), aliased(ProjectLight)
_PROGRESS = (
    select(Report, ReportVersion, Project, Unit.name, Person.name, _caller.name)
    .join(Project, Project.id == Report.project_id)
    .join(Unit, Unit.id == Report.unit_id)
    .join(ReportVersion, ReportVersion.report_id == Report.id)
    .join(Person, Person.id == ReportVersion.filed_by)
    .outerjoin(_caller, _caller.id == ReportVersion.for_person)
    .where(Report.kind == ReportKind.PROGRESS)
    .order_by(Project.number, Report.period, ReportVersion.version)
)
_SAID = [
    Column("补记(万元)", *MONEY), Column("形象进度", *LONG), Column("进度(%)", *COUNT), Column("阶段"),
    Column("开工日期", *DAY), Column("未开工原因", *LONG), Column("同上月"), Column("下月安排", *LONG),
    Column("需协调事项", *LONG), Column("报送人"), Column("代何人报"), Column("报送时间", *MOMENT),
]  # fmt: skip


def _said(version: ReportVersion, filer: str, caller: str | None) -> Row:
    stage = next((word for word, stage in STAGE_WORDS.items() if stage == version.stage), version.stage)
    return (
        version.backfill_total or None, version.progress, version.percent, stage, version.started,
        version.not_started_because, yes(_nothing_moved(version)), version.next_plan, version.coordination, filer,
        caller, version.filed,
    )  # fmt: skip


def _nothing_moved(version: ReportVersion) -> bool:
    """同上月 (decisions: 6). The same words beside money are the same words, and no standstill."""
    return version.carried and not version.amount


def progress(session: Session, today: date) -> Sheet:
    columns = [
        Column("编号"), Column("版本", *COUNT), Column("项目序号", *COUNT), Column("项目", *NAME),
        Column("责任单位", *NAME), Column("项目类型"), Column("期别"), Column("总投资(万元)", *MONEY),
        Column("年度计划投资(万元)", *MONEY), Column("本月完成(万元)", *MONEY), Column("年初累计(万元)", *MONEY),
        Column("开工累计(万元)", *MONEY), Column("年度完成率", *SHARE), Column("序时差(百分点)", *POINTS),
        Column("灯色"), Column("灯色原因", *LONG), *_SAID, Column("首报时间", *MOMENT), Column("退回原因", *LONG),
    ]  # fmt: skip
    return Sheet("进展", columns, _progress_rows(session, today))


def _progress_rows(session: Session, today: date) -> Rows:
    """What stands of each project and month, with the cumulatives after it, without what counts for nothing."""
    year = cast(func.substr(Report.period, 1, 4), Integer)
    # A month's light is the last by which it was judged; what stands now may be of a later month.
    last = select(func.max(_judged.id)).where(
        _judged.project_id == Report.project_id, _judged.month == Report.period
    )
    standing = (
        _PROGRESS.add_columns(YearPlan.amount, ProjectLight)
        .outerjoin(YearPlan, and_(YearPlan.project_id == Report.project_id, YearPlan.year == year))
        .outerjoin(ProjectLight, ProjectLight.id == last.scalar_subquery())
        .where(ReportVersion.version == Report.version, advance.counting())
    )
    pace = (rules.book if (rules := stored_rules.newest(session)) else default_book()).pace
    for project, group in groupby(streamed(session, standing), key=lambda row: row[2]):
        rows = list(group)
        opening = Opening(project.opening_month, project.opening_year_done, project.opening_total_done)
        added = (_added(report, version) for report, version, *_ in rows)
        for row, done in zip(rows, cumulate(opening, added), strict=True):
            report, version, _, unit, filer, caller, plan, light = row
            known = done if version.amount is not None else None
            yield (
                report.receipt, report.version, project.number, project.name, unit,
                called(KIND_WORDS, project.kind), chinese(report.period), project.total_investment, plan,
                version.amount, known.year if known else None, known.total if known else None,
                Fraction(known.year, plan) if known and plan else None,
                _ahead(project, pace, report.period, known.year, plan) if known and plan else None,
                *_light_of(light, today), *_said(version, filer, caller), report.filed,
                report.returned_because if report.returned else "",
            )  # fmt: skip


def _ahead(project: Project, pace: Pace, month: str, done: int, plan: int) -> Fraction:
    """序时差: by how many points the share of the year plan is ahead of 序时; negative: behind."""
    begins = project.start_planned or project.start_actual
    time = time_share(Period.parse(month), pace, begins, project.finish_planned)
    return -behind_points(done, plan, time)


def _light_of(light: ProjectLight | None, today: date) -> Row:
    return (LIGHTS[light.light], reason(Why.of_json(light.why), today)) if light else (None, None)


def versions(session: Session) -> Sheet:
    columns = [
        Column("编号"), Column("版本", *COUNT), Column("现行"), Column("项目序号", *COUNT), Column("项目", *NAME),
        Column("责任单位", *NAME), Column("期别"), Column("本月完成(万元)", *MONEY), *_SAID, Column("附件数", *COUNT),
    ]  # fmt: skip
    return Sheet("进展各版", columns, _version_rows(session))


def _version_rows(session: Session) -> Rows:
    files = select(func.count()).where(MediaFile.version_id == ReportVersion.id, THERE).scalar_subquery()
    for row in streamed(session, _PROGRESS.add_columns(files)):
        report, version, project, unit, filer, caller, count = row
        yield (
            report.receipt, version.version, _stands(report, version), project.number,
            project.name, unit, chinese(report.period), version.amount, *_said(version, filer, caller), count,
        )  # fmt: skip


def _added(report: Report, version: ReportVersion) -> Added:
    return Added(
        report.period,
        version.amount or 0,
        version.backfill_year,
        version.backfill_total,
        tuple(version.backfilled or ()),
    )


def _stands(report: Report, version: ReportVersion) -> str:
    if version.version != report.version:
        return "否"
    if report.withdrawn:
        return "已撤回"
    return "已退回" if report.returned else "是"
