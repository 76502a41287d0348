"""How a project stands at a moment, worked out from its course alone: its reports, its money, its light.

Written from rules/book.toml's comments ([[lights]]) and docs/手册.md (灯色, 日报), for the rules out of the box and for
those that the city takes in the year (model.EDITED). Money is whole yuan, shares are fractions.
"""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cache

from tests.year.model import DAY, EDITED, SECOND, Course, after, counting, first_of, month_of, window

LIMIT = 30  # days until a problem about land is overdue


def done(course: Course, year: int, through: str, moment: datetime) -> int:
    """年初累计 of a year with the month `through`: what was done before the first report, and what the reports say."""
    opening = course.opening_done if course.opening_month[:4] == str(year) else 0
    counted: dict[str, int] = {}
    for month in _months(f"{year}-01", through):
        filed = counting(course, month, moment)
        if month <= course.opening_month or filed is None:
            continue
        since = sum(counted.get(each, 0) for each in filed.made_up_for if each[:4] == str(year))
        counted[month] = filed.amount + max(0, filed.made_up - since)
    return opening + sum(counted.values())


def _months(first: str, last: str) -> list[str]:
    found = []
    while first <= last:
        found.append(first)
        first = after(first)
    return found


# The light


@dataclass(frozen=True)
class Edges:
    """By how many points behind it is yellow (that number itself too), and beyond how many red."""

    yellow: int
    red: int


def edges(moment: datetime) -> Edges:
    return Edges(15, 30) if moment >= EDITED else Edges(10, 30)


@cache
def light(course: Course, moment: datetime) -> str | None:
    """red, yellow, green, or None: not judged, or not known."""
    if course.paused(moment):
        return None
    found = [
        _money(course, moment),
        _start(course, moment),
        _milestone(course, moment),
        _problem(course, moment),
    ]
    for colour in ("red", "yellow", "unknown", "green"):
        if colour in found:
            return None if colour == "unknown" else colour
    return None


def _money(course: Course, moment: datetime) -> str | None:
    if not course.owes or course.start_planned is not None or course.preliminary:
        return None
    newest = newest_figures(course, moment)
    missed = newest_missed(course, moment)
    if missed is not None and missed > newest:
        return "unknown"
    plan = course.plan(int(newest[:4]))
    if not plan:
        return "unknown"
    behind = 100 * (pace(course, newest) - Fraction(done(course, int(newest[:4]), newest, moment), plan))
    if behind > edges(moment).red:
        return "red"
    return "yellow" if behind >= edges(moment).yellow else "green"


def newest_figures(course: Course, moment: datetime) -> str:
    reported = [
        month
        for month in _months(after(course.opening_month), month_of(moment.date()))
        if counting(course, month, moment) is not None
    ]
    return max([course.opening_month, *reported])


def newest_missed(course: Course, moment: datetime) -> str | None:
    """The newest month that closed without a report."""
    closed = [
        month
        for month in _months(after(course.opening_month), month_of(moment.date()))
        if window(month).closes + SECOND <= moment and course.missed(month, moment)
    ]
    return max(closed, default=None)


def pace(course: Course, month: str) -> Fraction:
    """序时 at the end of a month: of the months of its year in which the project is to be built."""
    first, last = 1, 12
    if course.paced_from is not None and course.paced_from.year == int(month[:4]):
        first = course.paced_from.month
    if course.finish_planned is not None and course.finish_planned.year == int(month[:4]):
        last = course.finish_planned.month
    return Fraction(min(max(int(month[5:]) - first + 1, 0), last - first + 1), last - first + 1)


def _start(course: Course, moment: datetime) -> str | None:
    """Planned to start and not started: yellow in that month, red after three; judged by the newest month's end."""
    if course.start_planned is None or course.preliminary:
        return None
    month = max(newest_figures(course, moment), newest_closed(moment))
    planned = month_of(course.start_planned)
    months = len(_months(planned, month))
    if not months or course.start_planned >= moment.date():
        return None
    return "red" if months >= 3 else "yellow"


def newest_closed(moment: datetime) -> str:
    month = month_of(moment.date())
    while window(month).closes + SECOND > moment:
        month = month_of(first_of(month) - DAY)
    return month


def _milestone(course: Course, moment: datetime) -> str | None:
    if not course.milestones and not course.reached:
        return None
    days = (moment.date() - min(course.milestones)).days if course.milestones else 0
    if days > 15:
        return "red" if days > 45 else "yellow"
    missed = newest_missed(course, moment) if course.preliminary else None
    return "unknown" if missed is not None and missed > newest_figures(course, moment) else "green"


def _problem(course: Course, moment: datetime) -> str | None:
    days = days_overdue(course, moment)
    return None if days is None or days < 30 else "red" if days >= 45 else "yellow"


def days_overdue(course: Course, moment: datetime) -> int | None:
    """Of the open problem, beyond its limit; None if there is none that is."""
    problem, solved = course.first("problem"), course.first("solved")
    if problem is None or problem.at > moment or (solved is not None and solved.at <= moment):
        return None
    days = (moment.date() - problem.at.date()).days - LIMIT
    return days if days > 0 else None


# 序时 of a day, and how a share is printed


def of_day(day: date) -> Fraction:
    days = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
    return Fraction((day - date(day.year, 1, 1)).days + 1, days)


def percent(part: Fraction) -> str:
    """One decimal, halves away from zero."""
    return tenth(100 * part)


def tenth(number: Fraction) -> str:
    tenths = int(abs(number) * 10 + Fraction(1, 2))
    return f"{'-' if number < 0 and tenths else ''}{tenths // 10}.{tenths % 10}"


def gap(part: Fraction) -> str:
    points = tenth(100 * abs(part))
    if points == "0.0":
        return "与序时持平"
    return f"{'落后' if part < 0 else '超前'}{points}个百分点"


def yuan(amount: int) -> str:
    """Whole 万 below one 亿, else 亿 with one decimal."""
    if amount < 10_000:
        return f"{amount}元"
    if amount < 100_000_000:
        return f"{int(Fraction(amount, 10_000) + Fraction(1, 2))}万"
    return f"{tenth(Fraction(amount, 100_000_000))}亿"
