"""What buttons send back (at most 64 bytes), for all who write messages; `handlers/buttons.py` reads it."""

from rules.kinds import IssueWord, Snooze


def begins(script: str, preset: str = "") -> str:
    """Begins a conversation; `preset` is its first answer."""
    return f"o|{script}|{preset}"


def says(issue_id: int, word: IssueWord) -> str:
    """Says a word on a problem."""
    return f"w|{issue_id}|{word}"


def snoozes(nudge_id: int, choice: Snooze) -> str:
    """Wants to hear of a nudge again later."""
    return f"z|{nudge_id}|{choice}"
