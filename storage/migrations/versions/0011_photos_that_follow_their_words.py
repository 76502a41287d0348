"""photos that follow their words"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0007"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "awaited_photos",
        sa.Column("media_id", BigId, nullable=False),
        sa.Column("outbox_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_awaited_photos_media_id_media")),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_awaited_photos_outbox_id_outbox")
        ),
        sa.PrimaryKeyConstraint("media_id", "outbox_id", name=op.f("pk_awaited_photos")),
    )
