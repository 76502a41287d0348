"""Replaying a month (重放): what would have been sent, lived through again on a copy, beside what was."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.office import stored_city_time
from bot.rehearsal import words
from bot.rehearsal.comparing import Pair, compare
from bot.rehearsal.living import Life, live
from bot.rehearsal.messages import Message, unasked
from bot.rehearsal.refusal import CannotLive
from bot.rehearsal.rewinding import rewind
from bot.rehearsal.year import Supposed, in_full, rules_said, take_rules
from reminders.reach import Reach
from rules.periods import Period, span
from storage.database import Database
from storage.sheets import Progress, nobody
from storage.tables.ledger import RulesVersion


@dataclass(frozen=True, slots=True)
class Replayed:
    month: str
    zone: ZoneInfo
    supposed: tuple[str, ...]
    messages: tuple[Message, ...]
    pairs: tuple[Pair, ...]

    @property
    def by_day(self) -> dict[date, Counter[str]]:
        """How many messages there were of each verdict."""
        found: dict[date, Counter[str]] = {}
        for pair in self.pairs:
            found.setdefault(pair.at.astimezone(self.zone).date(), Counter())[pair.verdict] += 1
        return found


def replay(
    copy: Database,
    month: str,
    supposed: Supposed,
    machine: datetime,
    zone: ZoneInfo,
    reach: Reach,
    progress: Progress = nobody,
) -> Replayed:
    """Rewinds the copy to the month's first instant and lives through it. Raises CannotLive."""
    begins, ends = copy.read_now(lambda session: _span(session, month, machine, zone))
    real = copy.read_now(lambda session: unasked(session, begins, ends))
    copy.run_now(lambda session: take_rules(session, supposed.rules, begins))
    deeds = copy.run_now(lambda session: rewind(session, begins, zone))
    before_the_end = [deed for deed in deeds if deed.at < ends]
    live(copy, Life(begins, ends, zone, reach, before_the_end), progress)
    replayed = copy.read_now(lambda session: unasked(session, begins, ends))
    rules = copy.read_now(lambda session: rules_said(session, supposed))
    what = words.REPLAY_WHAT.format(begins=in_full(begins, zone), ends=in_full(ends, zone))
    said = (what, words.REPLAY_SUPPOSED, rules)
    return Replayed(month, zone, said, tuple(replayed), tuple(compare(real, replayed, zone)))


def _span(session: Session, month: str, machine: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The part of a month that the city has lived through: not before its first rules, and not beyond now."""
    begins, ends = span(Period.parse(month), zone)
    now = stored_city_time(session, machine)
    first = session.scalar(select(func.min(RulesVersion.taken)))
    if first is None or first >= ends or now <= begins:
        lived = f"from {first:%Y-%m} to {now:%Y-%m}" if first else "nothing: the city was never served"
        raise CannotLive(f"{month}: expected a month that the city has lived through; it has lived {lived}.")
    return max(begins, first), min(ends, now)
