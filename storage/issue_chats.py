"""The group that is made for a major problem (WeCom's appchat): who is in it, under which id, and whether it lives.

Rule 1  The row is written with the alarm; the group itself is made when its first message goes (bot/channels).
Rule 2  Nobody is told anything there alone: whoever must know is told by themselves too.
Rule 3  Once it cannot be had, it is given up for good: nothing more is written to it.
Rule 4  It is of those whom the problem concerns today. When they are others than it was made of, another is made:
        who is no longer concerned keeps what they have read, and reads nothing more.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import Role
from storage import outbox, people, projects
from storage.alerting import alerted
from storage.messages import Account, Address
from storage.tables.escalating import IssueChat
from storage.tables.registry import Binding
from storage.tables.reporting import Issue

CHANNEL = "wecom_chat"
# The app whose groups they are: its members are those who are bound to it.
APP = "wecom"
FEWEST, LONGEST_NAME = 2, 50  # WeCom's limits, 创建群聊会话 (90245)


class Gathering(NamedTuple):
    """What a group is made of. The first member owns it."""

    name: str
    members: Sequence[str]


def open_chat(
    session: Session, issue: Issue, running: Collection[Account], now: datetime, today: date
) -> None:
    """Notes the group of a problem, unless it has one, no app makes any, or too few of its people are in the app."""
    account = next((account for channel, account in sorted(running) if channel == CHANNEL), None)
    if account is None or session.get(IssueChat, issue.id) is not None:
        return
    members = _members(session, issue, account, today)
    if len(members) < FEWEST:
        return
    name = f"{issue.number} {projects.named(session, issue.project_id).name}"[:LONGEST_NAME]
    chat = _chat_id(issue.id, account, now)
    session.add(
        IssueChat(issue_id=issue.id, account=account, chat=chat, name=name, members=members, opened=now)
    )
    session.flush()


def address_of(
    session: Session, issue: Issue, running: Collection[Account], now: datetime, today: date
) -> Address | None:
    """Where a problem's group is told something now; None if it has none that lives (rule 4)."""
    row = session.get(IssueChat, issue.id)
    if row is None or row.ended is not None or (CHANNEL, row.account) not in running:
        return None
    members = _members(session, issue, row.account, today)
    if len(members) < FEWEST:
        return None
    if set(members) != set(row.members):
        _begin_anew(session, row, members, now)
    return Address(channel=CHANNEL, account=row.account, user="", chat=row.chat)


def _begin_anew(session: Session, row: IssueChat, members: Sequence[str], now: datetime) -> None:
    """What still waits for the old group goes into the new one."""
    old, row.chat = row.chat, _chat_id(row.issue_id, row.chat, now)
    row.members, row.opened = list(members), now
    session.flush()
    outbox.readdress(session, CHANNEL, row.account, old, row.chat)


def _chat_id(issue_id: int, salt: str, now: datetime) -> str:
    return f"W{issue_id}x{sha256(f'{salt} {now.isoformat()}'.encode()).hexdigest()[:12]}"


def _members(session: Session, issue: Issue, account: str, today: date) -> list[str]:
    """The leaders, their department, the office and who raised it; the office first, who is to own the group."""
    concerned = alerted(session, issue.project_id, today, heads=False)
    return _userids(session, account, [*people.in_role(session, Role.OFFICE, today), *concerned, issue.whose])


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


def gathering(session: Session, chat: str) -> Gathering | None:
    row = _of_chat(session, chat)
    return Gathering(row.name, row.members) if row is not None and row.members else None


def give_up(session: Session, chat: str, now: datetime) -> None:
    row = _of_chat(session, chat)
    if row is not None and row.ended is None:
        row.ended = now


def forget(session: Session, account: str, user: str, now: datetime) -> None:
    """An account that is erased stands in no group; those that it was in are made anew without it."""
    for row in session.scalars(select(IssueChat).where(IssueChat.account == account)).all():
        if user not in row.members:
            continue
        others = [each for each in row.members if each != user]
        if row.ended is None and len(others) >= FEWEST:
            _begin_anew(session, row, others, now)
        else:
            row.members, row.ended = others, row.ended or now


def _of_chat(session: Session, chat: str) -> IssueChat | None:
    return session.scalars(select(IssueChat).where(IssueChat.chat == chat)).first()
