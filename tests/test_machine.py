"""Inbox, talk, outgoing and escalation, driven at random beside a plain model, with crash as a rule (test 11).

People write, tap new and old cards, take note; updates come twice; turns are taken, delivery looks, sweeps run, time
passes; and at each of these the process may die: just before a commit, just after one, with a call at the platform,
or between two steps. After every step, and once all has come to rest, the database is compared with
`tests/machine/model.py`.
The long form: SANBAO_LONG_MACHINE=100000 SANBAO_MACHINE_SEED=0, see docs/reliability.md.
"""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import make_url

from tests import postgres
from tests.machine.model import Amount, Nonsense, TakeNote, Tap, Yes
from tests.machine.phone import End
from tests.machine.process import Doom, When
from tests.machine.world import World

LONG = int(os.environ.get("SANBAO_LONG_MACHINE", "0"))
SEED = int(os.environ.get("SANBAO_MACHINE_SEED", "0"))
STEPS, LONG_STEPS, TOGETHER = 30, 100, 5

dooms = st.sampled_from([None] * 8 + [Doom(When.BEFORE), Doom(When.AFTER)])
later_dooms = dooms | st.builds(Doom, st.sampled_from([When.BEFORE, When.AFTER]), st.integers(1, 3))
ends = st.lists(st.sampled_from([*[End.ACCEPTED] * 6, *End]), max_size=6)
spans = st.sampled_from(
    [
        timedelta(seconds=1),
        timedelta(seconds=40),
        timedelta(minutes=10),
        timedelta(minutes=10),
        timedelta(hours=1),
        timedelta(days=1),
    ]
)
some = st.integers(0, 7)


class Machine(RuleBasedStateMachine):
    """`new_city` gives the URL of a fresh city, `tally` counts what was met, `leaves` hears of a city that is done."""

    def __init__(
        self, new_city: Callable[[], str], tally: Counter[str], leaves: Callable[[str], None]
    ) -> None:
        super().__init__()
        self.world, self.tally, self.leaves = World(new_city(), tally), tally, leaves
        self.begun = self.stood = 0

    def begins(self, what: str) -> World:
        self.begun += 1
        self.tally["steps"] += 1
        self.tally[what] += 1
        return self.world

    @rule(project=st.sampled_from([7, 13]), wan=st.sampled_from([1100, 1200, 1300]), doom=dooms)
    def somebody_reports_an_amount(self, project: int, wan: int, doom: Doom | None) -> None:
        said = (f"{project}号 本月{wan}万 主体封顶", Amount(project, wan * 10000))
        self.begins("amounts said").says("reporter", said, doom=doom)

    @rule(doom=dooms)
    def somebody_types_yes(self, doom: Doom | None) -> None:
        self.begins("yes said").says("reporter", ("确认", Yes()), doom=doom)

    @rule(doom=dooms)
    def somebody_talks_nonsense(self, doom: Doom | None) -> None:
        self.begins("nonsense said").says("reporter", ("乱七八糟", Nonsense()), doom=doom)

    @precondition(lambda self: self.world.cards())
    @rule(twice=st.booleans(), doom=dooms)
    def somebody_taps_the_newest_card(self, twice: bool, doom: Doom | None) -> None:
        self._taps(0, 1 + twice, doom)

    @precondition(lambda self: len(self.world.cards()) > 1)
    @rule(back=some, doom=dooms)
    def somebody_taps_an_older_card(self, back: int, doom: Doom | None) -> None:
        self._taps(1 + back // 2, 1, doom)

    def _taps(self, back: int, times: int, doom: Doom | None) -> None:
        world, cards = self.begins("taps"), self.world.cards()
        seen, card = cards[min(back, len(cards) - 1)]
        for _ in range(times):
            world.taps(seen, seen.message.rows[0][0].data, Tap(card), doom)

    @precondition(lambda self: self.world.may_report_problem())
    @rule(doom=dooms)
    def somebody_reports_a_problem(self, doom: Doom | None) -> None:
        self.begins("problems said").reports_problem(doom)

    @precondition(lambda self: self.world.alerts())
    @rule(back=some, doom=dooms)
    def somebody_takes_note(self, back: int, doom: Doom | None) -> None:
        world, alerts = self.begins("notes taken"), self.world.alerts()
        seen, problem = alerts[back % len(alerts)]
        world.taps(seen, f"a|{problem}", TakeNote(world.place_of(problem)), doom)

    @precondition(lambda self: self.world.model.stored)
    @rule(back=st.integers(0, 20), doom=dooms)
    def an_update_comes_again(self, back: int, doom: Doom | None) -> None:
        stored = list(self.world.model.stored.values())
        self.begins("duplicates").offers([stored[-1 - back % len(stored)]], doom)

    @rule(times=st.integers(1, 8), doom=dooms)
    def turns_are_taken(self, times: int, doom: Doom | None) -> None:
        self.begins("turn steps")
        for _ in range(times):
            self.world.takes_turns(doom)
            doom = None

    @rule(how=st.lists(ends, min_size=1, max_size=3), doom=dooms)
    def delivery_looks(self, how: list[list[End]], doom: Doom | None) -> None:
        self.begins("looks")
        for each in how:
            self.world.looks(each, doom)
            doom = None

    @rule()
    def all_goes_well_for_a_moment(self) -> None:
        world = self.begins("quiet moments")
        while world.takes_turns():
            world.looks()
        world.looks()

    @rule(doom=later_dooms)
    def a_sweep_runs(self, doom: Doom | None) -> None:
        self.begins("sweeps").sweeps(doom)

    @rule(span=spans)
    def time_passes(self, span: timedelta) -> None:
        self.begins("times passed").passes(span)

    @rule()
    def the_process_dies(self) -> None:
        self.begins("crash steps").crashes()

    @invariant()
    def nothing_differs(self) -> None:
        self.world.compares()
        self.stood = self.begun

    def teardown(self) -> None:
        try:
            if self.stood == self.begun:
                self.world.comes_to_rest()
        finally:
            self.world.close()
            self.leaves(self.world.url)


# The short form walks the same twenty cities every time; the long form walks others, by its seed.
CALM = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck), max_examples=20,
                stateful_step_count=STEPS, derandomize=True)  # fmt: skip
