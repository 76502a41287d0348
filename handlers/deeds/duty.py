"""What deeds ask of a duty before they settle it."""

from handlers.turning import Turn
from storage import duties
from storage.duties import DutyRow


def is_open(duty: DutyRow, turn: Turn) -> bool:
    return duty.state is None and duty.opens <= turn.now < duty.closes + duties.SECOND
