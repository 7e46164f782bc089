"""Distinct counts are exact over every level and window, and a first time happens once."""

from datetime import date
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from tests.making import SALES_HEADER, make, sales, table, values

BUYERS = "title: Buyers\nmeasured_in: count\nagg: {table: sales, function: count_distinct, expr: customer}\n"
NEW = "title: New customers\nmeasured_in: count\nfirst_per: {table: sales, entity: customer}\n"
PARENTS = {"shop": "east", "web": "east", "works": "west"}


@pytest.fixture
def facts() -> pd.DataFrame:
    """Sixteen months of three departments; each customer comes back, and buys of several departments."""
    random = Random(11)
    rows = [
        (pd.Timestamp(2024 + month // 12, month % 12 + 1, random.randint(1, 28)), unit, f"c{random.randrange(40)}")
        for month in range(2, 18)
        for unit in PARENTS
        for _ in range(random.randint(4, 12))
    ]
    return pd.DataFrame(rows, columns=["day", "unit", "customer"])


def written(facts: pd.DataFrame) -> str:
    lines = [f"{n},{r.day:%Y-%m-%d},{r.unit},1,1,{r.customer},x,true\n" for n, r in enumerate(facts.itertuples())]
    return SALES_HEADER + "".join(lines)


def starts(span: str, end: pd.Timestamp) -> pd.Timestamp:
    month = end.to_period("M")
    begin = {
        "month": month,
        "quarter": month - (month.month - 1) % 3,
        "ytd": month - (month.month - 1),
        "r12": month - 11,
    }
    return begin[span].start_time


@pytest.mark.parametrize("span", ["month", "quarter", "ytd", "r12"])
def test_distinct_counts_equal_a_plain_recount(tmp_path: Path, facts: pd.DataFrame, span: str) -> None:
    found = table(make(tmp_path, {"metrics/customer/buyers.yaml": BUYERS, "files/sales.csv": written(facts)}), "buyers")
    checked = 0
    for (unit, name, _), row in found.items():
        end = pd.Timestamp(row["period_end"])
        if name != span or end > pd.Timestamp(2025, 6, 30):
            continue
        start = starts(span, end)
        below = [u for u, parent in PARENTS.items() if unit in (u, parent, "company")]
        inside = facts[facts.day.between(start, end) & facts.unit.isin(below)]
        expected = None if start < pd.Timestamp(2024, 3, 1) and span == "r12" else inside.customer.nunique()
        assert row["value"] == expected, (unit, end)
        checked += 1
    assert checked > 30


def test_total_is_not_the_sum_of_its_parts(tmp_path: Path) -> None:
    facts = sales(
        "2025-01-05,shop,1,1,a,x,true",
        "2025-01-06,web,1,1,a,x,true",
        "2025-02-06,web,1,1,a,x,true",
        "2025-02-07,shop,1,1,b,x,true",
    )
    folder = make(tmp_path, {"metrics/customer/buyers.yaml": BUYERS, "files/sales.csv": facts})
    assert values(folder, "buyers")["east", "2025-01"] == 1
    assert values(folder, "buyers", "quarter")["web", "2025-03"] is None  # March is missing
    assert values(folder, "buyers", "ytd")["web", "2025-02"] == 1
    assert values(folder, "buyers", "ytd")["company", "2025-02"] == 2


def test_nobody_is_not_a_somebody(tmp_path: Path) -> None:
    facts = sales("2025-01-05,shop,1,1,,x,true", "2025-01-06,shop,1,1,a,x,true")
    assert (
        values(make(tmp_path, {"metrics/customer/buyers.yaml": BUYERS, "files/sales.csv": facts}), "buyers")[
            "shop", "2025-01"
        ]
        == 1
    )


def test_first_time_happens_once_and_at_one_unit(tmp_path: Path, facts: pd.DataFrame) -> None:
    month = values(make(tmp_path, {"metrics/customer/new.yaml": NEW, "files/sales.csv": written(facts)}), "new")
    whole = [value for (unit, _), value in month.items() if unit == "company" and value is not None]
    assert sum(whole) == facts.customer.nunique()
    for (unit, period), value in month.items():
        if unit == "company" and value is not None:
            assert value == sum(month.get((child, period)) or 0 for child in PARENTS)


def test_first_time_counts_events_before_the_values_begin(tmp_path: Path) -> None:
    facts = sales("2024-01-05,shop,1,1,a,x,true", *(f"2025-0{m}-05,shop,1,1,a,x,true" for m in range(1, 7)))
    workspace = "name: Small company\ntoday: 2025-07-05\nhistory_from: 2025-01\n"
    files = {"workspace.yaml": workspace, "metrics/customer/new.yaml": NEW, "files/sales.csv": facts}
    month = values(make(tmp_path, files), "new")
    assert min(period for _, period in month) == "2025-01"
    assert month["shop", "2025-01"] == 0.0


def test_first_time_of_a_filter_is_the_first_that_passes_it(tmp_path: Path) -> None:
    facts = sales("2025-01-05,shop,1,1,a,x,false", "2025-02-05,shop,1,1,a,x,true", "2025-03-05,shop,1,1,a,x,true")
    new = NEW.replace("entity: customer", "entity: customer, filter: ok")
    month = values(make(tmp_path, {"metrics/customer/new.yaml": new, "files/sales.csv": facts}), "new")
    assert [month["shop", f"2025-0{m}"] for m in (1, 2, 3)] == [0.0, 1.0, 0.0]


def test_first_time_in_the_future_is_not_yet(tmp_path: Path) -> None:
    facts = sales("2025-06-05,shop,1,1,a,x,true", "2025-07-01,shop,1,1,b,x,true")
    found = table(make(tmp_path, {"metrics/customer/new.yaml": NEW, "files/sales.csv": facts}), "new")
    assert {row["period_end"] for row in found.values()} <= {date(2025, 6, 30), date(2025, 12, 31)}
    assert found["shop", "month", "2025-06"]["value"] == 1.0
