"""The demo's whole way from file to value, against the same figures by plain pandas; and the story it tells."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
from ruamel.yaml import YAML

from data.snapshots import Store
from data.valuefiles import open_snapshot
from tests.integration.demo_answers import Answer, answers

LAST = date(2026, 10, 31)


@pytest.fixture(scope="module")
def by_pandas(demo: Path) -> dict[Answer, float]:
    return answers(demo / "files")


@pytest.fixture(scope="module")
def values(demo: Path) -> duckdb.DuckDBPyConnection:
    store = Store(demo / "var")
    manifest = store.current()
    assert manifest is not None
    return open_snapshot(store, manifest).execute("USE snapshot")


def statuses(values: duckdb.DuckDBPyConnection, end: date) -> dict[str, str]:
    rows = values.execute(
        """select metric, status from "values" where unit = 'velora' and span = 'month' and period_end = ?""", [end]
    )
    return dict(rows.fetchall())


def turned_red(values: duckdb.DuckDBPyConnection, metric: str) -> date:
    """The month since which a metric has been red without a break."""
    rows = values.execute(
        """select period_end, status from "values" where unit = 'velora' and span = 'month' and metric = ?
        order by period_end desc""",
        [metric],
    )
    since: date | None = None
    for end, status in rows.fetchall():
        if status != "red":
            break
        since = end
    assert since is not None, f"{metric} is not red"
    return since


def test_engine_and_pandas_agree(values: duckdb.DuckDBPyConnection, by_pandas: dict[Answer, float]) -> None:
    rows = values.execute('select metric, unit, span, cast(period_start as varchar), value from "values"').fetchall()
    computed = {(metric, unit, span, start): value for metric, unit, span, start, value in rows}
    assert len(by_pandas) > 15_000
    wrong = {
        key: (expected, computed.get(key))
        for key, expected in by_pandas.items()
        if computed.get(key) != pytest.approx(expected, rel=1e-9, abs=1e-9)
    }
    assert not wrong, f"{len(wrong)} of {len(by_pandas)} differ, such as {sorted(wrong.items())[:5]}"


def test_engine_invents_nothing(values: duckdb.DuckDBPyConnection, by_pandas: dict[Answer, float]) -> None:
    """No value where pandas has none, such as a year that would begin before the first fact; zeros may be filled in."""
    asked = {(metric, span) for metric, _, span, _ in by_pandas if metric != "time_to_fill"}  # that one is carried
    rows = values.execute(
        """select metric, unit, span, cast(period_start as varchar) from "values" where value <> 0"""
    ).fetchall()
    invented = sorted(row for row in rows if (row[0], row[2]) in asked and row not in by_pandas)
    assert not invented, f"{len(invented)} values from nowhere, such as {invented[:5]}"


def test_story_of_october(values: duckdb.DuckDBPyConnection) -> None:
    found = statuses(values, LAST)
    card = on_the_card()
    by_status: dict[str, set[str]] = {}
    for metric in card:
        by_status.setdefault(found[metric], set()).add(metric)
    assert len(card) == 32
    assert by_status["red"] == {
        "supplier_defect_rate", "supplier_on_time", "order_cycle_time", "first_pass_yield", "on_time_delivery",
        "accidents",
    }  # fmt: skip
    assert by_status["stale"] == {"training_hours"}
    assert by_status["not_due"] == {"engagement"}
    assert by_status["no_target"] == {"new_model_share"}
    assert by_status.keys() == {"red", "amber", "green", "stale", "not_due", "no_target"}
    assert len(by_status["green"]) >= len(by_status["amber"])


def test_leading_indicators_turned_months_before_the_lagging_one(values: duckdb.DuckDBPyConnection) -> None:
    defects, late = turned_red(values, "supplier_defect_rate"), turned_red(values, "on_time_delivery")
    cycle = turned_red(values, "order_cycle_time")
    assert defects < cycle < late
    assert 4 <= (late.year - defects.year) * 12 + late.month - defects.month <= 6


def test_a_goal_was_moved_in_october(values: duckdb.DuckDBPyConnection) -> None:
    rows = values.execute(
        """select target, value, score from "values" where unit = 'velora' and metric = 'overdue_share'
        and span = 'month' order by period_end desc limit 2"""
    ).fetchall()
    (target, value, score), (target_before, value_before, score_before) = rows
    assert (target_before, target) == (0.12, 0.14)
    assert value > value_before
    assert score > score_before, "the score improved although the value did not"


def test_every_kind_of_metric_is_used(demo: Path) -> None:
    kinds = {"agg", "ratio", "expr", "change", "to_date", "rolling", "stock", "first_per", "maintain"}
    used = set()
    for path in (demo / "metrics").glob("*/*.yaml"):
        used |= kinds & set(YAML(typ="safe").load(path))
    assert used == kinds


def on_the_card() -> set[str]:
    """The metrics of the corporate scorecard, through its objectives and directly."""
    folder = Path(__file__).resolve().parents[2] / "data" / "demo"
    plan = YAML(typ="safe").load(folder / "strategy.yaml")
    card = YAML(typ="safe").load(folder / "scorecards" / "corporate.yaml")
    metrics = set(card["metrics"])
    for key in card["objectives"]:
        metrics |= set(plan["objectives"][key]["metrics"])
    return metrics
