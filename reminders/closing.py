"""Duties that have closed get their state, and who answered for them when they fell due: once and for all."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.moment import SLICE, Moment
from reminders.telling_office import tell_of_undelivered
from rules.duties import DutyFacts, filing_that_counts, left_before, state_at_close
from rules.kinds import DutyKind, DutyState
from rules.periods import Period, Window, span
from storage import duties, expected, issues, ledger, nudges, projects, reports
from storage.tables.reporting import Duty


def close_some(session: Session, moment: Moment) -> bool:
    """Writes the state of duties that have closed, and who answered for them when they fell due, once and for all."""
    zone = moment.zone
    closing = expected.to_close(session, moment.said, SLICE)
    if not closing:
        return False
    answerable = expected.answerable(session, closing, zone)
    zeros = [duty for duty in closing if duty.kind is DutyKind.ZERO]
    barred, ended = _barred(session, zeros, zone), _ended(closing, zone)
    returned = reports.returned(session, [duty.report_id for duty in closing if duty.report_id is not None])
    stays = {
        each.id: projects.stay(each)
        for each in projects.these(session, {duty.project_id for duty in closing})
    }
    delivered = nudges.delivered(session, [duty.id for duty in closing])
    for duty in closing:
        duty.state = state_at_close(
            DutyFacts(
                window=Window(duty.opens, duty.due, duty.closes),
                filed_at=filing_that_counts(duty.settled, returned=duty.report_id in returned),
                delivered=duty.id in delivered,
                exempt=duty.exempt is not None,
                answered=duty.project_id in barred if duty.kind is DutyKind.ZERO else duty.id in ended,
                off_list=left_before(stays[duty.project_id], Period.parse(duty.period)),
            )
        )
        duty.missed = moment.now if duty.state is DutyState.MISSED else None
        duty.answerable = answerable[duty.id]
        _enter_close(session, duty, moment.now)
    tell_of_undelivered(session, moment, [duty for duty in closing if duty.state is DutyState.UNDELIVERED])
    session.flush()
    return True


def _enter_close(session: Session, duty: Duty, now: datetime) -> None:
    ledger.append(
        session, chain=f"unit:{duty.unit_id}", who="system", act="close_duty", now=now,
        facts={"duty": duty.id, "project": duty.project_id, "kind": duty.kind, "period": duty.period,
               "subject": duty.subject, "state": duty.state, "report": duty.report_id,
               "answerable": duty.answerable},
    )  # fmt: skip


def _barred(session: Session, zeros: list[Duty], zone: ZoneInfo) -> set[int]:
    """Projects whose problems answered for the half-year."""
    found: set[int] = set()
    for text in {duty.period for duty in zeros}:
        half = span(Period.parse(text), zone)
        of_period = [duty for duty in zeros if duty.period == text]
        closed = max(duty.closes for duty in of_period) + duties.SECOND
        ids = [duty.project_id for duty in of_period]
        found |= issues.barring(session, ids, *half, as_of=closed).keys()
    return found


def _ended(closing: Sequence[Duty], zone: ZoneInfo) -> set[int]:
    """The days that ended before their time, because their problem was lowered or closed (`duties.end_daily`)."""
    days = [duty for duty in closing if duty.kind is DutyKind.DAILY]
    return {
        each.id for each in days if each.closes + duties.SECOND < span(Period.parse(each.period), zone)[1]
    }
