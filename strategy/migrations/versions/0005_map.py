"""Cause-effect links with a hypothesis, and exemptions from the strategy's lint."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _stamped() -> list[sa.Column[object]]:
    """What every record has."""
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
        "link",
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("cause", sa.String(120), nullable=False),
        sa.Column("effect", sa.String(120), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("leading", sa.String(120), nullable=True),
        sa.Column("lagging", sa.String(120), nullable=True),
        sa.Column("sign", sa.Integer(), nullable=False),
        sa.Column("lag_months", sa.Integer(), nullable=True),
        sa.Column("by", sa.Date(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        *_stamped(),
        sa.ForeignKeyConstraint(["cause"], ["objective.key"], name=op.f("fk_link_cause_objective")),
        sa.ForeignKeyConstraint(["effect"], ["objective.key"], name=op.f("fk_link_effect_objective")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_link")),
    )
    for column in ("unit", "cause", "effect"):
        op.create_index(f"ix_link_{column}", "link", [column])
    op.create_table(
        "exemption",
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        *_stamped(),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_exemption")),
    )
    op.create_index("ix_exemption_subject", "exemption", ["rule", "subject"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_exemption_subject", table_name="exemption")
    op.drop_table("exemption")
    for column in ("effect", "cause", "unit"):
        op.drop_index(f"ix_link_{column}", table_name="link")
    op.drop_table("link")
