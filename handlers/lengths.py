"""How long a text may be that came with a typed line (退单 W12 ...): as long as an answer to the question itself."""

from handlers.turning import Turn
from storage import rules as stored_rules
from storage.messages import Outgoing


def is_too_long(turn: Turn, text: str) -> bool:
    """Whether it is; then that was answered."""
    longest = stored_rules.in_force(turn.session).book.caps.text_length
    if len(text) <= longest:
        return False
    turn.answer(Outgoing(text=turn.city.words.too_long.format(found=len(text), longest=longest)))
    return True
