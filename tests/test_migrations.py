"""What the start promises about a database: made, migrated after a copy, or refused and left alone."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage import ledger
from storage.database import engine_for
from storage.migrate import HOME, MigrationRefused, migrate
from storage.tables.all import metadata
from storage.tables.ledger import LedgerRoot
from storage.tables.registry import Project
from tests.builders import NOW, a_project

NEWEST = max(path.name[:4] for path in (HOME / "versions").glob("[0-9]*.py"))
SECOND = '''
"""a change that makes tables anew"""
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "NEWEST"

def upgrade() -> None:
    with op.batch_alter_table("ledger") as batch:
        batch.alter_column("hash", type_=sa.String(64))
    with op.batch_alter_table("units") as batch:
        batch.add_column(sa.Column("note", sa.String(), nullable=False, server_default=""))
        batch.alter_column("district", type_=sa.String(40))
'''
ORPHANS = '''
"""a change that loses units"""
from alembic import op

revision = "9999"
down_revision = "NEWEST"

def upgrade() -> None:
    op.execute("DELETE FROM units")
'''


@pytest.fixture
def engine(nowhere: str) -> Iterator[Engine]:
    engine = engine_for(nowhere, busy_seconds=2)
    yield engine
    engine.dispose()


def later(folder: Path, migration: str) -> Path:
    """The program's migrations and one more."""
    home = Path(shutil.copytree(HOME, folder / "migrations"))
    text = migration.replace("NEWEST", NEWEST)
    (home / "versions" / "9999_later.py").write_text(text, encoding="utf-8")
    return home


def statements(engine: Engine) -> dict[str, list[str]]:
    """What the database keeps of every table and index, in words, sorted: they may come in any order."""
    if engine.dialect.name == "sqlite":
        return of_sqlite(engine)
    columns = (
        "SELECT table_name, string_agg("
        "concat_ws(' ', column_name, data_type, character_maximum_length, is_nullable), ',')"
        " FROM information_schema.columns WHERE table_schema = current_schema() GROUP BY table_name"
    )
    constraints = (
        "SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = current_schema()::regnamespace AND contype <> 'n'"
    )
    indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
    with engine.connect() as connection:
        rows = [row for query in (columns, constraints, indexes) for row in connection.exec_driver_sql(query)]
    return {name: sorted(words.split(",")) for name, words in rows if not name.startswith("alembic_version")}


def of_sqlite(engine: Engine) -> dict[str, list[str]]:
    """Without quotes, which a table made anew gets around its name."""
    query = "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(query).all()
    return {name: sorted(re.findall(r"[^\s,()\"]+", sql)) for name, sql in rows if name != "alembic_version"}


def test_an_empty_database_gets_every_table_of_the_models(engine: Engine, tmp_path: Path) -> None:
    migrated = migrate(engine, tmp_path, NOW)
    assert (migrated.before, migrated.copy) == (None, None)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_migrations_write_the_same_statements_as_the_models(
    engine: Engine, template: str, tmp_path: Path
) -> None:
    """Partial indexes and constraint names too, which Alembic does not compare."""
    migrate(engine, tmp_path, NOW)
    other = engine_for(template)  # made from the models
    migrated, modelled = statements(engine), statements(other)
    other.dispose()
    assert migrated == modelled


def test_a_current_database_is_left_as_it_is(engine: Engine, tmp_path: Path) -> None:
    first = migrate(engine, tmp_path, NOW)
    again = migrate(engine, tmp_path, NOW)
    assert (again.before, again.after, again.copy) == (first.after, first.after, None)
    assert not (tmp_path / "backups").exists()


