"""What dispatch promises: order per sender, and a bug that harms one message only, loses nothing and is told."""

import asyncio
import sqlite3
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import cast

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.channels.channel import Capabilities, Unreadable
from bot.clock import Clock
from bot.dispatch import Dispatch
from handlers.commands import FileProgress, MilestoneWord
from handlers.facts import Facts
from handlers.scripts import SCRIPTS
from rules.kinds import Lane, Role
from storage import inbox
from storage.database import Database, Work
from storage.messages import Arrived, Incoming, Outgoing
from storage.tables.ledger import LedgerRow
from storage.tables.reporting import Report
from storage.tables.traffic import InboxRow, OutboxRow, Talk
from tests import chat
from tests.builders import a_binding, a_person, an_inbox_row
from tests.chat import Chat
from tests.stopping import stopped_as_it_is_woken
from tests.town import Town

RETRIES = (timedelta(seconds=1), timedelta(seconds=5))


class Phone:
    """The test's channel: its raw updates are our own JSON; a press is noted."""

    name, account, capabilities = "chat", "bot", Capabilities(edits=True, text_limit=4096)

    def __init__(self) -> None:
        self.pressed: list[str] = []

    def to_incoming(self, raw: bytes) -> Incoming | None:
        if raw == b"nonsense":
            raise Unreadable("found nonsense, expected an update")
        return Incoming.model_validate_json(raw)

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        raise AssertionError("dispatch sends nothing")

    async def answer_press(self, press: str) -> None:
        self.pressed.append(press)

    async def fetch(self, reference: str, limit: int) -> bytes:
        raise AssertionError("dispatch fetches nothing")


class Time(Clock):
    """Both clocks of the program, on the town's clock."""

    def __init__(self, clock: chat.Clock) -> None:
        super().__init__()
        self._clock = clock

    def city(self) -> datetime:
        return self._clock.now

    def machine(self) -> datetime:
        return self._clock.now


class Desk:
    """A town whose turns are taken by the dispatcher."""

    def __init__(self, town: Town, admin: str = "") -> None:
        self.town = town
        self.phone = Phone()
        self.committed = 0
        self.dispatch = Dispatch(
            database=town.database,
            channels={("chat", "bot"): self.phone},
            city=chat.CITY,
            clock=Time(town.clock),
            after=self._commit,
            admin=admin,
            retries=RETRIES,
        )

    def _commit(self) -> None:
        self.committed += 1

    async def until_quiet(self) -> None:
        """Takes what waits, lets the time of the next retry pass, until nothing waits."""
        for _ in range(20):
            while await self.dispatch.take_waiting():
                pass
            if not [row for row in self.town.rows(InboxRow) if row.state == "new"]:
                return
            self.town.clock.pass_(seconds=6)
        raise AssertionError("it never became quiet")

    def states(self, sender: Chat) -> list[str]:
        return [row.state for row in self.town.rows(InboxRow) if row.sender == sender.sender]


