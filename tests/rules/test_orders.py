"""The life of an order: every state has a way out for somebody, and no clock of it stops before its end."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.book import default_book
from rules.kinds import OrderState, OrderStep
from rules.order_clocks import Chase, Coming, following, limit_on
from rules.orders import ENDED, LIFE, TURN, OrderWho, move, moves, needs, who_may
from rules.workdays import city_zone, in_working_hours

BOOK, ZONE = default_book(), city_zone()
OPEN = [state for state in OrderState if state not in ENDED]
NOW = datetime(2012, 3, 26, 9, 0, tzinfo=ZONE)


@pytest.mark.parametrize("led", [True, False])
@pytest.mark.parametrize("state", OPEN)
def test_every_state_that_is_not_the_end_has_a_way_out_for_whose_turn_it_is(
    state: OrderState, led: bool
) -> None:
    if state is OrderState.CHECKED and not led:
        return  # what nobody has ordered is closed at once
    out = [
        each for each in moves(state, [TURN[state]], led=led, past=False) if each.leads not in (None, state)
    ]
    assert out


@pytest.mark.parametrize("led", [True, False])
def test_from_everywhere_an_order_can_come_to_its_end_and_everything_can_be_reached(led: bool) -> None:
    def reached(start: OrderState) -> set[OrderState]:
        seen, new = {start}, {start}
        while new:
            new = {
                each.leads
                for state in new
                for each in LIFE
                if state in each.states and each.led in (None, led) and each.leads is not None
            } - seen
            seen |= new
        return seen

    assert all(
        OrderState.CLOSED in reached(state) for state in OPEN if state is not OrderState.CHECKED or led
    )
    wanted = {*OrderState} - (set() if led else {OrderState.CHECKED})
    assert reached(OrderState.DRAFTED) == wanted


@pytest.mark.parametrize("state", ENDED)
def test_what_has_ended_is_done_nothing_with(state: OrderState) -> None:
    assert moves(state, [*OrderWho], led=True, past=False) == []


def test_a_step_in_a_state_is_one_line_of_the_table() -> None:
    for state in OrderState:
        for step in OrderStep:
            for led in (True, False):
                lines = [
                    each
                    for each in LIFE
                    if state in each.states and each.step is step and each.led in (None, led)
                ]
                assert len(lines) <= 1
                assert move(state, step, led=led) == (lines[0] if lines else None)


def test_a_step_needs_the_same_wherever_it_is_taken_and_somebody_may_take_it() -> None:
    for step in OrderStep:
        assert {each.needs for each in LIFE if each.step is step} == {needs(step)}
        assert who_may(step)


def test_the_unit_that_is_to_do_it_never_agrees_to_its_own_work() -> None:
    for step in (OrderStep.CONFIRM, OrderStep.APPROVE, OrderStep.DENY, OrderStep.AGREE, OrderStep.CLOSE):
        assert OrderWho.RECEIVER not in who_may(step)


@given(
    state=st.sampled_from(OPEN),
    since=st.integers(0, 60 * 24 * 60),
    ahead=st.integers(-10, 60),
    place=st.integers(0, 8),
)
def test_what_is_chased_falls_into_working_hours_and_never_before_the_state_began(
    state: OrderState, since: int, ahead: int, place: int
) -> None:
    begun = NOW + timedelta(minutes=since)
    due = limit_on((begun + timedelta(days=ahead)).date(), BOOK, ZONE)
    coming = following(state, place, begun, due, BOOK, ZONE, begun if place else None)
    if coming is not None:
        assert in_working_hours(coming.at, BOOK, ZONE)
        assert not place or coming.at > begun
        assert coming.chase is not Chase.NEAR or coming.at > begun


@pytest.mark.parametrize(
    "state", [OrderState.DRAFTED, OrderState.CONFIRMED, OrderState.DEFERRING, OrderState.DONE]
)
def test_what_waits_for_the_office_is_said_again_every_working_day(state: OrderState) -> None:
    last, days = NOW, set()
    for place in range(20):
        coming = following(state, place, NOW, NOW + timedelta(days=9), BOOK, ZONE, last if place else None)
        assert coming is not None
        assert coming.at > last
        last = coming.at
        days.add(coming.at.astimezone(ZONE).date())
    assert len(days) >= 19


def test_a_receiver_is_reminded_then_urged_then_their_head_is_told_and_no_more() -> None:
    due = limit_on(NOW.date() + timedelta(days=4), BOOK, ZONE)  # Friday, 30 March
    said: list[Coming] = []
    while coming := following(OrderState.SIGNED, said[-1].place + 1 if said else 0, NOW, due, BOOK, ZONE):
        said.append(coming)
    assert [(each.chase, each.at.astimezone(ZONE).strftime("%m-%d %H:%M")) for each in said] == [
        (Chase.NEAR, "03-29 08:30"),
        (Chase.OVERDUE, "03-31 08:30"),  # a Saturday that was worked
        (Chase.HEAD, "03-31 08:30"),
    ]


def test_an_unconfirmed_draft_is_told_after_an_hour_of_working_time() -> None:
    evening = datetime(2012, 3, 26, 21, 0, tzinfo=ZONE)
    for since, at in ((NOW, "03-26 10:00"), (evening, "03-27 09:30")):
        coming = following(OrderState.DRAFTED, 0, since, None, BOOK, ZONE)
        assert coming is not None
        assert coming.chase is Chase.UNCONFIRMED
        assert coming.at.astimezone(ZONE).strftime("%m-%d %H:%M") == at


@pytest.mark.parametrize("state", OrderState)
def test_past_its_limit_nothing_is_offered_that_would_be_refused(state: OrderState) -> None:
    offered = [each.step for each in moves(state, [*OrderWho], led=True, past=True)]
    assert {OrderStep.CONFIRM, OrderStep.EXTEND, OrderStep.APPROVE}.isdisjoint(offered)
    assert state is not OrderState.DRAFTED or offered[0] is OrderStep.LIMIT
