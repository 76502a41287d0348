"""lights of projects, with their history and exemptions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)
Json = sa.JSON().with_variant(JSONB(), "postgresql")
Colour = sa.String(length=24)
STANDING = sa.text("replaced IS NULL")


def upgrade() -> None:
    _lights()
    op.create_table(
        "light_exemptions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("approved_by", BigId, nullable=False),
        sa.Column("approved", Instant, nullable=False),
        sa.Column("ended", Instant, nullable=True),
        sa.Column("ended_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_light_exemptions_project_id_projects")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["people.id"], name=op.f("fk_light_exemptions_approved_by_people")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["people.id"], name=op.f("fk_light_exemptions_ended_by_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_light_exemptions")),
    )
    op.create_index(op.f("ix_light_exemptions_project_id"), "light_exemptions", ["project_id"])


def _lights() -> None:
    op.create_table(
        "lights",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("light", Colour, nullable=True),
        sa.Column("before", Colour, nullable=True),
        sa.Column("turned", sa.Boolean(), nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("replaced", Instant, nullable=True),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("why", Json, nullable=False),
        sa.Column("rules_version", BigId, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_lights_project_id_projects")),
        sa.ForeignKeyConstraint(
            ["rules_version"], ["rules_versions.id"], name=op.f("fk_lights_rules_version_rules_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lights")),
    )
    op.create_index(
        "uq_lights_standing",
        "lights",
        ["project_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    op.create_index("ix_lights_light", "lights", ["light"], sqlite_where=STANDING, postgresql_where=STANDING)
    op.create_index("ix_lights_project_id_at", "lights", ["project_id", "at"])
