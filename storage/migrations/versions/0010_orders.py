"""orders and draws"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "order_draws",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("by", Id, nullable=False),
        sa.Column("among", sa.String(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("candidates_hash", sa.String(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_order_draws_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_draws")),
    )
    _orders()
    op.create_table(
        "order_events",
        sa.Column("id", Id, nullable=False),
        sa.Column("order_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_events_order_id_orders")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_order_events_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_events")),
    )
    with op.batch_alter_table("order_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_events_order_id"), ["order_id"], unique=False)
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.add_column(sa.Column("order_id", Id, nullable=True))
        batch_op.create_index(batch_op.f("ix_media_order_id"), ["order_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_media_order_id_orders"), "orders", ["order_id"], ["id"])


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        *(
            sa.Column(name, Id, sa.ForeignKey(f"{table}.id", name=op.f(f"fk_orders_{name}_{table}")))
            for name, table in (
                ("issue_id", "issues"), ("project_id", "projects"), ("milestone_id", "milestones"),
                ("draw_id", "order_draws"), ("unit_id", "units"), ("leader_id", "people"),
            )
        ),
        sa.Column("drafted", Moment, nullable=False),
        sa.Column("drafted_by", Id, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("asked_until", Moment, nullable=True),
        sa.Column("since", Moment, nullable=False),
        sa.Column("chased", sa.Integer(), nullable=False),
        *(
            sa.Column(name, Moment, nullable=True)
            for name in ("chase_at", "confirmed", "signed", "done", "ended")
        ),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["drafted_by"], ["people.id"], name=op.f("fk_orders_drafted_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
    )  # fmt: skip
    with op.batch_alter_table("orders", schema=None) as batch_op:
        for name in ("issue_id", "milestone_id", "draw_id"):
            batch_op.create_index(batch_op.f(f"ix_orders_{name}"), [name], unique=False)
        batch_op.create_index("ix_orders_state_id", ["state", "id"], unique=False)
        batch_op.create_index("ix_orders_unit_id_state", ["unit_id", "state"], unique=False)
        batch_op.create_index(
            "ix_orders_chase_at",
            ["chase_at"],
            unique=False,
            sqlite_where=sa.text("chase_at IS NOT NULL"),
            postgresql_where=sa.text("chase_at IS NOT NULL"),
        )
