"""Fuzzed callbacks, the short form of `tests/wecom_fuzz.py`."""

import pytest

from tests.wecom_fuzz import Fuzzer


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_unsigned_is_taken_nothing_breaks_and_every_failure_looks_the_same(seed: int) -> None:
    fuzzer = Fuzzer(seed)
    await fuzzer.run(4000)
    assert fuzzer.tally["unhandled"] == 0, fuzzer.tally
    assert fuzzer.tally["taken unsigned"] == 0
    assert set(fuzzer.answers) == {(403, b"forbidden")}
    assert fuzzer.tally["taken"] == fuzzer.tally["signed"]
    assert fuzzer.tally["unreadable"] > 0
    assert fuzzer.tally["frames stored"] > fuzzer.tally["frames unreadable"] > 0
