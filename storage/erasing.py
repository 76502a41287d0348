"""Erasing a person who has left: what names them goes, what they did stays as the deed of a number.

Rule 1  Name, telephone number, title, chat accounts, drafts, and what was said to and by them in chat go, and the key
        under which their names and texts stand hashed in the ledger. The chains hold as before.
Rule 2  Reports, problems, duties and figures stay: they are the unit's. So do words that others wrote, but for messages
        that have the person's telephone number in them.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, delete, func, or_, select, text, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage import issue_chats, ledger
from storage.messages import Outgoing
from storage.tables.escalating import Escalation
from storage.tables.ledger import LedgerSalt
from storage.tables.registry import Binding, Invite, Person
from storage.tables.reporting import MediaFile
from storage.tables.traffic import InboxRow, OutboxRow, Talk
from storage.tables.tryout import TryoutMessage

ERASED = "已离任{id}"
_SILENCE: dict[str, Any] = Outgoing(text="").model_dump(mode="json")


def erase(session: Session, person: Person, now: datetime) -> None:
    """The person must have left (not active)."""
    if session.get_bind().dialect.name == "sqlite":
        # Else the old bytes stay in the file until it needs their room.
        session.execute(text("PRAGMA secure_delete=ON"))
    name, phone = person.name, person.phone
    _traffic(session, person.id, now)
    for body in (OutboxRow.body, Escalation.alert):
        _without(session, body, name, phone)
    session.execute(delete(Invite).where(Invite.person_id == person.id))
    session.execute(delete(TryoutMessage).where(TryoutMessage.person_id == person.id))
    session.execute(update(MediaFile).where(MediaFile.person_id == person.id).values(name=""))
    session.execute(delete(LedgerSalt).where(LedgerSalt.person_id == person.id))
    person.name, person.phone, person.title, person.wecom_userid = ERASED.format(id=person.id), None, "", None
    session.flush()
    ledger.append(
        session, chain=f"unit:{person.unit_id}", who="office", act="erase_person", facts={"person": person.id},
        now=now,
    )  # fmt: skip


def _traffic(session: Session, person_id: int, now: datetime) -> None:
    """What came from the person's accounts and went to them; the rows stay, for they are counted."""
    accounts = session.execute(
        select(Binding.channel, Binding.account, Binding.user, Binding.chat).where(
            Binding.person_id == person_id
        )
    ).all()
    for channel, account, user, _ in accounts:
        if channel == issue_chats.APP:
            issue_chats.forget(session, account, user, now)
    senders = [f"{channel}:{account}:{user}" for channel, account, user, _ in accounts]
    theirs = or_(InboxRow.person_id == person_id, InboxRow.sender.in_(senders))
    answers = OutboxRow.inbox_id.in_(select(InboxRow.id).where(theirs))
    to_them = or_(
        OutboxRow.person_id == person_id, answers, OutboxRow.chat.in_([chat for *_, chat in accounts])
    )
    waiting = OutboxRow.state.in_(("due", "sending"))
    session.execute(update(OutboxRow).where(to_them, waiting).values(state="nobody"))
    session.execute(update(OutboxRow).where(to_them).values(chat="", external="", body=_SILENCE))
    unread = InboxRow.state.in_(("new", "parked"))
    session.execute(update(InboxRow).where(theirs, unread).values(state="ignored", note="erased"))
    gone = InboxRow.channel + ":" + InboxRow.account + f":erased-{person_id}"
    session.execute(update(InboxRow).where(theirs).values(sender=gone, raw=b"{}"))
    session.execute(
        update(Binding)
        .where(Binding.person_id == person_id)
        .values(user="", chat="", blocked=True, ended=func.coalesce(Binding.ended, now))
    )
    open_talks = (Talk.person_id == person_id, Talk.state.in_(("current", "paused")))
    session.execute(update(Talk).where(*open_talks).values(state="gone"))
    session.execute(update(Talk).where(Talk.person_id == person_id).values(answers={}, outcome=""))


def _without(session: Session, column: "InstrumentedAttribute[Any]", name: str, phone: str | None) -> None:
    """Messages that have the telephone number in them lose it, and the name beside it."""
    if not phone:
        return
    table = column.class_
    for row in session.scalars(select(table).where(cast(column, String).contains(phone))).all():
        setattr(row, column.key, _replaced(getattr(row, column.key), {phone: "", name: "（已离任）"}))


def _replaced(value: Any, words: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _replaced(each, words) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, words) for each in value]
    if isinstance(value, str):
        for old, new in words.items():
            value = value.replace(old, new)
    return value
