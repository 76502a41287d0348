"""Rounds of reminders: each step of the rules, for all duties of a window, begun once or left out once."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from rules.periods import Window
from rules.reminding import Reminder
from storage.prepared import Query
from storage.tables.reminding import ReminderRound
from storage.tables.traffic import Occurrence

# Word for word as in the partial index, without which it would not be used.
_RUNNING = text("reminder_rounds.state = 'running'")

_round = ReminderRound.__table__.c
_ANY_RUNNING = Query(select(_round.id).where(_RUNNING).limit(1), int)
_STEPS = Query(
    select(_round.step).where(
        _round.closes == bindparam("closing"),
        _round.due == bindparam("until"),
        _round.opens == bindparam("opening"),
    ),
    str,
)


def known(session: Session, spans: Collection[Window]) -> dict[Window, set[str]]:
    """The steps of these windows that were decided before."""
    return {
        each: set(_STEPS.all(session, opening=each.opens, until=each.due, closing=each.closes))
        for each in spans
    }


def running(session: Session) -> Sequence[ReminderRound]:
    if _ANY_RUNNING.first(session) is None:
        return ()
    return session.scalars(select(ReminderRound).where(_RUNNING).order_by(ReminderRound.id)).all()


def went_on(session: Session, row: ReminderRound) -> datetime | None:
    """From when a round that stood still is counted as begun; None if it never did."""
    found = session.get(Occurrence, _went_on(row))
    return found.at if found else None


def go_on(session: Session, row: ReminderRound, since: datetime) -> None:
    session.merge(Occurrence(key=_went_on(row), at=since))
    session.flush()


def _went_on(row: ReminderRound) -> str:
    return f"reminder round {row.id} went on"


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
