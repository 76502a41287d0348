"""抽查结果: what the projects of the newest draw have answered, in one screen.

市项目办> 抽查结果
还没有抽查过。
"""

from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts


def spot_results(facts: Facts) -> Dialogue[Tell]:
    words, orders = facts.words, facts.orders
    if not orders.office:
        return Tell(text=words.desk_only)
    if not orders.results:
        return Tell(text=words.draw_none)
    title, *lines = orders.results
    return Tell(title=title, text="\n".join(lines))
    yield  # a conversation is a generator even when it asks nothing
