"""People who sign in: accounts, roles over time, stand-ins, sign-ins that count no more."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _record(
        "member",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), nullable=True),
        sa.Column("account", sa.String(500), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("valid_after", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("email", name=op.f("uq_member_email")),
        sa.UniqueConstraint("account", name=op.f("uq_member_account")),
    )
    _record(
        "membership",
        sa.Column("person", sa.String(120), nullable=False),
        sa.Column("role", sa.String(120), nullable=False),
        sa.Column("units", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
    )
    op.create_index("ix_membership_person", "membership", ["person"])
    _record(
        "delegation",
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("taker", sa.String(120), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
    )
    op.create_index("ix_delegation_owner", "delegation", ["owner"])
    op.create_index("ix_delegation_taker", "delegation", ["taker"])
    _record(
        "revoked",
        sa.Column("person", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["member.key"], name=op.f("fk_revoked_person_member")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("revoked")
    for name in ("ix_delegation_owner", "ix_delegation_taker"):
        op.drop_index(name, table_name="delegation")
    op.drop_table("delegation")
    op.drop_index("ix_membership_person", table_name="membership")
    op.drop_table("membership")
    op.drop_table("member")


def _record(name: str, *columns: Any) -> None:
    op.create_table(
        name,
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("key", name=op.f(f"pk_{name}")),
    )