@pytest.mark.sqlite_only(reason="the copy is of a file; PostgreSQL is copied by who runs it")
def test_an_older_database_is_copied_then_migrated(engine: Engine, tmp_path: Path) -> None:
    migrate(engine, tmp_path, NOW)
    with Session(engine) as session:
        a_project(session, name="城北水厂")
        session.commit()
    migrated = migrate(engine, tmp_path, NOW, home=later(tmp_path, SECOND))
    assert (migrated.before, migrated.after) == (NEWEST, "9999")
    assert migrated.copy == tmp_path / "backups" / f"{NEWEST}-20120326T010000Z.db"
    with sqlite3.connect(migrated.copy) as copy:
        assert copy.execute("SELECT name FROM projects").fetchall() == [("城北水厂",)]
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(NEWEST,)]
    with engine.connect() as connection:
        assert connection.execute(text("SELECT note, count(*) FROM units GROUP BY note")).all() == [("", 1)]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_city_of_the_first_release_is_brought_up_with_all_it_holds(engine: Engine, tmp_path: Path) -> None:
    old = Path(shutil.copytree(HOME, tmp_path / "old"))
    for path in (old / "versions").glob("[0-9]*.py"):
        if not path.name.startswith("0001"):
            path.unlink()
    migrate(engine, tmp_path, NOW, home=old)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO units (id, name, district) VALUES (1, '住建局', '')"))
        connection.execute(
            text(
                "INSERT INTO projects (id, number, name, unit_id, kind, state, stage, category, district, front,"
                " nature, content, total_investment, opening_month, opening_year_done, opening_total_done,"
                " not_started_because, registered, sub_owes) VALUES (1, 3, '城北水厂', 1, 'construction', 'active',"
                " 'started', '', '', '', '', '', 100000000, '2012-02', 0, 0, '', '2012-01-01', false)"
            )
        )
    assert migrate(engine, tmp_path, NOW).after == NEWEST
    with Session(engine) as session:
        project = session.get_one(Project, 1)
        assert (project.name, project.total_investment, project.resumed) == ("城北水厂", 100_000_000, None)
        assert project.initials == "cbsc"


@pytest.mark.sqlite_only(reason="the copy is of a file; PostgreSQL is copied by who runs it")
def test_the_copy_is_for_the_operators_eyes_only(engine: Engine, tmp_path: Path) -> None:
    migrate(engine, tmp_path, NOW)
    copy = migrate(engine, tmp_path, NOW, home=later(tmp_path, SECOND)).copy
    assert copy is not None
    assert copy.stat().st_mode & 0o077 == 0


def test_a_migration_that_orphans_rows_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    migrate(engine, tmp_path, NOW)
    with Session(engine) as session:
        a_project(session)
        session.commit()
    with pytest.raises(MigrationRefused, match="nothing was changed"):
        migrate(engine, tmp_path, NOW, home=later(tmp_path, ORPHANS))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM units")).scalar() == 1
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == NEWEST


def test_a_newer_database_is_refused_and_not_touched(engine: Engine, tmp_path: Path) -> None:
    migrate(engine, tmp_path, NOW, home=later(tmp_path, SECOND))
    before = statements(engine)
    with pytest.raises(MigrationRefused, match=f"found revision 9999; this program knows up to {NEWEST}"):
        migrate(engine, tmp_path, NOW)
    assert statements(engine) == before


def test_another_programs_database_is_refused(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (id INTEGER)"))
    with pytest.raises(MigrationRefused, match="tables of another program \\(orders\\)"):
        migrate(engine, tmp_path, NOW)


@pytest.mark.sqlite_only(reason="a file")
def test_a_file_that_is_no_database_is_refused(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "sanbao.db").write_bytes(b"a letter, not a database" * 100)
    with pytest.raises(MigrationRefused, match="expected a SQLite file"):
        migrate(engine, tmp_path, NOW)


@pytest.mark.parametrize("act", ["UPDATE ledger SET hash = ''", "DELETE FROM ledger"])
@pytest.mark.parametrize("migrated_again", [False, True])
def test_the_ledger_cannot_be_changed_even_after_its_table_was_made_anew(
    engine: Engine, tmp_path: Path, act: str, migrated_again: bool
) -> None:
    migrate(engine, tmp_path, NOW)
    with Session(engine) as session:
        ledger.append(session, chain="city", who="system", act="started", facts={}, now=NOW)
        session.commit()
    if migrated_again:
        migrate(engine, tmp_path, NOW, home=later(tmp_path, SECOND))
    with pytest.raises(IntegrityError, match="ledger is append-only"), engine.begin() as connection:
        connection.execute(text(act))
    with Session(engine) as session:
        assert ledger.verify(session) == []


@pytest.mark.parametrize("act", ["UPDATE ledger_roots SET hash = ''", "DELETE FROM ledger_roots"])
def test_a_daily_root_cannot_be_changed(engine: Engine, tmp_path: Path, act: str) -> None:
    migrate(engine, tmp_path, NOW)
    with Session(engine) as session:
        session.add(LedgerRoot(day=date(2012, 3, 26), heads="{}", hash="0", at=NOW))
        session.commit()
    with pytest.raises(IntegrityError, match="ledger_roots is append-only"), engine.begin() as connection:
        connection.execute(text(act))
