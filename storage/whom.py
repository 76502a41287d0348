"""Whom a rung of the ladder tells, as of a day: roles of the rules become people, with who stands in for them.

Who stands in for somebody on leave is told in their place; they themselves are told all the same, but nobody waits
for them. A leader's secretary is told what the leader is.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from rules.book import Book, Rung
from rules.kinds import Role
from storage import departments, leaves, people, secretaries
from storage.tables.reporting import Issue

OF_PROJECT = frozenset({Role.LEAD_LEADER, Role.LEAD_DEPARTMENT, Role.HEAD, Role.DEPUTY, Role.REPORTER})
OF_CITY = {
    "office": Role.OFFICE,
    "supervision": Role.SUPERVISION,
    "admin": Role.ADMIN,
    "leaders": Role.LEAD_LEADER,
}


class Told(NamedTuple):
    """`may`: can stop the ladder. `acts_for`: whose secretary or (`stands_in`) stand-in it is. `away`: on leave."""

    person_id: int
    may: bool = True
    acts_for: int | None = None
    stands_in: bool = False
    away: bool = False

    @property
    def awaited(self) -> bool:
        """Whether the ladder waits for them."""
        return self.may and not self.away


class About(NamedTuple):
    """What of a problem decides whom it is told: its project, and the lead department of its category."""

    project_id: int
    department: str = ""

    @classmethod
    def of(cls, issue: Issue, book: Book) -> "About":
        category = book.category(issue.category)
        return cls(issue.project_id, category.lead if category else "")


def told(session: Session, rung: Rung, about: About, today: date) -> list[Told]:
    """Everyone whom a rung tells, each once. Who may stop the ladder and only learns of it elsewhere may."""
    may = _resolved(session, rung.who, about, today)
    learn = [each for each in _resolved(session, rung.told, about, today) if each not in may]
    away = leaves.standing_in(session, [*may, *learn], today)
    found = {each: Told(each, each in may, away=each in away) for each in (*may, *learn)}
    for absent, other in away.items():
        if other is not None:
            found.setdefault(other, Told(other, found[absent].may, absent, stands_in=True))
    for secretary, leader in secretaries.of_leaders(session, list(found), today):
        found.setdefault(secretary, Told(secretary, found[leader].may, leader))
    return list(found.values())


def _resolved(session: Session, targets: Iterable[str], about: About, today: date) -> list[int]:
    found = (person for target in targets for person in _people(session, target, about, today))
    return list(dict.fromkeys(found))


def _people(session: Session, target: str, about: About, today: date) -> Collection[int]:
    if target == "category_department":
        unit = departments.called(session, about.department, today)
        return [] if unit is None else departments.contacts(session, unit, about.project_id, today)
    if target in OF_CITY:
        return people.in_role(session, OF_CITY[target], today)
    if target in OF_PROJECT:
        return people.responsible(session, about.project_id, [Role(target)], today)
    return people.called(session, target)
