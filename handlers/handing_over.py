"""What the two sides of a hand-over (交接) are told, whatever made it: a conversation, a change, an import.

The successor gets one message with what is open on these projects; the other that they are gone. Both are asked
to say 已交接, and the office is told when both have.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from handlers.city import City
from handlers.moments import day_and_hour
from handlers.wording.naming import role_name
from rules.kinds import DutyKind, Lane, Role
from rules.periods import Period
from rules.scope import REPORTING
from storage import duties, issues, outbox, people, projects, quiet_hours
from storage.messages import Option, Outgoing
from storage.pending import CalledOff
from storage.people import Contact
from storage.tables.registry import Handover, Project
from storage.tables.reporting import Duty

SHOWN = 12  # projects a packet spells out
BUTTONS = 4  # reports it offers at once


class Told(NamedTuple):
    """A packet as it is told: who, to whom, from when, at what moment."""

    giver: str
    taker: str
    packet: Handover
    since: date
    now: datetime


def announce(
    session: Session,
    city: City,
    packets: Iterable[Handover],
    since: date,
    now: datetime,
    answered: int | None = None,
) -> None:
    """Writes to both sides of each packet; but not to who hands over themselves and has an answer (`answered`)."""
    for packet in packets:
        giver, taker = people.contacts(session, [packet.from_id, packet.to_id], city.running)
        told = Told(giver.name, taker.name, packet, since, now)
        push(session, city, taker, to_successor(session, city, told), now)
        if giver.id != answered and people.is_active(session, giver.id):
            push(session, city, giver, to_predecessor(session, city, told), now)


def push(session: Session, city: City, contact: Contact, message: Outgoing, now: datetime) -> None:
    channel = contact.address.channel if contact.address else ""
    outbox.write(
        session, address=contact.address, person_id=contact.id, message=message, lane=Lane.REMINDER, now=now,
        limit=city.show(channel).text_limit, due=quiet_hours.may_go(session, now, city.zone),
    )  # fmt: skip


def confirm_button(city: City, packet: Handover) -> Option:
    return Option(label=city.words.handed_over_button, data=f"o|handed_over|{packet.id}")


def to_predecessor(session: Session, city: City, told: Told) -> Outgoing:
    words = city.words
    names = [project.name for project in _projects(session, told.packet)]
    text = words.packet_from_text.format(
        role=role_name(told.packet.role),
        since=spoken(told.since),
        taker=told.taker,
        projects=words.list_separator.join(names[:SHOWN]) + ("……" if len(names) > SHOWN else ""),
    )
    title = words.packet_from.format(taker=told.taker)
    return Outgoing(title=title, text=text, rows=((confirm_button(city, told.packet),),))


def to_successor(session: Session, city: City, told: Told) -> Outgoing:
    """Open duties and open problems of every project, with buttons for the reports that are owed."""
    words, packet = city.words, told.packet
    found = _projects(session, packet)
    owed = duties.open_of(session, packet.project_ids, told.now)
    lines = [words.packet_to_text.format(role=role_name(packet.role), since=spoken(told.since))]
    for project in found[:SHOWN]:
        lines += _project_lines(
            session, city, told, project, [each for each in owed if each.project_id == project.id]
        )
    if len(found) > SHOWN:
        lines.append(words.packet_more.format(count=len(found) - SHOWN))
    lines.append(words.packet_ask)
    rows = [(confirm_button(city, packet),), *_report_buttons(city, told, found, owed)]
    title = words.packet_to.format(giver=told.giver)
    return Outgoing(title=title, text="\n".join(lines), rows=tuple(rows))


def _project_lines(
    session: Session, city: City, told: Told, project: Project, owed: Sequence[Duty]
) -> list[str]:
    words = city.words
    lines = [_duty_line(city, told, duty) for duty in owed]
    lines += [
        words.packet_issue.format(number=f"W{thread.id}", what=thread.what)
        for thread in issues.threads(session, [project.id])
    ]
    head = words.packet_project.format(number=project.number, project=project.name)
    return [head, *(lines or [words.packet_clean])]


def _duty_line(city: City, told: Told, duty: Duty) -> str:
    """A duty that fell due before the day of the hand-over stays with who answered then."""
    words = city.words
    past = duty.due.astimezone(city.zone).date() < told.since
    template = words.packet_duty_past if past else words.packet_duty
    values = {
        "period": Period.parse(duty.period).chinese,
        "what": _what(city, duty.kind),
        "due": day_and_hour(duty.due, city.zone),
    }
    return template.format(**values, giver=told.giver) if past else template.format(**values)


def _what(city: City, kind: DutyKind) -> str:
    words = city.words
    named = {
        DutyKind.PROGRESS: words.duties_kind_progress,
        DutyKind.ZERO: words.duties_kind_zero,
        DutyKind.DAILY: words.duty_kind_daily,
    }
    return named.get(kind, words.issue_title)


def _report_buttons(
    city: City, told: Told, found: Sequence[Project], owed: Sequence[Duty]
) -> list[tuple[Option, ...]]:
    """Only who reports from today can report today."""
    if told.since > told.now.astimezone(city.zone).date() or told.packet.role not in REPORTING:
        return []
    names = {project.id: project.name for project in found}
    reports = [duty for duty in owed if duty.kind is DutyKind.PROGRESS]
    return [(_report_button(city, duty, names[duty.project_id]),) for duty in reports[:BUTTONS]]


def _report_button(city: City, duty: Duty, project: str) -> Option:
    label = city.words.duties_button_progress.format(project=project)
    return Option(label=label, data=f"o|report_progress|{duty.project_id}.{duty.period}")


def _projects(session: Session, packet: Handover) -> list[Project]:
    return projects.these(session, packet.project_ids)


def tell_complete(session: Session, city: City, packet: Handover, now: datetime) -> None:
    """Both have confirmed: the office is told."""
    names = people.names(session, [packet.from_id, packet.to_id])
    text = city.words.handover_complete.format(
        giver=names[packet.from_id],
        taker=names[packet.to_id],
        role=role_name(packet.role),
        count=len(packet.project_ids),
    )
    office = people.in_role(session, Role.OFFICE, now.astimezone(city.zone).date())
    for contact in people.contacts(session, office, city.running):
        push(session, city, contact, Outgoing(text=text), now)


def tell_takers_off(
    session: Session, city: City, called_off: Iterable[CalledOff], taker_id: int, now: datetime
) -> None:
    """Whoever waited for projects that go to somebody else is told; the one who gets them has the new packet."""
    for each in called_off:
        if each.to_id != taker_id:
            _tell_off(session, city, each, each.to_id, city.words.handover_off_taker, now)


def tell_givers_off(session: Session, city: City, called_off: Iterable[CalledOff], now: datetime) -> None:
    """Whoever keeps projects because their taker has left is told."""
    for each in called_off:
        _tell_off(session, city, each, each.from_id, city.words.handover_off_giver, now)


def _tell_off(
    session: Session, city: City, each: CalledOff, person_id: int, sentence: str, now: datetime
) -> None:
    names = [project.name for project in projects.these(session, each.project_ids)]
    text = sentence.format(
        since=spoken(each.since),
        taker=people.names(session, [each.to_id])[each.to_id],
        projects=city.words.list_separator.join(names[:SHOWN]) + ("……" if len(names) > SHOWN else ""),
    )
    for contact in people.contacts(session, [person_id], city.running):
        push(session, city, contact, Outgoing(text=text), now)


def spoken(each: date) -> str:
    return f"{each.month}月{each.day}日"
