"""the ladder of a major problem"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0006"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "escalations",
        sa.Column("id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ladder", Json, nullable=False),
        sa.Column("alert", Json, nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("next", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("said", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("word_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", Id, nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_escalations_issue_id_issues")),
        sa.ForeignKeyConstraint(["taken_by"], ["people.id"], name=op.f("fk_escalations_taken_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("issue_id", name=op.f("uq_escalations_issue_id")),
    )
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_escalations_word_due",
            ["word_due"],
            unique=False,
            sqlite_where=sa.text("word_due IS NOT NULL"),
            postgresql_where=sa.text("word_due IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_escalations_next",
            ["next"],
            unique=False,
            sqlite_where=sa.text("next IS NOT NULL"),
            postgresql_where=sa.text("next IS NOT NULL"),
        )

    op.create_table(
        "escalation_alerts",
        sa.Column("id", Id, nullable=False),
        sa.Column("escalation_id", Id, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("acts_for", Id, nullable=True),
        sa.Column("may", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outbox_id", Id, nullable=True),
        sa.Column("acknowledged", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["acts_for"], ["people.id"], name=op.f("fk_escalation_alerts_acts_for_people")
        ),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalations.id"], name=op.f("fk_escalation_alerts_escalation_id_escalations")
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_escalation_alerts_outbox_id_outbox")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_escalation_alerts_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_alerts")),
        sa.UniqueConstraint(
            "escalation_id",
            "step",
            "person_id",
            name=op.f("uq_escalation_alerts_escalation_id_step_person_id"),
        ),
    )
    with op.batch_alter_table("escalation_alerts", schema=None) as batch_op:
        batch_op.create_index("ix_escalation_alerts_person_id", ["person_id"], unique=False)

    with op.batch_alter_table("issues", schema=None) as batch_op:
        batch_op.add_column(sa.Column("drill", sa.Boolean(), nullable=False, server_default=sa.false()))
    # What the rows that were there have got; from now on the program says it itself.
    with op.batch_alter_table("issues", schema=None) as batch_op:
        batch_op.alter_column("drill", server_default=None)
