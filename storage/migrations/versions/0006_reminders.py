"""reminders"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reminder_rounds",
        sa.Column("id", Id, nullable=False),
        sa.Column("opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("planned", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("begun", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cursor", Id, nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rounds")),
        sa.UniqueConstraint(
            "closes", "due", "opens", "step", name=op.f("uq_reminder_rounds_closes_due_opens_step")
        ),
    )
    with op.batch_alter_table("reminder_rounds", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reminder_rounds_running",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "nudges",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("outbox_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_nudges_outbox_id_outbox")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_nudges_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudges")),
    )
    with op.batch_alter_table("nudges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nudges_outbox_id"), ["outbox_id"], unique=False)
        batch_op.create_index(
            "ix_nudges_overtaken",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'overtaken'"),
            postgresql_where=sa.text("state = 'overtaken'"),
        )
        batch_op.create_index("ix_nudges_person_id_at", ["person_id", "at"], unique=False)

    op.create_table(
        "nudge_duties",
        sa.Column("nudge_id", Id, nullable=False),
        sa.Column("duty_id", Id, nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_nudge_duties_duty_id_duties")),
        sa.ForeignKeyConstraint(["nudge_id"], ["nudges.id"], name=op.f("fk_nudge_duties_nudge_id_nudges")),
        sa.PrimaryKeyConstraint("nudge_id", "duty_id", name=op.f("pk_nudge_duties")),
    )
    with op.batch_alter_table("nudge_duties", schema=None) as batch_op:
        batch_op.create_index("ix_nudge_duties_duty_id", ["duty_id"], unique=False)

    op.create_table(
        "snoozed_nudges",
        sa.Column("id", Id, nullable=False),
        sa.Column("nudge_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("choice", sa.String(length=24), nullable=False),
        sa.Column("asked", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["nudge_id"], ["nudges.id"], name=op.f("fk_snoozed_nudges_nudge_id_nudges")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_snoozed_nudges_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snoozed_nudges")),
        sa.UniqueConstraint("nudge_id", "choice", name=op.f("uq_snoozed_nudges_nudge_id_choice")),
    )
    with op.batch_alter_table("snoozed_nudges", schema=None) as batch_op:
        batch_op.create_index(
            "ix_snoozed_nudges_waiting",
            ["until"],
            unique=False,
            sqlite_where=sa.text("done IS NULL"),
            postgresql_where=sa.text("done IS NULL"),
        )

    with op.batch_alter_table("duties", schema=None) as batch_op:
        batch_op.add_column(sa.Column("judged", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("judged_by", Id, nullable=True))
        batch_op.add_column(sa.Column("judged_because", sa.String(), nullable=False, server_default=""))
        batch_op.create_index(
            "ix_duties_to_judge",
            ["project_id"],
            unique=False,
            sqlite_where=sa.text("state = 'undelivered' AND judged IS NULL"),
            postgresql_where=sa.text("state = 'undelivered' AND judged IS NULL"),
        )
        batch_op.create_index(
            "ix_duties_windows",
            ["closes", "due", "opens"],
            unique=False,
            sqlite_where=sa.text("state IS NULL"),
            postgresql_where=sa.text("state IS NULL"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_duties_judged_by_people"), "people", ["judged_by"], ["id"])

    # For the rows that were there; from now on the program says it itself.
    with op.batch_alter_table("duties", schema=None) as batch_op:
        batch_op.alter_column("judged_because", server_default=None)
