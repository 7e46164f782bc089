"""`fourfold plan`: what it foretells is exactly what a refresh then brings, values and parents alike."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from cli.commands import fourfold
from data.calendar import Period
from data.errors import CommandError, DefinitionError
from flows.opened import Opened, open_current
from flows.plan_in_force import in_force_at
from flows.planning import changes, plan
from flows.refresh import refresh
from metrics.values.reading import Value, values_of
from metrics.values.table import SCHEMA
from tests.making import MODEL, REVENUE, SOURCE, make, sales
from views.planned import metric_plans, parents
from views.scorecard import sheet, units_of


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{name} does not hold {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def new_target(folder: Path) -> None:
    edit(folder, "metrics/customer/on_time_delivery.yaml", "value: 95 %, from", "value: 97 %, from")


def new_formula(folder: Path) -> None:
    edit(folder, "metrics/financial/warranty_cost.yaml", 'expr: "-amount"', 'expr: "-2 * amount"')


def new_and_gone(folder: Path) -> None:
    text = "title: Lines late\nmeasured_in: count\ntarget: 10\nanchors: {goal: target, red: 5 from target}\n"
    text += 'direction: down\nagg: {table: deliveries, function: count, filter: "delivered_on > promised_on"}\n'
    (folder / "metrics/process/lines_late.yaml").write_text(text, encoding="utf-8")
    edit(
        folder,
        "scorecards/corporate.yaml",
        "metrics: {new_model_share: 1}",
        "metrics: {new_model_share: 1, lines_late: 3}",
    )
    (folder / "metrics/customer/order_value.yaml").unlink()
    edit(folder, "workspace.yaml", "      order_value: background to order intake\n", "")


def new_weights(folder: Path) -> None:
    for file in (folder / "var").glob("state.sqlite*"):  # what the state knows, the files no longer say
        file.unlink()
    edit(folder, "strategy.yaml", "metrics: {satisfaction: 2, nps: 1", "metrics: {satisfaction: 1, nps: 5")
    edit(folder, "scorecards/corporate.yaml", "grow_profitably: 2", "grow_profitably: 7")


def whole(opened: Opened) -> pa.Table:
    return opened.engine().table('SELECT * FROM snapshot.main."values"').select(SCHEMA.names).cast(SCHEMA)


def rolled(folder: Path, opened: Opened, table: pa.Table) -> dict[tuple[object, ...], tuple[float | None, str]]:
    """Every score of every scorecard by scorecard, place, unit and period, without any short cut."""
    (workspace,) = in_force_at(folder, opened, opened.workspace)
    found: dict[tuple[object, ...], tuple[float | None, str]] = {}
    by_period: dict[Period, list[Value]] = {}
    for value in values_of(table, dict(workspace.metrics)):
        by_period.setdefault(value.period, []).append(value)
    for key, card in workspace.scorecards.items():
        rests = {unit: units_of(workspace, card, unit) for unit in opened.tree.units}
        for period, values in by_period.items():
            for unit in sorted({value.unit for value in values}):
                if card.units != "all" and unit not in card.units:
                    continue
                made = sheet(workspace, card, period, [v for v in values if v.unit in rests[unit]], unit)
                waiting = [(key, made.rolled, 0)] if made else []
                while waiting:
                    name, branch, depth = waiting.pop()
                    if branch.children and depth <= 2:  # a part of an objective stands on its own unit's scorecard
                        found[key, name, unit, period] = (branch.score, branch.status)
                        waiting += [(child.key, child, depth + 1) for child in branch.children]
    return found


EDITS: list[Callable[[Path], None]] = [new_target, new_formula, new_and_gone, new_weights]


@pytest.mark.parametrize("change", EDITS, ids=lambda change: change.__name__)
def test_what_is_planned_is_what_a_refresh_brings(change: Callable[[Path], None], own_demo: Path) -> None:
    before = open_current(own_demo)
    old = whole(before)
    change(own_demo)
    planned = plan(own_demo)
    above = parents(planned)
    refresh(own_demo)
    after = open_current(own_demo)
    real = changes(old, whole(after))
    assert planned.changes.num_rows == real.num_rows
    for name in ("unit", "metric", "span", "period_end", "status", "status_new"):
        assert planned.changes.column(name).to_pylist() == real.column(name).to_pylist()
    for name in ("value", "value_new", "target", "target_new", "score", "score_new"):
        assert planned.changes.column(name).to_pylist() == pytest.approx(real.column(name).to_pylist(), nan_ok=True)
    sides = rolled(own_demo, before, old), rolled(own_demo, after, whole(after))
    moved = {
        place
        for place in {*sides[0], *sides[1]}
        if not same(sides[0].get(place, (None, "no_data")), sides[1].get(place, (None, "no_data")))
    }
    told = {
        (one.scorecard, one.key if one.level != "scorecard" else one.scorecard, one.unit, one.period) for one in above
    }
    assert told == moved
    assert planned.changes.num_rows or moved


def same(old: tuple[float | None, str], new: tuple[float | None, str]) -> bool:
    if old[0] is None or new[0] is None:
        return old == new
    return abs(old[0] - new[0]) < 1e-9 and old[1] == new[1]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small company, refreshed, in a git repository."""
    folder = make(tmp_path / "small", {"files/sales.csv": sales("2025-01-10,shop,100,60,a,x,true")})
    refresh(folder)
    (folder / ".gitignore").write_text("var/\n", encoding="utf-8")
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_words_change_nothing(small: Path) -> None:
    edit(small, "metrics/financial/revenue.yaml", "title: Revenue", "title: Turnover\ndescription: What came in.")
    assert plan(small).differences.none


