"""How long `sanbao ledger verify` takes over a ledger of a million rows.

python -m bench.ledger_proof --rows 1000000 --chains 60

The file is written as `sanbao ledger export` would: chains of acts as they are in a city, with a root for every day.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.ledger_commands import lines_of
from bot.progress import bars
from storage.ledger_hashes import DRAWN, GENESIS, Head, canonical, heads_text, link, root_hash, rows_in
from storage.ledger_proof import Anchor, check

BEGINS = datetime(2012, 3, 26, 1, tzinfo=UTC)
A_DAY = 270  # rows: a million in ten years
TARGET_SECONDS = 60


def written(rows: int, chains: int) -> Iterator[str]:
    """The lines; in memory, for the roots stand before what they are drawn over."""
    of = [list[str]() for _ in range(chains)]
    heads = [Head("city", 0, GENESIS), *(Head(f"unit:{n}", 0, GENESIS) for n in range(1, chains))]
    roots = list[str]()
    for number in range(rows):
        at = BEGINS + timedelta(seconds=320 * number)
        if number % A_DAY == A_DAY - 1:
            heads_now = heads_text(sorted(head for head in heads if head.place))
            day = (BEGINS + timedelta(days=number // A_DAY)).date().isoformat()
            roots.append(f"root\t{day}\t{root_hash(heads_now)}\t{heads_now.replace(chr(10), ';')}")
            facts: dict[str, object] = {"day": day, "root": root_hash(heads_now), "rows": rows_in(heads_now)}
            _append(of, heads, 0, at, DRAWN, facts)
        else:
            facts = {
                "project": number % 500, "period": "2012-03", "report": f"J{number}", "version": 1,
                "amount": number, "text": root_hash(str(number)), "inbox": number,
            }  # fmt: skip
            _append(of, heads, number * 7919 % chains, at, "file_progress", facts)
    yield from ("sanbao-ledger 1", *roots)
    for _, each in sorted(zip(heads, of, strict=True)):
        yield from each
    yield f"end\t{rows}\t{root_hash(heads_text(sorted(head for head in heads if head.place)))}"


def _append(
    of: list[list[str]], heads: list[Head], chain: int, at: datetime, act: str, facts: dict[str, object]
) -> None:
    name, place, previous = heads[chain]
    text = canonical(name, place + 1, at, "person:5", act, facts)
    hashed = link(previous, text)
    of[chain].append(f"row\t{hashed}\t{previous}\t{text}")
    heads[chain] = Head(name, place + 1, hashed)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--chains", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.txt"
        with file.open("w", encoding="utf-8", newline="\n") as opened:
            opened.writelines(f"{line}\n" for line in written(given.rows, given.chains))
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        with bars() as progress:
            verdict = check(lines_of(file, progress))
        seconds = time.perf_counter() - began
        cpu = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before.ru_utime
        assert verdict.holds, verdict.faults[:3]
        assert check(lines_of(file, lambda *_: None), Anchor(verdict.head)).anchored == verdict.rows
        size = file.stat().st_size / 1e6
        print(
            f"{verdict.rows:,} rows, {verdict.chains} chains, {verdict.roots:,} roots, {size:.0f} MB: "
            f"verified in {seconds:.1f} s ({cpu:.1f} s of CPU); the goal is {TARGET_SECONDS} s"
        )


if __name__ == "__main__":
    main()
