"""What processes of one city on a real PostgreSQL promise each other. Each has an engine of its own here, as a process
has; whole processes that are killed and frozen are in tests/crash.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from sqlalchemy import URL, event, select, text
from sqlalchemy.orm import Session

from bot.app import put_together
from bot.bell import TURNS, Bell
from bot.beside import Beside
from bot.channels import tryout
from bot.channels.channel import NotSent
from bot.clock import Clock, store_offset
from bot.delivery import Delivery
from bot.dispatch import TOGETHER_BESIDE_OTHERS
from bot.doctor import city, examine, machine
from bot.doctor.line import Level
from bot.holding import Holding
from bot.intake import Intake, Proof, nothing_to_prove
from bot.rates import Limits, Rates
from bot.running import Running
from bot.settings import Settings
from bot.sharing import ServerSeconds
from handlers.commands import FileProgress, ReturnReport, Unbind
from handlers.deeds.accounts import unbind
from handlers.deeds.progress import file_progress
from handlers.deeds.returns import return_report
from handlers.facts import PersonFacts
from handlers.turning import Turn
from reminders.closing import close_some
from reminders.moment import Moment
from reminders.sweep import NOBODY
from rules.kinds import DutyKind, Lane, Role
from rules.workdays import city_zone
from storage import budgets, claiming, inbox, leases, ledger, people, sends
from storage import rules as stored_rules
from storage.database import Database
from storage.inbox import Waiting
from storage.leases import Lost
from storage.messages import Address, Arrived, Incoming, IncomingKind
from storage.outbox_queue import Room
from storage.tables.registry import Person, Unit
from storage.tables.reporting import Duty, Report
from storage.tables.sharing import Lease
from storage.tables.traffic import InboxRow, OutboxRow
from tests.builders import NOW, a_binding, a_person, an_inbox_row
from tests.chat import CITY, Chat
from tests.fakes.telegram_api import TOKEN, FakeTelegram
from tests.program import settings_for
from tests.test_delivery import UNLIMITED, Office, in_turn
from tests.test_dispatch import Desk
from tests.town import Town

pytestmark = pytest.mark.postgres_only

T = TypeVar("T")

MACHINE = datetime.fromisoformat("2026-01-05T08:00:00+00:00")
SECOND = timedelta(seconds=1)


@pytest.fixture
def pair(place: str) -> Iterator[tuple[Database, Database]]:
    """Two processes of one city."""
    both = Database(place, busy_seconds=5), Database(place, busy_seconds=5)
    yield both
    for each in both:
        each.close()


@contextmanager
def a_transaction(database: Database) -> Iterator[Session]:
    """One that is open for as long as the test looks at what others may do meanwhile."""
    with database.engine.connect() as connection, Session(connection) as session:
        yield session


# Turns


def _two_senders_of_one_person(session: Session) -> tuple[int, int, int]:
    """Inbox rows: of one person on Telegram and on WeCom, and of somebody else."""
    person = a_person(session)
    a_binding(session, person, channel="telegram", account="bot", user="7", chat="7")
    a_binding(session, person, channel="wecom", account="app", user="x:7", chat="x:7")
    return (
        an_inbox_row(session, sender="telegram:bot:7").id,
        an_inbox_row(session, channel="wecom", account="app", sender="wecom:app:x:7").id,
        an_inbox_row(session, sender="telegram:bot:8").id,
    )


def test_a_person_has_one_turn_at_a_time_over_all_processes_and_channels(
    pair: tuple[Database, Database],
) -> None:
    telegram, wecom, other = pair[0].run_now(_two_senders_of_one_person)
    with a_transaction(pair[0]) as mine, a_transaction(pair[1]) as theirs:
        assert claiming.turns_of(mine, [telegram]) == {telegram}
        assert claiming.turns_of(theirs, [telegram, wecom, other]) == {other}, "and nobody waits"


def test_a_units_turns_are_taken_by_one_process_at_a_time(pair: tuple[Database, Database]) -> None:
    """Else one of two who report at once would be run again, for they go into one chain of the ledger."""

    def two_colleagues_and_another(session: Session) -> tuple[int, int, int]:
        first = a_person(session)
        colleague = a_person(session, unit=session.get_one(Unit, first.unit_id))
        for user, person in (("7", first), ("8", colleague), ("9", a_person(session))):
            a_binding(session, person, channel="telegram", account="bot", user=user, chat=user)
        a, b, c = (an_inbox_row(session, sender=f"telegram:bot:{user}").id for user in "789")
        return a, b, c

    first, colleague, other = pair[0].run_now(two_colleagues_and_another)
    with a_transaction(pair[0]) as mine, a_transaction(pair[1]) as theirs:
        assert claiming.turns_of(mine, [first]) == {first}
        assert claiming.turns_of(theirs, [colleague, other]) == {other}
        assert claiming.turns_of(mine, [first, colleague]) == {first, colleague}


def test_processes_begin_with_the_turns_of_other_units(pair: tuple[Database, Database]) -> None:
    def two_colleagues_and_others(session: Session) -> list[int]:
        first = a_person(session)
        colleague = a_person(session, unit=session.get_one(Unit, first.unit_id))
        others = [a_person(session) for _ in range(8)]
        for person in (first, *others, colleague):
            user = str(person.id)
            a_binding(session, person, channel="telegram", account="bot", user=user, chat=user)
        return [
            an_inbox_row(session, sender=f"telegram:bot:{person.id}").id
            for person in (first, *others, colleague)
        ]

    rows = pair[0].run_now(two_colleagues_and_others)
    orders = [pair[0].run_now(partial(claiming.shuffled, inbox_ids=rows, seed=seed)) for seed in range(20)]
    for order in orders:
        assert sorted(order) == rows
        assert order.index(rows[-1]) == order.index(rows[0]) + 1, "colleagues come together"
    assert len({order[0] for order in orders}) > 4, "each may be the first"


async def test_a_press_is_answered_by_the_process_that_takes_its_turn(
    town: Town, pair: tuple[Database, Database]
) -> None:
    desk, me = Desk(town), town.reporter
    me.says("报进展")
    data = me.last().rows[0][0].data
    me.arrives(me.press(data).model_copy(update={"press": "p1"}))
    [row] = [row.id for row in town.rows(InboxRow) if row.state == "new"]
    with a_transaction(pair[0]) as theirs:
        assert claiming.turns_of(theirs, [row]) == {row}
        assert await desk.dispatch.take_waiting() == 0
        assert desk.phone.pressed == []
    assert await desk.dispatch.take_waiting() == 1
    assert desk.phone.pressed == ["p1"]


def test_a_row_that_another_process_has_taken_is_nobodys_error(pair: tuple[Database, Database]) -> None:
    telegram, wecom, _ = pair[0].run_now(_two_senders_of_one_person)
    pair[0].run_now(lambda session: inbox.end(session, telegram, "done", NOW))
    with a_transaction(pair[1]) as theirs:
        assert claiming.turns_of(theirs, [telegram, wecom]) == {wecom}


# Leases


class Suspended(Clock):
    """A machine that slept for so long."""

    asleep = timedelta()

    def machine(self) -> datetime:
        return super().machine() + self.asleep


def _take(database: Database, now: datetime, name: str = "sweeps") -> leases.Held | None:
    return database.run_now(lambda session: leases.take(session, name, "", now, now + 10 * SECOND))


def test_one_process_has_the_lease_until_it_ends_or_is_handed_over(pair: tuple[Database, Database]) -> None:
    first = _take(pair[0], MACHINE)
    assert first is not None
    assert _take(pair[1], MACHINE + 9 * SECOND) is None
    pair[0].run_now(lambda session: leases.keep(session, first, MACHINE + 19 * SECOND))
    assert _take(pair[1], MACHINE + 11 * SECOND) is None
    second = _take(pair[1], MACHINE + 20 * SECOND)
    assert second is not None
    pair[1].run_now(lambda session: leases.give_back(session, second, MACHINE + 21 * SECOND))
    assert _take(pair[0], MACHINE + 21 * SECOND) is not None


async def test_who_has_lost_the_lease_stores_nothing_of_what_it_fetched(
    pair: tuple[Database, Database],
) -> None:
    first = _take(pair[0], MACHINE)
    assert first is not None
    assert _take(pair[1], MACHINE + 60 * SECOND) is not None, "the first was frozen for a minute"
    update = Arrived(
        channel="telegram", account="bot", external="1", sender="telegram:bot:7", raw=b"{}", received=NOW
    )
    with pytest.raises(Lost):
        await Intake(pair[0], lambda: None).store([update], lambda session: leases.prove(session, first))
    assert not await pair[0].read(lambda session: inbox.is_known(session, update))
    with pytest.raises(Lost):
        pair[0].run_now(lambda session: leases.keep(session, first, MACHINE + 120 * SECOND))


async def test_work_begins_where_the_lease_is_and_moves_with_it(pair: tuple[Database, Database]) -> None:
    works = [asyncio.Event(), asyncio.Event()]
    holdings = [
        Holding(database=database, clock=Clock(), name="sweeps", holder=str(n), seconds=1)
        for n, database in enumerate(pair)
    ]

    async def work(number: int) -> None:
        works[number].set()
        await asyncio.Event().wait()

    keeping = [asyncio.create_task(holding.keep()) for holding in holdings[:1]]
    working = [asyncio.create_task(holding.run(lambda n=n: work(n))) for n, holding in enumerate(holdings)]
    await works[0].wait()
    keeping.append(asyncio.create_task(holdings[1].keep()))
    assert not works[1].is_set()
    keeping[0].cancel()  # which hands the lease over
    await asyncio.wait_for(works[1].wait(), 30)
    assert not holdings[0].held
    for task in (*keeping, *working):
        task.cancel()
    await asyncio.gather(*keeping, *working, return_exceptions=True)


async def test_a_process_whose_machine_was_suspended_knows_that_its_lease_may_be_over(
    pair: tuple[Database, Database],
) -> None:
    """The monotonic clock stands still meanwhile."""
    clock = Suspended()
    holding = Holding(database=pair[0], clock=clock, name="sweeps", holder="0", seconds=10)
    assert await holding._take()
    assert holding.held
    clock.asleep = timedelta(seconds=11)
    assert not holding.held


async def test_a_process_whose_clock_is_wrong_takes_nothing_from_the_others(
    pair: tuple[Database, Database],
) -> None:
    ahead = Suspended()
    ahead.asleep = timedelta(hours=1)
    first, second = (
        Holding(database=database, clock=clock, name="sweeps", holder=str(n), seconds=10)
        for n, (database, clock) in enumerate(zip(pair, (Clock(), ahead), strict=True))
    )
    assert await first._take()
    assert not await second._take()
    await first._hand_over()
    assert await second._take()
    assert not await first._take()
    await second._hand_over()
    assert await first._take(), "an hour is not waited for"


@pytest.mark.parametrize(
    ("drift", "level"), [(1, Level.OK), (10, Level.WARN), (-10, Level.WARN), (30, Level.FAIL)]
)
def test_the_doctor_compares_this_machines_clock_with_the_servers(
    pair: tuple[Database, Database], drift: int, level: Level
) -> None:
    now = Clock().machine() + drift * SECOND
    lines = pair[0].run_now(lambda session: city.examine(session, now, NOW.date(), [], ""))
    assert [line.level for line in lines if line.name == "clocks"] == [level]


def test_the_doctor_knows_the_living_processes_from_the_database_whatever_their_ports(
    pair: tuple[Database, Database], tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=pair[0].url, _env_file=None)
    assert examine._server(settings, None, machine.living(settings)).level is Level.WARN
    now = pair[0].run_now(lambda session: claiming.clock(session, MACHINE))
    for name, until in (("a 1 x", now + 60 * SECOND), ("b 2 y", now + 60 * SECOND), ("c 3 z", now - SECOND)):
        pair[0].run_now(lambda session, name=name, until=until: session.add(
            Lease(name=f"{leases.PROCESS}{name}", holder=name, token=1, until=until)
        ))  # fmt: skip
    line = examine._server(settings, None, machine.living(settings))
    assert (line.level, "2 processes live on this database (a 1, b 2)" in line.found) == (Level.OK, True)


async def test_work_that_is_refused_for_a_lost_lease_ends_quietly_and_begins_again_with_the_next(
    pair: tuple[Database, Database],
) -> None:
    holding = Holding(database=pair[0], clock=Clock(), name="sweeps", holder="0", seconds=1)
    begun = asyncio.Queue[None]()

    async def work() -> None:
        begun.put_nowait(None)
        await pair[0].run(holding.prove)
        await pair[1].run(lambda session: _steal(session, Clock().machine()))
        await pair[0].run(holding.prove)  # Lost

    tasks = [asyncio.create_task(each) for each in (holding.keep(), holding.run(work))]
    for _ in range(2):
        await asyncio.wait_for(begun.get(), 30)
    assert not any(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _steal(session: Session, now: datetime, name: str = "sweeps") -> None:
    """As after a freeze: the lease ended, and another took it for a moment."""
    lease = session.get_one(Lease, name)
    lease.until = now
    session.flush()
    assert leases.take(session, name, "1", now, now) is not None


def test_two_acts_that_go_into_one_chain_at_once_both_stand_in_it(pair: tuple[Database, Database]) -> None:
    def act(session: Session) -> None:
        ledger.append(session, chain="unit:1", who="system", act="test", facts={}, now=NOW)

    futures = [database._submit(act) for _ in range(20) for database in pair]
    for future in futures:
        future.result()
    assert pair[0].run_now(ledger.verify) == []
    assert pair[0].run_now(ledger.heads)[0].place == len(futures)


# Deciding


def _person(chat: Chat) -> int:
    return int(chat.user) - 1000


def _turn(session: Session, town: Town, person_id: int) -> Turn:
    person, now = session.get_one(Person, person_id), town.clock.now
    chat = str(person_id + 1000)
    row = an_inbox_row(session, external=chat, sender=f"chat:bot:{chat}")
    said = Incoming(
        address=Address(channel="chat", account="bot", user=chat, chat=chat), kind=IncomingKind.TEXT, text="x"
    )
    facts = PersonFacts(person.id, person.name, person.unit_id, "", phone="")
    return Turn(session, CITY, row.id, said, facts, now, now, now.astimezone(city_zone()).date())


def _together(town: Town, *works: Callable[[Session], object]) -> None:
    """Each begins on what stands before any of them; whoever is outrun is run again."""
    begun, met = threading.Barrier(len(works)), set[int]()

    def as_one_of_them(place: int, session: Session) -> object:
        session.execute(select(Person.id).limit(1))
        if place not in met:
            met.add(place)
            begun.wait(30)
        return works[place](session)

    futures = [town.database._submit(partial(as_one_of_them, place)) for place in range(len(works))]
    for future in futures:
        future.result()


def test_of_the_last_two_of_the_office_who_leave_at_once_one_stays(town: Town) -> None:
    def another(session: Session) -> int:
        person = a_person(session, role=Role.OFFICE, name="吴科长")
        a_binding(session, person, channel="chat")
        return person.id

    those = [_person(town.office), town.do(another)]
    _together(
        town,
        *(
            lambda session, each=each: unbind(_turn(session, town, each), Unbind(each, leaves=True))
            for each in those
        ),
    )
    left = town.do(lambda session: people.in_role(session, Role.OFFICE, town.clock.now.date()))
    assert len(left) == 1


def test_what_is_being_returned_is_not_closed_for_good(town: Town) -> None:
    town.sweep()
    period = town.do(
        lambda session: session.scalars(
            select(Duty.period)
            .where(Duty.project_id == town.north, Duty.kind == DutyKind.PROGRESS)
            .order_by(Duty.opens)
        ).first()
    )
    assert period is not None
    filing = FileProgress(town.north, period, 10_000_000, "主体封顶")
    town.do(lambda session: file_progress(_turn(session, town, _person(town.reporter)), filing, None))
    [duty] = [each for each in town.rows(Duty) if each.report_id is not None]
    town.clock.now = duty.closes + 2 * SECOND
    report = duty.report_id
    assert report is not None

    def close(session: Session) -> object:
        now = town.clock.now
        return close_some(session, Moment(now, now, city_zone(), NOBODY, stored_rules.in_force(session)))

    returning = ReturnReport(report, "数字不符")
    _together(
        town, close, lambda session: return_report(_turn(session, town, _person(town.office)), returning)
    )
    [duty] = [each for each in town.rows(Duty) if each.report_id == report]
    returned = town.rows(Report)[0].returned is not None
    # Whichever came first: closed and no longer to be returned, or returned and open until it is mended.
    assert (duty.state is None) is returned


# Sending


class Behind:
    """A process's clocks: the machine's wall clock is wrong by so many seconds, the one that never jumps goes on."""

    def __init__(self, office: Office, wrong: float) -> None:
        self.office, self.wrong = office, wrong

    def city(self) -> datetime:
        return self.office.clock.city()

    def machine(self) -> datetime:
        return self.office.clock.machine() + self.wrong * SECOND

    def monotonic(self) -> float:
        return self.office.clock.seconds


class Service:
    """The database server's clock as the test has it, put back by so many seconds."""

    def __init__(self, office: Office) -> None:
        self.office, self.back = office, 0.0

    def process(self, database: Database, wrong: float) -> Delivery:
        office, clock = self.office, Behind(self.office, wrong)
        seconds = ServerSeconds(clock.monotonic, clock.machine())
        return Delivery(
            database=database, channels={("telegram", "bot"): office.phone},
            rates={("telegram", "bot"): Rates(Limits(), seconds)}, clock=clock, zone=city_zone(),
            media=office.photo, pictures=office.picture, on_failed=lambda *_: None, holder=f"{wrong}",
            told=lambda _at: seconds.told(office.clock.machine() - self.back * SECOND),
        )  # fmt: skip


