"""Which part somebody has here, and so which menu is theirs."""

from datetime import date

from sqlalchemy.orm import Session

from handlers.menus import Rows, menu_rows
from handlers.turning import Turn
from rules.scope import Part, part_of
from storage import people, secretaries


def part(session: Session, person_id: int, today: date) -> Part:
    roles = people.roles_of(session, person_id, today)
    return part_of(roles, acts=bool(secretaries.leaders_of(session, person_id, today)))


def own_menu(turn: Turn) -> Rows:
    """The menu of who wrote, as buttons."""
    return menu_rows(turn.city.words, part(turn.session, turn.person.id, turn.today))
