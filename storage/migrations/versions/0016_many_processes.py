"""what the processes of a city share: leases, and what accounts have sent lately"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"

Json = sa.JSON().with_variant(JSONB(), "postgresql")
SENDING = sa.text("state = 'sending'")


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "budgets",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.Column("held", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", "chat", name=op.f("pk_budgets")),
    )
    op.create_index("ix_budgets_held", "budgets", ["channel", "account", "held"], unique=False)
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("holder", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column("holder", server_default=None)
    op.create_index(
        "ix_outbox_sending", "outbox", ["channel", "account", "chat"], unique=False,
        sqlite_where=SENDING, postgresql_where=SENDING,
    )  # fmt: skip
