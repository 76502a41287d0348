"""The commands `sanbao rehearse` and `sanbao replay`: a copy, a life on it, and what is written of it.

They are no errands of the office (bot/office.py): a year of life would take a running server's time and writer. The
copy is taken by the command itself, through a read snapshot, so that nothing waits for it.
"""

import io
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot import editable
from bot.office import city_of
from bot.rehearsal import month as months
from bot.rehearsal import words
from bot.rehearsal import year as years
from bot.rehearsal.copying import copied
from bot.rehearsal.month import Replayed
from bot.rehearsal.page import page
from bot.rehearsal.sheets import comparison, workbook
from bot.rehearsal.year import Supposed
from bot.settings import Settings
from reminders.reach import Reach
from storage.sheets import Progress


@dataclass(frozen=True, slots=True)
class Found:
    """What is shown on the terminal, and what goes into the files."""

    text: str
    workbook: bytes
    page: bytes = b""


def rehearse(
    settings: Settings, year: int, reporting: bool, rules_file: Path | None, progress: Progress
) -> Found:
    machine = datetime.now(UTC)
    supposed = Supposed(reporting, editable.rules_text(rules_file), str(rules_file or ""))
    with copied(settings.database_url, machine) as copy:
        found = years.rehearse(copy, year, supposed, machine, settings.zone, reach(settings), progress)
    return Found("\n".join(found.said), workbook(found), page(found).encode())


def replay(
    settings: Settings, month: str, file: Path | None, rules_file: Path | None, progress: Progress
) -> Found:
    machine = datetime.now(UTC)
    supposed = Supposed(rules=editable.rules_text(rules_file), rules_name=str(rules_file or ""))
    with copied(file or settings.database_url, machine) as copy:
        found = months.replay(copy, month, supposed, machine, settings.zone, reach(settings), progress)
    return Found("\n".join([*found.supposed, _table(found)]), comparison(found))


def _table(month: Replayed) -> str:
    """Each day on which something was sent or would be, and a line for all of them."""
    from rich.console import Console  # a large import that a start does without
    from rich.table import Table

    table = Table("日期", *words.VERDICTS)
    total = Counter[str]()
    for day, counts in sorted(month.by_day.items()):
        table.add_row(str(day), *(str(counts[verdict]) for verdict in words.VERDICTS))
        total += counts
    table.add_section()
    table.add_row(words.TOTAL, *(str(total[verdict]) for verdict in words.VERDICTS))
    drawn = Console(file=io.StringIO(), width=80, record=True)
    drawn.print(table)
    return drawn.export_text().rstrip()


def reach(settings: Settings) -> Reach:
    """Whom sweeps reach, as in the running program."""
    return Reach(running=city_of(settings).running, admin=settings.admin or "")
