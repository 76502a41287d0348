"""the three reports in full"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from rules.initials import initials

revision = "0002"
down_revision = "0001"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")


FILLED = {
    "duties": ("exempt_because", "unlocked_because"),
    "issues": ("place", "times"),
    "milestones": ("why_late",),
    "projects": ("off_list_because", "initials"),
    "report_versions": ("not_started_because", "backfill_year", "backfill_total"),
    "reports": ("returned_because",),
}


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", Id, nullable=False),
        sa.Column("from_id", Id, nullable=False),
        sa.Column("to_id", Id, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("project_ids", Json, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["from_id"], ["people.id"], name=op.f("fk_handovers_from_id_people")),
        sa.ForeignKeyConstraint(["to_id"], ["people.id"], name=op.f("fk_handovers_to_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handovers_from_id"), ["from_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handovers_to_id"), ["to_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", Id, nullable=False),
        sa.Column("sent_by", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["sent_by"], ["people.id"], name=op.f("fk_notices_sent_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_table(
        "secretaries",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("leader_id", Id, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["leader_id"], ["people.id"], name=op.f("fk_secretaries_leader_id_people")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_secretaries_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secretaries")),
    )
    with op.batch_alter_table("secretaries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_secretaries_leader_id"), ["leader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_secretaries_person_id"), ["person_id"], unique=False)

    op.create_table(
        "workbooks",
        sa.Column("media_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("read", sa.DateTime(timezone=True), nullable=False),
        sa.Column("book", Json, nullable=False),
        sa.Column("taken", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_workbooks_media_id_media")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_workbooks_person_id_people")),
        sa.PrimaryKeyConstraint("media_id", name=op.f("pk_workbooks")),
    )
    with op.batch_alter_table("duties", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answerable", Json, nullable=True))
        batch_op.add_column(sa.Column("exempt", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("exempt_by", Id, nullable=True))
        batch_op.add_column(sa.Column("exempt_because", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("unlocked_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("unlocked_by", Id, nullable=True))
        batch_op.add_column(sa.Column("unlocked_because", sa.String(), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            batch_op.f("fk_duties_unlocked_by_people"), "people", ["unlocked_by"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_duties_exempt_by_people"), "people", ["exempt_by"], ["id"])
        batch_op.drop_index("ix_duties_unsettled")
        batch_op.create_index(
            "ix_duties_waiting",
            ["project_id", "opens"],
            unique=False,
            sqlite_where=sa.text("state IS NULL"),
            postgresql_where=sa.text("state IS NULL"),
        )
        batch_op.create_index(
            "ix_duties_unlocked",
            ["unlocked_until"],
            unique=False,
            sqlite_where=sa.text("unlocked_until IS NOT NULL"),
            postgresql_where=sa.text("unlocked_until IS NOT NULL"),
        )

    with op.batch_alter_table("issues", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("for_person", Id, nullable=True))
        batch_op.add_column(sa.Column("times", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("last_word", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closed", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_issues_for_person_people"), "people", ["for_person"], ["id"]
        )
        batch_op.create_index("ix_issues_closed", ["closed"], unique=False)

    with op.batch_alter_table("milestones", schema=None) as batch_op:
        batch_op.add_column(sa.Column("why_late", sa.String(), nullable=False, server_default=""))

    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.add_column(sa.Column("resumed", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("paused", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ended", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("off_list_because", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("initials", sa.String(), nullable=False, server_default=""))

    with op.batch_alter_table("report_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("for_person", Id, nullable=True))
        batch_op.add_column(sa.Column("started", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("not_started_because", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("backfill_year", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("backfill_total", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("backfilled", Json, nullable=True))
        batch_op.add_column(sa.Column("milestones", Json, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_report_versions_for_person_people"), "people", ["for_person"], ["id"]
        )

    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("returned", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("returned_by", Id, nullable=True))
        batch_op.add_column(sa.Column("returned_because", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("returned_parts", Json, nullable=True))
        batch_op.add_column(sa.Column("mend_by", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_reports_returned_by_people"), "people", ["returned_by"], ["id"]
        )

    projects = sa.table("projects", sa.column("id", sa.Integer), sa.column("name"), sa.column("initials"))
    for project in op.get_bind().execute(sa.select(projects.c.id, projects.c.name)).all():
        named = sa.update(projects).where(projects.c.id == project.id)
        op.execute(named.values(initials=initials(project.name)))

    # What the rows that were there have got; from now on the program says it itself.
    for table, columns in FILLED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column, server_default=None)
