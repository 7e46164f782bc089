"""What rests on targets, asked by groups: a group has a target where it is a whole unit, and only there."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from data.errors import QueryError
from flows.opened import Opened
from tests.soundness.test_questions import grouped, opened, told

__all__ = ["opened"]
AIMS = {"shop": 500.0, "web": 400.0, "works": 600.0}


def met(of: Any, aims: Mapping[Any, float]) -> dict[Any, float]:
    """The share of six months in which the sums of a group came to its target, less 5 %."""
    monthly = grouped(lambda row: (of(row), row["day"].month))
    return {group: sum(monthly[group, m] >= 0.95 * aim for m in range(1, 7)) / 6 for group, aim in aims.items()}


def kept(opened: Opened, **asked: Any) -> dict[Any, float]:
    names = asked.get("by", ())
    rows = told(opened, "kept", grain="month", start=date(2025, 6, 1), end=date(2025, 6, 30), **asked)
    return {tuple(row[name] for name in names): row["kept"] for row in rows}


def test_groups_have_the_targets_of_the_units_that_they_are(opened: Opened) -> None:
    single = met(lambda row: row["unit"], AIMS)
    assert min(single.values()) > 0 and len(set(single.values())) > 1
    assert kept(opened, by=("unit",)) == pytest.approx({(unit,): share for unit, share in single.items()})
    both = kept(opened, by=("unit.division", "unit.department"))
    assert both["east", "shop"] == pytest.approx(single["shop"])
    assert kept(opened, where=("unit = 'works'",)) == pytest.approx({(): single["works"]})
    whole = met(lambda _row: (), {(): sum(AIMS.values())})
    assert kept(opened) == pytest.approx(whole)


@pytest.mark.parametrize(
    "asked",
    [
        {"by": ("channel",)},
        {"where": ("channel = 'x'",)},
        {"where": ("unit.division = 'east'",)},
        {"where": ("unit <> 'shop'",)},
        {"where": ("unit = 'shop'", "unit.division = 'east'")},
        {"by": ("unit",), "where": ("unit = 'shop'",)},
        {"scope": frozenset({"shop", "works"})},
    ],
)
def test_groups_that_are_no_units_have_no_target(opened: Opened, asked: dict[str, Any]) -> None:
    with pytest.raises(QueryError, match="rests on the target of aimed"):
        kept(opened, **asked)
