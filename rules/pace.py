"""序时进度 and the distance to it, as circulars print them (decisions: 11; domain: 3).

Rule 1  A share is one division of two sums of yuan, kept as a fraction: it is rounded only where it is written.
Rule 2  A distance (百分点) is the difference of unrounded shares: 629.0/647.4 less 83.33 % is 13.8, though the printed
        97.2 less 83.3 is 13.9.
"""

from datetime import date
from fractions import Fraction

from rules.periods import Period

TENTHS_OF_A_PERCENT = 1000


def of_day(day: date) -> Fraction:
    """The part of its year that has passed with this day: for digests of a day or a week."""
    first, following = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return Fraction((day - first).days + 1, (following - first).days)


def of_month(month: Period) -> Fraction:
    """The same with this month, in twelfths: for what is said of a month."""
    return Fraction(month.number, 12)


def share(done: int, plan: int) -> Fraction | None:
    """完成年度计划, unrounded; None where there is no plan, for then nothing can be behind it."""
    return Fraction(done, plan) if plan > 0 else None


def ahead(done: int, plan: int, time: Fraction) -> Fraction | None:
    """How far ahead of the time progress (behind it if negative); None where there is no plan."""
    found = share(done, plan)
    return None if found is None else found - time


def tenths(part: Fraction) -> int:
    """In tenths of a per cent, a half rounded away from zero."""
    scaled = abs(part) * TENTHS_OF_A_PERCENT
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return -whole if part < 0 else whole


def written(part: Fraction) -> str:
    """One decimal, without the sign for per cent: `15.4`, `-7.5`."""
    found = tenths(part)
    return f"{'-' if found < 0 else ''}{abs(found) // 10}.{abs(found) % 10}"
