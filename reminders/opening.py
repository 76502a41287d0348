"""Duties open by themselves: the period that is on, and the next one ahead (domain: the three reports)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.moment import SLICE, Moment
from reminders.unknown_years import tell_unknown_years
from rules.duties import ProblemFacts, owed
from rules.kinds import DutyKind
from rules.periods import Period, Window, latest_opened, window
from storage import expected, projects
from storage.rules import InForce
from storage.tables.registry import Project
from storage.tables.reporting import Issue

KINDS = (DutyKind.PROGRESS, DutyKind.ZERO)


def open_some(session: Session, moment: Moment) -> bool:
    """Opens the duties of the period that is on, and of the next one ahead."""
    rules, now, zone = moment.rules, moment.now, moment.zone
    for kind in KINDS:
        latest = latest_opened(kind, now, rules.book, zone)
        for period in (latest, latest.next()):
            span = window(kind, period, rules.book, zone)
            if span.closes > now and _open_period(session, rules, kind, period, span):
                tell_unknown_years(session, span, rules.book, now, zone, moment.reach)
                return True
    return _open_words(session, rules, now, zone)


def _open_period(session: Session, rules: InForce, kind: DutyKind, period: Period, span: Window) -> bool:
    without = expected.without(session, kind, str(period), period.first_day, SLICE * 5)
    rows = [
        _row(rules, project, kind, period, span)
        for project in without
        if owed(projects.stay(project), kind, period)
    ]
    expected.open_all(session, rows)
    return bool(rows)


def _open_words(session: Session, rules: InForce, now: datetime, zone: ZoneInfo) -> bool:
    """The monthly word on open general problems: never ahead, for who knows what is still open then."""
    period = latest_opened(DutyKind.ISSUE, now, rules.book, zone)
    times = window(DutyKind.ISSUE, period, rules.book, zone)
    if times.closes <= now:
        return False
    rows = []
    for issue, project in expected.without_word(session, period, zone, SLICE * 5):
        if owed(projects.stay(project), DutyKind.ISSUE, period, _problem(issue, zone)):
            row = _row(rules, project, DutyKind.ISSUE, period, times, subject=str(issue.id))
            # Whatever was said since the window opened, while nothing swept, has kept the duty.
            said = issue.last_word is not None and issue.last_word >= times.opens
            rows.append({**row, "settled": issue.last_word if said else None})
    expected.open_all(session, rows)
    return bool(rows)


def _row(
    rules: InForce, project: Project, kind: DutyKind, period: Period, span: Window, subject: str = ""
) -> dict[str, object]:
    return {
        "project_id": project.id,
        "unit_id": project.unit_id,
        "kind": kind,
        "period": str(period),
        "subject": subject,
        "opens": span.opens,
        "due": span.due,
        "closes": span.closes,
        "rules_version": rules.version,
    }


def _problem(issue: Issue, zone: ZoneInfo) -> ProblemFacts:
    closed = issue.closed.astimezone(zone).date() if issue.closed else None
    return ProblemFacts(issue.severity, issue.filed.astimezone(zone).date(), closed)
