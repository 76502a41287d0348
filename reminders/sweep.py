"""What happens without being asked: duties open, move with new rules and close, files expire, the root is drawn.

Rule 1  A sweep carries no state: what is due follows from rows and rules, so it may run twice or late.
Rule 2  It works in slices, each a transaction of a few milliseconds, so that it never stands in a turn's way.
        `sweep` does one slice and says whether there is more.
Rule 3  What an outage missed is caught up: duties open and close by their own instants, not the sweep's.
"""

import hashlib
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.new_rules import move_unopened
from reminders.reach import Reach
from reminders.retention import expire_some
from reminders.unknown_years import tell_unknown_years
from rules.duties import DutyFacts, ProblemFacts, filing_that_counts, left_before, owed, state_at_close
from rules.kinds import DutyKind
from rules.periods import Period, Window, latest_opened, span, window
from storage import duties, expected, issues, ledger, projects, reports
from storage import rules as stored_rules
from storage.rules import InForce
from storage.tables.ledger import LedgerRoot
from storage.tables.registry import Project
from storage.tables.reporting import Duty, Issue

# Rows a transaction: with their ledger rows about 20 ms of writing (decisions: 24).
SLICE = 40
KINDS = (DutyKind.PROGRESS, DutyKind.ZERO)
NOBODY = Reach()


def sweep(
    session: Session, now: datetime, zone: ZoneInfo, said: datetime | None = None, reach: Reach = NOBODY
) -> bool:
    """One slice of what is due at `now`; True if there may be more.

    Duties close as of `said`, the moment up to which everything said has been taken (None: now).
    """
    rules = stored_rules.in_force(session)
    return (
        move_unopened(session, rules, now, zone)
        or _open_some(session, rules, now, zone, reach)
        or _close_some(session, now, said or now, zone)
        or _end_day(session, rules, now, zone)
    )  # fmt: skip


def next_instant(session: Session, now: datetime, zone: ZoneInfo) -> datetime:
    """The next moment at which a sweep would find something: a duty's instant, or the city's midnight."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, datetime.min.time(), tzinfo=zone)
    # A duty closes to the second: a moment later it is over, and not before.
    due = expected.next_instant(session, now - duties.SECOND)
    return midnight if due is None else min(midnight, due + duties.SECOND)


def _open_some(session: Session, rules: InForce, now: datetime, zone: ZoneInfo, reach: Reach) -> bool:
    """Opens the duties of the period that is on, and of the next one ahead."""
    for kind in KINDS:
        latest = latest_opened(kind, now, rules.book, zone)
        for period in (latest, latest.next()):
            span = window(kind, period, rules.book, zone)
            if span.closes > now and _open_period(session, rules, kind, period, span):
                tell_unknown_years(session, span, rules.book, now, zone, reach)
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


def _close_some(session: Session, now: datetime, said: datetime, zone: ZoneInfo) -> bool:
    """Writes the state of duties that have closed, and who answered for them when they fell due, once and for all."""
    closing = expected.to_close(session, said, SLICE)
    if not closing:
        return False
    answerable = expected.answerable(session, closing, zone)
    zeros = [duty for duty in closing if duty.kind is DutyKind.ZERO]
    barred = _barred(session, zeros, zone)
    returned = reports.returned(session, [duty.report_id for duty in closing if duty.report_id is not None])
    stays = {
        each.id: projects.stay(each)
        for each in projects.these(session, {duty.project_id for duty in closing})
    }
    for duty in closing:
        duty.state = state_at_close(
            DutyFacts(
                window=Window(duty.opens, duty.due, duty.closes),
                filed_at=filing_that_counts(duty.settled, returned=duty.report_id in returned),
                exempt=duty.exempt is not None,
                answered=duty.project_id in barred if duty.kind is DutyKind.ZERO else False,
                off_list=left_before(stays[duty.project_id], Period.parse(duty.period)),
            )
        )
        duty.answerable = answerable[duty.id]
        _enter_close(session, duty, now)
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


def _end_day(session: Session, rules: InForce, now: datetime, zone: ZoneInfo) -> bool:
    """What is done once a day, when it is first swept: files expire, then the root is drawn over all of it."""
    today = now.astimezone(zone).date()
    if session.get(LedgerRoot, today) is not None:
        return False
    if expire_some(session, rules.book.media, now, zone, SLICE):
        return True
    _draw_root(session, today, now)
    return False


def _draw_root(session: Session, today: date, now: datetime) -> None:
    """One hash over the heads of all chains as they stand."""
    heads = "\n".join(f"{head.chain} {head.place} {head.hash}" for head in ledger.heads(session))
    session.add(LedgerRoot(day=today, heads=heads, hash=hashlib.sha256(heads.encode()).hexdigest(), at=now))
    session.flush()
