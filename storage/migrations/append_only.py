"""台帐 rows are written once: triggers that refuse to change or delete them, whoever tries.

A batch change makes a table anew, and its triggers are gone with the old one; so they are put back after
every migration (`storage.migrate.upgrade`), not only where a table is first made.
"""

from sqlalchemy import Connection

APPEND_ONLY = ("ledger", "ledger_roots")


def protect(connection: Connection) -> None:
    """Makes the triggers that are missing."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_REFUSE)
        # The right is taken, too: whoever takes a trigger off has to take the right back as well.
        tables = ", ".join(APPEND_ONLY)
        connection.exec_driver_sql(f"REVOKE UPDATE, DELETE, TRUNCATE ON {tables} FROM PUBLIC, CURRENT_USER")
    for table in APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            for statement in _trigger(connection.dialect.name, table, act):
                connection.exec_driver_sql(statement)


_REFUSE = """
CREATE OR REPLACE FUNCTION refuse_to_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%% is append-only: %% refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def _trigger(dialect: str, table: str, act: str) -> tuple[str, ...]:
    name = f"{table}_no_{act.lower()}"
    if dialect == "sqlite":
        return (
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {act} refused'); END",
        )
    # By statement: a TRUNCATE deletes no single row.
    events = "DELETE OR TRUNCATE" if act == "DELETE" else act
    return (
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} BEFORE {events} ON {table} EXECUTE FUNCTION refuse_to_change()",
    )
