"""已交接: either side of a hand-over says that it is done.

> 已交接
没有等您确认的交接。
"""

from handlers.commands import ConfirmHandover, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts


def handed_over(facts: Facts) -> Dialogue[ConfirmHandover | Tell]:
    if facts.registry.packet is None:
        return Tell(text=facts.words.handed_over_none)
    return ConfirmHandover(facts.registry.packet)
    yield  # a conversation is a generator even when it asks nothing
