"""Fuzzed updates, the short form of `tests/telegram_fuzz.py`."""

import pytest

from tests.telegram_fuzz import Fuzzer


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_without_the_secret_is_taken_and_no_update_is_an_error(seed: int) -> None:
    fuzzer = Fuzzer(seed)
    await fuzzer.run(6000)
    tally = fuzzer.tally
    assert tally["unhandled"] == 0, tally
    assert tally["taken unsigned"] == 0
    assert set(fuzzer.answers) == {(403, b"forbidden")}
    assert tally["kept"] == tally["read"] + tally["unreadable"] + tally["says nothing"]
    assert min(tally["read"], tally["unreadable"], tally["says nothing"], tally["answers"]) > 0
