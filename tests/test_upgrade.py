"""A newer program on an older city, and back: whoever was in the middle of a report goes on where they were."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from storage.database import Database, engine_for
from storage.migrate import HOME, migrate
from storage.tables.reporting import ReportVersion
from tests.builders import NOW
from tests.town import NORTH, Town

OLDER = "0012"

pytestmark = pytest.mark.sqlite_only(reason="the older city is made by copying rows from file to file")


def releases(folder: Path, newest: str) -> Path:
    """The migrations as they stood when one of them was the newest."""
    home = Path(shutil.copytree(HOME, folder / "older"))
    for path in (home / "versions").glob("[0-9]*.py"):
        if path.name[:4] > newest:
            path.unlink()
    return home


def an_older_city(town: Town, folder: Path) -> Path:
    """The town as a database of the older release: its tables, and of every row the columns that it knows."""
    path = folder / "older.db"
    engine = engine_for(f"sqlite:///{path}")
    migrate(engine, folder, NOW, home=releases(folder, OLDER))
    engine.dispose()
    town.database.close()
    with sqlite3.connect(path) as older:
        older.execute("ATTACH ? AS newer", (town.database.url.removeprefix("sqlite:///"),))
        tables = older.execute("SELECT name FROM main.sqlite_master WHERE type = 'table' AND sql IS NOT NULL")
        for (table,) in tables.fetchall():
            if table.startswith(("sqlite_", "alembic_")):
                continue
            both = [columns_of(older, schema, table) for schema in ("newer", "main")]
            names = ", ".join(f'"{name}"' for name in both[1] if name in both[0])
            older.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM newer.{table}")  # noqa: S608 - our own names
    return path


def columns_of(database: sqlite3.Connection, schema: str, table: str) -> list[str]:
    return [row[1] for row in database.execute(f"PRAGMA {schema}.table_info({table})")]


def talks(path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as database:
        return database.execute("SELECT id, person_id, script, answers FROM talks").fetchall()


def goes_on_with(town: Town, path: Path) -> None:
    town.database = Database(f"sqlite:///{path}", busy_seconds=5)
    town.restarts()


def test_a_report_that_was_begun_before_an_upgrade_is_filed_after_it(town: Town, tmp_path: Path) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    path = an_older_city(town, tmp_path)
    engine = engine_for(f"sqlite:///{path}")
    migrated = migrate(engine, tmp_path, NOW)
    engine.dispose()
    assert migrated.before == OLDER
    goes_on_with(town, path)
    me.says("主体封顶")
    me.taps("没有照片")
    assert "J1" in me.taps("✅ 确认上报").title + me.last().text
    [version] = town.rows(ReportVersion)
    assert (version.amount, version.progress) == (12_000_000, "主体封顶")


def test_the_copy_from_before_an_upgrade_is_the_older_city_with_its_open_talk(
    town: Town, tmp_path: Path
) -> None:
    town.reporter.says("报进展")
    path = an_older_city(town, tmp_path)
    before = talks(path)
    engine = engine_for(f"sqlite:///{path}")
    copy = migrate(engine, tmp_path, NOW).copy
    engine.dispose()
    assert copy is not None
    back = engine_for(f"sqlite:///{copy}")
    taken = migrate(back, tmp_path, NOW, home=tmp_path / "older")
    back.dispose()
    assert (taken.before, taken.after, taken.copy) == (OLDER, OLDER, None), (
        "the older program takes it as it is"
    )
    assert talks(copy) == before
    assert len(before) == 1
