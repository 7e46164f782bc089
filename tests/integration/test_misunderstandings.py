"""Definitions that could be meant in two ways, or in none, are refused before a figure is made of them."""

from pathlib import Path

import pytest

from data.errors import DefinitionError, QueryError, SourceError
from flows.refresh import refresh
from flows.workspace import assemble
from tests.making import REVENUE, SOURCE, make, sales, values

METRIC = "metrics/financial/revenue.yaml"
KEPT = 'title: Kept\nmeasured_in: "%"\nmaintain: {metric: revenue, months: 3}\n'
LABELS = "labels: [{value: 0, label: bad, score: 0}, {value: 0, label: good, score: 9}]\n"
CARD = "title: All\nlevels: [divison]\nmetrics: [revenue]\n"
CASES = {
    "a metric leads itself": (
        {"drivers.yaml": "- {from: revenue, to: revenue}\n"},
        "drivers.yaml:1:3: 0: 'revenue' leads itself",
    ),
    "lag in weeks": (
        {"drivers.yaml": "- {from: revenue, to: revenue, lag: 2 weeks}\n"},
        "'2 weeks' is not a number of months; write for example '2 months'",
    ),
    "a target that nobody set is kept": (
        {"metrics/financial/kept.yaml": KEPT},
        "maintain.metric: 'revenue' has no target that could be kept",
    ),
    "two labels of one value": ({METRIC: REVENUE + LABELS}, "labels: the value 0 has two labels"),
    "no room between red and goal": (
        {METRIC: REVENUE + "target: 7\nanchors: {goal: target, red: 0 from target}\n"},
        "anchors: for the target 7: goal and red flag are both 7",
    ),
    "red on the good side": (
        {METRIC: REVENUE + "target: 7\nanchors: {goal: target, red: 9}\n"},
        "direction up needs the goal above the red flag (goal 7, red flag 9)",
    ),
    "a level that is none": (
        {"scorecards/all.yaml": CARD},
        "scorecards/all.yaml:2:1: levels: 'divison' is not a level",
    ),
    "a date of another country": (
        {"workspace.yaml": "name: X\ntoday: 17.11.2026\n"},
        "workspace.yaml:2:1: today: '17.11.2026' is not a date; write it as 2025-01-31",
    ),
    "a list for fields": ({"people.yaml": "[1, 2]\n"}, "people.yaml:1:1: fields are wanted here"),
    "a number for a name": ({"workspace.yaml": "name: 12\n"}, "name: '12' is not text; put it in quotes"),
    "a currency sign": ({"workspace.yaml": "name: X\ncurrency: €\n"}, "'€' is not a currency"),
}


