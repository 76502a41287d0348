"""A city as a start finds it: its database migrated, its clock, and an empty try-out furnished with the sample."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.channels import tryout
from bot.clock import Clock, store_offset, stored_offset
from bot.sample import city as sample
from bot.settings import Settings, make_folder
from reminders.opening import open_at_once
from storage import claiming, registry, workbook
from storage.database import Database
from storage.migrate import migrate
from storage.tables.registry import Project


def open_database(settings: Settings) -> Database:
    make_folder(settings.data_dir)
    database = Database(settings.database_url)
    try:
        migrate(database.engine, settings.data_dir, Clock().machine())
    except BaseException:
        database.close()
        raise
    return database


async def clock_of(database: Database, settings: Settings) -> Clock:
    """The stored clock; a new try-out begins where the sample does. Beside a real channel a moved one is refused."""
    offset = await database.read(stored_offset)
    new = await database.read(lambda session: not session.scalar(select(func.count()).select_from(Project)))
    if offset is None and new and settings.tryout_open and (settings.rehearses or not settings.has_channel):
        offset = await database.run(_begin_where_the_sample_does)
    settings.check_clock(offset or timedelta())
    return Clock(offset or timedelta())


def _begin_where_the_sample_does(session: Session) -> timedelta:
    """Unless another process, started at the same time, has just said so."""
    machine = Clock().machine()
    claiming.alone(session, "a start", machine)
    offset = stored_offset(session)
    if offset is None:
        offset = sample.BEGINS - machine
        store_offset(session, offset)
    return offset


def furnish(session: Session, now: datetime, zone: ZoneInfo) -> None:
    """An empty try-out gets the sample city, through the importer, its month open; everyone in it can be played."""
    if not session.scalar(select(func.count()).select_from(Project)):
        preview = registry.plan(session, workbook.read(sample.workbook_bytes()))
        registry.apply(session, preview, sample.BEGINS.date(), now)
        open_at_once(session, now, zone)
    tryout.bind_everyone(session, now)
