"""Issues and corrective actions, and what was told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")


def record() -> list[sa.Column[object]]:
    """The columns of every record."""
    return [
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
    ]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "issue",
        *record(),
        sa.Column("metric", sa.String(120), nullable=False),
        sa.Column("objective", sa.String(120)),
        sa.Column("review", sa.String(120)),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("since_period", sa.String(20), nullable=False),
        sa.Column("value", sa.Double()),
        sa.Column("target", sa.Double()),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(20)),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("value_after", sa.Double()),
        sa.Column("period_after", sa.String(20)),
        sa.Column("closed_on", sa.Date()),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_issue")),
        sa.ForeignKeyConstraint(["objective"], ["objective.key"], name=op.f("fk_issue_objective_objective")),
    )
    op.create_index("uq_issue_open", "issue", ["metric", "unit"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_issue_unit", "issue", ["unit", "state"])
    op.create_table(
        "action",
        *record(),
        sa.Column("issue", sa.String(120)),
        sa.Column("objective", sa.String(120)),
        sa.Column("review", sa.String(120)),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("given_by", sa.String(120), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("first_due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("health", sa.String(20), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("expected_metric", sa.String(120)),
        sa.Column("expected_change", sa.Double()),
        sa.Column("expected_by", sa.Date()),
        sa.Column("value_before", sa.Double()),
        sa.Column("period_before", sa.String(20)),
        sa.Column("done_on", sa.Date()),
        sa.Column("worked", sa.String(20)),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("value_after", sa.Double()),
        sa.Column("period_after", sa.String(20)),
        sa.Column("verified_by", sa.String(120)),
        sa.Column("verified_on", sa.Date()),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_action")),
        sa.ForeignKeyConstraint(["issue"], ["issue.key"], name=op.f("fk_action_issue_issue")),
        sa.ForeignKeyConstraint(["objective"], ["objective.key"], name=op.f("fk_action_objective_objective")),
    )
    op.create_index("ix_action_issue", "action", ["issue"])
    op.create_index("ix_action_owner", "action", ["owner", "state"])
    op.create_index("ix_action_unit", "action", ["unit", "state"])
    op.create_table(
        "action_news",
        *record(),
        sa.Column("action", sa.String(120), nullable=False),
        sa.Column("about", sa.String(20), nullable=False),
        sa.Column("health", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_action_news")),
        sa.ForeignKeyConstraint(["action"], ["action.key"], name=op.f("fk_action_news_action_action")),
    )
    op.create_index("ix_action_news_action", "action_news", ["action"])


def downgrade() -> None:
    """Take back."""
    for table in ("action_news", "action", "issue"):
        op.drop_table(table)
