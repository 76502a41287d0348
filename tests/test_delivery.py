"""What the delivery promises, with a real database, a recording channel and virtual time."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.account_post import ACCOUNT_BACKOFF_CAP
from bot.after_another import AfterAnother
from bot.channels.channel import Blocked, Capabilities, NotSent, Refused, Unclear
from bot.delivery import Delivery
from bot.drawing import NotDrawn
from bot.rates import Limits, Rates
from rules.kinds import Lane
from rules.workdays import city_zone
from storage import outbox, sends, waits
from storage import rules as stored_rules
from storage.charts import Chart, LightsBar, LightsChart
from storage.database import Database, Work
from storage.messages import Address, Incoming, Outgoing
from storage.outbox import State
from storage.sends import Claimed
from storage.tables.traffic import OutboxRow
from tests.builders import NOW, a_person, a_photo

CHART = LightsChart(
    title="全市灯色", as_of="截至2012年7月31日", bars=(LightsBar(name="全市", green=1, yellow=2, red=3),)
)
UNLIMITED = Limits(total=0, bulk=0, chat=0, group=0)


class Clock:
    """Both clocks and the monotonic one, moved together by the test."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def city(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def machine(self) -> datetime:
        return datetime.fromisoformat("2026-01-05T08:00:00+00:00") + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@dataclass(frozen=True)
class Call:
    at: float
    chat: str
    text: str
    files: tuple[bytes, ...] = ()


@dataclass
class Phone:
    """A channel that notes each call and ends it as `answer` says: None accepts, an error is raised."""

    clock: Clock
    answer: Callable[[str, Outgoing], Exception | None] = lambda _chat, _message: None
    name: str = "telegram"
    account: str = "bot"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(edits=True, text_limit=4096))
    calls: list[Call] = field(default_factory=list)
    accepted: list[Call] = field(default_factory=list)
    hanging: dict[str, asyncio.Event] = field(default_factory=dict)

    def to_incoming(self, raw: bytes) -> Incoming | None:
        raise NotImplementedError

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        call = Call(self.clock.seconds, chat, message.text, files)
        self.calls.append(call)
        if chat in self.hanging:
            await self.hanging[chat].wait()
        if error := self.answer(chat, message):
            raise error
        self.accepted.append(call)
        return f"m{len(self.accepted)}"

    async def answer_press(self, press: str) -> None:
        raise NotImplementedError

    async def fetch(self, reference: str, limit: int) -> bytes:
        raise NotImplementedError

    def texts(self) -> list[str]:
        return [call.text for call in self.calls]


