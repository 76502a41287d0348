"""`make bench`: the monthly report through the fake Bot API, Sanbao beside the usual two; ratios are printed.

python -m bench --people 1 50 500 --mode polling webhook
"""

import argparse
from pathlib import Path

from bench.load import AIOGRAM, HEADINGS, PTB, Figures, line, measure
from bench.sanbao import contestant
from tests.fakes.telegram_api import run_fast


def ratios(ours: Figures, others: list[Figures]) -> str:
    """Ours against the faster of the others; above 1 is faster for updates/s, below 1 is better for the rest."""
    fastest = max(others, key=lambda each: each.updates_per_second)
    return (
        f"  sanbao / {fastest.contestant} ({ours.mode}, {ours.people} people): "
        f"updates/s {ours.updates_per_second / fastest.updates_per_second:.2f}, "
        f"p99 {ours.p99_ms / fastest.p99_ms:.2f}, CPU {ours.cpu_ms_per_update / fastest.cpu_ms_per_update:.2f}"
    )


async def compare(people: list[int], modes: list[str], disk: Path | None) -> None:
    print(HEADINGS)
    for count in people:
        dialogs = max(2, min(40, 1000 // count))
        for mode in modes:
            found = []
            for each in (PTB, AIOGRAM, contestant(projects=dialogs + 2)):
                found.append(await measure(each, mode, count, dialogs, disk))
                print(line(found[-1]), flush=True)
            print(ratios(found[-1], found[:-1]), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mode", nargs="+", choices=("polling", "webhook"), default=["polling", "webhook"])
    parser.add_argument("--people", nargs="+", type=int, default=[1, 50, 500])
    parser.add_argument("--disk", type=Path, help="where the files lie; the temporary folder if not given")
    given = parser.parse_args()
    run_fast(compare(given.people, given.mode, given.disk))


if __name__ == "__main__":
    main()
