"""What groups hear of a major problem: the city's the alarm, the problem's own everything that follows.

Rule 1  A group has nothing to press: nobody in it is known to be the one who answers.
Rule 2  It never stands in for a person: whoever must know is told by themselves, before and beside it.
Rule 3  A drill makes no group; it is told to the city's groups with its mark.
Rule 4  The alarm goes at any hour. What follows waits for the end of the quiet hours, and is told only as long as the
        problem is a major one.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rules.kinds import Lane, Severity
from rules.workdays import local_date
from storage import groups, issue_chats, outbox, quiet_hours
from storage.messages import Account, Address, Outgoing
from storage.parts import Limit
from storage.tables.reporting import Issue


@dataclass(frozen=True, slots=True)
class Ways:
    """What runs, how long a message of a channel may be, and the city's moment; `inbox_id` if a turn tells it."""

    running: Collection[Account]
    limit: Callable[[str], Limit]
    now: datetime
    zone: ZoneInfo
    inbox_id: int | None = None

    @property
    def today(self) -> date:
        return local_date(self.now, self.zone)


def tell_alarm(session: Session, issue: Issue, alert: Outgoing, ways: Ways, once: str) -> None:
    """`once` names this alarm; the same problem has another when it is opened again."""
    words_only = Outgoing(title=alert.title, text=alert.text)
    groups.tell(
        session, ways.running, words_only, Lane.URGENT, now=ways.now, number=issue.number,
        limit=ways.limit(groups.CHANNEL), once=once, inbox_id=ways.inbox_id,
    )  # fmt: skip
    if issue.drill:
        return
    issue_chats.open_chat(session, issue, ways.running, ways.now, ways.today)
    if address := issue_chats.address_of(session, issue, ways.running, ways.now, ways.today):
        _write(session, issue, address, words_only, ways, ways.now)


def tell_chat(session: Session, issue: Issue, message: Outgoing, ways: Ways) -> None:
    """Into the problem's own group, if it has one."""
    if issue.severity is not Severity.MAJOR:
        return
    if address := issue_chats.address_of(session, issue, ways.running, ways.now, ways.today):
        words_only = Outgoing(title=message.title, text=message.text)
        due = quiet_hours.may_go(session, ways.now, ways.zone)
        _write(session, issue, address, words_only, ways, due)


def _write(
    session: Session, issue: Issue, address: Address, message: Outgoing, ways: Ways, due: datetime
) -> None:
    # Not urgent: who must know at once is told by themselves, and a group cannot be kept from showing it twice.
    outbox.write(
        session, address=address, person_id=None, message=message, lane=Lane.REMINDER, now=ways.now, due=due,
        limit=ways.limit(issue_chats.CHANNEL), inbox_id=ways.inbox_id, number=issue.number,
        useless_after=due + groups.NEWS_FOR,
    )  # fmt: skip
