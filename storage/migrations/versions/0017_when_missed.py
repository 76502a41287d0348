"""when a duty was written down as missed (未报), for digests to tell once"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

MISSED = sa.text("missed IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("duties") as batch:
        batch.add_column(sa.Column("missed", sa.DateTime(timezone=True), nullable=True))
    # What closed since somebody's last digest is told by the next one.
    op.execute("UPDATE duties SET missed = closes WHERE state = 'missed'")
    op.create_index(
        "ix_duties_missed", "duties", ["missed"], unique=False, sqlite_where=MISSED, postgresql_where=MISSED
    )
