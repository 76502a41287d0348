"""a key for each person's words in the ledger

The city's one secret goes: what was hashed under it stays in the chains, and means nothing any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ledger_salts",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_ledger_salts_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_ledger_salts")),
    )
    op.execute("DELETE FROM city_facts WHERE name = 'ledger secret'")
