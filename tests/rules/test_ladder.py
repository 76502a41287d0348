"""The ladder of a major problem: who is next, when, and when it is finished."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.book import Ladder, Rung, default_book
from rules.ladder import FIRST, Step, due, follow_by, following, is_end, next_rung, resumed, stops
from rules.workdays import city_zone, in_working_hours

BOOK, ZONE = default_book(), city_zone()
NOW = datetime(2012, 3, 26, 1, 0, tzinfo=UTC)  # a Monday, nine in the morning


def a_rung(key: str = "lead", **given_: object) -> Rung:
    return Rung.model_validate({"key": key, "who": ("office",), "wait": 15, "repeats": 2, **given_})


def a_ladder(*rungs: Rung) -> Ladder:
    return Ladder(follow_minutes=240, rungs=rungs or (a_rung(), a_rung("up", wait=30, repeats=0)))


def walk(ladder: Ladder, start: datetime = NOW) -> list[tuple[Step, datetime]]:
    """Every step to the end, if nobody answers and each is said when it is due."""
    step, at, found = FIRST, start, []
    while not is_end(ladder, step):
        found.append((step, at))
        at, step = due(ladder, step, at, BOOK, ZONE), following(ladder, step)
    return [*found, (step, at)]


def test_a_rung_is_said_again_then_the_next_one_is_told_and_then_it_ends() -> None:
    said = [(*step, int((at - NOW).total_seconds() // 60)) for step, at in walk(a_ladder())]
    assert said == [(0, 0, 0), (0, 1, 15), (0, 2, 30), (1, 0, 45), (2, 0, 75)]


ladders = st.lists(
    st.tuples(st.integers(1, 500), st.integers(0, 4), st.booleans()), min_size=1, max_size=5
).map(
    lambda drawn: a_ladder(
        *(
            a_rung("r" + "x" * place, wait=wait, repeats=repeats, working_hours=gated and place > 0)
            for place, (wait, repeats, gated) in enumerate(drawn)
        )
    )
)


@given(ladders, st.integers(0, 400_000))
def test_a_ladder_is_its_rungs_in_order_each_said_its_times_and_never_early(
    ladder: Ladder, minutes: int
) -> None:
    """Against a plain model: the list of all sayings, each the rung's wait after the one before it."""
    start = NOW + timedelta(minutes=minutes)
    model = [(rung, turn) for rung, each in enumerate(ladder.rungs) for turn in range(each.repeats + 1)]
    walked = walk(ladder, start)
    assert [tuple(step) for step, _ in walked] == [*model, (len(ladder.rungs), 0)]
    for (before, said), (step, at) in pairwise(walked):
        earliest = said + timedelta(minutes=ladder.rungs[before.rung].wait)
        gated = not is_end(ladder, step) and ladder.rungs[step.rung].working_hours
        assert at >= earliest if gated else at == earliest
        assert not gated or in_working_hours(at, BOOK, ZONE)


@given(ladders, st.data())
def test_a_ladder_that_goes_on_tells_a_rung_above_and_never_falls_off(
    ladder: Ladder, data: st.DataObject
) -> None:
    steps = [step for step, _ in walk(ladder)][1:]
    stopped = data.draw(st.sampled_from(steps))
    told = stopped.rung if stopped.turn else stopped.rung - 1
    on = resumed(ladder, stopped)
    assert not is_end(ladder, on)
    assert (on.rung, on.turn) == (min(told + 1, len(ladder.rungs) - 1), 0)


def test_where_nobody_can_be_reached_the_next_rung_begins() -> None:
    assert next_rung(Step(0, 1)) == (1, 0)


@pytest.mark.parametrize(
    ("taken", "until"),
    [("09:00", "26 13:00"), ("14:00", "27 08:30"), ("23:00", "27 08:30"), ("13:30", "26 17:30")],
)
def test_what_must_follow_has_its_hours_but_not_at_night(taken: str, until: str) -> None:
    hour, minute = map(int, taken.split(":"))
    moment = datetime(2012, 3, 26, hour, minute, tzinfo=ZONE)
    assert f"{follow_by(a_ladder(), moment, BOOK, ZONE).astimezone(ZONE):%d %H:%M}" == until


def test_at_night_a_rung_that_waits_for_working_hours_waits_and_the_others_do_not() -> None:
    evening = datetime(2012, 3, 30, 17, 50, tzinfo=ZONE)  # a Friday; 31 March and 1 April 2012 were worked
    ladder = a_ladder(a_rung(repeats=0), a_rung("up", working_hours=True))
    assert due(ladder, FIRST, evening, BOOK, ZONE) == datetime(2012, 3, 31, 8, 30, tzinfo=ZONE)
    assert due(a_ladder(), FIRST, evening, BOOK, ZONE) == evening + timedelta(minutes=15)


@given(st.sets(st.integers(1, 6), min_size=1), st.sets(st.integers(1, 9)))
def test_each_must_answer_or_any_and_a_secretary_answers_for_the_leader(
    asked: set[int], answered: set[int]
) -> None:
    secretaries = {7: 1, 8: 2}
    covered = answered | {secretaries[each] for each in answered if each in secretaries}
    assert stops(each=False, asked=asked, answered=answered, for_whom=secretaries) is bool(answered)
    assert stops(each=True, asked=asked, answered=answered, for_whom=secretaries) is (
        bool(answered) and asked <= covered
    )
