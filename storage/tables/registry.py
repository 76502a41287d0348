"""Who and what: units, people with their roles, projects with their plans, and who answers for which since when."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rules.kinds import ProjectKind, ProjectState, Role, Stage
from storage.tables.base import Base, BigId, by_value


class Unit(Base):
    """责任单位, or any other office that people belong to."""

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    district: Mapped[str] = mapped_column(default="")  # 县市区; empty for the city's own


class Person(Base):
    """Someone of a unit. Never deleted: reports point here."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(default="")  # 职务
    wecom_userid: Mapped[str | None] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True)


class PersonRole(Base):
    """What a person may do, since when and until when (exclusive; None: still)."""

    __tablename__ = "person_roles"
    __table_args__ = (Index("ix_person_roles_person_id_role", "person_id", "role"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    role: Mapped[Role] = mapped_column(by_value(Role))
    since: Mapped[date]
    until: Mapped[date | None]


class Project(Base):
    """A major project (重大项目). Money in yuan; opening cumulatives are as of the end of `opening_month`."""

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)  # 序号: what people mean by "3号"
    code: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    kind: Mapped[ProjectKind] = mapped_column(by_value(ProjectKind))
    state: Mapped[ProjectState] = mapped_column(by_value(ProjectState), default=ProjectState.ACTIVE)
    stage: Mapped[Stage] = mapped_column(by_value(Stage))

    category: Mapped[str] = mapped_column(default="")  # 项目类别
    district: Mapped[str] = mapped_column(default="")  # 所属区域
    front: Mapped[str] = mapped_column(default="")  # 战线
    nature: Mapped[str] = mapped_column(default="")  # 建设性质
    content: Mapped[str] = mapped_column(default="")  # 建设规模及内容

    total_investment: Mapped[int] = mapped_column(BigInteger)
    opening_month: Mapped[str]  # 2012-02
    opening_year_done: Mapped[int] = mapped_column(BigInteger, default=0)
    opening_total_done: Mapped[int] = mapped_column(BigInteger, default=0)

    start_planned: Mapped[date | None]
    start_actual: Mapped[date | None]
    finish_planned: Mapped[date | None]
    finish_actual: Mapped[date | None]
    not_started_because: Mapped[str] = mapped_column(default="")

    registered: Mapped[date]  # a project owes from its first full period after this day
    resumed: Mapped[date | None]  # after a pause it owes from its first full period after this day
    paused: Mapped[date | None]  # its last day on the expected list (应报名单), while it is paused
    ended: Mapped[date | None]  # the same of a project that has ended
    off_list_because: Mapped[str] = mapped_column(default="")  # why it is paused or ended
    initials: Mapped[str] = mapped_column(default="")  # 拼音首字母 of the name, to be found by
    sub_owes: Mapped[bool] = mapped_column(default=False)  # a sub-project owes only if flagged


class Milestone(Base):
    """节点: what is to be done by when."""

    __tablename__ = "milestones"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    name: Mapped[str]
    planned: Mapped[date]
    actual: Mapped[date | None]
    why_late: Mapped[str] = mapped_column(default="")  # why it is overdue, as reported last


class YearPlan(Base):
    """年度计划: money (yuan) and goal of one year; whether the year is to see the start or the finish."""

    __tablename__ = "year_plans"
    __table_args__ = (UniqueConstraint("project_id", "year"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    year: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger, default=0)
    goal: Mapped[str] = mapped_column(default="")
    to_start: Mapped[bool] = mapped_column(default=False)
    to_finish: Mapped[bool] = mapped_column(default=False)


class Responsibility(Base):
    """Who answers for a project in which role, since when and until when (a successor inherits no past)."""

    __tablename__ = "responsibilities"
    __table_args__ = (Index("ix_responsibilities_person_id_role", "person_id", "role"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    role: Mapped[Role] = mapped_column(by_value(Role))
    since: Mapped[date]
    until: Mapped[date | None]


class Secretary(Base):
    """A secretary who reads and acts on a leader's behalf, since when and until when (exclusive; None: still)."""

    __tablename__ = "secretaries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    leader_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]


class Leave(Base):
    """请假: a person is away, since when and until when (exclusive), and who stands in for them (代班), if anybody.

    Ended early (销假), `until` is the day they are back; a leave that had not begun then never begins.
    """

    __tablename__ = "leaves"
    __table_args__ = (
        Index("ix_leaves_person_id_until", "person_id", "until"),
        Index("ix_leaves_stand_in_id_until", "stand_in_id", "until"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    stand_in_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    since: Mapped[date]
    until: Mapped[date]
    set_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    ended: Mapped[datetime | None]  # 销假: when it was ended early


class Handover(Base):
    """交接: one person's projects in one role pass to another; both say 已交接. The past stays with the first."""

    __tablename__ = "handovers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[Role] = mapped_column(by_value(Role))
    project_ids: Mapped[list[Any]]
    at: Mapped[datetime]
    given: Mapped[datetime | None]  # confirmed by who hands over
    taken: Mapped[datetime | None]  # confirmed by who takes over


class Binding(Base):
    """A chat account known to be a person. Ended, never deleted; one lives per account, and per person and channel."""

    __tablename__ = "bindings"
    __table_args__ = (
        Index(
            "uq_bindings_living_user",
            "channel",
            "account",
            "user",
            unique=True,
            sqlite_where=text("ended IS NULL"),
            postgresql_where=text("ended IS NULL"),
        ),
        Index(
            "uq_bindings_living_person",
            "person_id",
            "channel",
            "account",
            unique=True,
            sqlite_where=text("ended IS NULL"),
            postgresql_where=text("ended IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    channel: Mapped[str]
    account: Mapped[str]
    user: Mapped[str]
    chat: Mapped[str]
    bound: Mapped[datetime]
    last_used: Mapped[datetime]
    blocked: Mapped[bool] = mapped_column(default=False)
    ended: Mapped[datetime | None]


class Invite(Base):
    """A one-time code for one person, kept as a SHA-256 only (delivery.md 5: at least 64 bits, at most 24 h)."""

    __tablename__ = "invites"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    created: Mapped[datetime]
    expires: Mapped[datetime]
    used: Mapped[datetime | None]
