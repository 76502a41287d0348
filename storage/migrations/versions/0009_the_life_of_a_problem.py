"""the life of a problem"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENTS = ("stands_since", "stands_until", "chase_at", "due", "asked_until", "closed_out")


def upgrade() -> None:
    with op.batch_alter_table("issues", schema=None) as batch_op:
        for name in MOMENTS:
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("chased", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index(batch_op.f("ix_issues_state_filed"), ["state", "filed"], unique=False)
        batch_op.create_index(
            "ix_issues_chase_at",
            ["chase_at"],
            unique=False,
            sqlite_where=sa.text("chase_at IS NOT NULL"),
            postgresql_where=sa.text("chase_at IS NOT NULL"),
        )
    with op.batch_alter_table("issues", schema=None) as batch_op:
        batch_op.alter_column("chased", server_default=None)
    op.create_table(
        "issue_holdings",
        sa.Column("id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("helping", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_issue_holdings_issue_id_issues")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_issue_holdings_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_holdings")),
    )
    with op.batch_alter_table("issue_holdings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issue_holdings_issue_id_id"), ["issue_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_issue_holdings_unit_id_until"), ["unit_id", "until"], unique=False
        )
        batch_op.create_index(
            "uq_issue_holdings_living_lead",
            ["issue_id"],
            unique=True,
            sqlite_where=sa.text("until IS NULL AND NOT helping"),
            postgresql_where=sa.text("until IS NULL AND NOT helping"),
        )
    # Problems that are open keep going as they stand: the office has them, and nothing is chased of its own accord.
    op.execute("UPDATE issues SET stands_since = filed")
    op.execute(
        "INSERT INTO issue_holdings (issue_id, unit_id, helping, since, until, refused) "
        "SELECT id, NULL, false, filed, NULL, false FROM issues WHERE state != 'closed'"
    )
