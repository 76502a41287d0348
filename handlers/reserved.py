"""Words that are kept for some: what the office or a unit's head types to open something.

Whoever works with such a word opens with it at any question. For others it is a word like any: an office's menu word
always (暂停 may well answer how far the building is), a word of the registry where a text is asked for (换人 and 交接
may well be what has happened). Who somebody is, is looked up only when such a word was typed.
"""

from handlers import drafts, talking
from handlers.buttons import Opener
from handlers.opening import read_desk_word, read_leader_word, read_registry_word
from handlers.questions import Text
from handlers.turning import Turn
from rules.kinds import Role
from rules.scope import HEADING, TOLD
from storage import people, talks

# Words of the office's menu that open for everybody, if only to say why not.
FOR_ALL = frozenset({"desk", "not_mine"})
# Who works with a word; the office with all of them, and alone where none is named.
WORK_WITH = {
    "who_owes": HEADING,
    "registry_menu": HEADING,
    "unbind": HEADING,
    "rebind": HEADING,
    "hand_over": HEADING,
    "set_digest": TOLD,
    "monthly_review": (*TOLD, Role.SUPERVISION),
}


def opened_by(turn: Turn, text: str) -> Opener | None:
    if (opener := read_desk_word(text, turn.city.words)) is not None:
        if opener.script == "resume_project" and drafts.just_cancelled(turn):
            return None
        return opener if opener.script in FOR_ALL or _works_with(turn, opener) else None
    if (opener := read_leader_word(text, turn.city.words)) is not None:
        return opener if _works_with(turn, opener) or not _is_asked_for_text(turn) else None
    opener = read_registry_word(text, turn.city.words)
    if opener is None or _works_with(turn, opener) or not _is_asked_for_text(turn):
        return opener
    return None


def _works_with(turn: Turn, opener: Opener) -> bool:
    roles = people.roles_of(turn.session, turn.person.id, turn.today)
    return not roles.isdisjoint({Role.OFFICE, *WORK_WITH.get(opener.script, ())})


def _is_asked_for_text(turn: Turn) -> bool:
    talk = talks.current(turn.session, turn.person.id)
    return talk is not None and isinstance(talking.open_question(turn, talk), Text)
