"""零报告: one tap and one confirmation, for all of a person's projects at once.

> 零报告
请核对：2012年上半年零报告 [✅ 确认：没有问题] [只报其中几个]
> [✅ 确认：没有问题]
零报告已收到
"""

from handlers.card import Confirm
from handlers.commands import FileZeros, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts, ZeroFacts
from handlers.questions import Several
from handlers.reading import Item


def report_zero(facts: Facts) -> Dialogue[FileZeros | Tell]:
    words = facts.words
    free = [zero for zero in facts.zeros if not zero.receipt and not zero.barred_by]
    if not facts.zero_period or not free:
        return _nothing_to_give(facts)
    pick_key = f"projects@{facts.zero_period}"
    items = tuple(Item(str(zero.project_id), zero.name) for zero in free)
    picked = yield from Several(pick_key, words.ask_zero_projects, items=items, optional=True)
    chosen = [zero for zero in free if picked is None or str(zero.project_id) in picked]
    yield from Confirm.of(
        f"confirm@{facts.zero_period}",
        words.zero_card.format(period=facts.zero_period_name),
        _summary(facts, chosen),
        agree=words.zero_agree,
        editable=(Item(pick_key, words.zero_pick),) if len(free) > 1 else (),
    )
    return FileZeros(tuple(zero.project_id for zero in chosen), facts.zero_period)


def _nothing_to_give(facts: Facts) -> Tell:
    words, period = facts.words, facts.zero_period_name
    if not facts.zero_period and not facts.projects:
        return Tell(text=words.no_projects)
    if not facts.zero_period and not facts.next_opening:
        return Tell(text=words.zero_closed_unknown)
    if not facts.zero_period:
        return Tell(text=words.zero_closed.format(period=period, opens=facts.next_opening))
    done = any(zero.receipt for zero in facts.zeros)
    head = (words.zero_done if done else words.zero_none).format(period=period)
    return Tell(text="\n".join([head, *_barred_lines(facts)]))


def _summary(facts: Facts, chosen: list[ZeroFacts]) -> str:
    words = facts.words
    head = words.zero_line if len(chosen) > 1 else words.zero_line_one
    lines = [
        head.format(count=len(chosen), period=facts.zero_period_name),
        *(f"· {zero.name}" for zero in chosen),
    ]
    return "\n".join([*lines, *_barred_lines(facts)])


def _barred_lines(facts: Facts) -> list[str]:
    words = facts.words
    barred = [zero for zero in facts.zeros if zero.barred_by and not zero.receipt]
    if not barred:
        return []
    lines = [
        words.zero_barred_line.format(project=zero.name, numbers=words.list_separator.join(zero.barred_by))
        for zero in barred
    ]
    return [words.zero_barred, *lines]
