"""How soon an urgent message leaves while a digest goes out; and how soon a major problem reaches its first leader.

    python -m bench.urgent --digests 10000 --urgent 1000

From COMMIT to the moment at which the (fake) Bot API has accepted the message. The API allows 30 calls a second, as
Telegram does, and answers 429 beyond. Beside Sanbao's delivery stand the usual two: python-telegram-bot's
AIORateLimiter with everything handed to it at once, and an aiogram loop that sends one after the other and honours
RetryAfter, while what is urgent is sent at once beside it. Both keep their messages in memory; theirs is the moment
of the call.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_updates import CHANNEL
from bot.clock import Clock
from bot.delivery import Delivery
from bot.rates import Limits, Rates
from handlers.city import City, Show
from handlers.commands import FileIssue
from handlers.deeds.carry_out import carry_out
from handlers.facts import PersonFacts
from handlers.turning import Turn
from handlers.words import Words
from rules.kinds import Lane, Role, Severity
from rules.workdays import city_zone
from storage import inbox, outbox, people
from storage import rules as stored_rules
from storage.database import Database
from storage.messages import Address, Arrived, Incoming, IncomingKind, Outgoing
from storage.migrate import migrate
from storage.tables.registry import Person, Project, Responsibility
from storage.tables.traffic import InboxRow
from tests import postgres
from tests.builders import a_person, a_project, a_responsibility, a_unit
from tests.fakes.telegram_api import TOKEN, FakeTelegram, Fault, run_fast, too_many

ACCOUNT = TOKEN.partition(":")[0]
FIRST_CHAT = 1_000_000
API_RATE = 30  # calls a second that the API takes
LIMITS = Limits()
PROJECTS = 60
GOALERT_SECONDS = 5.0  # GoAlert looks for what is to be sent once in so many seconds
EVERY_SECONDS = 0.7  # between two reports


class Gate:
    """The fake's rate limit: beyond `API_RATE` calls in a second it answers 429."""

    def __init__(self, api: FakeTelegram) -> None:
        self.refused = 0
        self._calls: deque[float] = deque()
        api.faults.for_call = self._judge  # type: ignore[method-assign]  # the one place where every call passes

    def _judge(self, method: str) -> Fault | None:
        if method.lower() != "sendmessage":
            return None
        now = time.monotonic()
        while self._calls and self._calls[0] <= now - 1:
            self._calls.popleft()
        if len(self._calls) >= API_RATE:
            self.refused += 1
            return too_many(1)
        self._calls.append(now)
        return None


@dataclass
class Heard:
    """When the API accepted what, by the text that was sent."""

    at: dict[str, float] = field(default_factory=dict)
    count: int = 0
    last: float = 0.0

    def watch(self, api: FakeTelegram, chats: Sequence[int]) -> None:
        for chat in chats:
            api.person(chat, f"{chat}", started=True).chat.on_news = self._hears

    def _hears(self, message: "object") -> None:
        now = time.monotonic()
        text = str(getattr(message, "text", ""))
        self.at.setdefault(text, now)
        self.count += text.startswith("日报")
        self.last = now if text.startswith("日报") else self.last


@dataclass(frozen=True)
class Result:
    name: str
    waits: list[float]
    bulk_a_second: float
    permitted: float  # what bulk may have beside these urgent messages, a second
    refused: int

    def line(self) -> str:
        waits = sorted(self.waits)
        p50, p99 = (waits[int(share * (len(waits) - 1))] * 1000 for share in (0.5, 0.99))
        bulk = (
            f"{self.bulk_a_second:10.2f}{self.permitted:11.2f}{self.bulk_a_second / self.permitted:8.1%}"
            if self.bulk_a_second
            else " " * 29
        )
        return (
            f"{self.name:34}{len(self.waits):7}{p50:10.0f}{p99:10.0f}"
            f"{waits[-1] * 1000:10.0f}{bulk}{self.refused:6}"
        )


_COLUMNS = {
    "urgent": 7,
    "p50 ms": 10,
    "p99 ms": 10,
    "max ms": 10,
    "bulk/s": 10,
    "permitted": 11,
    "of it": 8,
    "429": 6,
}
HEADINGS = " " * 34 + "".join(f"{name:>{width}}" for name, width in _COLUMNS.items())