@pytest.mark.parametrize("wrong", [-4, -0.2, 0.2, 4])
@pytest.mark.parametrize(("lane", "most"), [(Lane.DIGEST, 25), (Lane.URGENT, 28)])
async def test_processes_whose_clocks_differ_send_no_faster_than_one(
    pair: tuple[Database, Database], wrong: float, lane: Lane, most: int
) -> None:
    """Who was behind once counted what was sent as sent in the future, and who was ahead as long ago."""
    office = Office(pair[0])
    for number in range(120):
        office.say("x", f"{number}", lane)
    service = Service(office)
    await _send_all(office, [service.process(pair[0], 0), service.process(pair[1], wrong)])
    moments = [call.at for call in office.phone.calls]
    assert _most_in(moments, 1) <= most
    assert len(moments) == 120


async def test_a_clock_that_is_put_back_holds_nothing_back(pair: tuple[Database, Database]) -> None:
    """What had been sent lay in the future, and nothing went until the clock had come there again."""
    office, urgent = Office(pair[0]), "急"
    office.say_digests(40)
    service = Service(office)
    process = service.process(pair[0], 0)
    await _send_all(office, [process])
    office.clock.seconds += 60
    service.back = 3600
    for number in range(40):
        office.say(urgent, f"{number}", Lane.URGENT)
    begun = office.clock.seconds
    await _send_all(office, [process])
    moments = [call.at for call in office.phone.calls if call.text == urgent]
    assert max(moments) - begun < 3
    assert _most_in(moments, 1) <= 28


