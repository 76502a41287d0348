"""What the rates promise: the limits hold in every window, and waiting until `when` is always enough."""

import math
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rates import Limits, Rates
from rules.kinds import Lane

CHATS = ("1", "2", "-7")


class Seconds:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Call:
    at: float
    lane: Lane
    chat: str


def some_rates(limits: Limits | None = None) -> tuple[Rates, Seconds]:
    clock = Seconds()
    return Rates(limits or Limits(), clock, is_group=lambda chat: chat.startswith("-")), clock


def send(rates: Rates, clock: Seconds, lane: Lane, chat: str) -> Call:
    """Waits as long as the rates say, then sends."""
    clock.now = max(clock.now, rates.when(lane, chat))
    assert rates.when(lane, chat) <= clock.now, "waiting until `when` is enough"
    rates.take(lane, chat)
    return Call(clock.now, lane, chat)


def most_in(calls: list[Call], seconds: float) -> int:
    """The largest number of calls in any window, half open; a nanosecond is forgiven to the float."""
    return max(sum(first.at <= call.at < first.at + seconds - 1e-9 for call in calls) for first in calls)


def sends(*lanes: Lane) -> st.SearchStrategy[list[tuple[Lane, str, float]]]:
    chats = st.sampled_from([*CHATS, *(str(chat) for chat in range(100, 140))])
    return st.lists(
        st.tuples(st.sampled_from(lanes), chats, st.sampled_from([0, 0, 0, 0.01, 0.3])), min_size=1
    )


@given(sends(*Lane))
def test_no_second_sees_more_than_28_messages_nor_more_than_25_in_bulk(
    wishes: list[tuple[Lane, str, float]],
) -> None:
    rates, clock = some_rates()
    calls = []
    for lane, chat, gap in wishes * 3:
        clock.now += gap
        calls.append(send(rates, clock, lane, chat))
    assert most_in(calls, 1) <= 28
    bulk = [call for call in calls if call.lane.bulk]
    assert not bulk or most_in(bulk, 1) <= 25


@given(sends(Lane.URGENT, Lane.REMINDER, Lane.DIGEST))
def test_a_chat_gets_one_message_a_second_after_a_burst_of_three(
    wishes: list[tuple[Lane, str, float]],
) -> None:
    rates, clock = some_rates()
    calls = []
    for lane, _, gap in wishes * 2:
        clock.now += gap
        calls.append(send(rates, clock, lane, "1"))
    for seconds in (1, 2, 5, 10):
        assert most_in(calls, seconds) <= seconds + 2


@settings(max_examples=20)
@given(sends(Lane.URGENT, Lane.REMINDER))
def test_a_group_gets_twenty_messages_in_any_minute(wishes: list[tuple[Lane, str, float]]) -> None:
    rates, clock = some_rates()
    calls = []
    for lane, _, gap in wishes * 10:
        clock.now += gap
        calls.append(send(rates, clock, lane, "-7"))
    assert most_in(calls, 60) <= 20


@given(
    st.lists(
        st.tuples(st.sampled_from(Lane), st.sampled_from(CHATS), st.floats(0, 40), st.booleans()), min_size=1
    )
)
def test_no_lane_goes_to_a_paused_chat_before_its_time(
    wishes: list[tuple[Lane, str, float, bool]],
) -> None:
    rates, clock = some_rates()
    until = dict.fromkeys(CHATS, 0.0)
    for lane, chat, seconds, everyone in wishes:
        call = send(rates, clock, lane, chat)
        assert call.at >= until[chat]
        rates.pause(seconds, None if everyone else chat)
        for paused in CHATS if everyone else (chat,):
            until[paused] = max(until[paused], clock.now + seconds)


@given(sends(*Lane))
def test_what_room_and_held_promise_is_what_when_says(wishes: list[tuple[Lane, str, float]]) -> None:
    """The delivery asks for all chats at once, by `room` and `held`; both views must agree."""
    rates, clock = some_rates()
    for lane, chat, gap in wishes:
        clock.now += gap
        total, bulk = rates.room()
        paused, slow = rates.held()
        room = bulk if lane.bulk else total
        free = chat not in paused and (chat not in slow or lane is Lane.REPLY)
        assert (room > 0 and free) == (rates.when(lane, chat) <= clock.now)
        if room > 0 and free:
            rates.take(lane, chat)
        elif lane is Lane.URGENT:
            rates.pause(0.5, chat)


@given(sends(*Lane))
def test_nothing_is_held_back_longer_than_next_change_says(wishes: list[tuple[Lane, str, float]]) -> None:
    rates, clock = some_rates()
    for lane, chat, _ in wishes:
        while rates.when(lane, chat) > clock.now:
            change = rates.next_change()
            assert change is not None
            assert clock.now < change <= rates.when(lane, chat)
            clock.now = change
        rates.take(lane, chat)


