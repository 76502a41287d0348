"""Living through a span of time on a copy: the clock steps from instant to instant, and sweeps at each.

It steps as the try-out's clock does (bot/moving.py), so that whatever happens unasked happens here too, whoever
built it. No channel runs: what was to be sent by now has arrived.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.reach import Reach
from reminders.sweep import next_instant, sweep
from storage import quiet_hours, sends
from storage.database import Database
from storage.outbox_queue import Room
from storage.sends import Claimed, End, Outcome
from storage.sheets import Progress, nobody

LIVING = "Living"
LEASE = timedelta(minutes=1)  # nobody else is there to take the rows
WITHOUT_BOUND = Room(total=1_000_000, bulk=1_000_000)


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did at a moment of the city's clock."""

    at: datetime
    work: Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class Life:
    """From when to when, and what people do: at moments of their own, or whenever the clock has stepped."""

    begins: datetime
    ends: datetime
    zone: ZoneInfo
    reach: Reach
    deeds: Sequence[Deed] = ()  # in order of time
    at_each_step: Callable[[Session, datetime], None] = lambda _session, _now: None


def live(copy: Database, life: Life, progress: Progress = nobody) -> int:
    """Lives it; returns the number of steps."""
    now, steps, waiting = life.begins, 0, list(life.deeds)
    while True:
        waiting = _do_what_is_due(copy, waiting, now)
        _sweep_all(copy, life, now)
        copy.run_now(lambda session, now=now: life.at_each_step(session, now))  # type: ignore[misc]  # a default for the loop
        steps += 1
        progress(LIVING, (now - life.begins).days, (life.ends - life.begins).days)
        if now >= life.ends:
            return steps
        now = _following(copy, life, waiting, now)


def _following(copy: Database, life: Life, waiting: Sequence[Deed], now: datetime) -> datetime:
    following = copy.read_now(lambda session: next_instant(session, now, life.zone))
    return min(following, life.ends, *(deed.at for deed in waiting[:1]))


def _do_what_is_due(copy: Database, waiting: list[Deed], now: datetime) -> list[Deed]:
    due = [deed for deed in waiting if deed.at <= now]

    def work(session: Session) -> None:
        for deed in due:
            deed.work(session)

    if due:
        copy.run_now(work)
    return waiting[len(due) :]


def _sweep_all(copy: Database, life: Life, now: datetime) -> None:
    """All slices of a moment together, for nobody waits for them here; then what was sent has arrived."""
    while copy.run_now(lambda session: sweep(session, now, life.zone, reach=life.reach, enough=_never)):
        pass
    copy.run_now(lambda session: arrive(session, life.reach, now, life.zone))


def _never() -> bool:
    return False


def arrive(session: Session, reach: Reach, now: datetime, zone: ZoneInfo) -> None:
    """Whatever was to be sent by now is sent, by the outbox's own rules: what has become useless is not."""
    for channel, account in sorted(reach.running):
        quiet_hours.hold_back(session, channel, account, now, zone)
        while rows := _claimed(session, channel, account, now):
            sends.finish(session, [Outcome(row, End.SENT, external=f"{row.id}") for row in rows], now)


def _claimed(session: Session, channel: str, account: str, now: datetime) -> list[Claimed]:
    claims = sends.claim(
        session, channel=channel, account=account, room=WITHOUT_BOUND, now=now, machine=now, lease=LEASE
    )
    return claims.rows
