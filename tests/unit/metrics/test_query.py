"""The parts of a question alone: conditions on units and on what comes out, periods, plans that are kept."""

from contextlib import suppress
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.calendar import Calendar
from data.errors import FourfoldError, QueryError
from data.organisation import Membership, Tree, Unit
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog
from metrics.query.conditions import conditions_of
from metrics.query.groups import Groups, stretches
from metrics.query.having import keeps, parsed
from metrics.query.plan import planned
from metrics.query.question import Query, Sight
from metrics.query.readings import timeline_of, window_of
from metrics.states.measures import measures_of
from metrics.time.timeline import Timeline

EAST, WEST = (Membership("east"),), (Membership("west"),)
MOVED = (Membership("east", end=date(2025, 3, 31)), Membership("west", date(2025, 4, 1)))
TREE = Tree(
    {
        "company": Unit("company", "Company", "company"),
        "east": Unit("east", "East", "division", (Membership("company"),)),
        "west": Unit("west", "West", "division", (Membership("company"),)),
        "shop": Unit("shop", "Shop", "department", EAST),
        "web": Unit("web", "Web", "department", MOVED),
        "works": Unit("works", "Works", "department", WEST),
    },
    ("company", "division", "department"),
)
SALES = Table.model_validate(
    {
        "key": "sales",
        "source": "sales",
        "time": {"column": "day"},
        "unit": {"column": "unit"},
        "dimensions": {"channel": "channel", "born": "born"},
    }
)
REVENUE = Metric.model_validate(
    {
        "key": "revenue",
        "perspective": "financial",
        "title": "Revenue",
        "measured_in": "EUR",
        "agg": {"table": "sales", "function": "sum", "expr": "amount"},
    }
)
COLUMNS = {"day": "date", "unit": "text", "channel": "text", "amount": "decimal", "born": "date"}


def sight(scope: frozenset[str] | None = None) -> Sight:
    catalog = Catalog({"sales": SALES}, {"revenue": REVENUE}, (), {"sales": COLUMNS})
    return Sight(catalog, TREE, Calendar(), date(2025, 6, 30), scope)


@pytest.mark.parametrize(("unit", "said"), [(None, r"\(empty\)"), ("shp", "'shp'"), (7, "'7'")])
def test_rows_of_no_known_unit_are_refused(unit: object, said: str) -> None:
    with pytest.raises(QueryError, match=f"models/sales.yaml: rows belong to {said}, which units.yaml does not know"):
        Groups(TREE, lambda _key, _chain: ()).cell((unit,), "sales")


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("unit = 'east'", {"east", "shop"}),
        ("unit = 'shop'", {"shop"}),
        ("unit <> 'east'", {"company", "west", "web", "works"}),
        ("unit IN ('shop', 'works')", {"shop", "works"}),
        ("NOT unit IN ('west')", {"company", "east", "shop"}),
        ("unit.division = 'west'", {"west", "web", "works"}),
        ("unit.division <> 'west'", {"east", "shop"}),  # the company lies in no division: neither this nor that
        ("NOT unit.division = 'west'", {"east", "shop"}),
        ("unit.division IS NULL", {"company"}),
        ("unit.division IS NOT NULL AND unit.department IS NULL", {"east", "west"}),
        ("unit = 'shop' OR unit.division = 'west'", {"shop", "west", "web", "works"}),
        ("NOT (unit.department = 'shop' OR unit.division = 'west')", set()),  # east is in no department: unknown
        ("NOT (unit.department = 'shop' AND unit.division = 'west')", {"shop", "web", "works", "east"}),
    ],
)
def test_units_are_picked_as_the_tree_stands(condition: str, kept: set[str]) -> None:
    conditions = conditions_of(sight(), ("revenue",), (condition,))
    on = date(2025, 6, 30)

    def above(key: str) -> dict[str, str]:
        return {TREE.units[one].level: one for one in reversed(TREE.ancestors(key, on))}

    assert {u for u in TREE.units if conditions.keeps(above(u).get, TREE.ancestors(u, on))} == kept


