"""who waits for a retry is found without a look at everything that is new"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

RETRIED = sa.text("state = 'new' AND retry IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_inbox_retry", "inbox", ["retry"], unique=False, sqlite_where=RETRIED, postgresql_where=RETRIED
    )
