"""灯色 and what is known of it: every light a project had and why, and the exemptions that the office approved."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rules.kinds import Light
from storage.tables.base import Base, BigId, by_value


class ProjectLight(Base):
    """How a project was judged from `at` until `replaced` (None: it stands). A row begins when light or reason change.

    `light` is None where nothing is known or the project is not judged; the reason says which.
    """

    __tablename__ = "lights"
    __table_args__ = (
        Index(
            "uq_lights_standing",
            "project_id",
            unique=True,
            sqlite_where=text("replaced IS NULL"),
            postgresql_where=text("replaced IS NULL"),
        ),
        Index(
            "ix_lights_light",
            "light",
            sqlite_where=text("replaced IS NULL"),
            postgresql_where=text("replaced IS NULL"),
        ),
        Index("ix_lights_project_id_at", "project_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    light: Mapped[Light | None] = mapped_column(by_value(Light))
    before: Mapped[Light | None] = mapped_column(by_value(Light))  # the light of the row before
    turned: Mapped[bool]  # it is another than before; the first of a project has turned from nothing
    since: Mapped[datetime]  # since when the light has this colour
    at: Mapped[datetime]
    replaced: Mapped[datetime | None]
    month: Mapped[str]  # 2012-03: as of whose end it was judged
    why: Mapped[dict[str, Any]]  # the rule that decided and its numbers (rules/light_facts.py)
    rules_version: Mapped[int] = mapped_column(ForeignKey("rules_versions.id"))


class LightExemption(Base):
    """灯色豁免: approved by the office for a reason; both days inclusive. Ended early, it keeps its row."""

    __tablename__ = "light_exemptions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    since: Mapped[date]
    until: Mapped[date]
    because: Mapped[str]
    approved_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    approved: Mapped[datetime]
    ended: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
