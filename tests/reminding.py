"""A town whose people are reminded, and the channel that takes what is due."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from reminders.reach import Reach
from rules.kinds import DutyState
from storage import quiet_hours
from storage.messages import Outgoing
from storage.outbox_queue import Room
from storage.sends import Claimed, End, Outcome, claim, finish
from storage.tables.registry import Binding
from storage.tables.reminding import Nudge, ReminderRound
from storage.tables.reporting import Duty
from tests.chat import ZONE, Chat
from tests.town import Town

REACH = Reach(running=frozenset({("chat", "bot")}), limits={"chat": 4096})
MANY = Room(total=1000, bulk=1000)
LEASE = timedelta(seconds=90)


def reminds(town: Town) -> Town:
    """From now on its people are reminded, and nobody is taken to know anything otherwise."""
    town.reach, town.known = REACH, False
    return town


def sends(town: Town, end: End = End.SENT) -> list[Claimed]:
    """The channel takes (or refuses) whatever is due at this moment; what was written before it counts as read."""
    taken: list[Claimed] = []
    while rows := town.do(lambda session: sends_next(session, town.clock.now, end)):
        taken += rows
    return taken


def sends_next(session: Session, now: datetime, end: End = End.SENT) -> list[Claimed]:
    """One message of each chat."""
    quiet_hours.hold_back(session, "chat", "bot", now, ZONE)
    claims = claim(session, channel="chat", account="bot", room=MANY, now=now, machine=now, lease=LEASE)
    finish(session, [Outcome(row, end) for row in claims.rows], now)
    return claims.rows


def lives(town: Town, month: int, day: int, hour: int = 9, minute: int = 0) -> None:
    """The town reaches a moment, is swept, and what is due a minute later has been sent."""
    town.reaches(month, day, hour, minute)
    town.clock.pass_(minutes=1)
    sends(town)


def reminded(chat: Chat) -> list[Outgoing]:
    """The reminders that somebody has got, oldest first."""
    return [Outgoing.model_validate(row.body) for row in chat.rows() if row.lane == 2 and row.state == "sent"]


def steps(town: Town) -> list[tuple[str, str, str]]:
    """What has become of each step, in order: its key, its state, and why."""
    return [(row.step, row.state, row.note) for row in town.rows(ReminderRound)]


def suppressed(town: Town) -> list[tuple[int, str]]:
    return [(row.person_id, row.why) for row in town.rows(Nudge) if row.state == "suppressed"]


MONTH = ((3, 28), (3, 30), (4, 1), (4, 5), (4, 6), (4, 9))


def person_of(chat: Chat) -> int:
    return int(chat.user) - 1000


def titles(chat: Chat) -> list[str]:
    return [message.title for message in reminded(chat)]


def files(chat: Chat, project: str) -> None:
    """A month's report."""
    chat.says("报进展")
    chat.taps(project)
    chat.says("1200")
    chat.says("主体封顶")
    chat.taps("没有照片")
    chat.taps("✅")


def states(town: Town, period: str = "2012-03") -> set[DutyState | None]:
    return {row.state for row in town.rows(Duty) if row.period == period}


def loses_account(town: Town, chat: Chat) -> None:
    """No account reaches that person any more."""
    gone = update(Binding).where(Binding.person_id == person_of(chat)).values(blocked=True)
    town.do(lambda session: session.execute(gone))