@pytest.mark.parametrize(("files", "told"), CASES.values(), ids=CASES.keys())
def test_told_before_anything_is_computed(tmp_path: Path, files: dict[str, str], told: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        assemble(make(tmp_path, files))
    assert told in str(caught.value)


def test_a_broken_plan_is_told_once_and_not_wherever_it_is_named(tmp_path: Path) -> None:
    plan = "objectives:\n  grow: {title: Grow, perspectve: financial, metrics: [revenue]}\n"
    card = "title: All\nobjectives: [grow]\n"
    with pytest.raises(DefinitionError) as caught:
        assemble(make(tmp_path, {"strategy.yaml": plan, "scorecards/all.yaml": card}))
    assert {problem.file for problem in caught.value.problems} == {"strategy.yaml"}


ORG = """
  org:
    path: org.csv
    columns: {id: text, name: text, kind: text, up: text, since: date, until: date}
"""
UNITS = "levels: [company, shop]\ntable: {dataset: org, key: id, title: name, level: kind, parent: up%s}\n"


@pytest.mark.parametrize(
    ("dated", "rows", "told"),
    [
        ("", "all,All,company,,,\nshop,S,shop,all,,\nshop,T,shop,all,,\n", "'shop' stands in 2 rows"),
        ("", "all,All,company,,,\n,S,shop,all,,\n", "a row has no id"),
        (
            ", from: since, to: until",
            "all,All,company,,,\nshop,S,shop,all,,2024-12-31\nshop,S,company,all,2025-01-01,\n",
            "'shop' has several names or levels",
        ),
    ],
)
def test_units_of_a_dataset_that_could_be_read_in_two_ways(tmp_path: Path, dated: str, rows: str, told: str) -> None:
    files = {
        "units.yaml": UNITS % dated,
        "sources/books.yaml": SOURCE + ORG.removeprefix("\n"),
        "files/org.csv": "id,name,kind,up,since,until\n" + rows,
    }
    with pytest.raises(DefinitionError) as caught:
        refresh(make(tmp_path, files))
    assert told in str(caught.value)


def test_a_name_of_no_unit_is_told_at_its_line_when_the_tree_is_read_late(tmp_path: Path) -> None:
    files = {
        "units.yaml": UNITS % "",
        "sources/books.yaml": SOURCE + ORG.removeprefix("\n"),
        "files/org.csv": "id,name,kind,up,since,until\nall,All,company,,,\nshop,S,shop,all,,\n",
        "scorecards/all.yaml": "title: All\nunits: [shpo]\nmetrics: [revenue]\n",
    }
    with pytest.raises(DefinitionError) as caught:
        refresh(make(tmp_path, files))
    assert "scorecards/all.yaml:2:1: units: 'shpo' is not a unit (did you mean 'shop'?)" in str(caught.value)


def test_refused_rows_of_the_tree_are_told_and_not_left_out(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "units.yaml": UNITS % "",
        "sources/books.yaml": SOURCE + ORG.removeprefix("\n"),
        "files/org.csv": b"id,name,kind,up,since,until\nall,Gr\xf6\xdfe,company,,,\nshop,S,shop,all,,\n",
    }
    with pytest.raises(DefinitionError) as caught:
        refresh(make(tmp_path, files))
    assert "dataset org: org.csv, line 2: " in str(caught.value)


def test_a_key_of_a_dataset_is_told_what_a_key_is(tmp_path: Path) -> None:
    files = {
        "units.yaml": UNITS % "",
        "sources/books.yaml": SOURCE + ORG.removeprefix("\n"),
        "files/org.csv": "id,name,kind,up,since,until\nall,All,company,,,\nShop 1,S,shop,all,,\n",
    }
    with pytest.raises(DefinitionError) as caught:
        refresh(make(tmp_path, files))
    assert "'Shop 1' is not a key; write it in small letters" in str(caught.value)


def test_a_history_that_begins_after_its_end_is_not_an_empty_snapshot(tmp_path: Path) -> None:
    folder = make(tmp_path, {"workspace.yaml": "name: X\ntoday: 2025-07-05\nhistory_from: 2025-07\n"})
    with pytest.raises(DefinitionError) as caught:
        refresh(folder)
    assert "workspace.yaml:3:1: history_from: the history begins after 2025-06-30" in str(caught.value)


def test_sql_of_a_model_that_the_engine_refuses_is_named(tmp_path: Path) -> None:
    model = "sql: sales.sql\ngrain: [id]\ntime: {column: day}\nunit: {column: unit}\n"
    sql = "SELECT id, dya AS day, unit, amount FROM sales"
    with pytest.raises(QueryError) as caught:
        refresh(make(tmp_path, {"models/sales.yaml": model, "models/sales.sql": sql}))
    assert str(caught.value).startswith("models/sales.sql: ")
    assert "dya" in str(caught.value)


def test_an_expression_that_the_engine_refuses_is_told_with_its_metric(tmp_path: Path) -> None:
    metric = "title: Odd\nmeasured_in: EUR\nagg: {table: sales, function: max, expr: customer + 1}\n"
    with pytest.raises(QueryError) as caught:
        refresh(make(tmp_path, {"metrics/financial/odd.yaml": metric}))
    assert "models/sales.yaml: one of its metrics cannot be computed (odd, revenue)" in str(caught.value)


def test_a_date_to_come_makes_old_figures_no_fresher(tmp_path: Path) -> None:
    source = SOURCE + "    freshness: {column: day, within: 3 days}\n"
    rows = ("2025-05-10,shop,100,60,a,x,true", "2099-01-01,shop,1,1,a,x,true")
    goal = REVENUE + "target: 50\nanchors: {goal: target, red: 10}\n"
    folder = make(tmp_path, {"sources/books.yaml": source, "files/sales.csv": sales(*rows), METRIC: goal})
    found = values(folder, "revenue", field="status")
    assert found["company", "2025-05"] == "stale"


def test_what_a_whole_source_lacks_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOURFOLD_NOWHERE", raising=False)
    source = SOURCE.replace("folder: files", 'folder: "${FOURFOLD_NOWHERE}"') + ORG.removeprefix("\n")
    with pytest.raises(SourceError) as caught:
        refresh(make(tmp_path, {"sources/books.yaml": source}))
    assert str(caught.value).count("FOURFOLD_NOWHERE is not set") == 1


STRAYS = {
    "metrics/financial/margin.yml": "ends in .yml, and would not be read (rename it to .yaml)",
    "models/old/sales.yaml": "lies too deep, and would not be read (move it to models/)",
    "unit.yaml": "is not a file that is read (did you mean 'units.yaml'?)",
    "scorecards/Whole-Company.yaml": "the name 'Whole-Company' is a key, and must be one",
}


@pytest.mark.parametrize(("name", "told"), STRAYS.items())
def test_a_file_that_would_not_be_read_is_told(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        assemble(make(tmp_path, {name: "title: All\nmetrics: [revenue]\n"}))
    assert f"{name}: {told}" in str(caught.value)
