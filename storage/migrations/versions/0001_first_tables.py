"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "city_facts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_city_facts")),
    )
    op.create_table(
        "ledger",
        sa.Column("id", Id, nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("canonical", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("chain", "place", name=op.f("uq_ledger_chain_place")),
    )
    op.create_table(
        "ledger_roots",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("heads", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_ledger_roots")),
    )
    op.create_table(
        "occurrences",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_occurrences")),
    )
    op.create_table(
        "rules_versions",
        sa.Column("id", Id, nullable=False),
        sa.Column("taken", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_versions")),
    )
    op.create_table(
        "units",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("name", name=op.f("uq_units_name")),
    )
    op.create_table(
        "people",
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("wecom_userid", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_people_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("phone", name=op.f("uq_people_phone")),
        sa.UniqueConstraint("wecom_userid", name=op.f("uq_people_wecom_userid")),
    )
    op.create_index(op.f("ix_people_unit_id"), "people", ["unit_id"], unique=False)
    op.create_table(
        "projects",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("front", sa.String(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("total_investment", sa.BigInteger(), nullable=False),
        sa.Column("opening_month", sa.String(), nullable=False),
        sa.Column("opening_year_done", sa.BigInteger(), nullable=False),
        sa.Column("opening_total_done", sa.BigInteger(), nullable=False),
        sa.Column("start_planned", sa.Date(), nullable=True),
        sa.Column("start_actual", sa.Date(), nullable=True),
        sa.Column("finish_planned", sa.Date(), nullable=True),
        sa.Column("finish_actual", sa.Date(), nullable=True),
        sa.Column("not_started_because", sa.String(), nullable=False),
        sa.Column("registered", sa.Date(), nullable=False),
        sa.Column("sub_owes", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["projects.id"], name=op.f("fk_projects_parent_id_projects")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_projects_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("code", name=op.f("uq_projects_code")),
        sa.UniqueConstraint("number", name=op.f("uq_projects_number")),
    )
    op.create_index(op.f("ix_projects_name"), "projects", ["name"], unique=False)
    op.create_index(op.f("ix_projects_unit_id"), "projects", ["unit_id"], unique=False)
    op.create_table(
        "bindings",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("bound", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_bindings_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bindings")),
    )
    op.create_index(
        "uq_bindings_living_person",
        "bindings",
        ["person_id", "channel", "account"],
        unique=True,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_index(
        "uq_bindings_living_user",
        "bindings",
        ["channel", "account", "user"],
        unique=True,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("external", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("done", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_inbox_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("channel", "account", "external", name=op.f("uq_inbox_channel_account_external")),
    )
    op.create_index(
        "ix_inbox_new",
        "inbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index(
        "ix_inbox_parked",
        "inbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'parked'"),
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_index(op.f("ix_inbox_person_id"), "inbox", ["person_id"], unique=False)
    op.create_index(
        "ix_inbox_sender_new",
        "inbox",
        ["sender", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index("ix_inbox_sender_received", "inbox", ["sender", "received"], unique=False)
    op.create_table(
        "invites",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_invites_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invites")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invites_code_hash")),
    )
    op.create_index(op.f("ix_invites_person_id"), "invites", ["person_id"], unique=False)
    op.create_table(
        "milestones",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("planned", sa.Date(), nullable=False),
        sa.Column("actual", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_milestones_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestones")),
    )
    op.create_index(op.f("ix_milestones_project_id"), "milestones", ["project_id"], unique=False)
    op.create_table(
        "person_roles",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_roles_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_roles")),
    )
    op.create_index("ix_person_roles_person_id_role", "person_roles", ["person_id", "role"], unique=False)
    op.create_table(
        "reports",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("filed_by", Id, nullable=False),
        sa.Column("filed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["filed_by"], ["people.id"], name=op.f("fk_reports_filed_by_people")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_reports_project_id_projects")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_reports_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("project_id", "kind", "period", name=op.f("uq_reports_project_id_kind_period")),
    )
    op.create_index("ix_reports_filed_by_id", "reports", ["filed_by", "id"], unique=False)
    op.create_table(
        "responsibilities",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_responsibilities_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_responsibilities_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responsibilities")),
    )
    op.create_index(
        "ix_responsibilities_person_id_role", "responsibilities", ["person_id", "role"], unique=False
    )
    op.create_index(op.f("ix_responsibilities_project_id"), "responsibilities", ["project_id"], unique=False)
    op.create_table(
        "talks",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("script", sa.String(), nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_talks_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talks")),
    )
    op.create_index(
        "ix_talks_paused",
        "talks",
        ["person_id", "touched"],
        unique=False,
        sqlite_where=sa.text("state = 'paused'"),
        postgresql_where=sa.text("state = 'paused'"),
    )
    op.create_index(
        "uq_talks_current",
        "talks",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("state = 'current'"),
        postgresql_where=sa.text("state = 'current'"),
    )
    op.create_table(
        "tryout_messages",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("mine", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_tryout_messages_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tryout_messages")),
    )
    op.create_index("ix_tryout_messages_person_id_id", "tryout_messages", ["person_id", "id"], unique=False)
    op.create_table(
        "year_plans",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("goal", sa.String(), nullable=False),
        sa.Column("to_start", sa.Boolean(), nullable=False),
        sa.Column("to_finish", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_year_plans_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_plans")),
        sa.UniqueConstraint("project_id", "year", name=op.f("uq_year_plans_project_id_year")),
    )
    op.create_table(
        "duties",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report_id", Id, nullable=True),
        sa.Column("state", sa.String(length=24), nullable=True),
        sa.Column("rules_version", Id, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_duties_project_id_projects")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_duties_report_id_reports")),
        sa.ForeignKeyConstraint(
            ["rules_version"], ["rules_versions.id"], name=op.f("fk_duties_rules_version_rules_versions")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_duties_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
        sa.UniqueConstraint(
            "project_id", "kind", "period", "subject", name=op.f("uq_duties_project_id_kind_period_subject")
        ),
    )
    op.create_index(
        "ix_duties_to_close",
        "duties",
        ["closes"],
        unique=False,
        sqlite_where=sa.text("state IS NULL"),
        postgresql_where=sa.text("state IS NULL"),
    )
    op.create_index("ix_duties_unit_id_closes", "duties", ["unit_id", "closes"], unique=False)
    op.create_index(
        "ix_duties_unsettled",
        "duties",
        ["project_id", "kind", "opens"],
        unique=False,
        sqlite_where=sa.text("state IS NULL AND settled IS NULL"),
        postgresql_where=sa.text("state IS NULL AND settled IS NULL"),
    )
    op.create_table(
        "issues",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("severity", sa.String(length=24), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("help_needed", sa.String(), nullable=False),
        sa.Column("found", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_by", Id, nullable=False),
        sa.Column("filed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("talk_id", Id, nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("rules_version", Id, nullable=False),
        sa.ForeignKeyConstraint(["filed_by"], ["people.id"], name=op.f("fk_issues_filed_by_people")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_issues_project_id_projects")),
        sa.ForeignKeyConstraint(
            ["rules_version"], ["rules_versions.id"], name=op.f("fk_issues_rules_version_rules_versions")
        ),
        sa.ForeignKeyConstraint(["talk_id"], ["talks.id"], name=op.f("fk_issues_talk_id_talks")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_issues_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issues")),
        sa.UniqueConstraint("talk_id", name=op.f("uq_issues_talk_id")),
    )
    op.create_index("ix_issues_project_id_state", "issues", ["project_id", "state"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("inbox_id", Id, nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("part_of", Id, nullable=True),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("written", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useless_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ambiguous", sa.Integer(), nullable=False),
        sa.Column("retry", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_outbox_inbox_id_inbox")),
        sa.ForeignKeyConstraint(["part_of"], ["outbox.id"], name=op.f("fk_outbox_part_of_outbox")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_outbox_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("once", name=op.f("uq_outbox_once")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["channel", "account", "lane", "due", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('due', 'sending')"),
        postgresql_where=sa.text("state IN ('due', 'sending')"),
    )
    op.create_index(
        "ix_outbox_part_of",
        "outbox",
        ["part_of"],
        unique=False,
        sqlite_where=sa.text("part_of IS NOT NULL"),
        postgresql_where=sa.text("part_of IS NOT NULL"),
    )
    op.create_index("ix_outbox_person_id_id", "outbox", ["person_id", "id"], unique=False)
    op.create_index(
        "ix_outbox_troubled",
        "outbox",
        ["state"],
        unique=False,
        sqlite_where=sa.text("state IN ('unknown', 'failed', 'expired', 'nobody')"),
        postgresql_where=sa.text("state IN ('unknown', 'failed', 'expired', 'nobody')"),
    )
    op.create_table(
        "report_versions",
        sa.Column("id", Id, nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("filed_by", Id, nullable=False),
        sa.Column("filed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("talk_id", Id, nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("progress", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("carried", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("next_plan", sa.String(), nullable=False),
        sa.Column("coordination", sa.String(), nullable=False),
        sa.Column("check", Json, nullable=False),
        sa.ForeignKeyConstraint(["filed_by"], ["people.id"], name=op.f("fk_report_versions_filed_by_people")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_versions_report_id_reports")
        ),
        sa.ForeignKeyConstraint(["talk_id"], ["talks.id"], name=op.f("fk_report_versions_talk_id_talks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_versions")),
        sa.UniqueConstraint("report_id", "version", name=op.f("uq_report_versions_report_id_version")),
    )
    op.create_table(
        "issue_events",
        sa.Column("id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_issue_events_issue_id_issues")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_issue_events_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_events")),
    )
    op.create_index("ix_issue_events_issue_id_id", "issue_events", ["issue_id", "id"], unique=False)
    op.create_table(
        "media",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("inbox_id", Id, nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("version_id", Id, nullable=True),
        sa.Column("issue_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_media_inbox_id_inbox")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_media_issue_id_issues")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_media_person_id_people")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["report_versions.id"], name=op.f("fk_media_version_id_report_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
    )
    op.create_index(op.f("ix_media_issue_id"), "media", ["issue_id"], unique=False)
    op.create_index(
        "ix_media_loose",
        "media",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("version_id IS NULL AND issue_id IS NULL"),
        postgresql_where=sa.text("version_id IS NULL AND issue_id IS NULL"),
    )
    op.create_index(op.f("ix_media_version_id"), "media", ["version_id"], unique=False)
    op.create_index(
        "ix_media_wanted",
        "media",
        ["next_try"],
        unique=False,
        sqlite_where=sa.text("state = 'wanted'"),
        postgresql_where=sa.text("state = 'wanted'"),
    )
