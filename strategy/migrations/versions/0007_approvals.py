"""What waits for a decision, the clocks, and what they moved up."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "request",
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("amount", sa.Double(), nullable=True),
        sa.Column("subject_table", sa.String(60), nullable=True),
        sa.Column("subject_key", sa.String(120), nullable=True),
        sa.Column("command", sa.String(80), nullable=True),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("right", sa.String(120), nullable=False),
        sa.Column("decides", sa.String(20), nullable=False),
        sa.Column("decider", sa.String(120), nullable=False),
        sa.Column("asked_by", sa.String(120), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("decided_by", sa.String(120), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("carried", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_request")),
    )
    op.create_index("ix_request_state", "request", ["state"])
    op.create_table(
        "waiting_clock",
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("watches", sa.String(40), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_waiting_clock")),
    )
    op.create_index(
        "uq_waiting_clock_watches",
        "waiting_clock",
        ["unit", "watches"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "escalation",
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("watches", sa.String(40), nullable=False),
        sa.Column("subject_table", sa.String(60), nullable=False),
        sa.Column("subject_key", sa.String(120), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("from_person", sa.String(120), nullable=True),
        sa.Column("to_person", sa.String(120), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_escalation")),
    )
    op.create_index("ix_escalation_subject", "escalation", ["subject_table", "subject_key"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_escalation_subject", table_name="escalation")
    op.drop_table("escalation")
    op.drop_index("uq_waiting_clock_watches", table_name="waiting_clock")
    op.drop_table("waiting_clock")
    op.drop_index("ix_request_state", table_name="request")
    op.drop_table("request")
