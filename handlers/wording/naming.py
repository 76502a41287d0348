"""What roles are called: the one list of the registry's file."""

from rules.kinds import Role
from storage.entries import ROLE_WORDS

_NAMES = {role: word for word, role in ROLE_WORDS.items()}


def role_name(role: Role) -> str:
    return _NAMES[role]
