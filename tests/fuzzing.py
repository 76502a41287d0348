"""What the fuzzers of the channels have in common: bytes that are spoilt, and the long form on all cores."""

import argparse
import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from random import Random
from time import time
from typing import Protocol

# What one process makes before it tells.
SHARE = 100_000

Tally = Counter[str]
Answers = Counter[tuple[int, bytes]]


class Fuzzer(Protocol):
    """`tally` counts what was made and what came of it; `answers` how refusals looked."""

    tally: Tally
    answers: Answers

    def __init__(self, seed: int) -> None: ...

    async def run(self, count: int) -> None: ...


def mutated(random: Random, raw: bytes) -> bytes:
    """The same with up to five places changed by a few bytes."""
    changed = bytearray(raw)
    for _ in range(random.randrange(1, 6)):
        at = random.randrange(len(changed) + 1)
        changed[at : at + random.randrange(4)] = random.randbytes(random.randrange(4))
    return bytes(changed)


def _share(fuzzer: type[Fuzzer], seed: int, count: int) -> tuple[Tally, Answers]:
    made = fuzzer(seed)
    asyncio.run(made.run(count))
    return made.tally, made.answers


def _shares(seed: int, count: int) -> Iterator[tuple[int, int]]:
    """Seeds, and how many each makes."""
    while count > 0:
        yield seed, min(count, SHARE)
        seed, count = seed + 1, count - SHARE


def main(fuzzer: type[Fuzzer], description: str) -> None:
    """Exit code 0 if nothing was unhandled, nothing unsigned was taken and every refusal looked the same."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--count", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    given = parser.parse_args()
    begun, done = time(), 0
    tally, answers = Tally(), Answers()
    shares = list(_shares(given.seed, given.count))
    with ProcessPoolExecutor(given.processes) as pool:
        found = pool.map(_share, [fuzzer] * len(shares), *zip(*shares, strict=True))
        for (_, count), (more, looks) in zip(shares, found, strict=True):
            tally, answers, done = tally + more, answers + looks, done + count
            print(f"{done} in {time() - begun:.0f} s: {dict(tally)}; answers {dict(answers)}", flush=True)  # noqa: T201 - the command's whole output
    raise SystemExit(bool(tally["unhandled"] or tally["taken unsigned"] or len(answers) != 1))
