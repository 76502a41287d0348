"""Alembic's own entry: runs migrations on the connection that `storage/migrate.py` hands over."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from storage.tables.all import metadata
from storage.tables.base import Instant


def in_plain_types(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - Alembic's
    """Plain types, Id and Json from the migration's head: it must still run when ours have changed."""
    if kind != "type":
        return False
    match item:
        case Instant():
            return "sa.DateTime(timezone=True)"
        case sa.Enum():
            return f"sa.String(length={item.length})"
        case sa.JSON():
            return "Json"
        case sa.BigInteger() if item._variant_mapping:
            return "Id"
    return False


connection: sa.Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_item=in_plain_types,
    # SQLite changes a table by making it anew; the first tables need no such thing.
    render_as_batch=bool(sa.inspect(connection).get_table_names()),
)
context.run_migrations()
