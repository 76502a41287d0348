"""The ledger check is not blind: whatever is changed after a conversation, it notices."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.crash.ledger_check import check_file
from tests.crash.points import Conversation, Launcher
from tests.crash.program import City


def _copied(table: str, change: str) -> str:
    """The newest row once more, with one change."""
    return (
        f"CREATE TEMP TABLE copied AS SELECT * FROM {table} ORDER BY id DESC LIMIT 1;"  # noqa: S608 - our own names
        f"UPDATE copied SET id = id + 1, {change};"
        f"INSERT INTO {table} SELECT * FROM copied"
    )


TAMPERINGS = {
    "an update that was confirmed but not stored": "DELETE FROM inbox WHERE id = 2",
    "an update that was never offered": "UPDATE inbox SET external = '1' WHERE id = 2",
    "a message that nobody took": "UPDATE inbox SET state = 'new' WHERE id = 2",
    "a message that met a bug": "UPDATE inbox SET state = 'parked' WHERE id = 2",
    "a message without an answer": "DELETE FROM outbox WHERE id = 2",
    "a turn that was taken twice": "UPDATE outbox SET inbox_id = 1 WHERE id = 2",
    "an answer that was not sent": "UPDATE outbox SET state = 'due' WHERE id = 2",
    "an answer that went without being noted": "UPDATE outbox SET state = 'unknown' WHERE id = 2",
    "an answer that was noted without going": "UPDATE outbox SET chat = chat || '1' WHERE id = 2",
    "a report that is gone": "DELETE FROM report_versions",
    "a report filed twice": _copied("report_versions", "version = 2"),
    "another amount": "UPDATE report_versions SET amount = amount + 100",
    "an older version that counts": "UPDATE reports SET version = 0",
    "a photo that belongs to nothing": "UPDATE media SET version_id = NULL",
    "a photo that was not fetched": "UPDATE media SET state = 'lost'",
    "a ledger row that was changed": "UPDATE ledger SET canonical = replace(canonical, 'amount', 'amounts')",
    "a ledger row that was cut off": "DELETE FROM ledger WHERE canonical LIKE '%file_progress%'",
}


async def test_whatever_is_lost_or_doubled_or_changed_is_noticed(city: City, tmp_path: Path) -> None:
    async with Launcher() as launcher:
        talk = Conversation(launcher, city, tmp_path / "talk", "polling")
        assert (await talk.run()).faults == []
    unnoticed = []
    for number, (what, statement) in enumerate(TAMPERINGS.items()):
        folder = tmp_path / str(number)
        shutil.copytree(talk.setting.data, folder)
        tamper(folder / "sanbao.db", statement)
        if not check_file(folder, talk.record, talk.calls).faults:
            unnoticed.append(what)
    assert unnoticed == []


def tamper(database: Path, statement: str) -> None:
    """Past the triggers that forbid it, as somebody with the file in their hands could."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        changed = [connection.execute(part).rowcount for part in statement.split(";")]
        assert changed[-1] > 0, statement
