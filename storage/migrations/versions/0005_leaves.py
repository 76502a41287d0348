"""leaves"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "leaves",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("stand_in_id", Id, nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("set_by", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_leaves_person_id_people")),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_leaves_set_by_people")),
        sa.ForeignKeyConstraint(["stand_in_id"], ["people.id"], name=op.f("fk_leaves_stand_in_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaves")),
    )
    with op.batch_alter_table("leaves", schema=None) as batch_op:
        batch_op.create_index("ix_leaves_person_id_until", ["person_id", "until"], unique=False)
        batch_op.create_index("ix_leaves_stand_in_id_until", ["stand_in_id", "until"], unique=False)