LONG_CALM = settings(
    CALM, max_examples=TOGETHER, stateful_step_count=LONG_STEPS, phases=[Phase.generate], derandomize=False
)


@pytest.fixture
def leaves(server: postgres.Server | None) -> Callable[[str], None]:
    """A city is not needed any more."""

    def leave(url: str) -> None:
        if server:
            server.drop(url)
            return
        with suppress(FileNotFoundError):
            Path(make_url(url).database or "").unlink()

    return leave


def test_the_city_is_as_the_model_says_wherever_the_process_dies(
    new_city: Callable[[], str], leaves: Callable[[str], None]
) -> None:
    run_state_machine_as_test(lambda: Machine(new_city, Counter(), leaves), settings=CALM)


@pytest.mark.skipif(not LONG, reason="the long form: SANBAO_LONG_MACHINE says how many steps")
def test_the_long_machine(new_city: Callable[[], str], leaves: Callable[[str], None]) -> None:
    """Every hundred steps another city; what went before is printed as it goes."""
    tally, begun = Counter[str](), SEED
    while tally["steps"] < LONG:
        machine = seed(begun)(lambda: Machine(new_city, tally, leaves))
        run_state_machine_as_test(machine, settings=LONG_CALM)
        begun += 1
        print(f"to seed {begun}:", dict(sorted(tally.items())), flush=True)  # noqa: T201 - it is what is wanted
    met = {
        "duplicates",
        "rungs",
        "Tap answered by card",
        "Tap answered by correction",
        "TakeNote answered by words",
    }
    met |= {*(f"died {each}" for each in When), *(f"call {each}" for each in End)}
    assert LONG < 2000 or not [each for each in met if not tally[each]]