def test_an_answer_does_not_wait_for_its_chat_or_group() -> None:
    rates, clock = some_rates()
    for _ in range(25):
        assert rates.when(Lane.REPLY, "-7") <= clock.now
        rates.take(Lane.REPLY, "-7")
    assert rates.when(Lane.URGENT, "-7") > clock.now


def test_many_answers_hold_a_chat_back_for_no_more_than_a_burst() -> None:
    rates, clock = some_rates()
    for _ in range(20):
        rates.take(Lane.REPLY, "1")
    assert rates.when(Lane.URGENT, "1") <= clock.now + 1


def test_after_a_salvo_of_bulk_three_urgent_messages_go_at_once_and_ten_within_half_a_second() -> None:
    rates, clock = some_rates()
    for chat in range(100):
        send(rates, clock, Lane.DIGEST, str(chat))
    written = clock.now
    calls = [send(rates, clock, Lane.URGENT, f"u{number}") for number in range(10)]
    assert calls[2].at == written
    assert calls[9].at - written < 0.5


def test_bulk_alone_reaches_its_25_a_second() -> None:
    rates, clock = some_rates()
    started = clock.now
    for chat in range(1001):
        send(rates, clock, Lane.DIGEST, str(chat))
    assert 39.9 < clock.now - started < 40.1


@pytest.mark.parametrize("total", [28, 22, 11, 2.8])
@pytest.mark.parametrize("late", [0.03, 0.06])
def test_bulk_whose_looks_come_late_makes_up_for_it(total: float, late: float) -> None:
    """A look on PostgreSQL may take longer than the gap between two messages: it once claimed one all the same.

    What is lost is no more than what a window of a second loses when its first call is late by a look.
    """
    rates, clock = some_rates(Limits().scaled(total, chat=1))
    calls = []
    while clock.now < 1200:
        room = rates.room()[1]
        assert room <= 3, "what is urgent does not wait for a salvo"
        for _ in range(room):
            rates.take(Lane.DIGEST, str(len(calls)))
            calls.append(Call(clock.now, Lane.DIGEST, ""))
        clock.now += max(late, rates.seconds_to_room(0) if rates.seconds_to_room(0) < math.inf else 0)
    bulk, window = total * 25 / 28, max(1, int(total * 25 / 28)) / (total * 25 / 28)
    assert most_in(calls, window) <= max(1, int(bulk))
    assert len(calls) / 200 >= bulk * window / (window + late)


def test_bulk_after_a_pause_is_no_salvo() -> None:
    rates, clock = some_rates()
    for second in (0, 1, 60):
        clock.now = 1000.0 + second
        assert rates.room()[1] == 3
        for chat in "123":
            send(rates, clock, Lane.DIGEST, chat)
        assert rates.room()[1] == 0


def test_the_next_look_is_worth_it_as_soon_as_an_account_may_send_more() -> None:
    rates, clock = some_rates()
    assert rates.seconds_to_room(1) == math.inf
    while rates.room()[1]:
        rates.take(Lane.DIGEST, "1")
    opens = rates.when(Lane.DIGEST, "2")
    assert rates.seconds_to_room(0) == pytest.approx(opens - clock.now)
    looked, clock.now = clock.now, opens + 0.01
    assert rates.seconds_to_room(clock.now - looked) == 0, "it came while somebody looked"
    assert rates.seconds_to_room(0) == math.inf, "and is not waited for twice"


def test_zero_lifts_every_limit_but_a_pause() -> None:
    rates, clock = some_rates(Limits().scaled(total=0, chat=0))
    for _ in range(1000):
        assert send(rates, clock, Lane.DIGEST, "-7").at == 1000
    rates.pause(30)
    assert rates.room() == (0, 0)
    assert send(rates, clock, Lane.REPLY, "-7").at == 1030


def test_a_lower_total_lowers_bulk_with_it() -> None:
    rates, clock = some_rates(Limits().scaled(total=2.8, chat=1))
    calls = [send(rates, clock, Lane.DIGEST, str(chat)) for chat in range(26)]
    assert 9.8 < calls[-1].at - calls[0].at < 10.1


def test_chats_that_are_free_again_are_forgotten() -> None:
    rates, clock = some_rates()
    for chat in range(100):
        send(rates, clock, Lane.REPLY, str(-chat))
        rates.pause(5, str(-chat))
    clock.now += 61
    assert rates.held() == (set(), set())
    assert rates.next_change() is None
    assert [rates._paused, rates._booked, rates._groups] == [{}, {}, {}]


def test_what_came_free_while_somebody_looked_is_still_a_change() -> None:
    """A look that took longer than the gap between two bulk messages once waited for the slow poll."""
    now = [100.0]
    rates = Rates(Limits(total=100, bulk=80, chat=0, group=0), lambda: now[0])
    while rates.when(Lane.DIGEST, "1") <= now[0]:
        rates.take(Lane.DIGEST, "1")
    looked, free = now[0], rates.when(Lane.DIGEST, "2")
    now[0] = free + 0.01
    assert rates.next_change(looked) == free
