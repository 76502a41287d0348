"""Who hears of which duties: the ladder of each duty, looked at from the people, some of them at a time.

One who is away is passed over for whoever stands in; where nobody does, and where no account reaches somebody, the
next one up hears it at once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from reminders.moment import Moment
from rules.book import ReminderStep
from rules.kinds import Role
from rules.periods import Window
from rules.reminding import Told, ladder
from rules.workdays import local_date
from storage import people, reminding
from storage.people import Contact
from storage.reminding import Debt

Answering = Mapping[Role, Sequence[int]]
Steps = Mapping[Window, ReminderStep]
Absent = Mapping[int, int | None]


@dataclass(frozen=True, slots=True)
class Item:
    """A duty as one person hears of it. `step` calls for it now; without one it is only named along with others.

    answering  who answers for it, with those who stand in
    own        it is this person's to report
    """

    debt: Debt
    step: ReminderStep | None
    own: bool
    answering: Answering


@dataclass(frozen=True, slots=True)
class Hearing:
    """All that one person is to hear. `covers` are those for whom they stand in and who owe some of it."""

    person: int
    items: tuple[Item, ...]
    covers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """How everybody who answers for something can be reached, and who is away without a stand-in."""

    contacts: Mapping[int, Contact]
    away: frozenset[int]

    def reaches(self, person: int) -> bool:
        return self.why_not(person) == ""

    def why_not(self, person: int) -> str:
        """Why a person cannot be reminded; empty if they can."""
        if person in self.away:
            return "away"
        contact = self.contacts.get(person)
        return "" if contact is not None and contact.address is not None else "unreachable"


def hearings(
    session: Session, moment: Moment, listeners: Collection[int], steps: Steps, absent: Absent
) -> tuple[list[Hearing], Reached]:
    """What each of these people is to hear, those who hear nothing left out."""
    today = local_date(moment.now, moment.zone)
    covers = {each: tuple(gone for gone, here in absent.items() if here == each) for each in listeners}
    theirs = {*listeners, *(gone for gone_ones in covers.values() for gone in gone_ones)}
    projects = reminding.projects_of(session, theirs, today)
    debts = reminding.debts(session, projects, moment.now, moment.zone)
    registered = reminding.answering(session, {debt.project_id for debt in debts}, today)
    answering = {
        project: {role: _present(those, absent) for role, those in roles.items()}
        for project, roles in registered.items()
    }
    everybody = {each for roles in answering.values() for those in roles.values() for each in those}
    reached = _reached(session, moment, everybody, absent)
    heard: dict[int, list[Item]] = {}
    for debt in debts:
        _hear(heard, debt, steps.get(debt.window), answering.get(debt.project_id, {}), reached.reaches)
    found = [
        Hearing(person, tuple(heard[person]), _concerned(covers[person], heard[person], registered))
        for person in sorted(listeners)
        if any(item.step for item in heard.get(person, ()))
    ]
    return found, reached


def asked(session: Session, moment: Moment, project_id: int) -> tuple[tuple[Told, ...], Reached]:
    """Who is asked about a project: its contacts, and further up past those who are away or whom nothing reaches."""
    today = local_date(moment.now, moment.zone)
    absent = reminding.away(session, today)
    roles = reminding.answering(session, [project_id], today).get(project_id, {})
    answering = {role: _present(those, absent) for role, those in roles.items()}
    reached = _reached(session, moment, {each for those in answering.values() for each in those}, absent)
    return ladder(answering, Role.REPORTER, reached.reaches), reached


def _hear(
    heard: dict[int, list[Item]],
    debt: Debt,
    step: ReminderStep | None,
    answering: Answering,
    reaches: Callable[[int], bool],
) -> None:
    for told in ladder(answering, step.upto if step else Role.REPORTER, reaches):
        if step is not None or told.own:
            heard.setdefault(told.person, []).append(Item(debt, step, told.own, answering))


def _concerned(
    covers: Sequence[int], items: Sequence[Item], registered: Mapping[int, Answering]
) -> tuple[int, ...]:
    """Of those for whom somebody stands in, who answers for something that is named as theirs to report."""
    concerned = {
        each
        for item in items
        if item.own
        for those in registered.get(item.debt.project_id, {}).values()
        for each in those
    }
    return tuple(each for each in covers if each in concerned)


def _present(those: Sequence[int], absent: Absent) -> tuple[int, ...]:
    """With stand-ins for who is away; one for whom nobody stands in stays, so that it can be said."""
    return tuple(dict.fromkeys(absent.get(each) or each for each in those))


def _reached(session: Session, moment: Moment, everybody: Collection[int], absent: Absent) -> Reached:
    contacts = people.contacts(session, sorted(everybody), moment.reach.running)
    alone = frozenset(each for each, stand_in in absent.items() if stand_in is None)
    return Reached({each.id: each for each in contacts}, alone)
