"""What of ours stands in people's chats: the messages that have arrived, as their newest edits show them."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage.messages import Address, Outgoing
from storage.outbox import TABLE, State
from storage.prepared import Query, among
from storage.tables.traffic import OutboxRow


def newest(session: Session, person_id: int) -> OutboxRow | None:
    """The row that was written last to a person."""
    return session.scalars(
        select(OutboxRow).where(OutboxRow.person_id == person_id).order_by(OutboxRow.id.desc()).limit(1)
    ).first()


def last_issue_told(session: Session, person_id: int) -> int:
    """The number of the problem that the person was told of last by an urgent message; 0 if there is none."""
    number = session.scalar(
        select(TABLE.c.number)
        .where(
            TABLE.c.person_id == person_id, TABLE.c.lane == Lane.URGENT.order, TABLE.c.number.startswith("W")
        )
        .order_by(TABLE.c.id.desc())
        .limit(1)
    )
    return int(number[1:]) if number else 0


class Standing(NamedTuple):
    """A message of ours as it stands in somebody's chat, by the platform's id."""

    person_id: int
    address: Address
    message: Outgoing
    external: str


_STANDING = Query(
    select(TABLE.c.person_id, TABLE.c.channel, TABLE.c.account, TABLE.c.chat, TABLE.c.body, TABLE.c.external)
    .where(TABLE.c.id.in_(among("ids")), TABLE.c.state == State.SENT, TABLE.c.external != "")
    .order_by(TABLE.c.id),
    lambda person, channel, account, chat, body, external: Standing(
        person,
        Address(channel=channel, account=account, user=chat, chat=chat),
        Outgoing.model_validate(body),
        external,
    ),
)


def standing(session: Session, ids: Collection[int]) -> list[Standing]:
    """Of these rows those that have arrived and can be edited."""
    return [each for each in _STANDING.all(session, ids=list(ids)) if each.person_id is not None]


def as_edited(session: Session, found: Standing) -> Outgoing:
    """What such a message shows once its newest edit has gone, which may be on its way."""
    body = session.scalar(
        select(TABLE.c.body)
        .where(
            TABLE.c.person_id == found.person_id,
            TABLE.c.channel == found.address.channel,
            TABLE.c.account == found.address.account,
            TABLE.c.chat == found.address.chat,
            TABLE.c.body["replaces"].as_string() == found.external,
        )
        .order_by(TABLE.c.id.desc())
        .limit(1)
    )
    return Outgoing.model_validate(body) if body is not None else found.message


class Shown(NamedTuple):
    """A message as the person has it before them, and the number it was sent under."""

    message: Outgoing
    number: str


def shown(session: Session, person_id: int, address: Address, external: str) -> Shown | None:
    """What a message of ours shows, by the platform's id: its newest edit. None if we do not know it."""
    row = session.execute(
        select(TABLE.c.body, TABLE.c.number)
        .where(
            TABLE.c.person_id == person_id,
            TABLE.c.channel == address.channel,
            TABLE.c.account == address.account,
            TABLE.c.chat == address.chat,
            TABLE.c.external == external,
        )
        .order_by(TABLE.c.id.desc())
        .limit(1)
    ).first()
    return Shown(Outgoing.model_validate(row.body), row.number) if row else None
