"""How many rows a picture has, and figures as it prints them: shares in per cent, money in one unit for all."""

from collections.abc import Iterable
from typing import NamedTuple

from reminders.wording import pictures as words

# More rows would be so small on a phone, which fits a picture into its height, that nobody could read them.
MOST = 30
YI, WAN = 10**8, 10**4


def percent(share: float) -> str:
    return f"{share + 0:.1f}%".replace("-0.0%", "0.0%")


class Unit(NamedTuple):
    name: str
    yuan: int
    places: int

    def written(self, yuan: int) -> str:
        return f"{yuan / self.yuan:,.{self.places}f}"

    def on_axis(self, yuan: float) -> str:
        """A round amount, without noughts after its point."""
        return f"{yuan / self.yuan:,.10g}"


def unit_for(amounts: Iterable[int]) -> Unit:
    """亿元 as soon as one of them is at least 1亿, else 万元."""
    largest = max((abs(each) for each in amounts), default=0)
    return Unit(words.UNIT_BIG, YI, 2) if largest >= YI else Unit(words.UNIT_SMALL, WAN, 0)
