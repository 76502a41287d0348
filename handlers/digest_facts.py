"""What the conversations of leaders may know: how they are told (日报设置), and the month's review (讲评)."""

from dataclasses import dataclass
from datetime import time
from fractions import Fraction

from rules.kinds import Often
from rules.review import Placed


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """How the person is told now. `mine`: they get digests at all."""

    mine: bool = False
    often: Often = Often.DAILY
    at: time = time.min
    silent: bool = False


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """A month as it was reviewed: the units in their places, of which `page` is shown. Empty: there is none yet."""

    may_see: bool = False
    month: str = ""
    month_name: str = ""
    time: Fraction = Fraction(0)
    units: tuple[Placed, ...] = ()
    page: int = 0