def test_what_is_shared_is_counted_by_the_servers_clock(pair: tuple[Database, Database]) -> None:
    def server(session: Session) -> datetime:
        return claiming.clock(session, NOW)

    account = ("telegram", "bot")
    pair[0].run_now(lambda session: budgets.take(session, account))
    before = pair[0].run_now(server)
    opened = pair[1].run_now(lambda session: budgets.take(session, account))
    assert opened is not None
    assert before <= opened.at <= pair[0].run_now(server)


async def test_bulk_does_not_wait_for_the_rest_between_two_looks(
    pair: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is for what others write; it lasted longer than the gap between two messages, and the rate was lost."""
    monkeypatch.setattr("bot.delivery.BREATH", 3600.0)
    office = Office(pair[0])
    office.say_digests(10)
    process = Delivery(
        database=pair[0], channels={("telegram", "bot"): office.phone},
        rates={("telegram", "bot"): Rates(Limits(), Clock().monotonic)}, clock=Clock(), zone=city_zone(),
        media=office.photo, pictures=office.picture, on_failed=lambda *_: None, holder="0",
    )  # fmt: skip
    running = asyncio.create_task(process.run())
    async with asyncio.timeout(60):
        await _until(lambda: len(office.phone.calls) == 10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_who_freezes_in_a_claim_holds_the_account_for_seconds_only(
    pair: tuple[Database, Database],
) -> None:
    account = ("telegram", "bot")
    pair[0].run_now(lambda session: budgets.take(session, account))
    with a_transaction(pair[0]) as frozen:
        assert budgets.take(frozen, account) is not None
        shown = frozen.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
        assert shown == "5s"
        assert pair[1].run_now(lambda session: budgets.take(session, account)) is None
    standing = pair[0].run_now(
        lambda session: session.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
    )
    assert standing == "30s", "other transactions may take their time"


async def test_a_look_at_a_long_queue_reads_its_beginning_only_and_finds_who_stands_behind_it(
    pair: tuple[Database, Database],
) -> None:
    """The driver fetches what is selected: 50,000 waiting messages once made every look 50,000 rows long."""
    office = Office(pair[0])
    office.say_digests(450)
    read: list[int] = []

    def look(room: Room) -> Callable[[Session], list[str]]:
        def work(session: Session) -> list[str]:
            event.listen(
                session.connection(), "after_cursor_execute",
                lambda _connection, cursor, said, *_: read.append(cursor.rowcount) if "FROM outbox" in said else None,
            )  # fmt: skip
            claims = sends.claim(
                session, channel="telegram", account="bot", room=room, now=office.clock.city(),
                machine=office.clock.machine(), lease=90 * SECOND,
            )  # fmt: skip
            return [row.chat for row in claims.rows]

        return work

    assert pair[0].run_now(look(Room(2, 2))) == ["d0", "d1"]
    assert max(read) <= 200
    barred = frozenset(f"d{number}" for number in range(430))
    assert pair[0].run_now(look(Room(3, 3, busy=barred))) == ["d430", "d431", "d432"]


def _deliveries(office: Office, pair: Sequence[Database], limits: Limits) -> list[Delivery]:
    return [
        Delivery(
            database=database, channels={("telegram", "bot"): office.phone},
            rates={("telegram", "bot"): Rates(limits, office.seconds, lambda chat: chat.startswith("-"))},
            clock=office.clock, media=office.photo, pictures=office.picture, on_failed=lambda *_: None,
            zone=city_zone(),
            patience=0.05, holder=f"process {number}",
        )
        for number, database in enumerate(pair)
    ]  # fmt: skip


async def _send_all(office: Office, deliveries: Sequence[Delivery]) -> None:
    """Both look, now this one first and now that; time goes on as far as the sooner wants, until all rows ended."""
    while office.open_rows():
        seconds: list[float] = []
        deliveries = deliveries[::-1]
        for delivery in deliveries:
            seconds.append(await delivery.look())
            if delivery.in_flight:
                await delivery.settled()
                seconds.append(0)
        office.clock.seconds += min(seconds)
        assert office.clock.seconds < 3600, "an hour has passed"


def _most_in(calls: Sequence[float], seconds: float) -> int:
    return max(sum(first <= call < first + seconds - 1e-6 for call in calls) for first in calls)


async def test_two_processes_together_send_no_faster_than_one_and_hardly_slower(
    pair: tuple[Database, Database],
) -> None:
    office = Office(pair[0])
    office.say_digests(75)
    deliveries = _deliveries(office, pair, Limits())
    await _send_all(office, deliveries)
    moments = [call.at for call in office.phone.calls]
    assert len(moments) == 75
    assert _most_in(moments, 1) <= 25
    assert moments[-1] <= 75 / 25 / 0.98
    holders = {row.holder for row in office.rows()}
    assert holders == {"process 0", "process 1"}, "both have sent"


async def test_a_chat_and_a_group_get_no_more_from_two_processes_than_from_one(
    pair: tuple[Database, Database],
) -> None:
    office = Office(pair[0])
    for number in range(22):
        office.say(f"{number}", "-7", Lane.REMINDER)
        if number < 5:
            office.say(f"{number}", "7", Lane.REMINDER)
    await _send_all(office, _deliveries(office, pair, Limits()))
    group = [call for call in office.phone.calls if call.chat == "-7"]
    chat = [call for call in office.phone.calls if call.chat == "7"]
    assert _most_in([call.at for call in group], 60) <= 20
    assert _most_in([call.at for call in chat], 1) <= 3
    assert [call.text for call in group] == [str(number) for number in range(22)]
    assert [call.text for call in chat] == [str(number) for number in range(5)]


async def test_a_chat_has_one_message_on_its_way_whoever_sends_it(pair: tuple[Database, Database]) -> None:
    office = Office(pair[0])
    first, second = _deliveries(office, pair, UNLIMITED)
    office.say("digest", lane=Lane.DIGEST)
    office.phone.hanging["1"] = asyncio.Event()
    await first.look()
    await asyncio.sleep(0)
    office.say("urgent", lane=Lane.URGENT)
    await second.look()
    await asyncio.sleep(0)
    assert office.phone.texts() == ["digest"]
    office.phone.hanging.pop("1").set()
    await _send_all(office, [first, second])
    assert office.phone.texts() == ["digest", "urgent"]


async def test_a_pause_that_one_process_meets_is_kept_by_all(pair: tuple[Database, Database]) -> None:
    office = Office(pair[0])
    office.phone.answer = in_turn(NotSent("429", retry_after=30, everyone=True))
    first, second = _deliveries(office, pair, UNLIMITED)
    office.say("one", "1")
    await first.look()
    await first.settled()
    await first.look()  # tells of the pause, with the outcome
    office.say("two", "2")
    await second.look()
    await second.settled()
    assert office.phone.texts() == ["one"]
    office.clock.seconds += 30
    await _send_all(office, [first, second])
    assert sorted(office.phone.texts()) == ["one", "one", "two"]


async def test_what_a_dead_process_was_sending_is_settled_and_what_it_wakes_up_with_is_not_sent(
    pair: tuple[Database, Database],
) -> None:
    office = Office(pair[0])
    office.say("回执 J34", number="J34")
    room = Room(total=10, bulk=10)
    claims = pair[0].run_now(
        lambda session: sends.claim(
            session, channel="telegram", account="bot", room=room, now=office.clock.city(),
            machine=office.clock.machine(), lease=90 * SECOND, holder="frozen",
        )
    )  # fmt: skip
    assert [row.number for row in claims.rows] == ["J34"]
    office.clock.seconds += 20
    pair[1].run_now(lambda session: sends.end_leases(session, office.clock.machine(), "frozen"))
    frozen, second = _deliveries(office, pair, UNLIMITED)
    await _send_all(office, [second])
    frozen._start(claims.rows[0])  # it had claimed the row, and slept before it sent it
    frozen._serves = frozen._attempts._serves = lambda _account: False
    await frozen.settled()
    await frozen.look()
    assert office.phone.texts() == ["回执 J34"]
    assert [(row.state, row.attempts, row.ambiguous) for row in office.rows()] == [("sent", 2, 1)]


# The bell


async def test_a_ring_wakes_the_other_process(pair: tuple[Database, Database]) -> None:
    mine, theirs, woken = Bell(pair[0]), Bell(pair[1]), asyncio.Queue[None]()
    listening = asyncio.create_task(theirs.run({TURNS: lambda: woken.put_nowait(None)}))
    ringing = asyncio.create_task(mine.run({}))
    await asyncio.wait_for(woken.get(), 30)  # at its beginning, for what was rung before
    mine.ring(TURNS)
    await asyncio.wait_for(woken.get(), 30)
    for task in (listening, ringing):
        task.cancel()
    await asyncio.gather(listening, ringing, return_exceptions=True)


@pytest.mark.parametrize("breath", [0, 0.3])
async def test_a_bell_whose_connection_was_cut_rings_and_is_heard_again(
    pair: tuple[Database, Database], breath: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At rest, and while what it rings is gathered."""
    monkeypatch.setattr("bot.bell.AGAIN_SECONDS", 0)
    monkeypatch.setattr("bot.bell.RING_SECONDS", breath)
    bells, woken = [Bell(database) for database in pair], [asyncio.Queue[None]() for _ in pair]
    tasks = [
        asyncio.create_task(bell.run({TURNS: lambda heard=heard: heard.put_nowait(None)}))
        for bell, heard in zip(bells, woken, strict=True)
    ]
    async with asyncio.timeout(30):
        for heard in woken:
            await heard.get()
        if breath:
            bells[0].ring(TURNS)
            for heard in woken:
                await heard.get()
        pair[0].run_now(_cut_listeners)
        bells[0].ring(TURNS)  # it does not know yet that its connection is gone
        for heard in woken:
            await heard.get()  # for what was rung meanwhile
        await _until(lambda: not bells[0]._topics)
        bells[0].ring(TURNS)
        for heard in woken:
            await heard.get()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_could_not_be_rung_is_rung_as_soon_as_there_is_a_connection(
    pair: tuple[Database, Database],
) -> None:
    mine, theirs, woken = Bell(pair[0]), Bell(pair[1]), asyncio.Queue[None]()
    mine.ring(TURNS)
    tasks = [asyncio.create_task(theirs.run({TURNS: lambda: woken.put_nowait(None)}))]
    async with asyncio.timeout(30):
        await woken.get()
        tasks.append(asyncio.create_task(mine.run({})))
        await woken.get()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_bell_whose_server_does_not_answer_any_more_rings_on_another_connection(
    pair: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.bell.ANSWER_SECONDS", 0.3)
    monkeypatch.setattr("bot.bell.AGAIN_SECONDS", 0)
    woken, connected = asyncio.Queue[None](), asyncio.Queue[None]()
    async with asyncio.timeout(30), _line_to(pair[0]) as line:
        mine, theirs = Bell(line.database), Bell(pair[1])
        tasks = [
            asyncio.create_task(theirs.run({TURNS: lambda: woken.put_nowait(None)})),
            asyncio.create_task(mine.run({TURNS: lambda: connected.put_nowait(None)})),
        ]
        await woken.get()
        await connected.get()
        line.hold()
        mine.ring(TURNS)
        await woken.get()
        await connected.get()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Line:
    """A way to a server that may go dead without a word: those who speak on it then hear nothing any more."""

    def __init__(self, server: URL, socket: Path) -> None:
        self._server = server
        self._open: list[asyncio.StreamWriter] = []
        self._dead = set[asyncio.StreamWriter]()
        here = server.update_query_dict({"host": str(socket.parent)}).set(host=None, port=None)
        self.database = Database(here.render_as_string(hide_password=False))

    def hold(self) -> None:
        """What stands now is dead; who calls anew gets through."""
        self._dead = set(self._open)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await self._call()
        self._open += [writer, back]
        with suppress(OSError):
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))

    async def _call(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = str(self._server.query.get("host", self._server.host)), self._server.port or 5432
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while heard := await reader.read(65536):
            if writer not in self._dead:
                writer.write(heard)
        writer.close()


@asynccontextmanager
async def _line_to(database: Database) -> AsyncIterator[_Line]:
    with TemporaryDirectory(dir="/tmp") as folder:  # a socket's path must be short
        socket = Path(folder) / ".s.PGSQL.5432"
        line = _Line(database.engine.url, socket)
        server = await asyncio.start_unix_server(line.answer, socket)
        try:
            yield line
        finally:
            line.database.close()
            server.close()


def _cut_listeners(session: Session) -> None:
    session.execute(
        text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query ~ '^(LISTEN|SELECT pg_notify)'"
        )
    )


