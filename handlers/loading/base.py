"""What every loader starts from, and what several of them ask."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from handlers.city import City
from handlers.facts import PersonFacts, ProjectFacts
from handlers.moments import day
from rules.kinds import DutyKind, Role
from storage import duties, leaves, media, people, projects, secretaries, talks
from storage.preview import Preview

# A photo that was sent before any question is offered for this long.
LOOSE_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Loading:
    """What every loader starts from."""

    session: Session
    city: City
    person: PersonFacts
    answers: Mapping[str, Any]
    now: datetime
    today: date
    clerk: int | None = None  # who types for the person (代报)
    plans: dict[int, Preview] = field(default_factory=dict)  # the turn's


def alerted(session: Session, project_id: int, today: date, *, heads: bool = True) -> list[int]:
    """Who is told of a major problem: lead leader, lead department, unit head, office, then who acts for them.

    Without `heads`, those who may acknowledge it: the unit's own head is told but cannot (decisions: 9).
    """
    found = alerted_themselves(session, project_id, today, heads=heads)
    acting = [secretary for secretary, _ in secretaries.of_leaders(session, found, today)]
    if heads:  # a head on leave is told all the same, and so is the stand-in
        acting += leaves.who_is_there(session, found, today)
    return list(dict.fromkeys([*found, *acting]))


def alerted_themselves(session: Session, project_id: int, today: date, *, heads: bool = True) -> list[int]:
    """The same without those who act on somebody's behalf."""
    found: list[int] = []
    roles = (Role.LEAD_LEADER, Role.LEAD_DEPARTMENT, Role.HEAD)
    for role in roles if heads else roles[:2]:
        found += people.responsible(session, project_id, [role], today)
    return list(dict.fromkeys([*found, *people.in_role(session, Role.OFFICE, today)]))


def by_name(loading: Loading, also: Collection[int] = ()) -> tuple[ProjectFacts, ...]:
    """The person's projects, whether anything is open for them or not; `also` of those that left the list."""
    rows = projects.of_person(loading.session, loading.person.id, loading.today, also)
    among = loading.answers.get("among")
    return tuple(
        ProjectFacts(row.id, row.number, row.name, row.kind, row.initials)
        for row in rows
        if among is None or str(row.id) in among
    )


def loose(loading: Loading) -> tuple[int, ...]:
    """Media that belong to nothing yet: to no report, and to no other answer that is still open."""
    used = talks.media_in(loading.answers)
    kept = kept_media(loading.session, loading.person.id, loading.now, loading.today)
    return tuple(each for each in kept if each not in used)


def kept_media(session: Session, person_id: int, now: datetime, today: date) -> tuple[int, ...]:
    """What a person has sent lately that is part of no report, and of no draft."""
    found = media.loose(session, person_id, now - LOOSE_FOR, today)
    used = talks.media_in_drafts(session, person_id) if found else frozenset()
    return tuple(each for each in found if each not in used)


def next_opening(loading: Loading, kind: DutyKind) -> str:
    coming = duties.next_of(loading.session, loading.person.id, loading.now, loading.today, kind)
    return day(coming.opens, loading.city.zone) if coming else ""
