"""What the plain model expects of a drawn year: its duties, and everything that is said unasked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tests.year.courses import BEGINS, ENDS, OUTAGES
from tests.year.model import Course, Duty, Said, duties, unknown_years
from tests.year.reminding import Away, People, remind, undelivered

ADMIN, OFFICE = "管理员", "项目办"
UNREACHABLE = frozenset({"联络人2"})  # has never bound an account
AWAY = (
    Away("联络人1", date(2026, 5, 20), date(2026, 6, 20), "联络人4"),
    Away("联络人4", date(2026, 10, 25), date(2026, 11, 15)),
)


@dataclass(frozen=True)
class Expected:
    duties: list[Duty]
    said: list[Said]


def expect(courses: Sequence[Course]) -> Expected:
    owed = duties(courses, BEGINS, ENDS)
    down = [(each.begins, each.ends) for each in OUTAGES]
    reminded = remind(courses, owed, People(OFFICE, UNREACHABLE, AWAY), BEGINS, ENDS, down)
    unproven, told = undelivered(owed, reminded.heard, OFFICE)
    states = [replace(duty, state="undelivered") if duty in unproven else duty for duty in owed]
    return Expected(states, [*unknown_years(BEGINS, ENDS, [ADMIN]), *reminded.said, *told])
