"""What is owed and what was said: duties, reports with their versions, problems with their events, media."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rules.kinds import DutyKind, DutyState, IssueState, ReportKind, Severity
from storage.messages import MediaKind
from storage.tables.base import Base, BigId, by_value


class Duty(Base):
    """应报: one project owes one kind for one period. Unit and persons are frozen as of the due date.

    `subject` tells apart several duties of a kind in a period (the open problem's number); empty otherwise.
    `state` is written once, at the close; until then it follows from the clock (`rules.duties`).
    """

    __tablename__ = "duties"
    __table_args__ = (
        UniqueConstraint("project_id", "kind", "period", "subject"),
        Index("ix_duties_unit_id_closes", "unit_id", "closes"),
        Index(
            "ix_duties_waiting",
            "project_id",
            "opens",
            sqlite_where=text("state IS NULL"),
            postgresql_where=text("state IS NULL"),
        ),
        Index(
            "ix_duties_unlocked",
            "unlocked_until",
            sqlite_where=text("unlocked_until IS NOT NULL"),
            postgresql_where=text("unlocked_until IS NOT NULL"),
        ),
        # Which windows there are, read in a few steps however many duties stand in each.
        Index(
            "ix_duties_windows",
            "closes",
            "due",
            "opens",
            sqlite_where=text("state IS NULL"),
            postgresql_where=text("state IS NULL"),
        ),
        Index(
            "ix_duties_missed",
            "missed",
            sqlite_where=text("missed IS NOT NULL"),
            postgresql_where=text("missed IS NOT NULL"),
        ),
        Index(
            "ix_duties_to_judge",
            "project_id",
            sqlite_where=text("state = 'undelivered' AND judged IS NULL"),
            postgresql_where=text("state = 'undelivered' AND judged IS NULL"),
        ),
        Index(
            "ix_duties_to_close",
            "closes",
            sqlite_where=text("state IS NULL"),
            postgresql_where=text("state IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    kind: Mapped[DutyKind] = mapped_column(by_value(DutyKind))
    period: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")

    opens: Mapped[datetime]
    due: Mapped[datetime]
    closes: Mapped[datetime]

    settled: Mapped[datetime | None]  # the first filing time
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    state: Mapped[DutyState | None] = mapped_column(by_value(DutyState))
    answerable: Mapped[
        list[Any] | None
    ]  # ids of who answered for it as of the due date, written at the close
    rules_version: Mapped[int] = mapped_column(ForeignKey("rules_versions.id"))

    # 免报: approved by the office before the close.
    exempt: Mapped[datetime | None]
    exempt_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    exempt_because: Mapped[str] = mapped_column(default="")

    # 未报: when that was written, at the close or by a decision of the office; the next digest tells it.
    missed: Mapped[datetime | None]

    # 解锁: opened again by the office after the close; late at best.
    unlocked_until: Mapped[datetime | None]
    unlocked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    unlocked_because: Mapped[str] = mapped_column(default="")

    # 送达异常: what the office has made of it, late or missed after all, or not theirs to answer for.
    judged: Mapped[datetime | None]
    judged_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    judged_because: Mapped[str] = mapped_column(default="")


class Report(Base):
    """One live report per project, kind and period; its contents are versions. Receipt: J and the id."""

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("project_id", "kind", "period"),
        Index("ix_reports_filed_by_id", "filed_by", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    kind: Mapped[ReportKind] = mapped_column(by_value(ReportKind))
    period: Mapped[str]
    filed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    filed: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)  # the one that counts
    withdrawn: Mapped[datetime | None]  # 撤回: it counts for nothing until it is filed again

    # 退回: what the office wants mended, until when the first filing time still counts.
    returned: Mapped[datetime | None]
    returned_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    returned_because: Mapped[str] = mapped_column(default="")
    returned_parts: Mapped[list[Any] | None]  # the questions to be answered anew; None: all
    mend_by: Mapped[datetime | None]

    @property
    def receipt(self) -> str:
        return f"J{self.id}"


class ReportVersion(Base):
    """What a report said at one time. Money in yuan; `percent` in whole per cent where it was given."""

    __tablename__ = "report_versions"
    __table_args__ = (UniqueConstraint("report_id", "version"), Index("ix_report_versions_filed", "filed"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    version: Mapped[int]
    filed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    filed: Mapped[datetime]
    talk_id: Mapped[int | None] = mapped_column(ForeignKey("talks.id"))
    for_person: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # 代报: who telephoned

    amount: Mapped[int | None] = mapped_column(
        BigInteger
    )  # 本月完成投资; None where none is owed (前期, zero)
    progress: Mapped[str] = mapped_column(default="")  # 形象进度
    percent: Mapped[int | None]
    carried: Mapped[bool] = mapped_column(default=False)  # 同上月: the text was carried over
    stage: Mapped[str] = mapped_column(default="")
    next_plan: Mapped[str] = mapped_column(default="")  # 下月安排
    coordination: Mapped[str] = mapped_column(default="")  # 需协调事项
    started: Mapped[date | None]  # 开工 reported with this version
    not_started_because: Mapped[str] = mapped_column(default="")
    # 补记: what months without a report add to the cumulatives, as stated with this version.
    backfill_year: Mapped[int] = mapped_column(BigInteger, default=0)
    backfill_total: Mapped[int] = mapped_column(BigInteger, default=0)
    backfilled: Mapped[list[Any] | None]  # those months (2012-03)
    milestones: Mapped[list[Any] | None]  # what was said of those due: [{"id", "done", "why"}]
    # How the project stood before this report spoke of it (storage/advancing.py); None if it does not.
    project_before: Mapped[dict[str, Any] | None]
    check: Mapped[dict[str, Any]]  # a checked zero: what spoke against it and what was answered


class Issue(Base):
    """存在问题: one thread from the first report to the close-out. Number: W and the id."""

    __tablename__ = "issues"
    __table_args__ = (
        Index("ix_issues_project_id_state", "project_id", "state"),
        # General problems that await a monthly word are few: open ones, and those closed since.
        Index("ix_issues_closed", "closed"),
        Index(
            "ix_issues_chase_at",
            "chase_at",
            sqlite_where=text("chase_at IS NOT NULL"),
            postgresql_where=text("chase_at IS NOT NULL"),
        ),
        Index("ix_issues_state_filed", "state", "filed"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    severity: Mapped[Severity] = mapped_column(by_value(Severity))
    category: Mapped[str]
    what: Mapped[str]
    help_needed: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")  # 发生地点
    found: Mapped[datetime]  # 发现时间
    filed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    for_person: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # 代报: who telephoned
    filed: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)  # 第几次上报: the first report and every word since
    last_word: Mapped[datetime | None]  # of the unit: 续报, 仍在, 有变化, 已解决
    closed: Mapped[datetime | None]  # when it stopped being open
    talk_id: Mapped[int | None] = mapped_column(ForeignKey("talks.id"), unique=True)
    state: Mapped[IssueState] = mapped_column(by_value(IssueState), default=IssueState.REGISTERED)
    rules_version: Mapped[int] = mapped_column(ForeignKey("rules_versions.id"))
    drill: Mapped[bool] = mapped_column(default=False)  # 演练: counted nowhere

    # 办理 (rules/issue_life): since when it stands as it does, until when it may, and what is chased when.
    stands_since: Mapped[datetime | None]
    stands_until: Mapped[datetime | None]
    chase_at: Mapped[datetime | None]
    chased: Mapped[int] = mapped_column(default=0)  # the next Chase
    due: Mapped[datetime | None]  # 办理时限
    asked_until: Mapped[datetime | None]  # the limit that 延期 asks for
    closed_out: Mapped[datetime | None]  # 销号时间

    @property
    def whose(self) -> int:
        """Who raised it: who telephoned, if another filed it for them (代报)."""
        return self.for_person or self.filed_by

    @property
    def number(self) -> str:
        return f"W{self.id}"


class IssueEvent(Base):
    """Something that happened to a problem, by whom and when."""

    __tablename__ = "issue_events"
    __table_args__ = (Index("ix_issue_events_issue_id_id", "issue_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class IssueHolding(Base):
    """Who has a problem, from when to when (until None: still). `unit_id` None is the office; 配合单位 are `helping`.

    Somebody always has it who is not helping, until it is closed (rules/issue_clocks).
    """

    __tablename__ = "issue_holdings"
    __table_args__ = (
        Index("ix_issue_holdings_issue_id_id", "issue_id", "id"),
        Index("ix_issue_holdings_unit_id_until", "unit_id", "until"),
        Index(
            "uq_issue_holdings_living_lead",
            "issue_id",
            unique=True,
            sqlite_where=text("until IS NULL AND NOT helping"),
            postgresql_where=text("until IS NULL AND NOT helping"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    helping: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    refused: Mapped[bool] = mapped_column(default=False)  # 退单


class MediaFile(Base):
    """A photo, file, voice or place that came with a message.

    state: wanted (to be fetched) | stored | refused (too large, of no kind that is taken) | lost (the platform's link
    died) | dropped (one too many; or refused or lost, and another came for it) | expired (kept long enough, deleted).
    It belongs to a report version, a problem or an order once that is filed; before, only to the message it came with.
    """

    __tablename__ = "media"
    __table_args__ = (
        Index(
            "ix_media_loose",
            "person_id",
            sqlite_where=text("version_id IS NULL AND issue_id IS NULL"),
            postgresql_where=text("version_id IS NULL AND issue_id IS NULL"),
        ),
        Index(
            "ix_media_wanted",
            "next_try",
            sqlite_where=text("state = 'wanted'"),
            postgresql_where=text("state = 'wanted'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"))
    received: Mapped[datetime]
    channel: Mapped[str]
    account: Mapped[str]
    kind: Mapped[MediaKind] = mapped_column(by_value(MediaKind))
    reference: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]

    state: Mapped[str] = mapped_column(default="wanted")
    next_try: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str] = mapped_column(default="")
    size: Mapped[int | None]  # bytes
    path: Mapped[str] = mapped_column(default="")  # under DATA_DIR/media

    version_id: Mapped[int | None] = mapped_column(ForeignKey("report_versions.id"), index=True)
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
