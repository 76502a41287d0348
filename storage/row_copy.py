"""All rows of a city from one database into another of the same form, whichever each is."""

from sqlalchemy import Connection, insert, select

from storage.tables.all import metadata

AT_ONCE = 2_000


def copy_rows(source: Connection, target: Connection) -> None:
    """Into tables that are there and empty. Both connections are in a transaction; the source's sees one moment."""
    if target.dialect.name == "sqlite":
        target.exec_driver_sql(
            "PRAGMA defer_foreign_keys=ON"
        )  # a project may stand before the one it is a part of
    for table in metadata.sorted_tables:
        rows = source.execution_options(yield_per=AT_ONCE).execute(select(table))
        for part in rows.partitions():
            target.execute(insert(table), [dict(row._mapping) for row in part])
