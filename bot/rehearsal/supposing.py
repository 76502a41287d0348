"""What a rehearsal supposes of people: that everybody can be reached, and how they report."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from reminders.reach import Reach
from rules.kinds import DutyKind, ProjectKind, ReportKind, Role
from rules.periods import Period, span
from storage import duties, issues, reports
from storage.outbox import State
from storage.reports import Content
from storage.tables.registry import Binding, Person, Project, Responsibility, YearPlan
from storage.tables.reporting import Duty, Issue
from storage.tables.traffic import OutboxRow

CHANNEL, ACCOUNT = "rehearsal", "copy"
TEXT = "（演练）"


def everybody_is_reached(session: Session, reach: Reach, now: datetime) -> Reach:
    """Binds whoever has no account that runs to one of the rehearsal's own; what waits to be sent counts as sent."""
    reached = {
        each.person_id
        for each in session.scalars(
            select(Binding).where(Binding.ended.is_(None), Binding.blocked.is_(False))
        )
        if (each.channel, each.account) in reach.running
    }
    for person_id in session.scalars(select(Person.id).where(Person.active.is_(True))):
        if person_id not in reached:
            session.add(
                Binding(
                    person_id=person_id, channel=CHANNEL, account=ACCOUNT, user=str(person_id),
                    chat=str(person_id), bound=now, last_used=now,
                )
            )  # fmt: skip
    waiting = OutboxRow.state.in_((State.DUE, State.SENDING))
    session.execute(update(OutboxRow).where(waiting).values(state=State.SENT, ended=now))
    return Reach(frozenset({*reach.running, (CHANNEL, ACCOUNT)}), reach.limits, reach.admin)


def everybody_reports(session: Session, now: datetime, zone: ZoneInfo) -> None:
    """Whatever is open is reported at once: a twelfth of the year's plan, a zero, or that a problem stands."""
    wanted = select(Duty).where(duties.awaited(), *duties.reportable(now, Duty.settled.is_(None)))
    for duty in session.scalars(wanted).all():
        if duty.kind in duties.ON_PROBLEMS:
            _say_a_word(session, duty, now)
        else:
            _report(session, duty, now, zone)


def _say_a_word(session: Session, duty: Duty, now: datetime) -> None:
    duty.settled = now
    session.execute(update(Issue).where(Issue.id == int(duty.subject)).values(last_word=now))


def _report(session: Session, duty: Duty, now: datetime, zone: ZoneInfo) -> None:
    person_id = _who_reports(session, duty)
    if person_id is None or (duty.kind is DutyKind.ZERO and _barred(session, duty, zone)):
        return  # nobody answers for the project; or a problem has answered for its half-year
    filed = reports.file(
        session, project_id=duty.project_id, unit_id=duty.unit_id, kind=ReportKind(duty.kind), period=duty.period,
        person_id=person_id, content=_content(session, duty), talk_id=None, now=now,
    )  # fmt: skip
    duties.settle(session, duty.id, filed.report_id, now)


def _barred(session: Session, duty: Duty, zone: ZoneInfo) -> bool:
    """Whether a problem of the half-year, or one that is open, has answered for the zero (decisions: 3)."""
    return bool(issues.barring(session, [duty.project_id], *span(Period.parse(duty.period), zone)))


def _who_reports(session: Session, duty: Duty) -> int | None:
    """Whoever has answered for the project as its contact, or in another role, since last."""
    return session.scalar(
        select(Responsibility.person_id)
        .where(Responsibility.project_id == duty.project_id)
        .order_by(
            Responsibility.until.is_(None).desc(),
            (Responsibility.role == Role.REPORTER).desc(),
            Responsibility.since.desc(),
        )
        .limit(1)
    )


def _content(session: Session, duty: Duty) -> Content:
    if duty.kind is DutyKind.ZERO:
        return Content()
    project = session.get_one(Project, duty.project_id)
    year = Period.parse(duty.period).year
    plan = select(YearPlan.amount).where(YearPlan.project_id == project.id, YearPlan.year == year)
    builds = project.kind is ProjectKind.CONSTRUCTION
    amount = (session.scalar(plan) or 0) // 12 if builds else None
    return Content(amount=amount, progress=TEXT, stage="" if builds else project.stage.value)
