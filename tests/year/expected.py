"""What the plain model expects of a drawn year: its duties, and everything that is said unasked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from tests.year.courses import BEGINS, ENDS, OUTAGES
from tests.year.leading import Leader, Year, lead
from tests.year.model import Course, Duty, Said, duties, unknown_years
from tests.year.reminding import Away, People, remind, undelivered

ADMIN, OFFICE = "管理员", "项目办"
UNREACHABLE = frozenset({"联络人2"})  # has never bound an account
AWAY = (
    Away("联络人1", date(2026, 5, 20), date(2026, 6, 20), "联络人4"),
    Away("联络人4", date(2026, 10, 25), date(2026, 11, 15)),
)


def _of_unit(unit: str) -> Callable[[Course, date], bool]:
    return lambda course, _day: course.unit == unit


def led_by_the_mayor(course: Course, day: date) -> bool:
    """Of every second project, until another leader has taken over the first of them."""
    return course.number % 2 == 0 and (course.number % 4 != 0 or day < TAKEN_OVER)


def led_by_the_successor(course: Course, day: date) -> bool:
    return course.number % 4 == 0 and day >= TAKEN_OVER


def led_by_the_department(course: Course, _day: date) -> bool:
    return course.number % 3 == 0


def led_in_silence(course: Course, _day: date) -> bool:
    return course.number % 5 == 1


TAKEN_OVER = date(2026, 7, 20)
# 牵头领导 and 牵头部门, with how each wants to be told.
LEADERS = (
    Leader("王市长", led_by_the_mayor),
    Leader("李市长", led_by_the_successor, often="instant", hour=time(8, 47)),
    Leader("发改委", led_by_the_department, often="weekly", hour=time(8, 47)),
    Leader("赵市长", led_in_silence, hour=time(8, 47), silent=True),
)


def who_is_told(courses: Sequence[Course]) -> list[Leader]:
    heads = [
        Leader(f"{unit}一把手", _of_unit(unit), reviewed=False)
        for unit in sorted({each.unit for each in courses})
    ]
    return [Leader(OFFICE, None), *heads, *LEADERS]


@dataclass(frozen=True)
class Expected:
    duties: list[Duty]
    said: list[Said]


def expect(courses: Sequence[Course]) -> Expected:
    owed = duties(courses, BEGINS, ENDS)
    down = [(each.begins, each.ends) for each in OUTAGES]
    reminded = remind(courses, owed, People([OFFICE], UNREACHABLE, AWAY), BEGINS, ENDS, down)
    unproven, told = undelivered(owed, reminded.heard, [OFFICE])
    states = [replace(duty, state="undelivered") if duty in unproven else duty for duty in owed]
    year = Year(courses, owed, BEGINS, ENDS, down)
    led = lead(year, who_is_told(courses), reminded.heard)
    return Expected(states, [*unknown_years(BEGINS, ENDS, [ADMIN]), *reminded.said, *told, *led])
