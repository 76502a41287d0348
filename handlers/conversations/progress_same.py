"""同上月 for several projects at once: one card, one confirmation, nothing moved on any of them (decisions: 6)."""

from handlers.card import Confirm
from handlers.commands import FileSame
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.questions import Several
from handlers.reading import Item


def report_same(facts: Facts) -> Dialogue[FileSame]:
    words = facts.words
    unmoved = [each for each in facts.projects if each.unmoved and each.last and not each.filed]
    items = tuple(Item(f"{each.id}.{each.period}", each.name) for each in unmoved)
    picked = yield from Several("same", words.ask_same_projects, items=items, optional=True)
    chosen = [each for each in unmoved if picked is None or f"{each.id}.{each.period}" in picked]
    lines = [
        words.same_line.format(project=each.name, text=each.last.progress) for each in chosen if each.last
    ]
    yield from Confirm.of(
        "confirm",
        words.card_same.format(count=len(chosen)),
        "\n".join([words.same_means, *lines]),
        editable=(Item("same", words.zero_pick),),
    )
    return FileSame(tuple((each.id, each.period) for each in chosen))