def test_a_plan_is_counted_and_told_with_the_largest_first(small: Path) -> None:
    edit(small, "metrics/financial/revenue.yaml", "expr: amount", "expr: amount * 2")
    (one,) = metric_plans(plan(small))
    assert (one.how, one.values, one.targets, one.statuses) == ("changed", one.rows, 0, 0)
    assert set(one.units) == {"company", "east", "shop"}
    assert one.moved[0].value == (100.0, 200.0)
    only = metric_plans(plan(small), units={"shop"})[0]
    assert only.units == ("shop",)


def test_against_a_revision_of_git(small: Path) -> None:
    edit(small, "metrics/financial/revenue.yaml", "expr: amount", "expr: amount * 2")
    refresh(small)
    assert plan(small).differences.none
    (one,) = metric_plans(plan(small, "HEAD"))
    assert one.moved[0].value == (100.0, 200.0)
    for wrong in ("no_such_branch", "--output=x"):
        with pytest.raises(CommandError, match=r"neither a snapshot nor a revision|is an option of git"):
            plan(small, wrong)


def test_files_that_are_not_sound_have_no_plan(small: Path) -> None:
    edit(small, "metrics/financial/revenue.yaml", "expr: amount", "expr: amuont")
    with pytest.raises(DefinitionError, match="did you mean 'amount'"):
        plan(small)


def test_a_plan_publishes_nothing(small: Path) -> None:
    before = (small / "var" / "CURRENT").read_text(encoding="utf-8")
    (small / "metrics/financial/orders.yaml").write_text(REVENUE.replace("Revenue", "Orders"), encoding="utf-8")
    told = CliRunner().invoke(fourfold, ["plan", "--workspace", str(small)])
    assert told.exit_code == 0, told.output
    assert "+ orders (Orders), added: " in told.stdout
    assert (small / "var" / "CURRENT").read_text(encoding="utf-8") == before
    machine = json.loads(CliRunner().invoke(fourfold, ["plan", "--workspace", str(small), "--json"]).stdout)
    assert machine["added"] == ["orders"]
    assert machine["metrics"][0]["moved"][0]["value"][0] is None


RATES = "  fx: {path: fx.csv, columns: {code: text, day: date, rate: number}}\n"
ASKING = 'title: A\nmeasured_in: count\nagg: {table: sales, function: count, filter: "metric(spent, customer) > 50"}\n'
FAR: dict[str, str | bytes] = {
    "sources/books.yaml": SOURCE + RATES,
    "models/sales.yaml": MODEL + "entities: {customer: customer}\n",
    "models/fx.yaml": "source: fx\nrates: {currency: code, at: day, rate: rate, into: EUR, holds: 90 days}\n",
    "metrics/customer/spent.yaml": REVENUE.replace("Revenue", "Spent"),
    "metrics/customer/asking.yaml": ASKING,
    "metrics/customer/paid.yaml": REVENUE.replace("Revenue", "Paid").replace(
        "amount}", "amount, convert: {from: channel}}"
    ),
    "files/fx.csv": "code,day,rate\nUSD,2025-01-01,0.5\n",
    "files/sales.csv": sales("2025-01-10,shop,100,60,a,USD,true", "2025-02-10,web,40,10,b,EUR,true"),
}


@pytest.mark.parametrize(
    ("name", "old", "new", "moved"),
    [
        ("metrics/customer/spent.yaml", "expr: amount", "expr: amount * 2", {"spent", "asking"}),
        ("metrics/customer/paid.yaml", "expr: amount", "expr: amount - cost", {"paid"}),
        ("metrics/customer/asking.yaml", "> 50", "> 30", {"asking"}),
        ("models/fx.yaml", "rate: rate,", "rate: rate, inverse: true,", {"paid"}),
    ],
)
def test_what_filters_ask_for_and_what_rates_are_needed_is_computed_too(
    name: str, old: str, new: str, moved: set[str], tmp_path: Path
) -> None:
    make(tmp_path, FAR)
    refresh(tmp_path)
    before = whole(open_current(tmp_path))
    edit(tmp_path, name, old, new)
    planned = plan(tmp_path)
    refresh(tmp_path)
    real = changes(before, whole(open_current(tmp_path)))
    assert planned.changes.equals(real)
    assert set(real.column("metric").to_pylist()) == moved
