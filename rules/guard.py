"""The 万元/亿元 guard (N11): is a month's amount off by 10 or by 10,000, and what was meant?

An amount is doubted for one of six reasons, all but the last against a bound of the book (`[money_guard]`). Another
reading, ten or ten thousand times larger or smaller, is offered only if it is itself beyond doubt and near
what the project usually completes in a month, so that months which merely differ are seldom asked about.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from rules.book import MoneyGuard

LEAST = 50  # yuan; less is 0.00万元
FACTORS = (Fraction(10), Fraction(1, 10), Fraction(10_000), Fraction(1, 10_000))


class Doubt(StrEnum):
    """Why an amount is doubted. The first two and the last stand even if no other reading fits."""

    ABOVE_TOTAL = "above_total"  # more than the whole project costs
    ABOVE_YEAR_PLAN = "above_year_plan"  # more in a month than planned for the year
    JUMP = "jump"  # many times last month, and a good part of the year plan
    FALL = "fall"  # a small part of last month
    TINY = "tiny"  # next to nothing of the year plan
    NOTHING = "nothing"  # so little that in 万元 it is written as 0


@dataclass(frozen=True, slots=True)
class Suspicions:
    """Nothing to ask if `doubt` is None. `readings` are the other amounts (yuan), the likeliest first."""

    doubt: Doubt | None = None
    readings: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return self.doubt is not None


@dataclass(frozen=True, slots=True)
class _Known:
    plan_year: int
    last_month: int
    total_investment: int
    done_before: int
    guard: MoneyGuard


def suspicions(
    yuan: int,
    *,
    plan_year: int | None,
    last_month: int | None,
    total_investment: int | None,
    guard: MoneyGuard,
    done_before: int | None = None,
) -> Suspicions:
    """Doubts about what a project completed in one month. All amounts in yuan; None or 0 is unknown.

    `plan_year` is 年度计划投资, `total_investment` 总投资, `done_before` what was completed from the start
    of the project to the end of last month.
    """
    known = _Known(plan_year or 0, last_month or 0, total_investment or 0, done_before or 0, guard)
    doubt = _doubt(yuan, known)
    if doubt is None:
        return Suspicions()
    readings = _other_readings(yuan, known)
    if not readings and doubt not in (Doubt.ABOVE_TOTAL, Doubt.ABOVE_YEAR_PLAN, Doubt.NOTHING):
        return Suspicions()
    return Suspicions(doubt, readings)


def _doubt(yuan: int, known: _Known) -> Doubt | None:
    guard, plan, last, total = known.guard, known.plan_year, known.last_month, known.total_investment
    if not yuan:
        return None
    if yuan < LEAST:
        return Doubt.NOTHING
    if total and yuan + known.done_before > total * guard.total:
        return Doubt.ABOVE_TOTAL
    if plan and yuan > plan * guard.year_plan:
        return Doubt.ABOVE_YEAR_PLAN
    if last and yuan > last * guard.jump and yuan > plan * guard.jump_share:
        return Doubt.JUMP
    if last and yuan * guard.fall < last:
        return Doubt.FALL
    if plan and yuan < plan * guard.tiny_share:
        return Doubt.TINY
    return None


def _other_readings(yuan: int, known: _Known) -> tuple[int, ...]:
    exact = [yuan * factor for factor in FACTORS]
    whole = [int(amount) for amount in exact if amount.denominator == 1]
    fitting = [
        amount
        for amount in whole
        if _doubt(amount, known) is None and _distance(amount, known) <= known.guard.near
    ]
    return tuple(sorted(fitting, key=lambda amount: _distance(amount, known)))


def _distance(yuan: int, known: _Known) -> float:
    """The factor by which it misses last month or a twelfth of the year plan; 1 if neither is known."""
    usual = [amount for amount in (known.last_month, known.plan_year / 12) if amount]
    return min((max(yuan / amount, amount / yuan) for amount in usual), default=1.0)
