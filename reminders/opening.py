"""Duties open by themselves: the period that is on, and the next one ahead (domain: the three reports).

All projects are passed once a day and when a period comes up, in slices (storage/opened.py). In between only what is
new or was touched (storage/ledger_tail.py) is looked at, so that a sweep that finds nothing costs a large city no more.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.moment import Moment
from reminders.reach import Reach
from reminders.unknown_years import tell_unknown_years
from rules.duties import ProblemFacts, owed
from rules.kinds import DutyKind
from rules.periods import Period, Window, latest_opened, window
from rules.workdays import local_date
from storage import expected, ledger_tail, opened, projects
from storage.lighting import TURNED
from storage.rules import InForce, in_force
from storage.tables.reporting import Issue

KINDS = (DutyKind.PROGRESS, DutyKind.ZERO)
STRIDE, STRIDES = 100, 20  # projects looked at together, and how often in a slice that finds nothing to open
TAIL = 500  # rows of the ledger
IGNORED = frozenset(
    {"close_duty", TURNED}
)  # nearly all of the ledger's rows; neither makes a project owe anything

Rows = list[dict[str, object]]


class Opening(NamedTuple):
    """A period of a kind that may be owed, and its window."""

    kind: DutyKind
    period: Period
    span: Window


def open_some(session: Session, moment: Moment) -> bool:
    """Opens the duties of the period that is on, and of the next one ahead; True if there may be more."""
    periods = [*_periods(moment)]
    return _open_touched(session, moment, periods) or _open_following(session, moment, periods)


def open_at_once(session: Session, now: datetime, zone: ZoneInfo) -> None:
    """All that a city owes at this moment, in one transaction: for one that nobody has seen yet."""
    moment = Moment(now, now, zone, Reach(), in_force(session))
    while open_some(session, moment):
        pass


def _periods(moment: Moment) -> Iterator[Opening]:
    """What is to be open now or ahead. The monthly word on open problems never ahead: who knows what is open then."""
    for kind in (*KINDS, DutyKind.ISSUE):
        latest = latest_opened(kind, moment.now, moment.rules.book, moment.zone)
        for period in (latest,) if kind is DutyKind.ISSUE else (latest, latest.next()):
            span = window(kind, period, moment.rules.book, moment.zone)
            if span.closes > moment.now:
                yield Opening(kind, period, span)


def _open_touched(session: Session, moment: Moment, periods: Sequence[Opening]) -> bool:
    """Of projects that came back, or that the office has changed."""
    tail = ledger_tail.tail(session, opened.SEEN, TAIL, IGNORED)
    if tail is None:
        return False
    if tail.everything:
        opened.begin_anew(session)
    _open(session, moment, periods, tail.projects)
    ledger_tail.see(session, opened.SEEN, tail.through)
    return tail.more


def _open_following(session: Session, moment: Moment, periods: Sequence[Opening]) -> bool:
    """Of all projects, one after the other; of those that owe nothing new many in one slice."""
    today = local_date(moment.now, moment.zone)
    going = opened.passing(session, today, tuple(f"{each.kind} {each.period}" for each in periods))
    for _ in range(STRIDES):
        ids = expected.following(session, going.after, STRIDE)
        if not ids:
            return False
        going = replace(going, after=ids[-1])
        opened.keep(session, going)
        if _open(session, moment, periods, ids):
            return True
    return True


def _open(session: Session, moment: Moment, periods: Sequence[Opening], ids: Collection[int]) -> bool:
    found = False
    for each in periods if ids else ():
        find = _words if each.kind is DutyKind.ISSUE else _reports
        if rows := find(session, moment, each, ids):
            expected.open_all(session, rows)
            tell_unknown_years(session, each.span, moment.rules.book, moment.now, moment.zone, moment.reach)
            found = True
    return found


def _reports(session: Session, moment: Moment, opening: Opening, ids: Collection[int]) -> Rows:
    return [
        _row(moment.rules, opening, project.id, project.unit_id)
        for project in expected.without(session, opening.kind, opening.period, ids)
        if owed(project.stay, opening.kind, opening.period)
    ]


def _words(session: Session, moment: Moment, opening: Opening, ids: Collection[int]) -> Rows:
    rows = []
    for issue, project in expected.without_word(session, opening.period, moment.zone, ids):
        if owed(projects.stay(project), DutyKind.ISSUE, opening.period, _problem(issue, moment.zone)):
            row = _row(moment.rules, opening, project.id, project.unit_id, subject=str(issue.id))
            # Whatever was said since the window opened, while nothing swept, has kept the duty.
            said = issue.last_word is not None and issue.last_word >= opening.span.opens
            rows.append({**row, "settled": issue.last_word if said else None})
    return rows


def _row(
    rules: InForce, opening: Opening, project_id: int, unit_id: int, subject: str = ""
) -> dict[str, object]:
    return {
        "project_id": project_id,
        "unit_id": unit_id,
        "kind": opening.kind,
        "period": str(opening.period),
        "subject": subject,
        "opens": opening.span.opens,
        "due": opening.span.due,
        "closes": opening.span.closes,
        "rules_version": rules.version,
    }


def _problem(issue: Issue, zone: ZoneInfo) -> ProblemFacts:
    closed = issue.closed.astimezone(zone).date() if issue.closed else None
    return ProblemFacts(issue.severity, issue.filed.astimezone(zone).date(), closed)
