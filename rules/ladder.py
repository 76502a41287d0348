"""The ladder of a major problem (上报链): who is told next, when, and when it is finished. Pure.

A ladder is a list of rungs (`rules.book.Ladder`). A rung is said once and then `repeats` times more, `wait` minutes
apart; then comes the next one. Behind the last rung stands the end, which is told loudly.

Rule 1  What is due is counted from when the step before it was really said, never from a plan: after an outage what
        was missed is said once, now, and everybody has the full wait before the next one is told.
Rule 2  A step is never early. Only a rung where nobody can be reached is passed over at once.
Rule 3  A problem keeps the ladder with which it was opened.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.book import Book, Ladder
from rules.workdays import instant, next_working_moment

# Later than this a step is an auditor's matter.
LATE = timedelta(minutes=1)


class Step(NamedTuple):
    """Which rung, and the how-manieth time it is said; both count from 0. A rung behind the last one is the end."""

    rung: int = 0
    turn: int = 0


FIRST = Step()


def is_end(ladder: Ladder, step: Step) -> bool:
    return step.rung >= len(ladder.rungs)


def following(ladder: Ladder, step: Step) -> Step:
    """The step after one that was said: the same rung again, or the next one."""
    if step.turn < ladder.rungs[step.rung].repeats:
        return Step(step.rung, step.turn + 1)
    return next_rung(step)


def next_rung(step: Step) -> Step:
    return Step(step.rung + 1, 0)


def resumed(ladder: Ladder, step: Step) -> Step:
    """Where a ladder goes on that was stopped before `step`: a rung above who was told last, or the last one again."""
    told = step.rung if step.turn else step.rung - 1
    return Step(min(told + 1, len(ladder.rungs) - 1), 0)


def due(ladder: Ladder, said: Step, at: datetime, book: Book, zone: ZoneInfo) -> datetime:
    """When the step after `said` is due, which was said at `at`. In UTC."""
    moment = at + timedelta(minutes=ladder.rungs[said.rung].wait)
    step = following(ladder, said)
    gated = not is_end(ladder, step) and ladder.rungs[step.rung].working_hours
    return next_working_moment(moment, book, zone) if gated else moment


def stops(
    *, each: bool, asked: Collection[int], answered: Collection[int], for_whom: Mapping[int, int]
) -> bool:
    """Whether the answers so far stop the ladder: any of them, or with `each` those of all who were asked.

    `for_whom` says whose place an answer takes (a secretary's, a stand-in's).
    """
    if not each:
        return bool(answered)
    covered = {*answered, *(for_whom[person] for person in answered if person in for_whom)}
    principals = {for_whom.get(person, person) for person in asked}
    return bool(answered) and principals <= covered


def follow_by(ladder: Ladder, taken: datetime, book: Book, zone: ZoneInfo) -> datetime:
    """Until when something must follow. What would end at night ends in the morning, rest day or not."""
    local = (taken + timedelta(minutes=ladder.follow_minutes)).astimezone(zone)
    quiet = book.quiet_hours
    if local.time() >= quiet.begins:
        return instant(local.date() + timedelta(days=1), quiet.ends, zone)
    if local.time() < quiet.ends:
        return instant(local.date(), quiet.ends, zone)
    return instant(local.date(), local.time(), zone)
