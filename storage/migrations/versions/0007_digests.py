"""digests"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "digest_choices",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("often", sa.String(length=24), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("chosen", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_digest_choices_person_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digest_choices")),
    )
    op.create_index(op.f("ix_digest_choices_at"), "digest_choices", ["at"])
    op.create_table(
        "digests",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_digests_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("person_id", "day", "form", name=op.f("uq_digests_person_id_day_form")),
    )
    op.create_table(
        "figure_codes",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("digest_id", Id, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("sources", Json, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_figure_codes_person_id_people")),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digests.id"], name=op.f("fk_figure_codes_digest_id_digests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_codes")),
    )
    op.create_index(op.f("ix_figure_codes_digest_id"), "figure_codes", ["digest_id"])
    op.create_table(
        "reviews",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("units", Json, nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_reviews")),
    )
    op.create_table(
        "told_at_once",
        sa.Column("id", Id, nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_at_once")),
    )
    op.create_index("ix_report_versions_filed", "report_versions", ["filed"])
