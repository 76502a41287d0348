"""灯色豁免: projects that the office has approved not to be judged, for a reason and until a day (inclusive)."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from storage.tables.lights import LightExemption


def exempt_until(session: Session, project_ids: Collection[int], today: date) -> dict[int, date]:
    """Those of these projects that are exempt on a day, and until which."""
    rows = session.execute(
        select(LightExemption.project_id, func.max(LightExemption.until).label("until"))
        .where(LightExemption.project_id.in_(project_ids), *_holds(today))
        .group_by(LightExemption.project_id)
    )
    return {row.project_id: row.until for row in rows}


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


def _holds(today: date) -> tuple[ColumnElement[bool], ...]:
    return (LightExemption.ended.is_(None), LightExemption.since <= today, LightExemption.until >= today)
