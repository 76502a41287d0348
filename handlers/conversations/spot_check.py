"""抽查: projects drawn at random; each one's unit is asked for a photo and figures by a time (不定期抽查).

市项目办> 抽查
从哪些项目里抽？ [全市]
市项目办> [全市]
抽几个？（共2个项目）
市项目办> 2
请核对：从全市的2个项目里抽2个 [✅ 抽查] [改个数] [改范围]
市项目办> 确认
抽查 1 已抽2个项目
"""

from dataclasses import dataclass

from handlers.card import Confirm
from handlers.commands import DrawChecks, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.plain import plain
from handlers.questions import Choice, Question
from handlers.reading import Buttons, Item, Reading, Refused, Said, Stored, Taken, in_rows
from handlers.words import Words
from rules.dates import number_of
from rules.numerals import Unclear

_USUAL = (3, 5, 10, 20)


@dataclass(frozen=True)
class Count(Question[int]):
    """How many, from 1 to `most`."""

    most: int = 1

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        try:
            number = number_of((said.value or plain(said.text)).removesuffix("个"))
        except (Unclear, ValueError):
            number = 0
        if not 1 <= number <= self.most:
            return Refused(words.draw_number_unreadable.format(most=self.most))
        return Taken(number)

    def restore(self, stored: Stored) -> int | None:
        return stored if isinstance(stored, int) and 1 <= stored <= self.most else None

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        return in_rows([(str(each), str(each)) for each in _USUAL if each <= self.most], 4)


def spot_check(facts: Facts) -> Dialogue[DrawChecks | Tell]:
    words, orders = facts.words, facts.orders
    if not orders.office:
        return Tell(text=words.desk_only)
    if not orders.among:
        return Tell(text=words.draw_nothing)
    among = yield from Choice(
        "among",
        words.ask_draw_among,
        items=tuple(Item(key, name) for key, name in orders.among),
        columns=2,
        page_size=12,
    )
    most = min(orders.most, orders.candidates)
    number = yield from Count(
        f"number@{among}",
        words.ask_draw_number.format(count=orders.candidates),
        hint=words.draw_number_hint.format(most=most),
        most=most,
    )
    yield from Confirm.of(
        f"confirm@{among}",
        words.card_draw.format(among=dict(orders.among)[among], count=orders.candidates, number=number),
        words.card_draw_text.format(due=orders.spot_due),
        agree=words.draw_agree,
        editable=(Item(f"number@{among}", words.edit_draw_number), Item("among", words.edit_draw_among)),
    )
    return DrawChecks(among, number)
