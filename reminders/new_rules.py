"""New rules reach the duties that have not opened; what is open or closed keeps its own (decisions: 23)."""

from datetime import datetime

from sqlalchemy.orm import Session

from reminders.moment import Moment
from rules.periods import Period, Window, window
from storage import expected, ledger, occurrences
from storage.expected import Unopened


def move_unopened(session: Session, moment: Moment) -> bool:
    """Moves one period's duties to the window that the rules in force give it; True if there may be more.

    A period goes in one statement, though its writing may take longer than a slice should: it happens once after a
    change. That a version has reached everything is remembered, so that later sweeps need not look.
    """
    rules, now = moment.rules, moment.now
    done = f"rules {rules.version} reached what had not opened"
    if occurrences.happened(session, done):
        return False
    group = expected.unopened(session, rules.version, now)
    if group is None:
        occurrences.claim(session, done, now)
        return False
    span = window(group.kind, Period.parse(group.period), rules.book, moment.zone)
    count = expected.move(session, group, rules.version, span)
    _enter(session, group, rules.version, span, count, now)
    return True


def _enter(session: Session, group: Unopened, version: int, span: Window, count: int, now: datetime) -> None:
    before = Window(group.opens, group.due, group.closes)
    facts = {
        "kind": group.kind,
        "period": group.period,
        "duties": count,
        "rules": {"before": group.rules_version, "after": version},
        "window": {"before": _said(before), "after": _said(span)},
    }
    ledger.append(session, chain="city", who="system", act="move_duties", facts=facts, now=now)


def _said(span: Window) -> list[str]:
    return [moment.isoformat() for moment in (span.opens, span.due, span.closes)]
