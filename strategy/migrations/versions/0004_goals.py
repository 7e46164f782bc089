"""Objectives, key results and plan versions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _record(*columns: sa.Column[object]) -> tuple[sa.Column[object], ...]:
    return (
        *columns,
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )


def _name(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(120), nullable=null)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.key"], name=op.f(f"fk_{table}_{column}_{target}"))


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=False)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "objective",
        *_record(
            _name("unit"),
            _name("perspective"),
            _name("theme"),
            sa.Column("title", sa.String(200), nullable=False),
            sa.Column("description", sa.Text(), nullable=False),
            _name("owner"),
            sa.Column("priority", sa.Boolean(), nullable=False),
            sa.Column("state", sa.String(20), nullable=False),
            sa.Column("place", sa.Integer(), nullable=False),
            _name("parent", null=True),
            sa.Column("cascade", sa.String(20), nullable=False),
            _name("offered_by"),
            _name("waits_for"),
            sa.Column("words", sa.Text(), nullable=False),
            _json("weights"),
            _json("scorecards"),
            sa.Column("edits", sa.Integer(), nullable=False),
            sa.Column("start", sa.Date(), nullable=True),
            sa.Column("end", sa.Date(), nullable=True),
            _name("progress_metric"),
            sa.Column("progress_span", sa.String(20), nullable=False),
            sa.Column("baseline", sa.Double(), nullable=True),
            sa.Column("target", sa.Double(), nullable=True),
        ),
        _refers("objective", "parent", "objective"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_objective")),
    )
    op.create_index("ix_objective_unit", "objective", ["unit", "state"])
    op.create_index("ix_objective_parent", "objective", ["parent"])
    op.create_table(
        "objective_metric",
        *_record(
            _name("objective"),
            _name("unit"),
            _name("metric"),
            _json("weights"),
            sa.Column("goal", sa.Double(), nullable=True),
            sa.Column("red_flag", sa.Double(), nullable=True),
            sa.Column("targeted", sa.Boolean(), nullable=False),
        ),
        _refers("objective_metric", "objective", "objective"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_objective_metric")),
    )
    op.create_index("ix_objective_metric_objective", "objective_metric", ["objective"])
    op.create_table(
        "key_result",
        *_record(
            _name("objective"),
            _name("unit"),
            sa.Column("title", sa.String(200), nullable=False),
            _name("owner"),
            sa.Column("state", sa.String(20), nullable=False),
            _name("metric"),
            sa.Column("measured_in", sa.String(60), nullable=False),
            sa.Column("start", sa.Double(), nullable=False),
            sa.Column("target", sa.Double(), nullable=False),
            sa.Column("weight", sa.Double(), nullable=False),
            sa.Column("due", sa.Date(), nullable=True),
            sa.Column("value", sa.Double(), nullable=True),
            sa.Column("confidence", sa.Integer(), nullable=True),
            sa.Column("checks", sa.Integer(), nullable=False),
            sa.Column("checked_on", sa.Date(), nullable=True),
        ),
        _refers("key_result", "objective", "objective"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_key_result")),
    )
    op.create_index("ix_key_result_objective", "key_result", ["objective"])
    op.create_table(
        "check_in",
        *_record(
            _name("key_result"),
            _name("objective"),
            _name("unit"),
            sa.Column("on", sa.Date(), nullable=False),
            sa.Column("value", sa.Double(), nullable=False),
            sa.Column("confidence", sa.Integer(), nullable=False),
            sa.Column("words", sa.Text(), nullable=False),
        ),
        _refers("check_in", "key_result", "key_result"),
        _refers("check_in", "objective", "objective"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_check_in")),
    )
    op.create_index("ix_check_in_key_result", "check_in", ["key_result"])
    op.create_table(
        "plan_version",
        *_record(
            _name("objective", null=True),
            _name("unit"),
            sa.Column("kind", sa.String(20), nullable=False),
            sa.Column("title", sa.String(200), nullable=False),
            sa.Column("reason", sa.Text(), nullable=False),
            sa.Column("on", sa.Date(), nullable=False),
            _json("changes"),
        ),
        _refers("plan_version", "objective", "objective"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_plan_version")),
    )
    op.create_index("ix_plan_version_objective", "plan_version", ["objective"])


def downgrade() -> None:
    """Take back."""
    for index, table in (
        ("ix_plan_version_objective", "plan_version"),
        ("ix_check_in_key_result", "check_in"),
        ("ix_key_result_objective", "key_result"),
        ("ix_objective_metric_objective", "objective_metric"),
    ):
        op.drop_index(index, table_name=table)
        op.drop_table(table)
    op.drop_index("ix_objective_parent", table_name="objective")
    op.drop_index("ix_objective_unit", table_name="objective")
    op.drop_table("objective")
