"""灯色豁免: projects that the office has approved not to be judged, for a reason and until a day (inclusive)."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, bindparam, func, select
from sqlalchemy.orm import Session

from storage.prepared import Query, among
from storage.tables.lights import LightExemption

_exemption = LightExemption.__table__.c


def _holds(today: date | ColumnElement[date]) -> tuple[ColumnElement[bool], ...]:
    return (_exemption.ended.is_(None), _exemption.since <= today, _exemption.until >= today)


_EXEMPT: Query[tuple[int, date]] = Query(
    select(_exemption.project_id, func.max(_exemption.until))
    .where(_exemption.project_id.in_(among("projects")), *_holds(bindparam("today", type_=Date())))
    .group_by(_exemption.project_id),
    lambda project, until: (project, until),
)


def exempt_until(session: Session, project_ids: Collection[int], today: date) -> dict[int, date]:
    """Those of these projects that are exempt on a day, and until which."""
    return dict(_EXEMPT.all(session, projects=list(project_ids), today=today))


def standing(session: Session, project_id: int, today: date) -> LightExemption | None:
    """The exemption that a project has on a day."""
    wanted = select(LightExemption).where(LightExemption.project_id == project_id, *_holds(today))
    return session.scalars(wanted.order_by(LightExemption.until.desc()).limit(1)).first()


def give(
    session: Session, project_id: int, *, until: date, because: str, by: int, today: date, now: datetime
) -> None:
    session.add(
        LightExemption(
            project_id=project_id, since=today, until=until, because=because, approved_by=by, approved=now
        )
    )
    session.flush()


def end(session: Session, exemption: LightExemption, by: int, now: datetime) -> None:
    """恢复评灯 before its day."""
    exemption.ended, exemption.ended_by = now, by
    session.flush()