# Sanbao's own delivery


@asynccontextmanager
async def delivering(database: Database, api: FakeTelegram) -> AsyncIterator[Delivery]:
    clock = Clock()
    channel = TelegramChannel(TOKEN, api_url=api.url)
    account = (CHANNEL, ACCOUNT)
    seconds = clock.monotonic if database.alone else lambda: clock.machine().timestamp()
    await channel.start()

    async def nothing(_: object) -> bytes:
        return b""

    delivery = Delivery(
        database=database,
        channels={account: channel},
        rates={account: Rates(Limits(), seconds, is_group=lambda _: False)},
        clock=clock,
        media=nothing,
        pictures=nothing,
        on_failed=lambda session, outcome, now: None,
        zone=city_zone(),
    )
    loop = asyncio.create_task(delivery.run())
    try:
        yield delivery
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
        await channel.close()


def opened(folder: Path, server: postgres.Server | None) -> Database:
    database = Database(server.create() if server else f"sqlite:///{folder / 'sanbao.db'}")
    migrate(database.engine, folder, Clock().machine())
    return database


def write(session: Session, chat: int, text: str, lane: Lane) -> None:
    address = Address(channel=CHANNEL, account=ACCOUNT, user=str(chat), chat=str(chat))
    outbox.write(
        session, address=address, person_id=None, message=Outgoing(text=text), lane=lane, now=Clock().city(),
        limit=4096,
    )  # fmt: skip


def write_digests(session: Session, count: int) -> None:
    stored_rules.take(session, None, Clock().city())
    for number in range(count):
        write(session, FIRST_CHAT + number, f"日报{number}", Lane.DIGEST)


async def by_sanbao(database: Database, digests: int, urgent: int) -> Result:
    heard = Heard()
    database.run_now(lambda session: write_digests(session, digests))
    async with FakeTelegram(keep_transcript=False) as api:
        gate = Gate(api)
        heard.watch(api, range(FIRST_CHAT, FIRST_CHAT + digests))
        async with delivering(database, api) as delivery:

            async def send(chat: int, text: str) -> float:
                await database.run(lambda session: write(session, chat, text, Lane.URGENT))
                committed = time.monotonic()
                delivery.wake()
                return committed

            began, sent = await all_urgent(send, digests, urgent)
            await until(lambda: heard.count >= digests and sent.keys() <= heard.at.keys())
    database.close()
    return result("Sanbao", began, sent, heard, digests, gate)


async def all_urgent(
    send: Callable[[int, str], Awaitable[float]], digests: int, urgent: int
) -> tuple[float, dict[str, float]]:
    """Urgent messages at random instants of the time that the digest takes; gives back when each was committed."""
    dice = random.Random(1)  # noqa: S311 - repeatable chats, no secret
    began, sent = time.monotonic(), dict[str, float]()
    for number, instant in enumerate(instants_of(digests, urgent)):
        await asyncio.sleep(max(0.0, began + instant - time.monotonic()))
        text = f"急件{number}"
        sent[text] = await send(FIRST_CHAT + dice.randrange(digests), text)
    return began, sent


def instants_of(digests: int, urgent: int) -> list[float]:
    dice = random.Random(0)  # noqa: S311 - repeatable instants, no secret
    return sorted(dice.uniform(0, digests / LIMITS.bulk) for _ in range(urgent))


def permitted(digests: int, urgent: int) -> float:
    """How many digests a second could go if each message went at the first instant that the limits leave it."""
    calls, bulk = deque[float](maxlen=int(LIMITS.total)), deque[float](maxlen=int(LIMITS.bulk))
    first = {"calls": 0.0, "bulk": 0.0}  # from when the next may go
    waiting = deque(instants_of(digests, urgent))
    sent = 0
    while sent < digests:
        goes = max(first.values())
        if waiting and max(waiting[0], first["calls"]) <= goes:
            goes = max(waiting.popleft(), first["calls"])
        else:
            bulk.append(goes)
            sent += 1
        calls.append(goes)
        for name, seen in (("calls", calls), ("bulk", bulk)):
            first[name] = max(goes, seen[0] + 1) if len(seen) == seen.maxlen else goes
    return digests / bulk[-1]


