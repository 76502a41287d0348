"""People: who a chat account is, how a person can be reached, who holds which role."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Row, String, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from rules.kinds import Role
from rules.scope import REPORTING
from storage import policy
from storage.leaves import covered_by
from storage.messages import Account, Address
from storage.prepared import Query, among
from storage.tables.registry import Binding, Person, PersonRole, Responsibility, Unit
from storage.tables.traffic import InboxRow

# A binding's last use is written at most this often: it only decides where pushes go.
TOUCH_EVERY = timedelta(minutes=10)
# Senders of what comes from no person.
_NOBODY = frozenset({"-", "", "sys"})


@dataclass(frozen=True, slots=True)
class Known:
    """A bound sender."""

    id: int
    name: str
    phone: str
    unit_id: int
    unit: str
    binding_id: int
    last_used: datetime
    blocked: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """A person to be told something: `address` is None if no channel reaches them."""

    id: int
    name: str
    address: Address | None


_person, _binding, _unit = Person.__table__.c, Binding.__table__.c, Unit.__table__.c
# Every turn begins with it.
_KNOWN = Query(
    select(
        _person.id,
        _person.name,
        func.coalesce(_person.phone, ""),
        _person.unit_id,
        _unit.name,
        _binding.id,
        _binding.last_used,
        _binding.blocked,
    )
    .select_from(
        Binding.__table__.join(Person.__table__, _person.id == _binding.person_id).join(
            Unit.__table__, _unit.id == _person.unit_id
        )
    )
    .where(
        _binding.channel == bindparam("channel"),
        _binding.account == bindparam("account"),
        _binding.user == bindparam("user"),
        _binding.ended.is_(None),
        _person.active.is_(True),
    ),
    Known,
)


def known(session: Session, address: Address) -> Known | None:
    """Who writes from this account, if it is bound to an active person."""
    return _KNOWN.first(session, channel=address.channel, account=address.account, user=address.user)


def vouched_for(session: Session, address: Address) -> int | None:
    """The active person whom the registry knows by this account's user, unless a binding of theirs to it was ended."""
    ended = select(Binding.person_id).where(
        Binding.channel == address.channel, Binding.account == address.account, Binding.user == address.user
    )
    wanted = select(Person.id).where(
        Person.wecom_userid == address.user, Person.active.is_(True), Person.id.not_in(ended)
    )
    return session.scalar(wanted)


def unknown_senders(session: Session, channel: str, since: datetime) -> list[str]:
    """The users of a channel who have written since and whose account is bound to nobody, who wrote last first."""
    bound = select(Binding.user).where(Binding.channel == channel, Binding.ended.is_(None))
    wanted = (
        select(InboxRow.sender, func.max(InboxRow.id))
        .where(InboxRow.channel == channel, InboxRow.received >= since, InboxRow.person_id.is_(None))
        .group_by(InboxRow.sender)
        .order_by(func.max(InboxRow.id).desc())
    )
    users = [sender.split(":", 2)[2] for sender, _ in session.execute(wanted)]
    known = set(session.scalars(bound))
    return [user for user in users if user not in known and user not in _NOBODY]


def touch(session: Session, person: Known, now: datetime) -> None:
    """Remembers that the person used this channel; pushes go to the one last used."""
    if person.blocked or now - person.last_used >= TOUCH_EVERY or now < person.last_used:
        session.execute(
            update(Binding).where(Binding.id == person.binding_id).values(last_used=now, blocked=False)
        )


def mark_blocked(session: Session, channel: str, account: str, chat: str, blocked: bool = True) -> None:
    session.execute(
        update(Binding)
        .where(
            Binding.channel == channel,
            Binding.account == account,
            Binding.chat == chat,
            Binding.ended.is_(None),
        )
        .values(blocked=blocked)
    )


def bind(session: Session, person_id: int, address: Address, now: datetime) -> list[Address]:
    """Binds an account to a person; gives back the accounts on this channel whose binding this ended."""
    same_place = (
        Binding.channel == address.channel,
        Binding.account == address.account,
        Binding.ended.is_(None),
    )
    old = session.scalars(
        select(Binding)
        .where(*same_place, or_(Binding.person_id == person_id, Binding.user == address.user))
        .order_by(Binding.id)
    ).all()
    ended = []
    for binding in old:
        if binding.user == address.user and binding.person_id == person_id:
            binding.chat, binding.last_used, binding.blocked = address.chat, now, False
            return []
        binding.ended = now
        ended.append(address_of(binding))
    session.flush()
    session.add(Binding(person_id=person_id, **address.model_dump(), bound=now, last_used=now, blocked=False))
    session.flush()
    return ended


def address_of(binding: Binding) -> Address:
    return Address(channel=binding.channel, account=binding.account, user=binding.user, chat=binding.chat)


def called(session: Session, phone_or_id: str) -> list[int]:
    """The person with this telephone number or id; empty if there is none."""
    wanted = Person.phone == phone_or_id
    if phone_or_id.isdecimal() and len(phone_or_id) < 10:
        wanted = or_(wanted, Person.id == int(phone_or_id))
    return list(session.scalars(select(Person.id).where(wanted).order_by(Person.id))) if phone_or_id else []


def listed(session: Session, unit_id: int | None = None) -> "list[Row[int, str, int, str, str | None]]":
    """Active people, of one unit or of all: id, name, unit_id, unit, phone, in the order of units."""
    wanted = (
        select(Person.id, Person.name, Person.unit_id, Unit.name.label("unit"), Person.phone)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.active.is_(True))
        .order_by(Unit.id, Person.id)
    )
    return list(session.execute(wanted if unit_id is None else wanted.where(Person.unit_id == unit_id)))


