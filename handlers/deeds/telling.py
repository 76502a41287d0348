"""Whom a deed of the office concerns, and telling them."""

from collections.abc import Iterable
from typing import NamedTuple

from handlers.desk_steps import duty_name
from handlers.outcome import Outcome, refusal
from handlers.screen import Rows
from handlers.turning import Turn
from rules.kinds import DutyKind, Lane
from rules.periods import Period
from storage import owing, people, projects
from storage.messages import Option, Outgoing
from storage.tables.registry import Person, Unit
from storage.tables.reporting import Duty


def tell(turn: Turn, person_ids: Iterable[int], message: Outgoing) -> None:
    """Tells each of them once; who does the deed knows it already."""
    others = [each for each in dict.fromkeys(person_ids) if each != turn.person.id]
    for contact in people.contacts(turn.session, others, turn.city.running):
        turn.push(contact, message, Lane.REMINDER)


def tell_reporters(turn: Turn, project_id: int, message: Outgoing) -> None:
    """Tells the contacts of a project, or whoever else reports for it if it has none."""
    callers = owing.callers(turn.session, [project_id], turn.today)
    tell(turn, [caller.id for caller in callers.get(project_id, ())], message)


def not_theirs(turn: Turn, person_id: int, project_id: int) -> Outcome | None:
    """A refusal if that person, for whom something is filed (代报), does not report for the project."""
    if person_id in projects.reporters(turn.session, project_id, turn.today):
        return None
    name = turn.session.get_one(Person, person_id).name
    project = projects.named(turn.session, project_id).name
    return refusal(turn.city.words.not_their_project.format(name=name, project=project))


def tell_for(turn: Turn, person_id: int, message: Outgoing) -> str:
    """Tells someone what was filed for them; gives back the sentence that says whether it reaches them."""
    tell(turn, [person_id], message)
    [contact] = people.contacts(turn.session, [person_id], turn.city.running)
    words = turn.city.words
    return (words.told_them if contact.address else words.told_them_not).format(name=contact.name)


class Speaker(NamedTuple):
    """Whose word something is, and whom to ask about it."""

    unit: str
    name: str
    phone: str


def speaker(turn: Turn, for_person: int | None) -> Speaker:
    """The person of the turn; or who telephoned (代报), with who filed it beside the name."""
    if for_person is None:
        return Speaker(turn.person.unit, turn.person.name, turn.person.phone)
    caller = turn.session.get_one(Person, for_person)
    name = turn.city.words.by_telephone.format(name=caller.name, by=turn.person.name)
    return Speaker(turn.session.get_one(Unit, caller.unit_id).name, name, caller.phone or "")


def report_row(turn: Turn, duty: Duty, label: str = "") -> Rows:
    """The button that opens the report of a duty."""
    words, project = turn.city.words, duty.project_id
    word, data = {
        DutyKind.PROGRESS: (words.menu_progress, f"o|report_progress|{project}.{duty.period}"),
        DutyKind.ZERO: (words.menu_zero, "o|report_zero|"),
        DutyKind.ISSUE: (words.menu_issue, f"o|report_issue|{project}"),
        DutyKind.DAILY: (words.menu_issue, f"o|report_issue|{project}"),
    }[duty.kind]
    return ((Option(label=label or word, data=data),),)


def name_of(turn: Turn, duty: Duty) -> str:
    """2012年3月进展, or 2012年3月问题月报 W3."""
    subject = f"W{duty.subject}" if duty.subject else ""
    return duty_name(turn.city.words, duty.kind, Period.parse(duty.period).chinese, subject)
