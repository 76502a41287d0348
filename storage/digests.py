"""Digests of leaders: how each wants them, for whom one is due, what was written last.

Rule 1  A digest is claimed by its row: a person has one of a form for a day. What is due follows from rows and rules.
Rule 2  It tells what came since the last one that was looked at (written, or empty): skipped ones move nothing, and
        one that no channel took is told again by the next.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from rules.book import DigestRules
from rules.kinds import Often, Role
from rules.scope import TOLD
from storage import arrivals
from storage.outbox import State
from storage.scopes import REVIEWED
from storage.tables.digests import Digest, DigestChoice
from storage.tables.registry import Person, PersonRole
from storage.tables.traffic import OutboxRow
from storage.upsert import insert

DAILY, WEEKLY, REVIEW = "daily", "weekly", "review"
_LOST = (State.EXPIRED, State.FAILED, State.NOBODY)  # what became of a message that nobody got
WRITTEN, EMPTY, SKIPPED, NOBODY = "written", "empty", "skipped", "nobody"


@dataclass(frozen=True, slots=True)
class Choice:
    """How a person wants digests: their own choice, or the rules'."""

    often: Often
    at: time
    silent: bool

    @property
    def form(self) -> str:
        return DAILY if self.often is Often.DAILY else WEEKLY


def default_choice(rules: DigestRules) -> Choice:
    return Choice(rules.often, rules.at, rules.silent)


def choice_of(session: Session, person_id: int, rules: DigestRules) -> Choice:
    row = session.get(DigestChoice, person_id)
    return Choice(row.often, row.at, row.silent) if row else default_choice(rules)


def choose(session: Session, person_id: int, choice: Choice, now: datetime) -> None:
    if choice.often is Often.INSTANT:
        arrivals.begin(session)
    values = {"often": choice.often, "at": choice.at, "silent": choice.silent, "chosen": now}
    session.execute(
        insert(DigestChoice)
        .values(person_id=person_id, **values)
        .on_conflict_do_update(index_elements=["person_id"], set_=values)
    )


def chosen_times(session: Session) -> set[time]:
    """The times of day that some people have chosen."""
    return set(session.scalars(select(DigestChoice.at).distinct()))


def waiting(
    session: Session, day: date, at: time, often: Sequence[Often], rules: DigestRules, limit: int
) -> list[tuple[int, Choice]]:
    """Who is told at that time of that day (as `often` as these) and has no row for the day yet, of whatever form."""
    usual = at == rules.at and rules.often in often
    chosen = and_(DigestChoice.at == at, DigestChoice.often.in_(often))
    rows = session.execute(
        select(Person.id, DigestChoice.often, DigestChoice.at, DigestChoice.silent)
        .outerjoin(DigestChoice, DigestChoice.person_id == Person.id)
        .where(
            Person.id.in_(_told_on(day)),
            Person.active.is_(True),
            or_(chosen, DigestChoice.person_id.is_(None)) if usual else chosen,
            ~_has_one_of(day),
        )
        .order_by(Person.id)
        .limit(limit)
    )
    usually = default_choice(rules)
    return [(row[0], Choice(*row[1:]) if row[1] else usually) for row in rows]


def to_review(session: Session, day: date, month_end: date, limit: int) -> Sequence[int]:
    """Who is sent the review of the month that ended then and has none yet: the office and the leaders."""
    had = select(Digest.id).where(
        Digest.person_id == Person.id, Digest.form == REVIEW, Digest.day == month_end
    )
    wanted = select(Person.id).where(
        Person.id.in_(_told_on(day, REVIEWED)), Person.active.is_(True), ~had.exists()
    )
    return session.scalars(wanted.order_by(Person.id).limit(limit)).all()


def _has_one_of(day: date) -> ColumnElement[bool]:
    of_day = (Digest.person_id == Person.id, Digest.day == day, Digest.form != REVIEW)
    return select(Digest.id).where(*of_day).exists()


def _told_on(day: date, roles: Sequence[Role] = TOLD):  # type: ignore[no-untyped-def]  # noqa: ANN202 - as SQLAlchemy has it
    return select(PersonRole.person_id).where(
        PersonRole.role.in_(roles),
        PersonRole.since <= day,
        or_(PersonRole.until.is_(None), PersonRole.until > day),
    )


def last_looked_at(session: Session, person_ids: Iterable[int]) -> dict[int, tuple[date, datetime]]:
    """Of each person the newest digest that was written or had nothing to say: its day, and what it told until.

    One that never went out told nothing: its beginning stands.
    """
    newest = (
        select(Digest.person_id, func.max(Digest.day), func.max(Digest.at))
        .where(
            Digest.person_id.in_(list(person_ids)),
            Digest.state.in_((WRITTEN, EMPTY)),
            Digest.form != REVIEW,
        )
        .group_by(Digest.person_id)
    )
    found = {person: (day, at) for person, day, at in session.execute(newest)}
    lost = select(Digest.person_id, Digest.since).where(
        tuple_(Digest.person_id, Digest.at).in_([(person, at) for person, (_, at) in found.items()]),
        Digest.form != REVIEW,
        select(OutboxRow.id)
        .where(
            OutboxRow.once == literal("digest ").concat(cast(Digest.id, String)), OutboxRow.state.in_(_LOST)
        )
        .exists(),
    )
    return found | {person: (found[person][0], since) for person, since in session.execute(lost) if since}


def claim(
    session: Session,
    *,
    person_id: int,
    day: date,
    form: str,
    state: str,
    at: datetime,
    since: datetime | None = None,
    late: bool = False,
) -> int | None:
    """The row of a person's digest for a day; None if it was there already."""
    row = session.execute(
        insert(Digest)
        .values(person_id=person_id, day=day, form=form, state=state, at=at, since=since, late=late)
        .on_conflict_do_nothing(index_elements=["person_id", "day", "form"])
        .returning(Digest.id)
    ).first()
    return row[0] if row else None


def skip(session: Session, person_id: int, days: Iterable[date], form: str, now: datetime) -> None:
    """Says of days that are over that their digests were never sent."""
    rows = [
        {"person_id": person_id, "day": day, "form": form, "state": SKIPPED, "at": now, "late": False}
        for day in days
    ]
    if rows:
        session.execute(insert(Digest).on_conflict_do_nothing(), rows)