class Office:
    """A city's outgoing side: what a test says to it, and what it then sees."""

    def __init__(self, database: Database, limits: Limits = UNLIMITED) -> None:
        self.database = database
        self.clock = Clock()
        self.phone = Phone(self.clock)
        self.blocked: list[Claimed] = []
        self.photos: dict[int, bytes] = {}
        self.undrawn = ""
        self.delivery = self.a_delivery(limits)

    def a_delivery(self, limits: Limits = UNLIMITED, send_time: float = 60) -> Delivery:
        return Delivery(
            database=self.database,
            channels={("telegram", "bot"): self.phone},
            rates={("telegram", "bot"): Rates(limits, self.seconds)},
            clock=self.clock,
            zone=city_zone(),
            media=self.photo,
            pictures=self.picture,
            on_failed=self.failed,
            send_time=send_time,
            patience=0.05,
        )

    def after_another(self, wake: Callable[[], None]) -> AfterAnother:
        return AfterAnother(
            database=self.database,
            clock=self.clock,
            accounts=[("telegram", "bot")],
            serves=lambda _: True,
            wake=wake,
        )

    def failed(self, _session: Session, outcome: sends.Outcome, _now: datetime) -> None:
        if outcome.end is sends.End.BLOCKED:
            self.blocked.append(outcome.row)

    def seconds(self) -> float:
        """The clock that rates are counted by: on PostgreSQL one that every process has."""
        clock = self.clock
        return clock.monotonic() if self.database.alone else clock.machine().timestamp()

    async def photo(self, media_id: int) -> bytes | None:
        return self.photos.get(media_id)

    async def picture(self, chart: Chart) -> bytes:
        if self.undrawn:
            raise NotDrawn(self.undrawn)
        return f"a picture of {chart.title}".encode()

    def keeps(self, *ids: int) -> None:
        """Photos of these ids are on the shelf."""

        def work(session: Session) -> None:
            person = a_person(session)
            for each in ids:
                a_photo(session, person, id=each, state="stored")

        self.database.run_now(work)

    def say(
        self,
        words: str,
        chat: str = "1",
        lane: Lane = Lane.REPLY,
        *,
        number: str = "",
        replaces: str = "",
        photos: tuple[int, ...] = (),
        chart: Chart | None = None,
        limit: int = 4096,
        useless_after: datetime | None = None,
    ) -> None:
        address = Address(channel="telegram", account="bot", user=chat, chat=chat)
        message = Outgoing(text=words, replaces=replaces, photos=photos, chart=chart)

        def work(session: Session) -> int | None:
            return outbox.write(
                session,
                address=address,
                person_id=None,
                message=message,
                lane=lane,
                now=self.clock.city(),
                limit=limit,
                number=number,
                useless_after=useless_after,
            )

        self.database.run_now(work)
        self.delivery.wake()

    def say_digests(self, number: int) -> None:
        def work(session: Session) -> None:
            for chat in range(number):
                outbox.write(
                    session,
                    address=Address(channel="telegram", account="bot", user="", chat=f"d{chat}"),
                    person_id=None,
                    message=Outgoing(text="digest"),
                    lane=Lane.DIGEST,
                    now=self.clock.city(),
                    limit=4096,
                )

        self.database.run_now(work)

    async def look(self) -> float:
        """One look, and what it started has ended; the time until the next one is worth it."""
        seconds = await self.delivery.look()
        if self.delivery.in_flight:
            await self.delivery.settled()
            return 0
        return seconds

    async def until(self, done: Callable[[], bool]) -> None:
        """Time passes, look by look, until this is so."""
        while not done():
            self.clock.seconds += await self.look()
            assert self.clock.seconds < 7200, "two hours have passed"

    async def until_quiet(self) -> None:
        """Time passes until every row has ended."""
        while self.open_rows():
            while not (seconds := await self.look()):
                pass
            self.clock.seconds += seconds if self.open_rows() else 0
            assert self.clock.seconds < 7200, "two hours have passed"

    def rows(self) -> list[OutboxRow]:
        return self.database.run_now(lambda s: list(s.scalars(select(OutboxRow).order_by(OutboxRow.id))))

    def open_rows(self) -> int:
        counts = self.database.run_now(waits.counts)
        return counts[State.DUE] + counts[State.SENDING]

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@pytest.fixture
def limited(database: Database) -> Office:
    return Office(database, Limits())


def in_turn(*answers: Exception | None) -> Callable[[str, Outgoing], Exception | None]:
    """The platform's answers one after the other; then it accepts."""
    left: Iterator[Exception | None] = iter(answers)
    return lambda _chat, _message: next(left, None)


# Order and urgency


async def test_a_message_is_sent_once_and_keeps_the_platforms_id(office: Office) -> None:
    office.say("收到")
    await office.until_quiet()
    await office.look()
    assert office.phone.texts() == ["收到"]
    assert [(row.state, row.external) for row in office.rows()] == [("sent", "m1")]


async def test_what_was_to_go_by_day_is_not_sent_in_the_quiet_hours(office: Office) -> None:
    office.database.run_now(lambda session: stored_rules.take(session, None, NOW))
    office.say("digest", lane=Lane.DIGEST)
    office.say("alert", "2", lane=Lane.URGENT)
    office.clock.seconds = timedelta(hours=14).total_seconds()
    await office.look()
    assert office.phone.texts() == ["alert"]
    office.clock.seconds = timedelta(hours=24).total_seconds()
    await office.look()
    assert office.phone.texts() == ["alert", "digest"]