def test_unit_that_moves_has_a_stretch_for_each_place() -> None:
    plan = planned(sight(), Query(("revenue",), by=("unit.division",)))
    assert [(s.end if s.part == ("east",) else s.start) for s in stretches(TREE, "web", plan.place)] == [
        date(2025, 3, 31),
        date(2025, 4, 1),
    ]


def test_rows_are_kept_by_sql_that_was_written_anew() -> None:
    conditions = conditions_of(
        sight(), ("revenue",), ("channel = 'a' AND born.year_number > 2000", "time < '2025-02-01'")
    )
    (measure,) = measures_of(sight().catalog, ["revenue"])
    sql = conditions.sql(sight(), measure)
    assert "_t.\"channel\" = 'a'" in sql and 'YEAR(_t."born")' in sql and '_t."day" < ' in sql


NUMBERS = st.lists(st.sampled_from([np.nan, -1.0, 0.0, 1.0, 2.5]), min_size=1, max_size=5)


@given(NUMBERS)
def test_what_is_unknown_fulfils_nothing(numbers: list[float]) -> None:
    values = {"a": np.array(numbers)}

    def kept(text: str) -> list[bool]:
        return list(keeps(parsed((text,), ("a",)), values, len(numbers)))

    known = ~np.isnan(values["a"])
    assert kept("a > 0") == list(known & (values["a"] > 0))
    assert kept("NOT a > 0") == list(known & (values["a"] <= 0))
    assert kept("a > 0 OR a <= 0") == list(known)
    assert kept("a IS NULL") == list(~known)
    assert kept("a / 0 > 1 OR a BETWEEN 0 AND 1") == list(known & (values["a"] >= 0) & (values["a"] <= 1))
    assert kept("2 * a + 1 = a * 2 + 1") == list(known)


@given(st.text(max_size=30))
def test_no_text_breaks_a_condition(text: str) -> None:
    for read in (lambda: parsed((text,), ("a",)), lambda: conditions_of(sight(), ("revenue",), (text,))):
        with suppress(FourfoldError):
            read()


def test_base_periods_are_the_coarsest_that_tell() -> None:
    calendar = Calendar()

    def base(grain: str | None, start: date | None, *windows: str) -> str:
        return timeline_of(calendar, grain, start, windows).base  # type: ignore[arg-type]

    assert base("quarter", date(2025, 4, 1)) == "month"
    assert base("week", date(2025, 3, 31)) == "week"
    assert base("week", date(2025, 3, 31), "year") == "day"
    assert base(None, date(2025, 3, 5)) == "day"
    assert base(None, date(2025, 3, 1), "year") == "month"
    with pytest.raises(QueryError, match="start 2025-03-05 cuts the month"):
        base("month", date(2025, 3, 5))


def test_stretch_that_is_a_period_is_told_as_one() -> None:
    months = Timeline(Calendar(4))
    month = months.number(date(2025, 4, 1))
    kinds = [window_of(months, month, month + more).kind for more in (0, 1, 2, 3, 11, 12)]
    assert kinds == ["month", "quarter", "quarter", "year", "year", "roll"]


def test_plan_is_made_once_for_the_same_definitions() -> None:
    one, query = sight(), Query(("revenue",), by=("channel",))
    assert planned(one, query) is planned(one, query)
    assert planned(one, Query(("revenue",))) is not planned(one, query)
    assert planned(sight(frozenset({"east", "shop"})), query).cut.units == ("east", "shop", "web")
    changed = REVENUE.model_copy(update={"agg": REVENUE.agg.model_copy(update={"expr": "2 * amount"})})  # type: ignore[union-attr]
    other = Sight(Catalog({"sales": SALES}, {"revenue": changed}, (), {"sales": COLUMNS}), TREE, Calendar(), one.as_of)
    assert planned(other, query).measures != planned(one, query).measures