async def test_those_whom_another_process_serves_hide_nobody_whom_this_one_does(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection of a smart bot is one process's; its senders may be many."""
    monkeypatch.setattr("bot.dispatch.BATCH", 3)
    desk = Desk(town)
    desk.dispatch._serves = lambda account: account == ("chat", "bot")

    def work(session: Session) -> None:
        for number in range(8):
            an_inbox_row(session, channel="aibot", account="theirs", sender=f"aibot:theirs:{number}")

    town.do(work)
    town.reporter.arrives(town.reporter.text("帮助"))
    assert await desk.dispatch.take_waiting() == 1
    assert desk.states(town.reporter) == ["done"]


def broken(_facts: Facts) -> Generator[object, object, FileProgress]:
    """A conversation with a bug: its command can be carried out by half, up to a number that is none."""
    milestone = MilestoneWord(cast(int, object()), "基础完工")
    return FileProgress(1, "2012-06", 0, "主体封顶", milestones=(milestone,))
    yield


@pytest.fixture
def desk(town: Town, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setitem(SCRIPTS, "show_help", broken)
    town.reaches(7, 2)
    return Desk(town)


async def test_the_messages_of_one_sender_are_taken_in_order(town: Town) -> None:
    desk, me = Desk(town), town.reporter
    for text in ("报进展", "7号", "1200", "主体封顶", "没有", "确认"):
        me.arrives(me.text(text))
    await desk.until_quiet()
    assert me.last().title == "已收到 J1"
    assert desk.committed == 6


async def test_a_press_is_answered_before_the_work(town: Town) -> None:
    desk, me = Desk(town), town.reporter
    me.says("报进展")
    data = me.last().rows[0][0].data
    me.arrives(me.press(data).model_copy(update={"press": "p1"}))
    await desk.until_quiet()
    assert desk.phone.pressed == ["p1"]


async def test_a_press_that_shares_its_transaction_with_a_bug_is_answered_once(desk: Desk) -> None:
    me, other = desk.town.reporter, desk.town.leader
    me.arrives(me.text("帮助"))
    other.arrives(other.press("t1|project|7").model_copy(update={"press": "p1"}))
    await desk.until_quiet()
    assert desk.states(me) == ["parked"]
    assert desk.phone.pressed == ["p1"]


async def test_a_bug_is_rolled_back_whole(desk: Desk) -> None:
    me = desk.town.reporter
    before = len(desk.town.rows(LedgerRow))
    me.arrives(me.text("帮助"))
    await desk.until_quiet()
    assert desk.states(me) == ["parked"]
    assert desk.town.rows(Report) == []
    assert len(desk.town.rows(LedgerRow)) == before


async def test_a_bug_is_retried_and_then_parked_with_its_bytes(desk: Desk) -> None:
    me = desk.town.reporter
    me.arrives(me.text("帮助"))
    for attempts in (1, 2):
        assert await desk.dispatch.take_waiting() == 1
        [row] = desk.town.rows(InboxRow)
        assert (row.state, row.attempts) == ("new", attempts)
        assert await desk.dispatch.take_waiting() == 0
        desk.town.clock.pass_(seconds=6)
    await desk.dispatch.take_waiting()
    [row] = desk.town.rows(InboxRow)
    assert row.state == "parked"
    assert Incoming.model_validate_json(row.raw).text == "帮助"
    assert row.note.endswith("Error")  # its kind only: the text may hold what people said


async def test_who_met_a_bug_gets_one_sentence_and_keeps_the_draft(desk: Desk) -> None:
    me = desk.town.reporter
    me.says("报进展")
    me.says("7号")
    me.arrives(me.text("帮助"))
    await desk.until_quiet()
    assert [message.text for message in me.messages()[2:]] == [chat.WORDS.trouble]
    me.says("1200")
    assert me.last().title == "开工至本月累计多少？（万元）"


async def test_the_admin_is_told_of_a_parked_message(desk: Desk) -> None:
    def appoint(session: Session) -> None:
        admin = a_person(session, name="管理员", role=Role.ADMIN)
        a_binding(session, admin, channel="chat", user="900", chat="900")

    desk.town.do(appoint)
    desk.town.reporter.arrives(desk.town.reporter.text("帮助"))
    await desk.until_quiet()
    [told] = desk.town.chat("900").rows()
    assert told.lane == Lane.URGENT.order
    assert "sanbao parked --retry 1" in told.body["text"]


async def test_an_admin_named_in_the_settings_goes_before_those_of_the_registry(desk: Desk) -> None:
    named = Desk(desk.town, admin="13900000006")
    desk.town.reporter.arrives(desk.town.reporter.text("帮助"))
    await named.until_quiet()
    assert "已搁置" in desk.town.office.last().text


async def test_later_messages_of_the_same_sender_wait_for_the_retry_and_others_do_not(desk: Desk) -> None:
    me, other = desk.town.reporter, desk.town.deputy
    me.arrives(me.text("帮助"))
    me.arrives(me.text("我的待办"))
    other.arrives(other.text("我的待办"))
    await desk.dispatch.take_waiting()
    await desk.dispatch.take_waiting()
    assert desk.states(me) == ["new", "new"]
    assert desk.states(other) == ["done"]
    await desk.until_quiet()
    assert desk.states(me) == ["parked", "done"]


async def test_a_parked_message_that_is_retried_is_taken_after_the_bug_is_mended(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = desk.town.reporter
    me.arrives(me.text("帮助"))
    await desk.until_quiet()
    monkeypatch.undo()
    assert desk.town.do(lambda session: inbox.unpark(session, [1])) == 1
    await desk.until_quiet()
    assert desk.states(me) == ["done"]
    assert me.last().title == "三报怎么用"


async def test_two_processes_that_look_at_one_unreadable_message_tell_of_it_once(town: Town) -> None:
    town.do(
        lambda session: a_binding(
            session, a_person(session, name="管理员", role=Role.ADMIN), channel="chat", user="900", chat="900"
        )
    )
    arrived = Arrived(
        channel="chat", account="bot", external="e1", sender="chat:bot:1", raw=b"nonsense",
        received=town.clock.now,
    )  # fmt: skip
    town.do(lambda session: inbox.store(session, [arrived]))
    seen = town.do(lambda session: inbox.waiting(session, town.clock.now, 9))
    for process in (Desk(town), Desk(town)):
        await process.dispatch._take_together(seen)
    [row] = town.rows(InboxRow)
    assert (row.state, row.attempts) == ("parked", 1)
    assert len(town.rows(OutboxRow)) == 1


async def test_two_processes_that_meet_one_bug_count_one_attempt(desk: Desk) -> None:
    me = desk.town.reporter
    me.arrives(me.text("帮助"))
    seen = desk.town.do(lambda session: inbox.waiting(session, desk.town.clock.now, 9))
    for process in (desk, Desk(desk.town)):
        await process.dispatch._take_together(seen)
    assert [row.attempts for row in desk.town.rows(InboxRow)] == [1]


async def test_an_update_that_cannot_be_read_is_parked_and_nobody_is_bothered_but_the_admin(
    town: Town,
) -> None:
    desk = Desk(town)
    nonsense = Arrived(
        channel="chat", account="bot", external="x", sender=town.reporter.sender, raw=b"nonsense",
        received=town.clock.now,
    )  # fmt: skip
    town.do(lambda session: inbox.store(session, [nonsense]))
    await desk.until_quiet()
    assert [row.state for row in town.rows(InboxRow)] == ["parked"]
    assert town.rows(OutboxRow) == []


def disk_full() -> sqlite3.OperationalError:
    fault = sqlite3.OperationalError("database or disk is full")
    fault.sqlite_errorcode = sqlite3.SQLITE_FULL
    return fault


async def test_a_database_that_cannot_write_is_nobodys_bug(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, me = Desk(town), town.reporter
    me.arrives(me.text("报进展"))
    monkeypatch.setattr("bot.dispatch.PAUSE_SECONDS", 0)

    run, left = Database.run, iter([True])

    async def full(self: Database, work: Work[object]) -> object:
        if next(left, False):
            raise OperationalError("COMMIT", {}, disk_full())
        return await run(self, work)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "run", full)
        await desk.dispatch.take_waiting()
    [row] = town.rows(InboxRow)
    assert (row.state, row.attempts) == ("new", 0)
    await desk.until_quiet()
    assert len(town.rows(Talk)) == 1


async def test_a_stop_that_meets_a_wake_up_is_a_stop(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once in many stops the program went on for ever: the wake-up swallowed it."""
    dispatch, looked = Desk(town).dispatch, asyncio.Event()
    take_waiting = dispatch.take_waiting

    async def look() -> int:
        taken = await take_waiting()
        looked.set()
        return taken

    monkeypatch.setattr(dispatch, "take_waiting", look)
    await stopped_as_it_is_woken(dispatch, looked)


async def test_that_a_message_cannot_be_read_is_told_at_once(town: Town) -> None:
    desk = Desk(town)
    arrived = Arrived(
        channel="chat", account="bot", external="e1", sender="chat:bot:1", raw=b"nonsense",
        received=town.clock.now,
    )  # fmt: skip
    town.do(lambda session: inbox.store(session, [arrived]))
    assert await desk.dispatch.take_waiting() == 1
    assert [row.state for row in town.rows(InboxRow)] == ["parked"]
    assert desk.committed == 1
