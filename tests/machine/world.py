"""A town, the program in it that dies and begins again, the platform, and the model beside.

Rule 1  Each deed is done to the real program first; then the model is told what happened, and never what came of it.
Rule 2  An update whose storing was not heard of comes again after the restart, as a platform sends it again.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage.database import Database
from storage.messages import Address, Arrived, Incoming, IncomingKind, Outgoing
from storage.outbox import State
from storage.tables.traffic import InboxRow, OutboxRow
from tests.chat import START
from tests.machine.compare import compare, compare_at_the_end, numbers, steps_said
from tests.machine.model import (
    Card,
    City,
    Deed,
    Difference,
    Shown,
    Update,
    Word,
    same,
)  # fmt: skip
from tests.machine.phone import End, Phone, Seen
from tests.machine.process import Doom, Process, When
from tests.machine.reading import letter_of, shown_by
from tests.machine.town import settle

WORDS = ("21号 重大问题 两户阻工", "征拆", "刚才", "就在项目现场", "暂时不需要", "没有照片", "确认")
AGAIN = (WORDS[0], "新问题", *WORDS[1:])
LATEST = START + timedelta(days=13)  # the month closes a day and a half later


class World:
    def __init__(self, url: str, tally: Counter[str]) -> None:
        self.url, self.tally, self.model = url, tally, City()
        self.watcher = Database(url, busy_seconds=5)
        settled = settle(self.watcher)
        self.clock, self.chats, self.projects = settled.clock, settled.chats, settled.projects
        self.people = {int(chat) - 1000: name for name, chat in self.chats.items()}
        self.difference: Difference | None = (
            None  # met in a call, where the program takes it for the platform's
        )
        self.phone = Phone(self._call, lambda: self.process.database.die(When.CALLING))
        self.numbers, self.processes = count(1), count(1)
        self.unheard: list[Update] = []  # offered, and not confirmed to the platform
        self.raw: dict[str, bytes] = {}
        # Calls that have ended: whose end the next look writes down, and whose end this one does.
        self.ended: dict[int, End] = {}
        self.writing: dict[int, End] = {}
        self.runner = asyncio.Runner()
        self._begins()

    def close(self) -> None:
        self.process.database.close()
        self.watcher.close()
        self.runner.close()

    # What people can do

    def cards(self) -> list[tuple[Seen, Card]]:
        """All cards that the reporter has ever seen, the newest first."""
        shown = ((each, shown_by(each.message)) for each in reversed(self.phone.seen))
        return [
            (seen, Card(shown.project, shown.talk, shown.yuan))
            for seen, shown in shown
            if shown.kind == "card"
        ]

    def alerts(self) -> list[tuple[Seen, int]]:
        """Messages that ask somebody to take note of a problem, the newest first."""
        return [
            (seen, int(option.data[2:]))
            for seen in reversed(self.phone.seen)
            for option in (option for row in seen.message.rows for option in row)
            if option.data.startswith("a|")
        ]

    def place_of(self, number: int) -> int:
        """Which of the model's problems this is, counted from 1."""
        return self.watcher.read_now(numbers).index(number) + 1

    def may_report_problem(self) -> bool:
        """Whoever reports one reports it to the end."""
        known = (*self.unheard, *self.model.stored.values())
        return not any(isinstance(each.deed, Word) for each in known if each.external not in self.model.done)

    def says(self, who: str, *said: tuple[str, Deed], doom: Doom | None = None) -> None:
        self.offers([self._update(who, IncomingKind.TEXT, text, deed) for text, deed in said], doom)

    def taps(self, seen: Seen, data: str, deed: Deed, doom: Doom | None = None) -> None:
        who = self.people[int(seen.chat) - 1000]
        self.offers([self._update(who, IncomingKind.BUTTON, data, deed, seen.id)], doom)

    def reports_problem(self, doom: Doom | None) -> None:
        words = AGAIN if self.model.problems else WORDS
        self.says("raiser", *((word, Word(word == "确认")) for word in words), doom=doom)

    def _update(self, who: str, kind: IncomingKind, text: str, deed: Deed, message: str = "") -> Update:
        user = self.chats[who]
        address = Address(channel="chat", account="bot", user=user, chat=user)
        update = Update(f"u{next(self.numbers)}", who, self.clock.now, deed)
        incoming = Incoming(address=address, kind=kind, text=text, message=message)
        self.raw[update.external] = incoming.model_dump_json().encode()
        return update

    def offers(self, updates: Sequence[Update], doom: Doom | None = None) -> None:
        """They arrive together; what is known already changes nothing."""
        arrived = [
            Arrived(
                channel="chat", account="bot", external=each.external, received=each.received,
                sender=f"chat:bot:{self.chats[each.who]}", raw=self.raw[each.external],
            )
            for each in updates
        ]  # fmt: skip
        self.unheard += updates
        died = self._lives(self.process.intake.store(arrived), doom)
        if died is not When.BEFORE:
            self.model.stores(updates)
        if died is None:
            self.unheard = [each for each in self.unheard if each not in updates]
        self._goes_on(died)

    # What the program does

    def takes_turns(self, doom: Doom | None = None) -> int:
        """Of each sender the oldest."""
        updates = self.model.next_turns()
        died = self._lives(self._take_turns(), doom)
        if died is not When.BEFORE:
            for each in updates:
                self.tally["turns"] += 1
                shown = self._answer(each)
                self.tally[f"{type(each.deed).__name__} answered by {shown.kind}"] += 1
                self.model.takes_turn(each, shown)
        self._goes_on(died)
        return len(updates)

    async def _take_turns(self) -> None:
        await self.process.dispatch.take_waiting()

    def looks(self, ends: Iterable[End] = (), doom: Doom | None = None) -> None:
        """Delivery looks once, and what it starts ends."""
        self.phone.ends = list(ends)
        self.writing, self.ended = self.ended, {}
        died = self._lives(self._look(), doom)
        if died is not When.BEFORE:
            self._is_written()
        self._goes_on(died)

    async def _look(self) -> None:
        await self.process.delivery.look()
        await self.process.delivery.settled()

    def sweeps(self, doom: Doom | None = None) -> None:
        died = self._lives(self.process.sweeping.sweep_all(), doom)
        before = sum(len(each.said) for each in self.model.problems)
        self.model.sweeps(self.clock.now, None if died is None else self._steps_said)
        self.tally["rungs"] += sum(len(each.said) for each in self.model.problems) - before
        self._goes_on(died)

    def passes(self, span: timedelta) -> None:
        if self.clock.now + span <= LATEST:
            self.clock.now += span
            self.tally["hours"] += span // timedelta(hours=1)
        if span >= timedelta(seconds=10):
            self.runner.run(self.process.bury())

    def crashes(self) -> None:
        self.process.database.die(When.BETWEEN)
        self._goes_on(When.BETWEEN)

    def _lives(self, work: Coroutine[Any, Any, None], doom: Doom | None) -> When | None:
        self.process.database.doom = doom
        died = self.runner.run(self.process.until_death(work))
        self.process.database.doom = None
        if self.difference:
            raise self.difference
        return died

    def _goes_on(self, died: When | None) -> None:
        """The next process begins where the last one died; the platform sends again what it heard nothing of."""
        if died is None:
            return
        self.tally[f"died {died}"] += 1
        self.model.dies({row.id: letter_of(row) for row in self._in_hand()})
        self.ended, self.writing = {}, {}
        self.process.database.close()
        if not self.watcher.alone:
            self.watcher.run_now(self.process.lease_runs_out)
        self._begins()
        again, self.unheard = self.unheard, []
        if again:
            self.tally["came again"] += len(again)
            self.offers(again)

    def _begins(self) -> None:
        self.process = Process(self.url, self.clock, self.phone, next(self.processes))
        self.runner.run(self.process.begin())

    # What comes of it

    def _call(self, chat: str, message: Outgoing, key: str, end: End) -> None:
        try:
            self._is_called(chat, message, key, end)
        except Difference as difference:
            self.difference = self.difference or difference
            raise

    def _is_called(self, chat: str, message: Outgoing, key: str, end: End) -> None:
        """The platform is called; the model says whether that may be."""
        self.tally[f"call {end}"] += 1
        self._is_written()
        rows = [row for row in self._in_hand() if row.chat == chat]
        same(f"rows on their way to {chat}", len(rows), 1)
        [row] = rows
        same("what is sent", message, Outgoing.model_validate(row.body))
        waiting = self.watcher.read_now(lambda session: self._before(session, row))
        answers = row.lane == Lane.REPLY.order
        letter = self.model.is_called(row.id, letter_of(row), answers=answers, waiting=waiting)
        same("its key", key, f"{row.id}" if letter.repeats else "")
        letter.accepted += end.took
        self.ended[row.id] = end

    def _in_hand(self) -> Sequence[OutboxRow]:
        """What the living process has claimed; what a dead one had is on its way no more."""
        theirs = select(OutboxRow).where(
            OutboxRow.state == State.SENDING, OutboxRow.holder == self.process.name
        )
        return self.watcher.read_now(lambda session: session.scalars(theirs).all())

    def _before(self, session: Session, row: OutboxRow) -> list[int]:
        """Whatever is more urgent, or as urgent and due before, or as urgent, due with it and written before."""
        wanted = select(OutboxRow).where(
            OutboxRow.chat == row.chat,
            OutboxRow.state.in_([State.DUE, State.SENDING]),
            OutboxRow.due <= self.clock.now,
        )
        place = (row.lane, row.due, row.id)
        return [each.id for each in session.scalars(wanted) if (each.lane, each.due, each.id) < place]

    def _is_written(self) -> None:
        """How earlier calls have ended is written down in the transaction in which others are claimed."""
        for row, end in self.writing.items():
            self.model.is_heard(row, sent=end is End.ACCEPTED, doubtful=end.doubtful)
            letter = self.model.letters[row]
            wanted = {State.DUE, State.SENDING, State.EXPIRED}
            if letter.sent:
                wanted = {State.SENT}
            elif letter.doubts > letter.repeats:
                wanted = {State.UNKNOWN}
            state = self.watcher.read_now(partial(Session.get_one, entity=OutboxRow, ident=row)).state
            same(f"row {row} stands as {state} after: {end}", state in wanted, True)
        self.writing = {}

    def _answer(self, update: Update) -> Shown:
        """A turn writes one answer to whoever spoke."""
        chat = self.chats[update.who]

        def work(session: Session) -> list[dict[str, Any]]:
            wanted = select(OutboxRow.body).join(InboxRow, InboxRow.id == OutboxRow.inbox_id)
            return list(
                session.scalars(wanted.where(InboxRow.external == update.external, OutboxRow.chat == chat))
            )

        answers = self.watcher.read_now(work)
        same(f"answers to {update}", len(answers), 1)
        return shown_by(Outgoing.model_validate(answers[0]))

    def _steps_said(self, problem: int) -> int:
        return self.watcher.read_now(lambda session: steps_said(session, problem))

    def compares(self) -> None:
        self.watcher.read_now(lambda session: compare(session, self))

    # The end

    def comes_to_rest(self) -> None:
        """Nothing goes wrong any more: all is taken and sent, the ladders come to their ends, and the month closes."""
        while self.takes_turns():
            pass
        for _ in range(5):
            self._is_quiet()
            self.clock.now += timedelta(minutes=30)
        self.compares()
        self.clock.now = LATEST + timedelta(days=3)
        self._is_quiet()
        self.compares()
        self.watcher.read_now(lambda session: compare_at_the_end(session, self))

    def _is_quiet(self) -> None:
        self.runner.run(self.process.bury())
        self.sweeps()
        for _ in range(2000):
            if not self.watcher.read_now(self._is_waiting) and not self.ended:
                return
            self.looks()
            self.clock.now += timedelta(seconds=1)
        raise AssertionError("it never became quiet")

    def _is_waiting(self, session: Session) -> bool:
        waits = select(OutboxRow.id).where(
            OutboxRow.state.in_([State.DUE, State.SENDING]), OutboxRow.due <= self.clock.now
        )
        return session.scalar(waits.limit(1)) is not None
