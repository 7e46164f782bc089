"""A relative red flag lies on the bad side of the target, by a share of its size: also of a negative one (clause 1)."""

from pathlib import Path

import pytest

from tests.making import make, sales, values

MEASURED = "title: Revenue\nmeasured_in: EUR\nagg: {table: sales, function: sum, expr: amount}\n"


@pytest.mark.parametrize(
    ("target", "direction", "red", "expected"),
    [
        (100, "up", "10 % of target", 90),
        (100, "down", "10 % of target", 110),
        (-100, "up", "10 % of target", -110),
        (-100, "down", "10 % of target", -90),
        (0, "up", "5 from target", -5),
        (0, "down", "5 from target", 5),
    ],
)
def test_red_lies_on_the_bad_side(tmp_path: Path, target: int, direction: str, red: str, expected: float) -> None:
    text = f"{MEASURED}direction: {direction}\ntarget: {target}\nanchors: {{goal: target, red: {red}}}\n"
    folder = make(
        tmp_path, {"files/sales.csv": sales("2025-06-10,shop,50,1,a,x,true"), "metrics/financial/revenue.yaml": text}
    )
    assert values(folder, "revenue", field="red")["company", "2025-06"] == pytest.approx(expected)
