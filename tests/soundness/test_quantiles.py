"""A median or percentile is that of all rows below a unit and in a window, never one of medians, and exact."""

from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest

from tests.making import SALES_HEADER, make, table

KPI = "title: Size\nmeasured_in: EUR\nagg: {{table: sales, function: {function}, expr: amount{more}}}\n"
FUNCTIONS = {
    "median": (KPI.format(function="median", more=""), 0.5, "linear"),
    "ninth": (KPI.format(function="percentile", more=", percentile: 90 %"), 0.9, "linear"),
    "one_of_them": (KPI.format(function="percentile", more=", percentile: 0.3, discrete: true"), 0.3, "inverted_cdf"),
}
PARENTS = {"shop": "east", "web": "east", "works": "west"}


@pytest.fixture(scope="module")
def facts() -> pd.DataFrame:
    """Fifteen months of three departments of very different size, so that a median of medians would be wrong."""
    random = Random(5)
    rows = [
        (pd.Timestamp(2024 + month // 12, month % 12 + 1, random.randint(1, 28)), unit, random.randint(0, 400) / 4)
        for month in range(3, 18)
        for unit, number in zip(PARENTS, (3, 9, 1), strict=True)
        for _ in range(number)
    ]
    return pd.DataFrame(rows, columns=["day", "unit", "amount"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_quantiles_equal_a_plain_recount(tmp_path: Path, facts: pd.DataFrame, name: str) -> None:
    kpi, share, how = FUNCTIONS[name]
    lines = [f"{n},{r.day:%Y-%m-%d},{r.unit},{r.amount},1,c,x,true\n" for n, r in enumerate(facts.itertuples())]
    workspace = make(tmp_path, {f"metrics/customer/{name}.yaml": kpi, "files/sales.csv": SALES_HEADER + "".join(lines)})
    checked = 0
    for (unit, span, _), row in table(workspace, name).items():
        end = pd.Timestamp(row["period_end"])
        month = end.to_period("M")
        start = {
            "month": month,
            "quarter": month - (month.month - 1) % 3,
            "ytd": month - (month.month - 1),
            "r12": month - 11,
        }.get(span)
        if start is None or row["value"] is None or end > pd.Timestamp(2025, 6, 30):
            continue
        below = [u for u, parent in PARENTS.items() if unit in (u, parent, "company")]
        inside = facts[facts.day.between(start.start_time, end) & facts.unit.isin(below)]
        expected = np.quantile(inside.amount, share, method=how)  # type: ignore[call-overload]
        assert row["value"] == pytest.approx(expected, rel=1e-12), (unit, span, end)
        checked += 1
    assert checked > 100