async def until(fact: Callable[[], bool]) -> None:
    while not fact():  # noqa: ASYNC110 - what is waited for happens in another library's task
        await asyncio.sleep(0.05)


def result(name: str, began: float, sent: dict[str, float], heard: Heard, digests: int, gate: Gate) -> Result:
    waits = [heard.at[text] - committed for text, committed in sent.items()]
    rate = digests / (heard.last - began)
    return Result(name, waits, rate, permitted(digests, len(sent)), gate.refused)


# The usual two


async def by_ptb(digests: int, urgent: int) -> Result:
    from telegram.ext import AIORateLimiter, ExtBot

    heard = Heard()
    async with FakeTelegram(keep_transcript=False) as api:
        gate = Gate(api)
        heard.watch(api, range(FIRST_CHAT, FIRST_CHAT + digests))
        bot: ExtBot[None] = ExtBot(
            TOKEN, base_url=f"{api.url}/bot", rate_limiter=AIORateLimiter(max_retries=20)
        )
        async with bot:
            tasks = [
                asyncio.create_task(bot.send_message(FIRST_CHAT + number, f"日报{number}", **_PATIENT))
                for number in range(digests)
            ]

            async def send(chat: int, text: str) -> float:
                tasks.append(asyncio.create_task(bot.send_message(chat, text, **_PATIENT)))
                return time.monotonic()

            began, sent = await all_urgent(send, digests, urgent)
            await asyncio.gather(*tasks)
    return result("python-telegram-bot AIORateLimiter", began, sent, heard, digests, gate)


_PATIENT = {"pool_timeout": 3600.0, "connect_timeout": 60.0, "read_timeout": 60.0, "write_timeout": 60.0}


async def by_aiogram(digests: int, urgent: int) -> Result:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import TelegramRetryAfter

    heard = Heard()
    async with FakeTelegram(keep_transcript=False) as api:
        gate = Gate(api)
        heard.watch(api, range(FIRST_CHAT, FIRST_CHAT + digests))
        bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api.url)))

        async def patiently(chat: int, text: str) -> None:
            while True:
                try:
                    await bot.send_message(chat, text)
                except TelegramRetryAfter as refused:
                    await asyncio.sleep(refused.retry_after)
                else:
                    return

        async def broadcast() -> None:
            """As aiogram's own example does it: 20 a second is its pace, 429 its brake."""
            for number in range(digests):
                await patiently(FIRST_CHAT + number, f"日报{number}")
                await asyncio.sleep(0.05)

        tasks = [asyncio.create_task(broadcast())]

        async def send(chat: int, text: str) -> float:
            tasks.append(asyncio.create_task(patiently(chat, text)))
            return time.monotonic()

        began, sent = await all_urgent(send, digests, urgent)
        await asyncio.gather(*tasks)
        await bot.session.close()
    return result("aiogram, a loop with RetryAfter", began, sent, heard, digests, gate)


# From a major problem to its first leader


def furnish(session: Session) -> None:
    """Sixty projects, each with a contact and a leader of its own; one office."""
    stored_rules.take(session, None, Clock().city())
    unit = a_unit(session)
    a_person(session, unit=unit, role=Role.OFFICE)
    for _ in range(PROJECTS):
        project = a_project(session, reporter=a_person(session, unit=unit))
        leader = a_person(session, unit=unit, role=Role.LEAD_LEADER)
        a_responsibility(session, project, leader, Role.LEAD_LEADER)
    for person in session.scalars(select(Person.id)).all():
        address = Address(channel=CHANNEL, account=ACCOUNT, user=str(person), chat=str(person))
        people.bind(session, person, address, Clock().city())
    arrived = Arrived(
        channel=CHANNEL, account=ACCOUNT, external="1", sender="-", raw=b"{}", received=Clock().city()
    )
    inbox.store(session, [arrived])


