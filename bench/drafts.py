"""What open drafts cost in memory: people begin a report, answer its first question, and leave it there.

python -m bench.drafts --drafts 10000
"""

import argparse
import gc
import json
import tempfile
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

import psutil  # type: ignore[import-untyped] # psutil ships without types
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.load import FIRST_USER
from bench.sanbao import furnish
from bot.channels.telegram_text import TEXT_LIMIT
from bot.channels.telegram_updates import CHANNEL, Me, read_update
from bot.sample.city import BEGINS
from handlers.city import City, Show
from handlers.turn import take_turns
from handlers.words import Words
from rules.workdays import city_zone
from storage import inbox
from storage.database import Database
from storage.messages import Arrived
from storage.tables.traffic import Talk

ACCOUNT = "1"
WARM_UP = 1_000
TOGETHER = 50


def arrived(number: int, step: int, text: str) -> Arrived:
    user = {"id": FIRST_USER + number, "is_bot": False, "first_name": "报送人"}
    message = {"message_id": 1, "date": 0, "from": user, "chat": {**user, "type": "private"}, "text": text}
    external = str(2 * number + step)
    return Arrived(
        channel=CHANNEL, account=ACCOUNT, external=external, sender=f"{CHANNEL}:{ACCOUNT}:{user['id']}",
        raw=json.dumps({"update_id": int(external), "message": message}).encode(), received=BEGINS,
    )  # fmt: skip


def begin(database: Database, city: City, people: Sequence[int]) -> None:
    """Each of these people opens a report and answers its first question."""
    database.run_now(lambda session: _say(session, city, [arrived(each, 0, "报进展") for each in people]))
    database.run_now(lambda session: _say(session, city, [arrived(each, 1, "1250") for each in people]))


def _say(session: Session, city: City, came: Sequence[Arrived]) -> None:
    inbox.store(session, came)
    rows = inbox.waiting(session, BEGINS, len(came))
    take_turns(session, city, [(row, read_update(row.raw, Me(ACCOUNT))) for row in rows], BEGINS, BEGINS)


def memory() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--drafts", type=int, default=10_000)
    given = parser.parse_args()
    city = City(words=Words(), zone=city_zone(), shows={CHANNEL: Show(True, TEXT_LIMIT)})
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        everybody = range(given.drafts + WARM_UP)
        # In a process of its own, for memory that it gave back would hide what the drafts take.
        furnishing = get_context("spawn").Process(
            target=furnish, args=(Path(folder), f"{ACCOUNT}:drafts", len(everybody), 1)
        )
        furnishing.start()
        furnishing.join()
        database = Database(f"sqlite:///{Path(folder) / 'sanbao.db'}")
        for first in range(0, WARM_UP, TOGETHER):
            begin(database, city, everybody[first : first + TOGETHER])
        before = memory()
        for first in range(WARM_UP, len(everybody), TOGETHER):
            begin(database, city, everybody[first : first + TOGETHER])
        more = memory() - before
        opened = database.run_now(
            lambda session: session.scalar(
                select(func.count()).select_from(Talk).where(Talk.state == "current", Talk.asked != "")
            )
        )
        database.close()
    print(
        f"{opened} open drafts; {given.drafts} of them took {more:.1f} MiB more memory ({before:.0f} before)"
    )


if __name__ == "__main__":
    main()
