"""The group that is made for a major problem (WeCom's appchat): who is in it, under which id, and whether it lives.

Rule 1  The row is written with the alarm; the group itself is made when its first message goes (bot/channels).
Rule 2  Nobody is told anything there alone: whoever must know is told by themselves too.
Rule 3  Once it cannot be had, it is given up for good: nothing more is written to it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage import outbox
from storage.groups import NEWS_FOR
from storage.messages import Address, Outgoing
from storage.parts import Limit
from storage.tables.escalating import IssueChat
from storage.tables.registry import Binding

CHANNEL = "wecom_chat"
# The app whose groups they are: its members are those who are bound to it.
APP = "wecom"
FEWEST, LONGEST_NAME = 2, 50  # WeCom's limits, 创建群聊会话 (90245)


class Gathering(NamedTuple):
    """What a group is made of. The first member owns it."""

    name: str
    members: Sequence[str]


def account_of(running: Collection[tuple[str, str]]) -> str | None:
    """The app that makes groups, if one does."""
    return next((account for channel, account in sorted(running) if channel == CHANNEL), None)


def open_chat(
    session: Session, issue_id: int, account: str, name: str, person_ids: Sequence[int], now: datetime
) -> None:
    """Notes the group of a problem, unless it has one or too few of these people are in the app."""
    members = _userids(session, account, person_ids)
    if len(members) < FEWEST or session.get(IssueChat, issue_id) is not None:
        return
    chat = f"W{issue_id}x{sha256(f'{account} {now.isoformat()}'.encode()).hexdigest()[:12]}"
    session.add(
        IssueChat(
            issue_id=issue_id,
            account=account,
            chat=chat,
            name=name[:LONGEST_NAME],
            members=members,
            opened=now,
        )
    )
    session.flush()


def _userids(session: Session, account: str, person_ids: Sequence[int]) -> list[str]:
    """In the order of the people."""
    rows = session.execute(
        select(Binding.person_id, Binding.user).where(
            Binding.channel == APP, Binding.account == account, Binding.ended.is_(None),
            Binding.blocked.is_(False), Binding.person_id.in_(person_ids),
        )
    )  # fmt: skip
    users = {row.person_id: row.user for row in rows}
    return [users[each] for each in dict.fromkeys(person_ids) if each in users]


def tell(
    session: Session,
    issue_id: int,
    running: Collection[tuple[str, str]],
    message: Outgoing,
    *,
    now: datetime,
    limit: Limit,
    inbox_id: int | None = None,
) -> None:
    """One message into the group of a problem, if it has one that lives."""
    row = session.get(IssueChat, issue_id)
    if row is None or row.ended is not None or (CHANNEL, row.account) not in running:
        return
    address = Address(channel=CHANNEL, account=row.account, user="", chat=row.chat)
    # Not urgent: who must know at once is told by themselves, and a group cannot be kept from showing it twice.
    outbox.write(
        session, address=address, person_id=None, message=message, lane=Lane.REMINDER, now=now, limit=limit,
        inbox_id=inbox_id, number=f"W{issue_id}", useless_after=now + NEWS_FOR,
    )  # fmt: skip


def gathering(session: Session, chat: str) -> Gathering | None:
    row = _of_chat(session, chat)
    return Gathering(row.name, row.members) if row is not None else None


def give_up(session: Session, chat: str, now: datetime) -> None:
    row = _of_chat(session, chat)
    if row is not None and row.ended is None:
        row.ended = now


def _of_chat(session: Session, chat: str) -> IssueChat | None:
    return session.scalars(select(IssueChat).where(IssueChat.chat == chat)).first()
