"""What reports say of a project itself (阶段, 开工, 节点), and how the project follows what stands.

Rule 1  Of a project stands what the reports that stand say, a later month over an earlier one; a day over a reason.
Rule 2  Where none says anything, what stood before the report: each version keeps it (`project_before`).
Rule 3  Only what a report says otherwise than before is touched, so that what the office has changed in the
        registry since is not undone by a correction of something else, or by a withdrawal.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, String, and_, cast, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from rules.kinds import ReportKind, Stage
from storage.advance import Due
from storage.tables.registry import Milestone, Project
from storage.tables.reporting import Report, ReportVersion

Start = tuple[date | None, str]  # the day, or why it has not begun
Reached = tuple[date | None, str]  # of a milestone: the day, or why it is late


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said of a project; empty where nothing is. Also how a project stands."""

    stage: str = ""
    started: date | None = None
    because: str = ""
    milestones: Mapping[int, Reached] = field(default_factory=dict)

    @property
    def start(self) -> Start:
        return self.started, "" if self.started else self.because

    def of(self, milestone: int) -> Reached:
        return self.milestones.get(milestone, (None, ""))

    @property
    def reached(self) -> str:
        return Stage.STARTED.value if self.started else self.stage

    def as_json(self) -> dict[str, Any]:
        milestones = {
            str(each): [day and day.isoformat(), why] for each, (day, why) in self.milestones.items()
        }
        started = self.started and self.started.isoformat()
        return {"stage": self.stage, "started": started, "because": self.because, "milestones": milestones}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Spoken":
        milestones = {int(each): (_day(day), why) for each, (day, why) in kept["milestones"].items()}
        return cls(kept["stage"], _day(kept["started"]), kept["because"], milestones)


NOTHING = Spoken()


def of_version(
    stage: str, started: date | None, because: str, milestones: Iterable[Mapping[str, Any]] | None
) -> Spoken:
    """What a version says, from its columns."""
    said = {each["id"]: (_day(each["done"]), each["why"]) for each in milestones or ()}
    return Spoken(stage, started, because, said)


def as_it_stands(session: Session, project_id: int, milestones: Collection[int]) -> Spoken:
    stage, started, because = session.execute(
        select(Project.stage, Project.start_actual, Project.not_started_because).where(
            Project.id == project_id
        )
    ).one()
    wanted = select(Milestone.id, Milestone.actual, Milestone.why_late).where(Milestone.id.in_(milestones))
    reached = {each: (day, why) for each, day, why in session.execute(wanted)} if milestones else {}
    return Spoken(stage.value, started, because, reached)


def before(session: Session, project_id: int, kept: Mapping[str, Any] | None, new: Spoken) -> Spoken | None:
    """What is to be kept with a version that says `new`: how the project stood before its report spoke.

    `kept` is what the version before it kept. None if nothing is said of the project.
    """
    if new == NOTHING:
        return Spoken.of_json(kept) if kept else None
    now = as_it_stands(session, project_id, new.milestones)
    if kept is None:
        return now
    first = Spoken.of_json(kept)
    return Spoken(first.stage, first.started, first.because, {**now.milestones, **first.milestones})


def follow(session: Session, project_id: int, first: Spoken | None, old: Spoken, new: Spoken) -> None:
    """A report that said `old` of its project says `new` from now on; `first` is how it stood before the report.

    The report is filed, or withdrawn, already. Nothing is asked of storage where nothing has changed.
    """
    if old == new:
        return
    ids = sorted({*old.milestones, *new.milestones})
    now, told = as_it_stands(session, project_id, ids), _told(session, project_id)
    first = first or Spoken(now.stage)
    values: dict[str, object] = {}
    if _is_to_follow(old.start, new.start, now.start, NOTHING.start):
        day, why = _latest(first.start, (each.start for each in told))
        values |= {"start_actual": day, "not_started_because": why}
    if _is_to_follow(old.reached, new.reached, now.stage, ""):
        values["stage"] = Stage([first.stage, *filter(None, (each.reached for each in told))][-1])
    if values:
        session.execute(update(Project).where(Project.id == project_id).values(**values))
    for each in ids:
        if _is_to_follow(old.of(each), new.of(each), now.of(each), NOTHING.of(each)):
            day, why = _latest(first.of(each), (spoken.of(each) for spoken in told))
            session.execute(update(Milestone).where(Milestone.id == each).values(actual=day, why_late=why))


def reported(session: Session) -> dict[int, list[Spoken]]:
    """Of each project what its reports that stand say of its start and its milestones; no row of one that says
    nothing of them is read."""
    wanted = _standing(Report.project_id, *_SAID).where(
        or_(
            ReportVersion.started.is_not(None),
            ReportVersion.not_started_because != "",
            func.coalesce(cast(ReportVersion.milestones, String), "null").not_in(("null", "[]")),
        )
    )
    found: dict[int, list[Spoken]] = {}
    for project_id, *said in session.execute(wanted):
        found.setdefault(project_id, []).append(of_version(*said))
    return found


def milestones(session: Session, ids: Collection[int]) -> list[Due]:
    """These milestones, done or not."""
    if not ids:
        return []
    wanted = select(Milestone.id, Milestone.name, Milestone.planned).where(Milestone.id.in_(ids))
    wanted = wanted.order_by(Milestone.planned, Milestone.id)
    return [Due(*row) for row in session.execute(wanted)]


def _is_to_follow(old: object, new: object, now: object, nothing: object) -> bool:
    """Something else is said; or nothing any more, and the project still stands as it was said."""
    return old != new and (new != nothing or now == old)


def _latest(first: Start, said: Iterable[Start]) -> Start:
    day, why = first
    for said_day, said_why in said:
        if said_day:
            day, why = said_day, ""
        elif said_why and day is None:
            why = said_why
    return day, why


def _told(session: Session, project_id: int) -> list[Spoken]:
    """What the project's reports that stand say of it, by month."""
    rows = session.execute(_standing(*_SAID).where(Report.project_id == project_id).order_by(Report.period))
    return [of_version(*row) for row in rows]


_SAID = (
    ReportVersion.stage,
    ReportVersion.started,
    ReportVersion.not_started_because,
    ReportVersion.milestones,
)


def _standing(*columns: "InstrumentedAttribute[Any]") -> "Select[Any]":
    """Of every report on progress that stands, the version that counts."""
    return (
        select(*columns)
        .join(Report, and_(Report.id == ReportVersion.report_id, Report.version == ReportVersion.version))
        .where(Report.kind == ReportKind.PROGRESS, Report.withdrawn.is_(None))
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
