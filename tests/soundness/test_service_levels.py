"""The share of months in which a target was met: a gap before the latest value is not met, a later one is open."""

from pathlib import Path

import pytest

from tests.making import make, sales, values

REVENUE = """\
title: Revenue
measured_in: EUR
agg: {table: sales, function: sum, expr: amount}
target: 100
anchors: {goal: target, red: 10 % of target}
"""
KEPT = "title: Kept\nmeasured_in: '%'\nmaintain: {metric: revenue, months: 12}\n"
MONTHS = [f"{2024 + month // 12}-{month % 12 + 1:02}" for month in range(6, 18)]  # July 2024 to June 2025


def kept(folder: Path, amounts: list[float | None]) -> float | None:
    rows = [f"{month}-10,shop,{a},1,a,x,true" for month, a in zip(MONTHS, amounts, strict=True) if a is not None]
    made = make(
        folder,
        {
            "files/sales.csv": sales(*rows),
            "metrics/financial/revenue.yaml": REVENUE,
            "metrics/financial/kept.yaml": KEPT,
        },
    )
    found = values(made, "kept")["company", "2025-06"]
    return None if found is None else float(found)


@pytest.mark.parametrize(
    ("amounts", "share"),
    [
        ([100.0] * 11 + [90.0], 11 / 12),  # the published vector: 11 of 12 periods is 91.7 %
        ([100.0] * 11 + [95.0], 1.0),  # 5 % tolerance, its end included
        ([100.0] * 5 + [None] + [100.0] * 6, 11 / 12),
        ([100.0] * 11 + [None], None),
    ],
    ids=["11 of 12", "tolerance", "a gap is not met", "the latest is open"],
)
def test_share_of_months_that_met_the_target(tmp_path: Path, amounts: list[float | None], share: float | None) -> None:
    assert kept(tmp_path, amounts) == (None if share is None else pytest.approx(share))
