"""The tree of units with dated membership, its faults, and the settings of a workspace."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from data.organisation import Settings, Tree, UnitModel, UnitsModel, tree_of

LEVELS = ("company", "division", "department")
TOP = {"key": "company", "title": "Company", "level": "company"}
EAST = {"key": "east", "title": "East", "level": "division", "parent": "company"}
WEST = {"key": "west", "title": "West", "level": "division", "parent": "company"}


def unit(key: str = "web", **more: Any) -> dict[str, Any]:
    return {"key": key, "title": key.title(), "level": "department", "parent": "east", **more}


def built(*units: dict[str, Any]) -> Tree:
    tree, faults = tree_of([UnitModel.model_validate(one) for one in units], LEVELS)
    assert faults == []
    return tree


def faults(*units: dict[str, Any]) -> list[tuple[int, str, str]]:
    return tree_of([UnitModel.model_validate(one) for one in units], LEVELS)[1]


MOVED = unit(parent=[{"unit": "east", "to": "2025-06-30"}, {"unit": "west", "from": "2025-07-01"}])


def test_membership_by_day() -> None:
    tree = built(TOP, EAST, WEST, MOVED)
    assert tree.ancestors("web", date(2025, 6, 30)) == ("web", "east", "company")
    assert tree.ancestors("web", date(2025, 7, 1)) == ("web", "west", "company")
    assert tree.children("east", date(2025, 6, 30)) == ("web",)
    assert tree.children("east", date(2025, 7, 1)) == ()
    assert tree.descendants("company", date(2025, 7, 1)) == ("company", "east", "west", "web")


def test_parents_come_first_whatever_the_order_of_the_file() -> None:
    tree = built(MOVED, WEST, EAST, TOP)
    order = list(tree.units)
    assert order.index("company") < order.index("east") < order.index("web")
    assert order.index("west") < order.index("web")
    assert tree.root == "company"


def test_days_on_which_the_tree_changes() -> None:
    tree = built(TOP, EAST, WEST, MOVED)
    assert date(2025, 7, 1) in tree.changes()
    assert list(tree.changes()) == sorted(set(tree.changes()))


def test_membership_that_ends_within_a_month_lasts_to_its_end() -> None:
    tree = built(TOP, EAST, WEST, unit(parent=[{"unit": "east", "to": "2025-06-10"}]))
    assert tree.ancestors("web", date(2025, 6, 30)) == ("web", "east", "company")
    assert tree.ancestors("web", date(2025, 7, 1)) == ("web",)


def test_move_within_a_month_is_as_it_is_said() -> None:
    parents = [{"unit": "east", "to": "2025-06-10"}, {"unit": "west", "from": "2025-06-11"}]
    tree = built(TOP, EAST, WEST, unit(parent=parents))
    assert tree.ancestors("web", date(2025, 6, 10))[1] == "east"
    assert tree.ancestors("web", date(2025, 6, 11))[1] == "west"


def test_unit_lives_from_a_day_to_a_day() -> None:
    tree = built(TOP, EAST, unit(**{"from": "2025-02-01", "to": "2025-04-15"}))
    assert [tree.children("east", date(2025, month, 28)) for month in (1, 2, 4, 5)] == [(), ("web",), ("web",), ()]


@pytest.mark.parametrize(
    ("units", "index", "message", "hint"),
    [
        ((TOP, unit(parent="eats"), EAST), 1, "the parent 'eats' is not a unit", "did you mean 'east'?"),
        ((TOP, EAST, unit(), unit()), 3, "the unit 'web' stands twice", "keys are unique"),
        ((TOP, EAST, unit(level="team")), 2, "'team' is not a level", "known: company, department, division"),
        ((TOP, {**EAST, "parent": None}), 1, "2 units have no parent; one is the root", ""),
        (({**TOP, "parent": "east"}, EAST), 0, "0 units have no parent; one is the root", ""),
        (
            (
                TOP,
                EAST,
                WEST,
                unit(parent=[{"unit": "east", "to": "2025-07-01"}, {"unit": "west", "from": "2025-07-01"}]),
            ),
            3,
            "'web' belongs to two parents on 2025-07-01",
            "end one the day before",
        ),
        (
            (TOP, EAST, WEST, unit(parent=[{"unit": "east"}, {"unit": "west"}])),
            3,
            "'web' belongs to two parents at once",
            "end one the day before",
        ),
        (
            (TOP, EAST, unit(**{"from": "2025-05-01", "to": "2025-04-01"})),
            2,
            "'web' ends before it begins",
            "swap `from` and `to`",
        ),
        (
            (TOP, {**EAST, "parent": "web"}, unit()),
            1,
            "units go round in a circle: east > web > east",
            "break one membership",
        ),
        ((TOP, {**EAST, "parent": "east"}), 1, "units go round in a circle: east > east", "break one membership"),
    ],
)
def test_faults_of_a_tree(units: tuple[dict[str, Any], ...], index: int, message: str, hint: str) -> None:
    assert (index, message, hint) in faults(*units)


def test_circle_that_exists_for_some_days_only() -> None:
    east = {**EAST, "parent": [{"unit": "company", "to": "2025-05-31"}, {"unit": "web", "from": "2025-06-01"}]}
    found = faults(TOP, east, unit())
    assert found == [(1, "units go round in a circle: east > web > east", "break one membership")]
    west = {**WEST, "parent": [{"unit": "company", "to": "2025-05-31"}, {"unit": "web", "from": "2025-06-01"}]}
    assert faults(TOP, EAST, west, unit()) == []


def test_all_faults_are_told_at_once() -> None:
    assert len(faults(TOP, EAST, unit(parent="eats"), unit("shop", level="team"))) == 2


@given(st.lists(st.integers(0, 6), min_size=1, max_size=7), st.integers(0, 5))
def test_every_unit_is_below_the_root_exactly_once(parents: list[int], seed: int) -> None:
    """Unit n belongs to a unit before it; the file holds them in any order."""
    units = [TOP] + [unit(f"u{n}", parent="company" if n == 0 else f"u{up % n}") for n, up in enumerate(parents)]
    rotated = units[seed % len(units) :] + units[: seed % len(units)]
    below = built(*rotated).descendants("company", date(2025, 1, 1))
    assert sorted(below) == sorted(one["key"] for one in units)


def test_units_are_a_list_or_a_table() -> None:
    table = {"dataset": "org", "key": "k", "title": "t", "level": "l", "parent": "p"}
    assert UnitsModel.model_validate({"levels": ["a"], "table": table}).table is not None
    for both in ({}, {"units": [TOP], "table": table}):
        with pytest.raises(ValidationError, match="give either `units:`"):
            UnitsModel.model_validate({"levels": ["a"], **both})


@pytest.mark.parametrize(
    ("show", "today", "as_of"),
    [
        ("hide", date(2026, 11, 3), date(2026, 10, 31)),
        ("hide", date(2026, 10, 31), date(2026, 9, 30)),
        ("show", date(2026, 11, 3), date(2026, 11, 2)),
        ("show", date(2026, 11, 1), date(2026, 10, 31)),
    ],
)
def test_last_day_that_counts(show: str, today: date, as_of: date) -> None:
    assert Settings.model_validate({"name": "X", "open_period": show}).as_of(today) == as_of
    assert Settings.model_validate({"name": "X", "open_period": show, "today": today}).as_of(date(2000, 1, 1)) == as_of


@pytest.mark.parametrize(("written", "month"), [("january", 1), ("April", 4), ("oct", 10), (7, 7)])
def test_fiscal_year_begins_in_a_month_by_name_or_number(written: str | int, month: int) -> None:
    settings = Settings.model_validate({"name": "X", "calendar": {"fiscal_year_starts": written}})
    assert settings.calendar_of().fiscal_start == month


@pytest.mark.parametrize("written", ["ju", "spring", 0, 13, ""])
def test_what_is_no_month_of_the_year(written: str | int) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"name": "X", "calendar": {"fiscal_year_starts": written}})
