"""The table of filed reports that both usual bots keep: one SQLite file, one shared connection."""

from dataclasses import dataclass
from pathlib import Path

import aiosqlite

PROJECTS = ("地铁一号线", "滨海大道", "第一医院新院区", "污水处理厂二期", "会展中心")


@dataclass(frozen=True)
class Report:
    person: int
    project: str
    amount: str
    progress: str


class Reports:
    def __init__(self, database: aiosqlite.Connection) -> None:
        self.database = database

    @classmethod
    async def open(cls, path: Path) -> "Reports":
        database = await aiosqlite.connect(path)
        # The settings that tutorials recommend, so that the baselines run at their best.
        await database.execute("PRAGMA journal_mode=WAL")
        await database.execute("PRAGMA synchronous=NORMAL")
        await database.execute(
            "CREATE TABLE IF NOT EXISTS reports (id INTEGER PRIMARY KEY, person INTEGER NOT NULL, "
            "project TEXT NOT NULL, amount TEXT NOT NULL, progress TEXT NOT NULL, "
            "filed TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)"
        )
        await database.commit()
        return cls(database)

    async def file(self, report: Report) -> int:
        """The number of the new report."""
        cursor = await self.database.execute(
            "INSERT INTO reports (person, project, amount, progress) VALUES (?, ?, ?, ?)",
            (report.person, report.project, report.amount, report.progress),
        )
        await self.database.commit()
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    async def close(self) -> None:
        await self.database.close()


def is_amount(text: str) -> bool:
    whole, _, part = text.partition(".")
    return whole.isdigit() and (part.isdigit() or not part)
