"""Where a number came from: its parts give it again, and the command line tells it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.commands import fourfold
from data.errors import QueryError
from flows.explaining import Explanation, Node, explain
from flows.opened import open_current
from metrics.definitions.kinds import Change, Ratio, Rolling, ToDate

KINDS = {
    "gross_margin": "ratio of metrics",
    "on_time_delivery": "ratio of aggregations in place",
    "order_intake_growth": "change of a rolling",
    "ebit_ytd": "to date",
    "revenue_12m": "rolling",
    "headcount": "stock",
    "new_customers": "first of an entity",
    "resolution_kept": "maintain",
    "satisfaction": "average",
}


def explained(demo: Path, metric: str, period: str = "2026-09", unit: str = "velora") -> Explanation:
    return explain(open_current(demo), metric, period, unit)


def nodes(node: Node) -> list[Node]:
    return [node, *(one for part in node.parts for one in nodes(part))]


@pytest.mark.parametrize("period", ["2026-09", "2026-Q2", "2026-07-ytd"])
@pytest.mark.parametrize("metric", KINDS)
def test_parts_give_the_number_again(demo: Path, metric: str, period: str) -> None:
    found = explained(demo, metric, period)
    assert found.formula.value == pytest.approx(found.value.value, rel=1e-9)
    for node in nodes(found.formula):
        values = [part.value for part in node.parts]
        body = node.metric.body
        if isinstance(body, Ratio):
            assert node.value == pytest.approx(values[0] / values[1])  # type: ignore[operator]
        elif isinstance(body, ToDate | Rolling):
            assert node.value == pytest.approx(values[0])
        elif isinstance(body, Change) and body.as_ == "percent":
            assert node.value == pytest.approx((values[0] - values[1]) / abs(values[1]))  # type: ignore[operator, arg-type]


def test_as_many_rows_as_the_number_says(demo: Path) -> None:
    found = explained(demo, "order_intake", unit="commercial")
    (page,) = found.rows
    assert page.total == found.value.rows > len(page.rows) == 5
    assert [one.table for one in found.statements] == ["order_lines"]
    assert found.lineage.key == "order_intake"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("order_intak", "2026-09", "velora"), "did you mean 'order_intake'"),
        (("order_intake", "2026-19", "velora"), "there are no values for the period"),
        (("order_intake", "2026-09", "velara"), "did you mean 'velora'"),
        (("order_intake", "2026-09", "finance"), "has no value for finance"),
    ],
)
def test_what_there_is_not_is_told_the_nearest(demo: Path, asked: tuple[str, str, str], words: str) -> None:
    with pytest.raises(QueryError, match=words):
        explained(demo, *asked)


def run(*arguments: str) -> str:
    found = CliRunner().invoke(fourfold, list(arguments))
    assert found.exit_code == 0, found.output
    return found.stdout


def test_command_line_tells_a_number(demo: Path) -> None:
    said = run("explain", "order_intake_growth", "2026-10", "commercial", "-w", str(demo))
    for words in ("now: ", "then: ", "Sum of amount in order lines", "Target 4.0\xa0%", "order_lines_*.csv", "SELECT"):
        assert words in said
    content = json.loads(run("explain", "order_value", "2026-10", "-w", str(demo), "--json"))
    top, bottom = (part["value"] for part in content["formula"]["parts"])
    assert content["value"] == pytest.approx(top / bottom)


def test_command_line_asks(demo: Path) -> None:
    asked = ["query", "order_intake", "orders", "--by", "unit.division", "--by", "channel", "-w", str(demo)]
    when = ["--start", "2026-08", "--end", "2026-09", "--grain", "month"]
    said = run(*asked, *when, "--order=-order_intake", "--limit", "3")
    assert "Dealer portal" in said.splitlines()[1] and "€1.93\xa0M" in said and len(said.splitlines()) == 4
    rows = json.loads(run(*asked, *when, "--json"))["rows"]
    assert {row["time"] for row in rows} == {"2026-08-01", "2026-09-01"}
    lines = run(*asked, "--csv", "--start", "2026-10").splitlines()
    assert lines[0] == '"unit.division","channel","order_intake","orders"'
    assert "SELECT" in run(*asked, "--sql") and "order_lines" in run(*asked, "--sql")
    mine = run(
        "query", "order_intake", "--by", "unit", "--start", "2026-10", "--person", "pavel_novak", "-w", str(demo)
    )
    assert "Service" not in mine and "Dealer sales" in mine


def test_command_line_shows_lineage(demo: Path) -> None:
    assert "order_lines_*.csv" in run("lineage", "on_time_delivery", "-w", str(demo))
    content = json.loads(run("lineage", "table:order_lines", "--up", "--json", "-w", str(demo)))
    assert {"order_value", "order_intake"} <= {one["key"] for link in content["then"] for one in [link, *link["then"]]}
