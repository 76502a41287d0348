"""Which projects pass from one contact (联络人) to another when the registry is written.

Rule 1  who reported a project and does so no more hands it to the first who begins, also if nobody did in between.
Rule 2  what was only dated ahead was nobody's yet: it passes from nobody.
"""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rules.kinds import Role
from storage.handovers import Passed
from storage.pending import never_begins, pending
from storage.preview import Work
from storage.tables.registry import Responsibility


def reporters_before(session: Session, work: Work, today: date) -> list[tuple[int, int]]:
    """Project and person of everyone who has reported it until now; before the work is written."""
    before = _ending(session, work.responsible_ended, today) + _overtake(session, work, today)
    return before + _gone_before(session, work, today, {project for project, _ in before})


def passed(
    before: Sequence[tuple[int, int]], begun: Sequence[tuple[int | None, int | None]]
) -> tuple[Passed, ...]:
    """What `before` passes to those who begin to report, by the ids that their rows have now."""
    successors: dict[int | None, int] = {}
    for project, person in begun:
        if person is not None:
            successors.setdefault(project, person)
    stay = {*begun}
    return tuple(
        Passed(project, person, successors[project], Role.REPORTER)
        for project, person in before
        if project in successors and (project, person) not in stay
    )


def _ending(session: Session, ended: tuple[int, ...], today: date) -> list[tuple[int, int]]:
    """Project and person of those of these responsibilities that were a reporter's already."""
    found = session.execute(
        select(Responsibility.project_id, Responsibility.person_id).where(
            Responsibility.id.in_(ended), Responsibility.role == Role.REPORTER, Responsibility.since <= today
        )
    )
    return [(project, person) for project, person in found]


def _overtake(session: Session, work: Work, today: date) -> list[tuple[int, int]]:
    """Where somebody else begins or ends today, a hand-over that is dated ahead is overtaken: its giver ends today too.

    The registry is compared as it will be once it has taken place. Gives back the reporters among the givers.
    """
    ended = {*work.responsible_ended}
    begun = {(project, role) for project, _, role in work.responsible_begun}
    givers = []
    for each in pending(session, today):
        ends, begins = each.ends, each.begins
        given_up = begins is not None and begins.id in ended
        if given_up or (ends.project_id, ends.role) in begun:
            ends.until = today
            givers += [(ends.project_id, ends.person_id)] if ends.role is Role.REPORTER else []
        if given_up:
            never_begins(each)
    session.flush()
    return givers


def _gone_before(session: Session, work: Work, today: date, known: Collection[int]) -> list[tuple[int, int]]:
    """Of projects that nobody reports and somebody will: who did so last. What is open did not go with them."""
    begun = {project for project, _, role in work.responsible_begun if role is Role.REPORTER and project > 0}
    rows = session.execute(
        select(
            Responsibility.project_id, Responsibility.until, Responsibility.id, Responsibility.person_id
        ).where(
            Responsibility.project_id.in_(begun - {*known}),
            Responsibility.role == Role.REPORTER,
            or_(Responsibility.until.is_(None), Responsibility.until > Responsibility.since),
        )
    )
    last: dict[int, tuple[date, int, int]] = {}
    for project, until, row, person in rows:
        last[project] = max(last.get(project, (date.min, 0, 0)), (until or date.max, row, person))
    return [(project, person) for project, (until, _, person) in last.items() if until <= today]