def file_problem(session: Session, project_id: int, city: City) -> str:
    """The turn of the contact who confirms; gives back the words by which the alert is known."""
    of_project = select(Responsibility.person_id).where(Responsibility.project_id == project_id)
    person = session.get_one(
        Person, session.scalars(of_project.where(Responsibility.role == Role.REPORTER)).one()
    )
    address = Address(channel=CHANNEL, account=ACCOUNT, user=str(person.id), chat=str(person.id))
    incoming = Incoming(address=address, kind=IncomingKind.TEXT, text="确认")
    facts, now = PersonFacts(person.id, person.name, person.unit_id, "", phone=""), Clock().city()
    inbox_id = session.scalars(select(func.min(InboxRow.id))).one()
    turn = Turn(session, city, inbox_id, incoming, facts, now, now, now.astimezone(city_zone()).date())
    command = FileIssue(project_id, Severity.MAJOR, "relocation", "两户阻工", "请派工作组")
    outcome = carry_out(turn, command, None)
    return f"重大问题 {outcome.number}："


async def to_first_leader(database: Database, digests: int, reports: int) -> Result:
    heard = Heard()
    city = City(
        words=Words(), zone=city_zone(), shows={CHANNEL: Show(edits=True, text_limit=4096)},
        running=frozenset({(CHANNEL, ACCOUNT)}),
    )  # fmt: skip
    database.run_now(furnish)
    if digests:
        database.run_now(lambda session: write_digests(session, digests))
    projects = database.read_now(
        lambda session: list(session.scalars(select(Project.id).order_by(Project.id)))
    )
    dice, sent = random.Random(1), dict[str, float]()  # noqa: S311 - repeatable instants, no secret
    async with FakeTelegram(keep_transcript=False) as api:
        gate = Gate(api)
        known = [int(each) for each in database.read_now(_chats)]
        heard.watch(api, [*known, *range(FIRST_CHAT, FIRST_CHAT + digests)])
        async with delivering(database, api) as delivery:
            await asyncio.sleep(0.5)
            for number in range(reports):
                project = projects[number % len(projects)]
                words = await database.run(lambda session, each=project: file_problem(session, each, city))
                sent[words] = time.monotonic()
                delivery.wake()
                await asyncio.sleep(dice.uniform(0.5, 1.5) * EVERY_SECONDS)
            await until(lambda: all(_first(heard, words) for words in sent))
            found = {words: _first(heard, words) for words in sent}
    database.close()
    waits = [at - sent[words] for words, at in found.items() if at is not None]
    return Result(f"to the first leader, {digests} waiting", waits, 0.0, 0.0, gate.refused)


def _chats(session: Session) -> list[str]:
    return [str(each) for each in session.scalars(select(Person.id))]


def _first(heard: Heard, words: str) -> float | None:
    return min((at for text, at in heard.at.items() if words in text), default=None)


async def run(given: argparse.Namespace) -> None:
    print(HEADINGS, flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        postgres.running(durable=True) if given.postgres else nullcontext() as server,
    ):
        folders = [Path(name) / each for each in ("load", "idle", "busy")]
        for folder in folders:
            folder.mkdir()
        load, idle, busy = (opened(folder, server) for folder in folders)
        contestants: list[Callable[[], Awaitable[Result]]] = [
            lambda: to_first_leader(idle, 0, given.reports),
            lambda: to_first_leader(busy, given.digests, given.reports),
            lambda: by_sanbao(load, given.digests, given.urgent),
        ]
        if not given.alone:
            contestants += [
                lambda: by_aiogram(given.digests, given.urgent),
                lambda: by_ptb(given.digests, given.urgent),
            ]
        for contestant in contestants:
            print((await contestant()).line(), flush=True)
    print(
        f"Polling every {GOALERT_SECONDS:.0f} s, as GoAlert does, waits half of that before it looks: p50 "
        f"{GOALERT_SECONDS * 500:.0f} ms, p99 {GOALERT_SECONDS * 990:.0f} ms, and the sending comes on top."
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--digests", type=int, default=10_000)
    parser.add_argument("--urgent", type=int, default=1000)
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--alone", action="store_true", help="without the usual two")
    run_fast(run(parser.parse_args()))


if __name__ == "__main__":
    main()