def loses_an_answer(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next transaction is committed, and its connection breaks before it can say so."""
    run = office.database.run

    async def committed(work: Work[object]) -> object:
        monkeypatch.setattr(office.database, "run", run)
        await run(work)
        raise OperationalError("COMMIT", {}, Exception("the connection is lost"))

    monkeypatch.setattr(office.database, "run", committed)


async def test_what_was_claimed_without_an_answer_is_sent_at_once_and_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.say("on its way", "2", lane=Lane.DIGEST)
    office.phone.hanging["2"] = asyncio.Event()
    await office.delivery.look()
    office.say("digest", lane=Lane.DIGEST)
    loses_an_answer(office, monkeypatch)
    for _ in range(3):
        await office.delivery.look()
        await asyncio.sleep(0)
    assert office.phone.texts() == ["on its way", "digest"]
    office.phone.hanging.pop("2").set()
    await office.until_quiet()
    assert [row.state for row in office.rows()] == ["sent", "sent"]
    assert office.clock.seconds < 10


async def test_what_was_claimed_without_an_answer_at_a_stop_is_left_to_go_later(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.say("digest", lane=Lane.DIGEST)
    loses_an_answer(office, monkeypatch)
    await office.delivery.look()
    await office.delivery.close()
    assert [row.state for row in office.rows()] == ["due"]


async def test_an_edit_that_was_sent_keeps_its_id_too(office: Office) -> None:
    office.say("改好了", replaces="m0")
    await office.until_quiet()
    assert office.rows()[0].external == "m1"


async def test_one_chat_gets_its_messages_in_order_and_one_at_a_time(office: Office) -> None:
    for number in range(5):
        office.say(str(number))
    office.phone.hanging["1"] = asyncio.Event()
    await office.delivery.look()
    await asyncio.sleep(0)
    await office.delivery.look()
    assert office.phone.texts() == ["0"]
    office.phone.hanging.pop("1").set()
    await office.until_quiet()
    assert office.phone.texts() == ["0", "1", "2", "3", "4"]


async def test_the_parts_of_a_long_text_arrive_in_order_though_the_first_is_refused_for_a_while(
    office: Office,
) -> None:
    office.phone.answer = in_turn(NotSent("flood", retry_after=7))
    office.say("字" * 100, limit=60)
    await office.until_quiet()
    assert [call.text[-5:] for call in office.phone.accepted] == ["(1/3)", "(2/3)", "(3/3)"]


async def test_an_urgent_message_overtakes_a_thousand_digests(limited: Office) -> None:
    limited.say_digests(1000)
    await limited.until(lambda: len(limited.phone.calls) >= 100)
    before, written = len(limited.phone.calls), limited.clock.seconds
    limited.say("urgent", "7", Lane.URGENT)
    await limited.until(lambda: len(limited.phone.calls) >= 200)
    assert limited.phone.texts()[before] == "urgent"
    assert limited.phone.calls[before].at - written < 0.1
    assert limited.clock.seconds < 200 / 25, "bulk keeps its pace beside it"


async def test_an_urgent_message_waits_for_the_send_in_flight_to_its_chat(office: Office) -> None:
    office.say("digest", lane=Lane.DIGEST)
    office.phone.hanging["1"] = asyncio.Event()
    await office.delivery.look()
    await asyncio.sleep(0)
    office.say("urgent", lane=Lane.URGENT)
    await office.delivery.look()
    await asyncio.sleep(0)
    assert office.phone.texts() == ["digest"]
    office.phone.hanging.pop("1").set()
    await office.until_quiet()
    assert office.phone.texts() == ["digest", "urgent"]


async def test_a_send_in_flight_is_not_doubled_when_the_machine_clock_jumps(office: Office) -> None:
    office.say("回执 J34", number="J34")
    office.phone.hanging["1"] = asyncio.Event()
    await office.delivery.look()
    await asyncio.sleep(0)
    office.clock.seconds += 3600
    await office.delivery.look()
    office.phone.hanging.pop("1").set()
    await office.until_quiet()
    assert (office.phone.texts(), office.states()) == (["回执 J34"], ["sent"])


async def test_digests_that_hang_leave_places_for_what_is_urgent(office: Office) -> None:
    office.say_digests(100)
    release = asyncio.Event()
    office.phone.hanging = {f"d{chat}": release for chat in range(100)}
    for _ in range(3):
        await office.delivery.look()
        await asyncio.sleep(0)
    assert len(office.phone.calls) == 48
    office.say("urgent", "7", Lane.URGENT)
    await office.delivery.look()
    await asyncio.sleep(0)
    assert office.phone.texts()[-1] == "urgent"
    release.set()
    await office.until_quiet()


async def test_answers_do_not_wait_for_the_chats_rate_but_reminders_do(limited: Office) -> None:
    for number in range(5):
        limited.say(f"answer {number}", "1")
        limited.say(f"reminder {number}", "2", Lane.REMINDER)
    await limited.until_quiet()
    times = {call.text: call.at for call in limited.phone.calls}
    assert max(times[f"answer {number}"] for number in range(5)) == 0
    assert times["reminder 2"] < 0.2
    assert 0.9 < times["reminder 3"] < 1.1
    assert 1.9 < times["reminder 4"] < 2.1


async def test_what_has_become_useless_is_not_sent(office: Office) -> None:
    office.phone.answer = in_turn(NotSent("flood", retry_after=60))
    office.say("5 分钟内有效", useless_after=office.clock.city() + timedelta(seconds=30))
    await office.until_quiet()
    assert (len(office.phone.calls), office.states()) == (1, ["expired"])


# How a send can end


async def test_what_was_surely_not_sent_is_tried_again_later_and_later(office: Office) -> None:
    office.phone.answer = in_turn(*[NotSent("no pool") for _ in range(8)])
    office.say("x")
    await office.until_quiet()
    times = [call.at for call in office.phone.calls]
    waits = [round(later - earlier) for earlier, later in pairwise(times)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert office.states() == ["sent"]


async def test_an_urgent_message_does_not_wait_for_another_rows_back_off(office: Office) -> None:
    office.phone.answer = in_turn(*[NotSent("no pool") for _ in range(6)])
    office.say("digest", lane=Lane.DIGEST)
    await office.until(lambda: len(office.phone.calls) == 6)
    await office.look()
    office.say("urgent", lane=Lane.URGENT)
    await office.look()
    assert office.phone.texts()[-1] == "urgent"


async def test_a_refused_message_fails_and_the_next_one_goes(office: Office) -> None:
    office.phone.answer = in_turn(Refused("message text is empty"))
    office.say("one")
    office.say("two")
    await office.until_quiet()
    assert [(row.state, row.note) for row in office.rows()] == [
        ("failed", "message text is empty"),
        ("sent", ""),
    ]


@pytest.mark.parametrize("error", [Unclear("502"), TimeoutError(), RuntimeError("a bug of the channel")])
async def test_a_receipt_in_doubt_is_sent_once_more_and_a_second_doubt_ends_it(
    office: Office, error: Exception
) -> None:
    office.phone.answer = in_turn(error, error)
    office.say("回执 J34", number="J34")
    await office.until_quiet()
    assert office.phone.texts() == ["回执 J34"] * 2
    assert (office.states(), office.rows()[0].ambiguous) == (["unknown"], 2)


async def test_bulk_in_doubt_is_never_sent_again(office: Office) -> None:
    office.phone.answer = in_turn(Unclear("502"), Unclear("502"))
    office.say("digest", "1", Lane.DIGEST)
    office.say("reminder", "2", Lane.REMINDER)
    await office.until_quiet()
    assert len(office.phone.calls) == 2
    assert office.states() == ["unknown", "unknown"]


async def test_an_edit_in_doubt_is_repeated(office: Office) -> None:
    office.phone.answer = in_turn(*[Unclear("502") for _ in range(5)])
    office.say("改好了", replaces="m0")
    await office.until_quiet()
    assert (len(office.phone.calls), office.states()) == (6, ["sent"])


async def test_a_send_that_never_ends_is_unclear(office: Office) -> None:
    office.delivery = office.a_delivery(send_time=0.01)
    office.phone.hanging["1"] = asyncio.Event()
    office.say("digest", lane=Lane.DIGEST)
    await office.until_quiet()
    assert office.states() == ["unknown"]


async def test_one_who_blocked_us_is_reported_and_gets_no_more_calls(office: Office) -> None:
    office.phone.answer = lambda chat, _message: Blocked("bot was blocked") if chat == "1" else None
    for number in range(10):
        office.say(f"reminder {number}", "1", Lane.REMINDER)
    office.say("reminder", "2", Lane.REMINDER)
    await office.until_quiet()
    assert [call.chat for call in office.phone.calls] == ["1", "2"]
    assert [row.chat for row in office.blocked] == ["1"]
    assert office.states() == ["failed"] * 10 + ["sent"]


async def test_what_another_process_takes_care_of_is_looked_for_only_if_it_is_left_undone(
    office: Office,
) -> None:
    """What was just written is left to it for a little longer."""
    woken: list[float] = []
    another = office.after_another(lambda: woken.append(office.clock.seconds))
    await another.glance()
    assert (woken, another._written.is_set()) == ([], False)
    office.say("an answer")
    await another.glance()
    assert (woken, another._written.is_set()) == ([], True)
    office.clock.seconds += 1
    await another.glance()
    assert woken == [1]


async def test_what_others_write_while_it_is_asked_what_is_left_is_asked_for_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.after_another.SECONDS", 0.01)
    read, woken, asked = office.database.read, asyncio.Event(), 0
    another = office.after_another(woken.set)

    async def glance(work: Work[tuple[bool, bool]]) -> tuple[bool, bool]:
        nonlocal asked
        asked += 1
        found = await read(work)
        if asked == 1:
            office.say("too late for this reading")
            another.written()
        office.clock.seconds += 1
        return found

    monkeypatch.setattr(office.database, "read", glance)
    looking = asyncio.create_task(another.run())
    another.written()
    await asyncio.wait_for(woken.wait(), 30)
    assert asked == 2
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


async def test_a_row_that_cannot_be_read_fails_alone(office: Office) -> None:
    office.say("one", "1")
    office.say("two", "2")
    office.database.run_now(lambda s: s.execute(text("""UPDATE outbox SET body = '{"x": 1}' WHERE id = 1""")))
    await office.until_quiet()
    assert office.states() == ["failed", "sent"]


async def test_photos_follow_their_words_and_one_that_is_gone_is_left_out(office: Office) -> None:
    office.keeps(1, 2, 3)
    office.photos = {1: b"one", 3: b"three"}
    office.say("现场", photos=(1, 2, 3))
    await office.until_quiet()
    assert [(call.text, call.files) for call in office.phone.calls] == [
        ("现场", ()),
        ("", (b"one", b"three")),
    ]


async def test_a_row_of_photos_that_are_all_gone_ends_without_a_call(office: Office) -> None:
    office.keeps(1, 2)
    office.say("现场", photos=(1, 2))
    await office.until_quiet()
    assert (office.phone.texts(), office.states()) == (["现场"], ["sent", "failed"])


async def test_a_chart_is_drawn_and_goes_with_its_words(office: Office) -> None:
    office.say("全市", chart=CHART)
    await office.until_quiet()
    assert [call.files for call in office.phone.calls] == [("a picture of 全市灯色".encode(),)]


async def test_words_go_without_a_picture_that_cannot_be_drawn_and_their_row_says_so(office: Office) -> None:
    office.undrawn = "the process that draws has died"
    office.say("全市", chart=CHART)
    await office.until_quiet()
    assert [(call.text, call.files) for call in office.phone.calls] == [("全市", ())]
    assert [(row.state, row.note) for row in office.rows()] == [("sent", "the process that draws has died")]


async def test_a_chart_that_stood_alone_and_cannot_be_drawn_fails_after_its_words_went(
    office: Office,
) -> None:
    office.undrawn = "no picture in time"
    office.say("长" * 1025, chart=CHART)
    await office.until_quiet()
    assert len(office.phone.calls) == 1
    assert [(row.state, row.note) for row in office.rows()] == [
        ("sent", ""),
        ("failed", "no picture in time"),
    ]


async def test_readers_of_one_chart_that_is_drawn_late_are_not_all_called_in_one_moment(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were claimed in their time, and stood there together when it was drawn: 60 calls went in one second."""

    async def time_passes(seconds: float) -> None:
        office.clock.seconds += seconds

    drawn = asyncio.Event()

    async def picture(_chart: Chart) -> bytes:
        await drawn.wait()
        return b"late"

    office.picture = picture  # type: ignore[method-assign]
    office.delivery = office.a_delivery(Limits())
    for reader in range(60):
        office.say("全市", f"d{reader}", Lane.DIGEST, chart=CHART)
    while office.delivery.in_flight < 48:
        office.clock.seconds += await office.delivery.look()
    monkeypatch.setattr("bot.attempts.asyncio.sleep", time_passes)
    office.say("急", "u", Lane.URGENT)
    await office.delivery.look()
    drawn.set()
    await office.until_quiet()
    moments = [call.at for call in office.phone.calls]
    assert max(sum(first <= each < first + 1 - 1e-6 for each in moments) for first in moments) <= 28
    assert office.phone.texts().index("急") < 28, "what is urgent does not wait for all of them"
    assert office.states() == ["sent"] * 61


# Pauses


async def test_when_everyone_is_told_to_wait_nobody_is_called(office: Office) -> None:
    office.phone.answer = in_turn(NotSent("flood", retry_after=30, everyone=True))
    office.say("first", "1")
    await office.look()
    office.say("urgent", "2", Lane.URGENT)
    await office.until_quiet()
    assert [call.at for call in office.phone.calls][1:] == [pytest.approx(30, abs=0.1)] * 2
    assert office.phone.texts() == ["first", "urgent", "first"]


async def test_what_goes_to_a_paused_chat_is_not_even_claimed(office: Office) -> None:
    office.phone.answer = in_turn(NotSent("flood", retry_after=30))
    office.say("first", lane=Lane.REMINDER)
    await office.look()
    await office.look()
    office.say("urgent", lane=Lane.URGENT)
    await office.until_quiet()
    assert [(call.text, call.at >= 30) for call in office.phone.calls[1:]] == [
        ("urgent", True),
        ("first", True),
    ]
    assert office.rows()[1].attempts == 1


async def test_a_pause_that_begins_after_the_claim_still_stops_the_call(office: Office) -> None:
    office.phone.answer = in_turn(NotSent("flood", retry_after=30, everyone=True))
    office.photos = {1: b"one"}
    office.keeps(1)
    office.say("first", "1")
    office.say("with a photo, which takes its time to read", "2", photos=(1,))
    opened = asyncio.Event()

    async def slow(media_id: int) -> bytes | None:
        await opened.wait()
        return office.photos[media_id]

    office.delivery._attempts._media = slow
    await office.delivery.look()
    await asyncio.sleep(0)
    opened.set()
    await office.until_quiet()
    assert [round(call.at) for call in office.phone.calls] == [0, 30, 30]


async def test_an_outage_is_probed_every_few_seconds_not_by_every_row(office: Office) -> None:
    up_at = 300
    office.phone.answer = lambda _chat, _message: (
        NotSent("no connection", everyone=True) if office.clock.seconds < up_at else None
    )
    office.say_digests(500)
    await office.until_quiet()
    assert Counter(office.states()) == {"sent": 500}
    assert len(office.phone.calls) < 500 + 48 * 36
    first = min(call.at for call in office.phone.accepted)
    assert first < up_at + ACCOUNT_BACKOFF_CAP + 1


async def test_what_fails_together_counts_as_one_failure(office: Office) -> None:
    office.phone.answer = lambda _chat, _message: (
        NotSent("no connection", everyone=True) if office.clock.seconds < 0.5 else None
    )
    office.say_digests(40)
    office.phone.hanging = {f"d{chat}": asyncio.Event() for chat in range(40)}
    await office.delivery.look()
    await asyncio.sleep(0)
    for call in office.phone.hanging.values():
        call.set()
    await office.until_quiet()
    assert {round(call.at) for call in office.phone.accepted} == {1}


async def test_a_platform_that_answers_everything_with_502_does_not_burn_the_whole_digest(
    limited: Office,
) -> None:
    limited.phone.answer = lambda _chat, _message: Unclear("502") if limited.clock.seconds < 60 else None
    limited.say_digests(200)
    await limited.until_quiet()
    found = Counter(limited.states())
    assert found["unknown"] < 30
    assert found["sent"] == 200 - found["unknown"]


async def test_sends_that_hang_beside_others_that_are_answered_slow_nobody_down(office: Office) -> None:
    """They end last and in a row: a storm of resets and hangs stopped all answers for four seconds, again and again."""
    for chat in "abcdef":
        office.say("答复", chat=chat)
    office.phone.hanging = {chat: asyncio.Event() for chat in "bcdef"}
    office.phone.answer = lambda chat, _: None if chat == "a" else Unclear("reset")
    await office.delivery.look()
    await asyncio.sleep(0)  # chat a is answered, the others hang
    for hanging in office.phone.hanging.values():
        hanging.set()
    await office.look()
    office.say("下一条", chat="z")
    office.phone.answer = lambda _chat, _message: None
    await office.look()
    assert office.phone.texts()[-1] == "下一条"


async def test_a_429_storm_calls_no_paused_chat_before_its_time_and_loses_nothing(limited: Office) -> None:
    chance = random.Random(4)  # noqa: S311 - a seed for a test
    until: dict[str, float] = {}
    early = []

    def answer(chat: str, _message: Outgoing) -> Exception | None:
        now = limited.seconds()
        if now < until.get(chat, 0):
            early.append((now, chat))
        if chance.random() < 0.3:
            seconds = chance.randint(1, 35)
            until[chat] = now + seconds
            return NotSent("Too Many Requests", retry_after=seconds)
        return None

    limited.phone.answer = answer
    lanes = [Lane.DIGEST, Lane.REMINDER, Lane.URGENT, Lane.REPLY]
    for number in range(200):
        limited.say(f"{number}", f"{number % 30}", lanes[number % 4])
    await limited.until_quiet()
    assert early == []
    assert Counter(call.text for call in limited.phone.accepted) == {f"{n}": 1 for n in range(200)}
    assert set(limited.states()) == {"sent"}


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_every_row_ends_and_none_arrives_oftener_than_doubt_allows(
    limited: Office, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seed for a test
    ends = [None] * 12 + [
        NotSent("connect"),
        NotSent("flood", retry_after=3),
        NotSent("flood", retry_after=2, everyone=True),
        Unclear("502"),
        Refused("400"),
    ]
    limited.phone.answer = lambda _chat, _message: chance.choice(ends)
    arrived: Counter[str] = Counter()
    plain_send = limited.phone.send

    async def send(chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        """What ends in doubt has arrived every other time."""
        try:
            external = await plain_send(chat, message, files)
        except Unclear:
            arrived[message.text] += chance.random() < 0.5
            raise
        arrived[message.text] += 1
        return external

    limited.phone.send = send  # type: ignore[method-assign]  # the phone, with a memory of what arrived
    for number in range(120):
        lane = chance.choice(list(Lane))
        limited.say(f"{number}", f"{chance.randint(1, 30)}", lane, number=chance.choice(["", f"J{number}"]))
    await limited.until_quiet()
    for row in limited.rows():
        times = arrived[row.body["text"]]
        assert row.state in {"sent", "failed", "unknown"}
        assert times <= 1 + row.ambiguous
        assert times >= (row.state == "sent")
        assert row.ambiguous <= 2
    in_order(limited)


def in_order(office: Office) -> None:
    """In each chat and lane the rows were first called in the order in which they were written."""
    lanes = {row.body["text"]: row.lane for row in office.rows()}
    first_calls: dict[tuple[str, int], list[int]] = {}
    for call in office.phone.calls:
        numbers = first_calls.setdefault((call.chat, lanes[call.text]), [])
        if int(call.text) not in numbers:
            numbers.append(int(call.text))
    for numbers in first_calls.values():
        assert numbers == sorted(numbers)


# Crashes, a failing database, the end


async def test_after_a_crash_in_flight_rows_are_in_doubt_and_the_rest_goes(office: Office) -> None:
    office.say("回执 J34", "1", number="J34")
    office.say("digest", "2", Lane.DIGEST)
    office.say("not yet claimed", "2", Lane.DIGEST)
    office.phone.hanging = {"1": asyncio.Event(), "2": asyncio.Event()}
    crashed = office.delivery
    await crashed.look()
    await asyncio.sleep(0)
    office.phone.hanging = {}
    office.phone.calls.clear()
    office.delivery = office.a_delivery()
    await office.delivery._recover()
    await office.until_quiet()
    assert sorted(office.phone.texts()) == ["not yet claimed", "回执 J34"]
    assert office.states() == ["sent", "unknown", "sent"]
    await crashed.close()
    assert office.states() == ["sent", "unknown", "sent"], "who comes late changes nothing"


async def test_a_failing_database_forgets_no_outcome(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        office.say(f"{number}", f"{number}")
    await office.delivery.look()
    await office.delivery.settled()
    failures = 0

    def full(*_arguments: object) -> None:
        nonlocal failures
        failures += 1
        raise OperationalError("UPDATE outbox", {}, Exception("database or disk is full"))

    with monkeypatch.context() as disk:
        disk.setattr(sends, "finish", full)
        waits = [await office.delivery.look() for _ in range(5)]
    assert waits == [1, 2, 4, 5, 5]
    assert not office.delivery._wake.is_set(), "a full disk is not asked again at once"
    assert set(office.states()) == {"sending"}
    office.say("21", "21")
    await office.until_quiet()
    assert set(office.states()) == {"sent"}
    assert len(office.phone.calls) == 21


async def test_what_was_still_without_its_picture_when_the_program_stopped_goes_with_the_next(
    office: Office,
) -> None:
    async def picture(_chart: Chart) -> bytes:
        await asyncio.Event().wait()
        return b""

    office.picture = picture  # type: ignore[method-assign]
    office.delivery = office.a_delivery()
    office.say("全市", lane=Lane.DIGEST, chart=CHART)
    await office.delivery.look()
    await office.delivery.close()
    assert [(row.state, row.note) for row in office.rows()] == [("due", "stopped before it went")]


async def test_closing_lets_sends_in_flight_end_and_writes_what_came_of_them(office: Office) -> None:
    office.say("quick", "1")
    office.say("hanging", "2")
    office.phone.hanging = {"1": asyncio.Event(), "2": asyncio.Event()}
    running = asyncio.create_task(office.delivery.run())
    while len(office.phone.calls) < 2:  # noqa: ASYNC110 - one loop turn at a time, without a clock
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.sleep(0)
    office.phone.hanging["1"].set()
    with suppress(asyncio.CancelledError):
        await running
    assert office.states() == ["sent", "unknown"]
    assert office.rows()[1].note == "stopped while it was sent"


async def test_what_was_claimed_while_we_were_stopped_is_given_back(office: Office) -> None:
    office.say("digest", lane=Lane.DIGEST)
    running = asyncio.create_task(office.delivery.run())
    claimed = asyncio.Event()
    plain_run = office.database.run

    async def run(work: Callable[[Session], object]) -> object:
        result = await plain_run(work)
        if result and not claimed.is_set():
            claimed.set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return result

    office.database.run = run  # type: ignore[method-assign, assignment]  # a commit that ends as we are stopped
    await claimed.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert (office.phone.calls, office.states()) == ([], ["due"])


async def test_a_run_after_a_failed_one_writes_first_what_that_one_could_not(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.say("回执 J34", number="J34")
    await office.look()

    def full(*_arguments: object) -> None:
        raise OperationalError("UPDATE outbox", {}, Exception("database or disk is full"))

    with monkeypatch.context() as disk:
        disk.setattr(sends, "finish", full)
        await office.delivery.close()
    await office.delivery._recover()
    await office.until_quiet()
    assert (office.phone.texts(), office.states()) == (["回执 J34"], ["sent"])


async def test_the_wake_up_is_cleared_before_the_look(office: Office) -> None:
    plain_run = office.database.run

    async def run(work: Callable[[Session], object]) -> object:
        result = await plain_run(work)
        office.delivery.wake()  # a commit between our query and the end of the look
        return result

    office.delivery.wake()
    await office.delivery.look()
    assert not office.delivery._wake.is_set()
    office.database.run = run  # type: ignore[method-assign, assignment]  # a commit beside ours
    await office.delivery.look()
    assert office.delivery._wake.is_set()


async def test_a_commit_during_a_look_causes_the_next_one(office: Office) -> None:
    running = asyncio.create_task(office.delivery.run())
    for number in range(50):
        await asyncio.to_thread(office.say, f"{number}")
        office.delivery.wake()
    while len(office.phone.accepted) < 50:  # noqa: ASYNC110 - one loop turn at a time, without a clock
        await asyncio.sleep(0)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert office.phone.texts() == [f"{number}" for number in range(50)]
    assert set(office.states()) == {"sent"}


async def test_a_paused_account_does_not_hold_up_another(office: Office) -> None:
    telegram = office.phone
    telegram.answer = in_turn(NotSent("flood", retry_after=3000, everyone=True))
    tryout = Phone(office.clock, name="tryout", account="")
    office.delivery = Delivery(
        database=office.database,
        channels={("telegram", "bot"): telegram, ("tryout", ""): tryout},
        rates={
            key: Rates(UNLIMITED, office.clock.monotonic) for key in [("telegram", "bot"), ("tryout", "")]
        },
        clock=office.clock,
        zone=city_zone(),
        media=office.photo,
        pictures=office.picture,
        on_failed=lambda _session, _outcome, _now: None,
    )
    office.say("x")
    await office.look()
    office.database.run_now(
        lambda s: outbox.write(
            s,
            address=Address(channel="tryout", account="", user="1", chat="1"),
            person_id=None,
            message=Outgoing(text="y"),
            lane=Lane.REPLY,
            now=office.clock.city(),
            limit=4096,
        )
    )
    await office.look()
    assert tryout.texts() == ["y"]
