"""Rounds of reminders: each step of the rules, for all duties of a window, begun once or left out once."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from rules.periods import Window
from rules.reminding import Reminder
from storage.tables.reminding import ReminderRound

# Word for word as in the partial index, without which it would not be used.
_RUNNING = text("reminder_rounds.state = 'running'")


def known(session: Session, spans: Collection[Window]) -> dict[Window, set[str]]:
    """The steps of these windows that were decided before."""
    found: dict[Window, set[str]] = {each: set() for each in spans}
    closes = {each.closes for each in spans}
    rows = session.execute(
        select(ReminderRound.opens, ReminderRound.due, ReminderRound.closes, ReminderRound.step).where(
            ReminderRound.closes.in_(closes)
        )
    )
    for opens, due, closed, step in rows:
        found.setdefault(Window(opens, due, closed), set()).add(step)
    return found


def running(session: Session) -> Sequence[ReminderRound]:
    return session.scalars(select(ReminderRound).where(_RUNNING).order_by(ReminderRound.id)).all()


def begin(session: Session, span: Window, reminder: Reminder, now: datetime) -> None:
    _add(session, span, reminder, "running", "", now)


def skip(session: Session, span: Window, reminder: Reminder, why: str, now: datetime) -> None:
    _add(session, span, reminder, "skipped", why, now)


def _add(session: Session, span: Window, reminder: Reminder, state: str, note: str, now: datetime) -> None:
    session.add(
        ReminderRound(
            opens=span.opens, due=span.due, closes=span.closes, step=reminder.step.key, planned=reminder.at,
            state=state, note=note, begun=now, cursor=0, written=0,
        )
    )  # fmt: skip
    session.flush()
