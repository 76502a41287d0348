"""Whose projects somebody may ask about (范围): the digest's scopes, a secretary's leaders', or the own reports.

Rule 1  Figures are counted over `which`, exactly as in the digest. By its name a project is found in `findable`, which
        adds what the person reports for elsewhere.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from handlers.turning import Turn
from rules.kinds import PlaceKind
from storage import people, projects, scopes, secretaries
from storage.scopes import CITY, OWN, UNIT, Scope
from storage.tables.registry import Project, Responsibility


@dataclass(frozen=True, slots=True)
class View:
    """`name` says whose projects they are; `kind` is the scope's, or REPORTED."""

    kind: str
    which: ColumnElement[bool]
    findable: ColumnElement[bool]
    name: str

    @property
    def by(self) -> PlaceKind:
        """What a picture of all of them is drawn by."""
        return PlaceKind.DISTRICT if self.kind == CITY else PlaceKind.UNIT


REPORTED = "reported"


def view_of(turn: Turn) -> View | None:
    """None: there is nothing that the person may see."""
    words, today = turn.city.words, turn.today
    reported = Project.id.in_(
        select(Responsibility.project_id).where(*projects.reported_by(turn.person.id, today))
    )
    scope = scopes.of_person(turn.session, turn.person.id, today)
    if scope is not None:
        which = scope.holds(today)
        names = {CITY: words.asked_whose_city, OWN: words.asked_whose_led, UNIT: turn.person.unit}
        return View(scope.kind, which, or_(which, reported), names[scope.kind])
    if leaders := secretaries.leaders_of(turn.session, turn.person.id, today):
        which = or_(*(Scope(OWN, leader).holds(today) for leader in leaders))
        names_of = people.names(turn.session, leaders)
        listed = words.list_separator.join(names_of[each] for each in leaders)
        return View(OWN, which, or_(which, reported), words.asked_whose_leader.format(names=listed))
    if not projects.of_person(turn.session, turn.person.id, today):
        return None
    return View(REPORTED, reported, reported, words.asked_whose_reported)


def sees(turn: Turn, project_id: int) -> bool:
    """Whether a project is one that the person may ask about."""
    view = view_of(turn)
    if view is None:
        return False
    wanted = select(Project.id).where(Project.id == project_id, view.findable)
    return turn.session.scalar(wanted) is not None
