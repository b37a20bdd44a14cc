"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

from models.base import Document, Exact, Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "catalogue_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_version")),
        sa.UniqueConstraint("name", "number", name=op.f("uq_catalogue_version_name_number")),
    )
    op.create_table(
        "inbox_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("body", Document, nullable=False),
        sa.Column("made_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "new", "done", "dead", "dropped", name="eventstatus", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_event")),
        sa.UniqueConstraint(
            "channel",
            "external_id",
            "content_hash",
            name=op.f("uq_inbox_event_channel_external_id_content_hash"),
        ),
    )
    with op.batch_alter_table("inbox_event", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_event_chat", ["channel", "address", "id"], unique=False)
        batch_op.create_index("ix_inbox_event_status", ["status", "id"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column(
            "language",
            sa.Enum("vi", "en", name="language", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "sending_pause",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("pk_sending_pause")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("stored_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("sha256", name=op.f("uq_stored_file_sha256")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "department", "district", "commune", name="unitkind", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_address"), ["address"], unique=False)

    op.create_table(
        "wrong_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("tried_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_code")),
    )
    with op.batch_alter_table("wrong_code", schema=None) as batch_op:
        batch_op.create_index(
            "ix_wrong_code_account", ["channel", "address", "tried_at"], unique=False
        )

    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("bound_at", Instant(), nullable=False),
        sa.Column("last_used_at", Instant(), nullable=False),
        sa.Column("unreachable_since", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_account_live",
            ["channel", "address"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "audit_entry",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "focal_officer",
                "deputy",
                "head",
                "reviewer",
                "council_member",
                "coordinator",
                "admin",
                "observer",
                "member",
                "stand_in",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("details", Document, nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_audit_entry_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_audit_entry_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "binding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "focal_officer",
                "deputy",
                "head",
                "reviewer",
                "council_member",
                "coordinator",
                "admin",
                "observer",
                "member",
                "stand_in",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["person.id"], name=op.f("fk_binding_ended_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["person.id"], name=op.f("fk_binding_granted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_binding_person_id_person")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_binding_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding")),
    )
    with op.batch_alter_table("binding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_binding_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_binding_active",
            ["person_id", "unit_id", "role"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("plan_number", sa.String(), nullable=False),
        sa.Column("plan_dated_on", sa.Date(), nullable=True),
        sa.Column("plan_file_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.Column("timeliness_code", sa.String(), nullable=False),
        sa.Column(
            "sign_off",
            sa.Enum("head", "scan", name="signoff", native_enum=False, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["unit.id"], name=op.f("fk_campaign_owner_id_unit")),
        sa.ForeignKeyConstraint(
            ["plan_file_id"], ["stored_file.id"], name=op.f("fk_campaign_plan_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("owner_id", "year", name=op.f("uq_campaign_owner_id_year")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "focal_officer",
                "deputy",
                "head",
                "reviewer",
                "council_member",
                "coordinator",
                "admin",
                "observer",
                "member",
                "stand_in",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("inviter_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("used_by_id", sa.Integer(), nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["inviter_id"], ["person.id"], name=op.f("fk_invitation_inviter_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_invitation_person_id_person")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_invitation_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["used_by_id"], ["person.id"], name=op.f("fk_invitation_used_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitation_code_hash")),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("area", "criterion", "component", name="level", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("max_points", Exact(), nullable=False),
        sa.Column("scored", sa.Boolean(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "self",
                "survey",
                "appraiser",
                "adjustment",
                name="method",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "rule_kind",
            sa.Enum(
                "yes_no",
                "steps",
                "checklist",
                "tiers",
                "ratio",
                "penalty",
                "manual",
                "survey",
                name="rulekind",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("rule_detail", sa.String(), nullable=False),
        sa.Column("evidence_required", sa.Boolean(), nullable=False),
        sa.Column("appraising_agency_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appraising_agency_id"], ["unit.id"], name=op.f("fk_item_appraising_agency_id_unit")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["item.id"], name=op.f("fk_item_area_id_item")),
        sa.ForeignKeyConstraint(["parent_id"], ["item.id"], name=op.f("fk_item_parent_id_item")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["catalogue_version.id"],
            name=op.f("fk_item_version_id_catalogue_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_item_version_id_code")),
    )
    op.create_table(
        "upload_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("caption", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_upload_link_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_link")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_upload_link_code_hash")),
    )
    op.create_table(
        "appraisal_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "plan",
                "self_assessment",
                "council",
                "round_1",
                "supplement",
                "round_2",
                "consolidation",
                "decision",
                "archive",
                name="step",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("assigned_by_id", sa.Integer(), nullable=True),
        sa.Column("assigned_at", Instant(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "assigned",
                "acknowledged",
                "declined",
                "ended",
                name="taskstatus",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column(
            "decline_reason",
            sa.Enum("conflict", "other", name="declinereason", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("decline_note", sa.String(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["unit.id"], name=op.f("fk_appraisal_task_agency_id_unit")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_by_id"], ["person.id"], name=op.f("fk_appraisal_task_assigned_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_appraisal_task_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["person.id"], name=op.f("fk_appraisal_task_reviewer_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_task")),
    )
    with op.batch_alter_table("appraisal_task", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_appraisal_task_campaign_id"), ["campaign_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_appraisal_task_reviewer_id"), ["reviewer_id"], unique=False
        )
        batch_op.create_index(
            "uq_appraisal_task_active",
            ["campaign_id", "step", "agency_id", "area_code", "reviewer_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('assigned', 'acknowledged')"),
            postgresql_where=sa.text("status IN ('assigned', 'acknowledged')"),
        )

    op.create_table(
        "chat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("memory", Document, nullable=False),
        sa.Column("prompt_id", sa.Integer(), nullable=True),
        sa.Column("binding_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["binding.id"], name=op.f("fk_chat_binding_id_binding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat")),
        sa.UniqueConstraint("channel", "address", name=op.f("uq_chat_channel_address")),
    )
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "plan",
                "self_assessment",
                "council",
                "round_1",
                "supplement",
                "round_2",
                "consolidation",
                "decision",
                "archive",
                name="step",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_extension_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["person.id"], name=op.f("fk_extension_granted_by_id_person")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_extension_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_extension_campaign_id"), ["campaign_id"], unique=False
        )

    op.create_table(
        "item_exclusion",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_exclusion_item_id_item")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_item_exclusion_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("item_id", "unit_id", name=op.f("pk_item_exclusion")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("binding_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("values", Document, nullable=False),
        sa.Column("holds_secret", sa.Boolean(), nullable=False),
        sa.Column("choices", Document, nullable=False),
        sa.Column("always", Document, nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("enclosure", Document, nullable=True),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("memory", Document, nullable=False),
        sa.Column(
            "numbering",
            sa.Enum(
                "numbers", "letters", "starred", name="numbering", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum("answer", "document", "notice", name="kind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("good_until", Instant(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "unknown",
                "unreachable",
                "malformed",
                "superseded",
                name="sendstatus",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unknowns", sa.Integer(), nullable=False),
        sa.Column("claimed_at", Instant(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("platform_id", sa.String(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["binding.id"], name=op.f("fk_outbox_message_binding_id_binding")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_outbox_message_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_message_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_outbox_message_ref")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_message_chat", ["channel", "address", "id"], unique=False)
        batch_op.create_index(
            "ix_outbox_message_due",
            ["status", "channel", "priority", "id", "not_before", "good_until", "address"],
            unique=False,
        )
        batch_op.create_index(
            "ix_outbox_message_secret", ["holds_secret", "settled_at"], unique=False
        )
        batch_op.create_index(
            "ix_outbox_message_notice",
            ["person_id", "id"],
            unique=False,
            sqlite_where=sa.text("kind = 'notice'"),
            postgresql_where=sa.text("kind = 'notice'"),
        )

    op.create_table(
        "unit_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "department", "district", "commune", name="unitkind", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("catalogue_version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_unit_group_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["catalogue_version_id"],
            ["catalogue_version.id"],
            name=op.f("fk_unit_group_catalogue_version_id_catalogue_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_group")),
        sa.UniqueConstraint("campaign_id", "kind", name=op.f("uq_unit_group_campaign_id_kind")),
    )
    op.create_table(
        "window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "plan",
                "self_assessment",
                "council",
                "round_1",
                "supplement",
                "round_2",
                "consolidation",
                "decision",
                "archive",
                name="step",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("opens_at", Instant(), nullable=True),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_window_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window")),
        sa.UniqueConstraint("campaign_id", "step", name=op.f("uq_window_campaign_id_step")),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("locked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_assessment_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["unit_group.id"], name=op.f("fk_assessment_group_id_unit_group")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assessment_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint(
            "campaign_id", "unit_id", name=op.f("uq_assessment_campaign_id_unit_id")
        ),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum(
                "self_assessment",
                "task_acknowledgement",
                name="duty",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "step",
            sa.Enum(
                "plan",
                "self_assessment",
                "council",
                "round_1",
                "supplement",
                "round_2",
                "consolidation",
                "decision",
                "archive",
                name="step",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("rung", sa.String(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "planned",
                "queued",
                "nothing_owed",
                "overtaken",
                "merged",
                "cancelled",
                "no_recipient",
                name="outcome",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_reminder_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["appraisal_task.id"], name=op.f("fk_reminder_task_id_appraisal_task")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reminder_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("key", name=op.f("uq_reminder_key")),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index("ix_reminder_due", ["outcome", "due_at", "subject"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("caption", sa.String(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("set_aside_at", Instant(), nullable=True),
        sa.Column(
            "scan",
            sa.Enum(
                "off",
                "clean",
                "infected",
                "not_scanned",
                name="scan",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("scanned_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_evidence_added_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_evidence_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_evidence_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_evidence_assessment_id"), ["assessment_id"], unique=False
        )

    op.create_table(
        "line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("exempt", sa.Boolean(), nullable=False),
        sa.Column("timed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_line_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_line_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
        sa.UniqueConstraint(
            "assessment_id", "item_id", name=op.f("uq_line_assessment_id_item_id")
        ),
    )
    with op.batch_alter_table("line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_item_id"), ["item_id"], unique=False)

    op.create_table(
        "reminder_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reminder_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("queued_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reminder_recipient_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["reminder_id"],
            ["reminder.id"],
            name=op.f("fk_reminder_recipient_reminder_id_reminder"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_recipient")),
        sa.UniqueConstraint(
            "reminder_id", "person_id", name=op.f("uq_reminder_recipient_reminder_id_person_id")
        ),
    )
    with op.batch_alter_table("reminder_recipient", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reminder_recipient_day", ["person_id", "queued_at"], unique=False
        )

    op.create_table(
        "reminder_schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=40), nullable=False),
        sa.Column("content", Document(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_reminder_schedule_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["person.id"],
            name=op.f("fk_reminder_schedule_changed_by_id_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_schedule")),
        sa.UniqueConstraint(
            "campaign_id", "duty", name=op.f("uq_reminder_schedule_campaign_id_duty")
        ),
    )
    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "council",
                "round_1",
                "supplement_notice",
                "supplement",
                "round_2",
                "consolidation",
                "decision",
                "archive",
                name="act",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_milestone_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_milestone_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index("ix_milestone_act", ["campaign_id", "act"], unique=False)

    op.create_table(
        "reminder_acknowledgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reminder_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reminder_acknowledgement_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["reminder_id"],
            ["reminder.id"],
            name=op.f("fk_reminder_acknowledgement_reminder_id_reminder"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_acknowledgement")),
        sa.UniqueConstraint(
            "reminder_id",
            "person_id",
            name=op.f("uq_reminder_acknowledgement_reminder_id_person_id"),
        ),
    )
    op.create_table(
        "evidence_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("locator", sa.String(), nullable=False),
        sa.Column("linked_by_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["person.id"], name=op.f("fk_evidence_link_closed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_link_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["line.id"], name=op.f("fk_evidence_link_line_id_line")
        ),
        sa.ForeignKeyConstraint(
            ["linked_by_id"], ["person.id"], name=op.f("fk_evidence_link_linked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"],
            ["evidence_link.id"],
            name=op.f("fk_evidence_link_replaced_by_id_evidence_link"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_link")),
    )
    with op.batch_alter_table("evidence_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_evidence_link_evidence_id"), ["evidence_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_evidence_link_line_id"), ["line_id"], unique=False)

    op.create_table(
        "sheet_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_sheet_remark_assessment_id_assessment"),
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["person.id"], name=op.f("fk_sheet_remark_written_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_remark")),
    )
    with op.batch_alter_table("sheet_remark", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sheet_remark_assessment_id"), ["assessment_id"], unique=False
        )

    op.create_table(
        "explanation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["person.id"], name=op.f("fk_explanation_closed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["line.id"], name=op.f("fk_explanation_line_id_line")
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["person.id"], name=op.f("fk_explanation_written_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explanation")),
    )
    with op.batch_alter_table("explanation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_explanation_line_id"), ["line_id"], unique=False)

    op.create_table(
        "past_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("points", Exact(), nullable=False),
        sa.Column("max_points", Exact(), nullable=True),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_past_score_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_past_score_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_score")),
    )
    with op.batch_alter_table("past_score", schema=None) as batch_op:
        batch_op.create_index(
            "ix_past_score_line", ["campaign_id", "unit_id", "code"], unique=False
        )

    op.create_table(
        "self_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("inputs", Document, nullable=False),
        sa.Column("points", Exact(), nullable=True),
        sa.Column("rule_points", Exact(), nullable=True),
        sa.Column("claim_reason", sa.String(), nullable=False),
        sa.Column("data_as_of", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("scored_by_id", sa.Integer(), nullable=True),
        sa.Column("scored_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_self_score_line_id_line")),
        sa.ForeignKeyConstraint(
            ["scored_by_id"], ["person.id"], name=op.f("fk_self_score_scored_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_score")),
        sa.UniqueConstraint("line_id", "version", name=op.f("uq_self_score_line_id_version")),
    )

    op.create_table(
        "allotment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("binding_id", sa.Integer(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["binding.id"], name=op.f("fk_allotment_binding_id_binding")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["person.id"], name=op.f("fk_allotment_ended_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["person.id"], name=op.f("fk_allotment_given_by_id_person")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_allotment_line_id_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allotment")),
    )
    with op.batch_alter_table("allotment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allotment_binding_id"), ["binding_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allotment_line_id"), ["line_id"], unique=False)
        batch_op.create_index(
            "uq_allotment_open",
            ["line_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "stand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("binding_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_stand_in_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["binding.id"], name=op.f("fk_stand_in_binding_id_binding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
        sa.UniqueConstraint("binding_id", name=op.f("uq_stand_in_binding_id")),
    )
    with op.batch_alter_table("stand_in", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stand_in_assessment_id"), ["assessment_id"], unique=False
        )

    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("points", Exact(), nullable=False),
        sa.Column("max_points", Exact(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "waiting",
                "approved",
                "returned",
                "replaced",
                "withdrawn",
                "signed",
                name="proposaloutcome",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_proposal_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_proposal_proposed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_proposal_settled_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposal_assessment_id"), ["assessment_id"], unique=False
        )
        batch_op.create_index(
            "uq_proposal_waiting",
            ["assessment_id"],
            unique=True,
            sqlite_where=sa.text("outcome = 'waiting'"),
            postgresql_where=sa.text("outcome = 'waiting'"),
        )

    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("late_seconds", sa.Integer(), nullable=True),
        sa.Column("content", Document, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("points", Exact(), nullable=False),
        sa.Column("max_points", Exact(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_submission_approved_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_submission_assessment_id_assessment"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_submission_proposal_id_proposal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("code", name=op.f("uq_submission_code")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_submission_proposal_id")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_submission_assessment_id"), ["assessment_id"], unique=False
        )

    op.create_table(
        "signed_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_signed_report_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_signed_report_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_report")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_signed_report_submission_id")),
    )

    op.create_table(
        "reopening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reopened_by_id", sa.Integer(), nullable=True),
        sa.Column("reopened_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reopened_by_id"], ["person.id"], name=op.f("fk_reopening_reopened_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_reopening_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopening")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_reopening_submission_id")),
    )

    op.create_table(
        "workbook_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("changes", Document, nullable=False),
        sa.Column("refused", Document, nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("applied_at", Instant(), nullable=True),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("discarded_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["applied_by_id"], ["person.id"], name=op.f("fk_workbook_return_applied_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_workbook_return_assessment_id_assessment"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_workbook_return_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["person.id"], name=op.f("fk_workbook_return_sent_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_return")),
    )
    with op.batch_alter_table("workbook_return", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_workbook_return_assessment_id"), ["assessment_id"], unique=False
        )

    _make_broadcasts_and_letters()
    _make_audit_append_only()


def _make_audit_append_only() -> None:
    """Whoever wants to change the audit log has to take these triggers away first (T9)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
        )
        return
    refuse = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_entry_kept_{change.lower()} BEFORE {change} ON audit_entry "
            + refuse
        )
    # INSERT OR REPLACE deletes without asking a trigger on DELETE.
    op.execute(
        "CREATE TRIGGER audit_entry_kept_insert BEFORE INSERT ON audit_entry "
        "WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id) " + refuse
    )


def _make_broadcasts_and_letters() -> None:
    """What a coordinator writes to many, and how late units are urged."""
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("segment", Document, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("wants_acknowledgement", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("left_out", Document, nullable=False),
        sa.Column("drafted_by_id", sa.Integer(), nullable=False),
        sa.Column("drafted_at", Instant(), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_broadcast_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["cancelled_by_id"], ["person.id"], name=op.f("fk_broadcast_cancelled_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_broadcast_confirmed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["person.id"], name=op.f("fk_broadcast_drafted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_broadcast_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
    )
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.create_index(
            "ix_broadcast_fingerprint",
            ["campaign_id", "fingerprint", "confirmed_at"],
            unique=False,
        )

    op.create_table(
        "chase_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("drafted_by_id", sa.Integer(), nullable=False),
        sa.Column("drafted_at", Instant(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_chase_letter_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["person.id"], name=op.f("fk_chase_letter_drafted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_chase_letter_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_chase_letter_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chase_letter")),
    )
    with op.batch_alter_table("chase_letter", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_chase_letter_campaign_id"), ["campaign_id"], unique=False
        )

    op.create_table(
        "escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "rung",
            sa.Enum(
                "focal_officer",
                "deputy",
                "head",
                "list",
                name="chaserung",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_escalation_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["person.id"], name=op.f("fk_escalation_taken_by_id_person")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_escalation_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
    )
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.create_index("ix_escalation_unit", ["campaign_id", "unit_id"], unique=False)

    op.create_table(
        "broadcast_chase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("chased_by_id", sa.Integer(), nullable=False),
        sa.Column("chased_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_chase_broadcast_id_broadcast"),
        ),
        sa.ForeignKeyConstraint(
            ["chased_by_id"], ["person.id"], name=op.f("fk_broadcast_chase_chased_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_chase")),
        sa.UniqueConstraint(
            "broadcast_id", "number", name=op.f("uq_broadcast_chase_broadcast_id_number")
        ),
    )
    op.create_table(
        "broadcast_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("binding_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["binding.id"], name=op.f("fk_broadcast_recipient_binding_id_binding")
        ),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_recipient_broadcast_id_broadcast"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_broadcast_recipient_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_broadcast_recipient_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_recipient")),
        sa.UniqueConstraint(
            "broadcast_id", "person_id", name=op.f("uq_broadcast_recipient_broadcast_id_person_id")
        ),
        sa.UniqueConstraint("message_key", name=op.f("uq_broadcast_recipient_message_key")),
    )
    with op.batch_alter_table("broadcast_recipient", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_broadcast_recipient_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "chase_letter_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["chase_letter.id"],
            name=op.f("fk_chase_letter_unit_letter_id_chase_letter"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_chase_letter_unit_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chase_letter_unit")),
        sa.UniqueConstraint(
            "letter_id", "unit_id", name=op.f("uq_chase_letter_unit_letter_id_unit_id")
        ),
    )
    with op.batch_alter_table("chase_letter_unit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_chase_letter_unit_unit_id"), ["unit_id"], unique=False
        )


def downgrade() -> None:
    raise NotImplementedError("a legal record is not migrated backwards; restore a backup")
