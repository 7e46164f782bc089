"""Reviews: cadences, meetings with people and agenda, decisions, what came of them, packs."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
TABLES = ("cadence", "review", "invitation", "agenda_item", "decision", "review_outcome", "pack")


def _record() -> list[sa.Column[object]]:
    """The columns that every record has."""
    return [
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    ]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "cadence",
        *_record(),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("chair", sa.String(120), nullable=False),
        sa.Column("every", sa.String(20), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_cadence")),
    )
    op.create_index("ix_cadence_unit", "cadence", ["unit"])
    op.create_table(
        "review",
        *_record(),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("cadence", sa.String(120), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("chair", sa.String(120), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("period", sa.String(20), nullable=False),
        sa.Column("snapshot", sa.String(80), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cadence"], ["cadence.key"], name=op.f("fk_review_cadence_cadence")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_review")),
    )
    op.create_index("ix_review_cadence", "review", ["cadence"])
    op.create_index("ix_review_unit", "review", ["unit", "state"])
    op.create_table(
        "invitation",
        *_record(),
        sa.Column("review", sa.String(120), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("person", sa.String(120), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(["review"], ["review.key"], name=op.f("fk_invitation_review_review")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_invitation")),
    )
    op.create_index("ix_invitation_person", "invitation", ["person", "state"])
    op.create_index("ix_invitation_review", "invitation", ["review"])
    op.create_table(
        "agenda_item",
        *_record(),
        sa.Column("review", sa.String(120), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
        sa.Column("section", sa.String(20), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("metric", sa.String(120), nullable=False),
        sa.Column("period", sa.String(20), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("target", sa.Double(), nullable=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("objective", sa.String(120), nullable=False),
        sa.Column("subject_table", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("why_out", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["review"], ["review.key"], name=op.f("fk_agenda_item_review_review")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_agenda_item")),
    )
    op.create_index("ix_agenda_item_metric", "agenda_item", ["metric", "about"])
    op.create_index("ix_agenda_item_review", "agenda_item", ["review"])
    op.create_table(
        "decision",
        *_record(),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("review", sa.String(120), nullable=True),
        sa.Column("item", sa.String(120), nullable=True),
        sa.Column("issue", sa.String(120), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("cites", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("revisit_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["review"], ["review.key"], name=op.f("fk_decision_review_review")),
        sa.ForeignKeyConstraint(["item"], ["agenda_item.key"], name=op.f("fk_decision_item_agenda_item")),
        sa.ForeignKeyConstraint(["issue"], ["issue.key"], name=op.f("fk_decision_issue_issue")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_review", "decision", ["review"])
    op.create_index("ix_decision_unit", "decision", ["unit", "state"])
    op.create_table(
        "review_outcome",
        *_record(),
        sa.Column("review", sa.String(120), nullable=False),
        sa.Column("item", sa.String(120), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("action", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["review"], ["review.key"], name=op.f("fk_review_outcome_review_review")),
        sa.ForeignKeyConstraint(["item"], ["agenda_item.key"], name=op.f("fk_review_outcome_item_agenda_item")),
        sa.ForeignKeyConstraint(["action"], ["action.key"], name=op.f("fk_review_outcome_action_action")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_review_outcome")),
    )
    op.create_index("ix_review_outcome_action", "review_outcome", ["action"])
    op.create_index("ix_review_outcome_review", "review_outcome", ["review"])
    op.create_table(
        "pack",
        *_record(),
        sa.Column("review", sa.String(120), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("period", sa.String(20), nullable=False),
        sa.Column("snapshot", sa.String(80), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["review"], ["review.key"], name=op.f("fk_pack_review_review")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pack")),
    )
    op.create_index("ix_pack_unit", "pack", ["unit"])


def downgrade() -> None:
    """Take back."""
    for name in reversed(TABLES):
        op.drop_table(name)
