"""The days to which the try-out clock's menu leads: what opens, is due or closes by the rules in force."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rules.kinds import DutyKind
from rules.timetable import Dated, timetable
from rules.workdays import local_date
from storage import rules as stored_rules
from storage.export.words import DUTY_WORDS

YEARS = 3  # the clock walks a year at most at a time, and the page asks again when it is opened anew
OPENS = {DutyKind.PROGRESS: ("opens", "月报开放"), DutyKind.ZERO: ("zero", "零报告开放")}
DUE, CLOSES = "应报日", "截止日"


def landmarks(session: Session, now: datetime, zone: ZoneInfo) -> list[dict[str, str]]:
    """In the order of their days: `key` says of which kind the day is, `what` what happens on it."""
    book, first = stored_rules.in_force(session).book, local_date(now, zone).year
    dated = [each for year in range(first, first + YEARS) for each in timetable(year, book, zone)]
    found = {mark for each in dated for mark in _marks(each, zone)}
    return [{"day": day, "key": key, "what": what} for day, key, what in sorted(found)]


def _marks(dated: Dated, zone: ZoneInfo) -> Iterator[tuple[str, str, str]]:
    times, name = dated.window, f"{dated.period.chinese}{DUTY_WORDS[dated.kind]}"
    due, closes = local_date(times.due, zone), local_date(times.closes, zone)
    yield (f"{local_date(times.opens, zone)}", *OPENS[dated.kind])
    if due != closes:
        yield f"{due}", "due", f"{name}{DUE}"
    yield f"{closes}", "due", f"{name}{CLOSES}"
