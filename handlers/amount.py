"""The question "how much?": an amount of money as people write it, or a ready answer."""

from dataclasses import dataclass

from handlers.questions import Question
from handlers.reading import Buttons, Item, Reading, Refused, Said, Stored, Taken, exactly, in_rows
from handlers.words import Words
from rules import money
from rules.money import Why


@dataclass(frozen=True)
class Money(Question["int | str"]):
    """An amount in yuan (typed in 万元 unless it says 亿 or 元), or the id of a quick answer.

    `least` is the smallest amount that can be right (a cumulative never falls).
    """

    quick: tuple[Item, ...] = ()
    least: int = 0

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        if said.value is not None:
            known = any(item.id == said.value for item in self.quick)
            return Taken({"quick": said.value}) if known else Refused(words.amount_unreadable)
        meant = exactly(self.quick, said.text)
        if len(meant) == 1:
            return Taken({"quick": meant[0].id})
        amount = money.read_amount(said.text)
        if isinstance(amount, money.Unreadable):
            return Refused(unreadable(amount.reason, words))
        if amount.yuan < self.least:
            found, least = money.auto(amount.yuan), money.auto(self.least)
            return Refused(words.amount_below.format(found=found, least=least))
        return Taken({"yuan": amount.yuan})

    def restore(self, stored: Stored) -> "int | str | None":
        if not isinstance(stored, dict):
            return None
        if "quick" in stored:
            return stored["quick"] if any(item.id == stored["quick"] for item in self.quick) else None
        yuan = stored.get("yuan")
        return yuan if isinstance(yuan, int) and yuan >= self.least else None

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        return in_rows([(item.label, item.id) for item in self.quick], 1)


def unreadable(why: Why, words: Words) -> str:
    """What to do about an amount that cannot be read in exactly one way."""
    return {
        Why.NEGATIVE: words.amount_negative,
        Why.TWO_AMOUNTS: words.amount_two,
        Why.APPROXIMATE: words.amount_approximate,
        Why.TOO_LARGE: words.amount_too_large,
    }.get(why, words.amount_unreadable)
