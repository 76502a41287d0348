"""台帐 rows are written once: triggers that refuse to change or delete them, whoever tries.

A batch change makes a table anew, and its triggers are gone with the old one; so they are put back after
every migration (`storage.migrate.upgrade`), not only where a table is first made.
"""

from sqlalchemy import Connection

APPEND_ONLY = ("ledger", "ledger_roots")


def protect(connection: Connection) -> None:
    """Makes the triggers that are missing."""
    for table in APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {act} refused'); END"
            )
