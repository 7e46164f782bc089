"""A refresh reads what was touched and nothing else; what an attempt finished before its end is not done again."""

from datetime import date
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest

from data.snapshots import Manifest, Store
from data.valuefiles import open_snapshot
from flows.increment import in_words
from flows.refresh import refresh
from metrics.states.store import MOST_PACKS
from tests.making import REVENUE, SALES_HEADER, UNITS, make, values

ROWS = [
    f"{year}-{month:02}-10,{unit},{month},1,c{month % 3},x,true"
    for year in (2023, 2024, 2025)
    for month in range(1, 7)
    for unit in ("shop", "web")
]
COUNT = "title: Orders\nmeasured_in: count\nagg: {table: sales, function: count}\n"
BUYERS = "title: Buyers\nmeasured_in: count\nagg: {table: sales, function: count_distinct, expr: customer}\n"


def facts(*rows: str) -> str:
    return SALES_HEADER + "".join(f"{number},{row}\n" for number, row in enumerate(rows, 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"files/sales.csv": facts(*ROWS), "metrics/customer/orders.yaml": COUNT}
    return make(tmp_path, files | {"metrics/customer/buyers.yaml": BUYERS})


def touched(manifest: Manifest) -> list[Any]:
    return [scan["periods"] for scan in manifest.extra["done"]["states"]]


def shared(one: Manifest, other: Manifest) -> int:
    """How many packs of states and value files two snapshots share."""
    return len(
        {*one.states, *(f.path for f in one.value_files)} & {*other.states, *(f.path for f in other.value_files)}
    )


def test_a_new_row_touches_its_month_and_the_values_of_its_year(folder: Path) -> None:
    first = refresh(folder)
    (folder / "files" / "sales.csv").write_text(facts(*ROWS, "2025-06-11,shop,50,1,z,x,true"))
    second = refresh(folder)
    assert touched(second) == [["2025-06"]]
    assert second.extra["done"]["values"] == {"computed": 3, "kept": 6}
    assert shared(first, second) >= 2
    assert "sales: read 2025-06, 17 periods kept; values of 3 of 9 metric years" in in_words(second.extra["done"])
    assert values(folder, "revenue")["shop", "2025-06"] == 56


def test_a_late_correction_and_a_deleted_row_touch_the_months_that_they_leave_and_join(folder: Path) -> None:
    refresh(folder)
    rows = [row for row in ROWS if not row.startswith("2024-02-10,web")]
    rows[0] = rows[0].replace("2023-01-10", "2023-03-10")
    (folder / "files" / "sales.csv").write_text(facts(*rows))
    second = refresh(folder)
    # the ids of all rows after the deleted one have changed, and with them their months
    assert set(touched(second)[0]) >= {"2023-01", "2023-03", "2024-02"}
    assert values(folder, "revenue")["shop", "2023-03"] == 4


def test_a_changed_definition_reads_its_own_columns_and_computes_what_rests_on_it(folder: Path) -> None:
    growth = "title: Growth\nmeasured_in: '%'\nchange: {metric: revenue, back: 1 year}\n"
    (folder / "metrics" / "financial" / "growth.yaml").write_text(growth)
    first = refresh(folder)
    (folder / "metrics" / "financial" / "revenue.yaml").write_text(
        REVENUE.replace("expr: amount", "expr: amount - cost")
    )
    second = refresh(folder)
    (scan,) = second.extra["done"]["states"]
    assert (scan["periods"], scan["kept"], scan["new"]) == ([], 18, 2)
    assert second.extra["done"]["values"] == {"computed": 6, "kept": 6}
    assert set(first.states) < set(second.states)
    assert values(folder, "revenue")["shop", "2024-05"] == 4


def test_many_new_definitions_one_after_the_other_never_read_what_others_need(folder: Path) -> None:
    refresh(folder)
    for number in range(7):
        condition = f"{{table: sales, function: count, filter: amount > {number}}}"
        text = f"title: More than {number}\nmeasured_in: count\nagg: {condition}\n"
        (folder / "metrics" / "customer" / f"more_{number}.yaml").write_text(text)
        done = refresh(folder).extra["done"]["states"]
        assert [(scan["periods"], scan["new"]) for scan in done] == [([], 1)]
    assert values(folder, "more_2")["shop", "2025-02"] == 0
    assert values(folder, "more_2")["shop", "2025-03"] == 1
    for year in (2023, 2024, 2025):
        packs = [path for path in Store(folder / "var").list()[0].states if f"-{year}-" in path]
        assert 1 <= len(packs) <= MOST_PACKS


def test_words_of_a_definition_change_nothing_but_themselves(folder: Path) -> None:
    first = refresh(folder)
    (folder / "metrics" / "financial" / "revenue.yaml").write_text(REVENUE.replace("title: Revenue", "title: Sales"))
    second = refresh(folder)
    assert second.id != first.id
    assert touched(second) == []
    assert second.extra["done"]["values"]["computed"] == 0
    assert second.value_files == first.value_files


def test_a_changed_tree_leaves_the_states_alone(folder: Path) -> None:
    first = refresh(folder)
    web = "key: web, title: Web, level: department, parent: "
    (folder / "units.yaml").write_text(UNITS.replace(f"{web}east", f"{web}west"))
    second = refresh(folder)
    assert touched(second) == []
    assert second.states == first.states
    assert second.extra["done"]["values"]["kept"] == 0
    assert values(folder, "revenue")["west", "2025-05"] == 5


def test_a_dimension_that_changes_touches_only_what_names_it(folder: Path) -> None:
    source = (folder / "sources" / "books.yaml").read_text()
    source += "  customers:\n    path: customers.csv\n    columns: {id: text, region: text}\n    key: [id]\n"
    (folder / "sources" / "books.yaml").write_text(source)
    (folder / "files" / "customers.csv").write_text("id,region\nc0,north\nc1,north\nc2,south\n")
    (folder / "models" / "customers.yaml").write_text("source: customers\ngrain: [id]\n")
    model = (folder / "models" / "sales.yaml").read_text() + "joins: {customer: {table: customers, key: customer}}\n"
    (folder / "models" / "sales.yaml").write_text(model)
    north = REVENUE.replace("expr: amount", "expr: amount, filter: \"customer.region = 'north'\"")
    (folder / "metrics" / "financial" / "north.yaml").write_text(north)
    first = refresh(folder)
    (folder / "files" / "customers.csv").write_text("id,region\nc0,north\nc1,north\nc2,north\n")
    second = refresh(folder)
    (scan,) = second.extra["done"]["states"]
    assert scan["periods"] == []
    assert scan["new"] > 0
    assert len(set(first.states) & set(second.states)) > 0
    assert second.extra["done"]["values"] == {"computed": 3, "kept": 9}
    assert values(folder, "north")["shop", "2025-02"] == 2


class Stop(Exception):
    """The end of a refresh."""


def test_what_was_finished_before_an_attempt_ended_is_not_done_again(folder: Path) -> None:
    def stop(what: str, _share: float) -> None:
        if what == "Buyers":
            raise Stop

    with pytest.raises(Stop):
        refresh(folder, stop)
    manifest = refresh(folder)
    assert touched(manifest) == []
    assert manifest.extra["done"]["values"]["kept"] == 0


def test_a_refresh_that_is_forced_reads_everything_and_comes_to_the_same(folder: Path) -> None:
    refresh(folder)
    store = Store(folder / "var")

    def all_values(manifest: Manifest) -> list[Any]:
        with open_snapshot(store, manifest) as connection:
            return connection.execute('SELECT * FROM snapshot.main."values" ORDER BY ALL').fetchall()

    (folder / "files" / "sales.csv").write_text(facts(*ROWS, "2024-06-11,shop,50,1,z,x,true"))
    second = refresh(folder)
    forced = refresh(folder, force=True)
    assert len(touched(forced)[0]) == 18
    assert all_values(forced) == all_values(second)


def test_only_what_kept_snapshots_name_stays(folder: Path) -> None:
    (folder / "workspace.yaml").write_text((folder / "workspace.yaml").read_text() + "retention: {snapshots: 2}\n")
    for number in range(1, 5):
        (folder / "files" / "sales.csv").write_text(facts(*ROWS, f"2025-06-1{number},shop,50,1,z,x,true"))
        refresh(folder)
    store = Store(folder / "var")
    named = {path for one in store.list() for path in one.paths()}
    there = {
        path.relative_to(store.var).as_posix()
        for room in ("facts", "states", "values")
        for path in (store.var / room).iterdir()
    }
    assert there == named


def test_a_day_that_passes_touches_only_what_it_is_compared_with(tmp_path: Path) -> None:
    settings = "name: Small company\nopen_period: show\n"
    rows = [
        f"{year}-{month:02}-{day:02},shop,1,1,a,x,true"
        for year in (2024, 2025)
        for month in range(1, 7)
        for day in (5, 25)
    ]
    folder = make(tmp_path, {"workspace.yaml": settings, "files/sales.csv": facts(*rows)})
    refresh(folder, now=date(2025, 6, 21))
    second = refresh(folder, now=date(2025, 6, 22))
    assert set(touched(second)[0]) <= {"2024-06", "2025-03", "2025-05", "2025-06"}


def test_of_what_comes_in_a_file_of_its_own_nothing_else_is_read(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = folder / "sources" / "books.yaml"
    source.write_text(source.read_text().replace("sales.csv", "sales*.csv"))
    for function in ("median", "max", "average"):
        text = f"title: {function}\nmeasured_in: count\nagg: {{table: sales, function: {function}, expr: amount}}\n"
        (folder / "metrics" / "customer" / f"{function}_amount.yaml").write_text(text)
    refresh(folder)
    more = ["2025-06-11,shop,50,1,z,x,true", "2025-06-12,web,2,1,c0,x,true"]
    lines = "".join(f"{number},{row}\n" for number, row in enumerate(more, 100))
    (folder / "files" / "sales_more.csv").write_text(SALES_HEADER + lines)
    second = refresh(folder)
    (scan,) = second.extra["done"]["states"]
    assert (scan["periods"], scan["grown"], scan["kept"]) == ([], ["2025-06"], 17)
    assert "read what came to 2025-06, 17 periods kept" in in_words(second.extra["done"])
    anew = copytree(folder, tmp_path_factory.mktemp("other") / "anew", ignore=ignore_patterns("var"))
    refresh(anew)
    asked = ("revenue", "orders", "buyers", "median_amount", "max_amount", "average_amount")
    assert {key: values(folder, key) for key in asked} == {key: values(anew, key) for key in asked}
    assert values(folder, "buyers")["shop", "2025-06"] == 2
    assert values(folder, "max_amount")["east", "2025-06"] == 50
    (folder / "files" / "sales_more.csv").write_text(SALES_HEADER + lines.replace(",50,", ",51,"))
    (scan,) = refresh(folder).extra["done"]["states"]
    assert (scan["periods"], scan["grown"]) == (["2025-06"], []), "a correction is no addition"