# The heartbeat


async def test_a_process_that_is_ill_is_not_hidden_by_one_that_is_well(
    pair: tuple[Database, Database],
) -> None:
    """Both call the same monitor."""
    clock = Clock()
    ill, well = (Beside(database, clock, 10, after=lambda: None) for database in pair)
    assert await well.all_well(True)
    assert not await ill.all_well(False)
    assert not await ill.all_well(False)
    assert not await well.all_well(True)
    assert await ill.all_well(True)
    assert await well.all_well(True)


async def test_an_illness_of_which_nothing_more_is_heard_is_over_after_minutes(
    pair: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process was ended; whoever begins anew has another name."""
    ill, well = (Beside(database, Clock(), 10, after=lambda: None) for database in pair)
    monkeypatch.setattr("bot.beside.ILL_FOR", 0 * SECOND)
    assert await ill.all_well(False)
    assert await well.all_well(True)


# The whole program


async def test_a_program_without_its_leases_sweeps_nothing_and_takes_no_turn(
    town: Town, tmp_path: Path
) -> None:
    """As one that was frozen and has lost them; none of its loops runs here."""
    me = town.reporter
    me.arrives(me.text("帮助"))
    async with AsyncExitStack() as stack:
        program = await put_together(settings_for(town, tmp_path, {}), stack)
        with pytest.raises(Lost):
            await program.sweeping.sweep_all()
        assert await program.dispatch.take_waiting() == 0
    assert [(row.state, row.attempts) for row in town.rows(InboxRow)] == [("new", 0)]


async def test_a_program_that_fetched_updates_under_a_lease_it_has_lost_stores_and_confirms_none(
    town: Town, tmp_path: Path
) -> None:
    async with FakeTelegram(TOKEN) as api, AsyncExitStack() as stack, asyncio.timeout(60):
        telegram = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url}
        program = await put_together(settings_for(town, tmp_path, telegram), stack)
        [lease] = program.beside.polling.values()
        assert await lease._take()
        lease._gained.set()
        town.do(lambda session: _steal(session, Clock().machine(), lease.name))
        store, refused = program.intake.store, asyncio.Queue[bool]()

        async def told(arrived: Sequence[Arrived], prove: Proof = nothing_to_prove) -> None:
            try:
                await store(arrived, prove)
            except Lost:
                refused.put_nowait(True)
                raise
            refused.put_nowait(False)

        program.intake.store = told  # type: ignore[assignment, method-assign]
        polling = asyncio.create_task(program.loops["telegram"]())
        api.person(7, started=True).says("帮助")
        assert await refused.get()
        assert town.rows(InboxRow) == []
        assert api.unconfirmed
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)


@asynccontextmanager
async def _two_programs(
    town: Town, folder: Path, first_without: Collection[str]
) -> AsyncIterator[list[Running]]:
    """The first has the post, and runs without these of its loops; neither finds anything by its slow poll."""
    moved = town.clock.now - Clock().machine()
    town.do(lambda session: store_offset(session, moved))
    async with AsyncExitStack() as stack, asyncio.timeout(60):
        both = [await put_together(settings_for(town, folder / str(n), {}), stack) for n in range(2)]
        tasks: list[asyncio.Task[None]] = []
        try:
            for program, without in zip(both, (first_without, ()), strict=True):
                program.delivery._poll = 3600
                loops = {name: loop for name, loop in program.loops.items() if name not in without}
                tasks.append(asyncio.create_task(program.supervisor.run(loops)))
                await both[0].beside.post._gained.wait()
                await program.beside._living.own._gained.wait()
            yield both
            assert [program.beside.posts for program in both] == [True, False]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _says(program: Running, people: Sequence[int], text: str) -> None:
    """One after the other, to this process."""
    for person in people:
        said = Incoming(address=tryout.address(person), kind=IncomingKind.TEXT, text=text)
        arrived = Arrived(
            channel=tryout.NAME, account=tryout.ACCOUNT, external=f"{person}", sender=tryout.sender(person),
            raw=said.model_dump_json().encode(), received=Clock().machine(),
        )  # fmt: skip
        await program.intake.store([arrived])


async def _until(fact: Callable[[], T]) -> T:
    while True:
        if found := fact():
            return found
        await asyncio.sleep(0.02)


async def _sent_by(town: Town) -> str:
    """Which process has sent the first message."""
    rows = await _until(lambda: [row for row in town.rows(OutboxRow) if row.state in {"sending", "sent"}])
    return rows[0].holder


async def test_what_one_process_writes_the_one_that_has_the_post_sends(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.after_another.SECONDS", 3600)
    async with _two_programs(town, tmp_path, {"dispatch"}) as (posts, writes):
        await _says(writes, [_person(town.reporter)], "帮助")
        assert await _sent_by(town) == posts.beside.holder


async def test_what_the_process_that_has_the_post_leaves_undone_another_sends(
    town: Town, tmp_path: Path
) -> None:
    """Here it lives and holds its leases, but sends nothing."""
    async with _two_programs(town, tmp_path, {"dispatch", "delivery"}) as (_, other):
        await _says(other, [_person(town.reporter)], "帮助")
        assert await _sent_by(town) == other.beside.holder


async def test_a_process_that_is_taken_for_dead_leaves_the_post_to_the_others(
    town: Town, tmp_path: Path
) -> None:
    async with _two_programs(town, tmp_path, {"dispatch"}) as (posts, _):
        life = posts.beside._living.own
        lease, life._held = life._held, None
        assert posts.beside.post.held
        assert not posts.beside.posts
        life._held = lease


async def test_what_a_process_has_seen_and_cannot_take_yet_another_takes(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More waits here than one transaction holds, and it is busy with the first of it."""
    monkeypatch.setattr("bot.dispatch.POLL_SECONDS", 3600)
    monkeypatch.setattr("bot.dispatch.TOGETHER_BESIDE_OTHERS", 1)
    everybody = [int(chat.user) - 1000 for chat in (town.reporter, town.leader, town.department, town.office)]
    busy, go_on = asyncio.Event(), asyncio.Event()
    async with _two_programs(town, tmp_path, ()) as (stuck, _):
        take, ours = stuck.dispatch._take_together, list[Waiting]()
        ring, rung = stuck.beside.bell.ring, list[str]()
        stuck.beside.bell.ring = lambda topic: (rung.append(topic), ring(topic))[1]  # type: ignore[method-assign]

        async def take_when_told(rows: Sequence[Waiting]) -> int:
            ours.extend(rows)
            busy.set()
            await go_on.wait()
            return await take(rows)

        stuck.dispatch._take_together = take_when_told  # type: ignore[method-assign]
        await _says(stuck, everybody, "帮助")
        await _until(lambda: _new(town) <= {row.id for row in ours})
        assert busy.is_set()
        await _until(lambda: TURNS in rung)
        go_on.set()


def _new(town: Town) -> set[int]:
    return {row.id for row in town.rows(InboxRow) if row.state == "new"}


async def test_of_many_who_wait_a_process_takes_some_wherever_it_begins_and_looks_again(town: Town) -> None:
    desk = Desk(town)
    strangers = [town.chat(f"{number}") for number in range(40)]
    for stranger in strangers:
        stranger.arrives(stranger.text("帮助"))
    assert await desk.dispatch.take_waiting() == TOGETHER_BESIDE_OTHERS
    taken = [row.state != "new" for row in sorted(town.rows(InboxRow), key=lambda row: row.id)]
    assert not all(taken[:TOGETHER_BESIDE_OTHERS]), "not the oldest, which every other process takes too"
    await desk.until_quiet()
    assert _new(town) == set()
