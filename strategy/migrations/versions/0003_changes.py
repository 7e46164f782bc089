"""What each command changed: fields before and after, from which the state can be rebuilt."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_change_audit_id_audit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_change")),
    )
    op.create_index("ix_audit_change_subject", "audit_change", ["kind", "key"])
    op.create_index("ix_audit_change_audit_id", "audit_change", ["audit_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_audit_change_audit_id", table_name="audit_change")
    op.drop_index("ix_audit_change_subject", table_name="audit_change")
    op.drop_table("audit_change")