def units(session: Session) -> dict[int, str]:
    """Every unit's name by its id, in the order of the registry."""
    return dict(session.execute(select(Unit.id, Unit.name).order_by(Unit.id)).all())


def is_active(session: Session, person_id: int) -> bool:
    return bool(session.scalar(select(Person.active).where(Person.id == person_id)))


def has_account(session: Session, person_id: int) -> bool:
    wanted = select(Binding.id).where(Binding.person_id == person_id, Binding.ended.is_(None)).limit(1)
    return session.scalar(wanted) is not None


def with_account(session: Session) -> set[int]:
    """Everyone who has an account."""
    return set(session.scalars(select(Binding.person_id).where(Binding.ended.is_(None))))


_NAMES: Query[tuple[int, str]] = Query(
    select(_person.id, _person.name).where(_person.id.in_(among("people"))), lambda *cells: cells
)


def names(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    return dict(_NAMES.all(session, people=list(person_ids)))


_role, _answer = PersonRole.__table__.c, Responsibility.__table__.c
_IN_ROLE = Query(
    select(_role.person_id)
    .select_from(PersonRole.__table__.join(Person.__table__, _person.id == _role.person_id))
    .where(
        _role.role == bindparam("held"),
        _role.since <= bindparam("today"),
        or_(_role.until.is_(None), _role.until > bindparam("today")),
        _person.active.is_(True),
    )
    .order_by(_role.person_id),
    int,
)


def in_role(session: Session, role: Role, today: date) -> list[int]:
    return _IN_ROLE.all(session, held=role, today=today)


def holding(session: Session, roles: Iterable[Role], today: date) -> set[int]:
    """Everyone who holds one of these roles today or will."""
    return set(
        session.scalars(
            select(PersonRole.person_id).where(
                PersonRole.role.in_(list(roles)),
                or_(PersonRole.until.is_(None), PersonRole.until > today),
            )
        )
    )


def admins(session: Session, named: str, today: date) -> list[int]:
    """Who is told about faults: the one named by phone or id (SANBAO_ADMIN), else everyone with the role 管理员."""
    return called(session, named) or in_role(session, Role.ADMIN, today)


_ROLES_OF = Query(
    select(_role.role).where(
        _role.person_id == bindparam("person"),
        _role.since <= bindparam("today"),
        or_(_role.until.is_(None), _role.until > bindparam("today")),
    ),
    Role,
)
_ANSWERS_AS = Query(
    select(_answer.role).where(
        _answer.person_id.in_(covered_by(bindparam("person"), bindparam("today"))),
        or_(_answer.person_id == bindparam("person"), *(_answer.role == role for role in REPORTING)),
        _answer.project_id == bindparam("project"),
        _answer.since <= bindparam("today"),
        or_(_answer.until.is_(None), _answer.until > bindparam("today")),
    ),
    Role,
)


def roles_of(session: Session, person_id: int, today: date) -> frozenset[Role]:
    """The roles that a person holds in the whole system."""
    return frozenset(_ROLES_OF.all(session, person=person_id, today=today))


def answers_as(session: Session, person_id: int, project_id: int, today: date) -> frozenset[Role]:
    """The roles in which a person answers for a project; those of whom they stand in for, as far as these report."""
    return frozenset(_ANSWERS_AS.all(session, person=person_id, project=project_id, today=today))


_RESPONSIBLE = Query(
    select(_answer.person_id)
    .select_from(Responsibility.__table__.join(Person.__table__, _person.id == _answer.person_id))
    .where(
        _answer.project_id == bindparam("project"),
        _answer.role.in_(among("roles", String)),
        _answer.since <= bindparam("today"),
        or_(_answer.until.is_(None), _answer.until > bindparam("today")),
        _person.active.is_(True),
    )
    .order_by(_answer.id),
    int,
)


def responsible(session: Session, project_id: int, roles: Iterable[Role], today: date) -> list[int]:
    """Who answers for a project today in one of the roles, in the order of the registry."""
    return _RESPONSIBLE.all(session, project=project_id, roles=list(roles), today=today)


def _addressed(person_id: int, channel: str, account: str, user: str, chat: str) -> tuple[int, Address]:
    return person_id, Address(channel=channel, account=account, user=user, chat=chat)


_ADDRESSES = Query(
    select(_binding.person_id, _binding.channel, _binding.account, _binding.user, _binding.chat)
    .where(_binding.person_id.in_(among("people")), _binding.ended.is_(None), _binding.blocked.is_(False))
    .order_by(_binding.last_used),
    _addressed,
)


def addresses(
    session: Session, person_ids: Iterable[int], running: Collection[Account]
) -> dict[int, list[Address]]:
    """Where each of these people can be reached, the channel last used first; who can be nowhere is left out.

    Only accounts that run (channel, account) count: a message to another would wait for ever; and only channels that
    the city's policy has for them.
    """
    wanted = list(person_ids)
    at_home = policy.kept_at_home(session, wanted)
    found: dict[int, list[Address]] = {}
    for person, address in _ADDRESSES.all(session, people=wanted):
        barred = address.channel in policy.ABROAD and person in at_home
        if (address.channel, address.account) in running and not barred:
            found.setdefault(person, []).insert(0, address)
    return found


def contacts(session: Session, person_ids: Iterable[int], running: Collection[Account]) -> list[Contact]:
    """How to reach each of these people, in the order given: the channel last used that is not blocked."""
    wanted = list(dict.fromkeys(person_ids))
    called = names(session, wanted)
    found = addresses(session, wanted, running)
    return [
        Contact(each, called[each], next(iter(found.get(each, ())), None))
        for each in wanted
        if each in called
    ]
