"""Which projects are meant by what no word of the city explains: a number, a receipt, a name or a part of it, initials.

Found are only projects that the person may ask about. A name with one slip is found too, but never without asking.
"""

from sqlalchemy import ColumnElement, and_

from handlers.answering.view import View
from handlers.asking.reading import MEANT, NEAR, Reading, alike
from handlers.oneline.slips import one_slip
from handlers.turning import Turn
from storage import asking, finding
from storage.finding import Found

READ = 200  # names that are compared for likeness
PIECES = 3  # letters from which a name may have gaps


def named_projects(turn: Turn, view: View, reading: Reading, limit: int) -> list[Found]:
    """The projects that are named: with the places in the name, else by the rest of it in those places."""
    where = reading.asks[0].where if reading.asks else ()
    among: ColumnElement[bool] = view.findable
    found = _called(turn, among, reading.name, limit)
    if not found and reading.rest != reading.name:
        in_these = and_(among, asking.in_places(where, turn.today))
        found = _called(turn, in_these, reading.rest, limit)
    return found


def _called(turn: Turn, among: ColumnElement[bool], letters: str, limit: int) -> list[Found]:
    found = finding.projects(turn.session, among, letters, limit) if letters else []
    whole = [each for each in found if each.name == letters]
    if found or len(letters) < PIECES or letters.isascii():
        return whole or found
    return finding.in_pieces(turn.session, among, letters, limit)


def like_these(turn: Turn, view: View, reading: Reading) -> list[tuple[float, Found]]:
    """Projects whose names are like what was typed, the likest first, with how like."""
    letters = reading.name
    pairs = {letters[at : at + 2] for at in range(len(letters) - 1)}
    if not pairs:
        return []
    found = finding.sharing(turn.session, view.findable, sorted(pairs), READ)
    scored = [(_score(letters, each.name), each) for each in found]
    likest = sorted((pair for pair in scored if pair[0] >= NEAR), key=lambda pair: -pair[0])
    return likest[:MEANT]


def _score(letters: str, name: str) -> float:
    """A name that is one slip away is nearest; else by the letters it shares with its beginning or the whole."""
    if len(letters) > PIECES and one_slip(letters, name):
        return 1
    return max(alike(letters, name), alike(letters, name[: len(letters)]))
