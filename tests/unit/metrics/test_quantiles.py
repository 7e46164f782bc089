"""Medians and percentiles are those of pandas, exactly, at every unit and window, however their states came about."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.calendar import Calendar
from data.organisation import Membership, Tree, Unit
from data.warehouse import connect
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.states import histograms, tallies
from metrics.states.blocks import joined, scan_block
from metrics.states.compiler import create_models
from metrics.states.measures import measures_of
from metrics.states.scan import read_states
from metrics.time.frame import Frame
from metrics.time.grid import MONTH, QUARTER, YEAR, Window
from metrics.time.timeline import Timeline
from metrics.values.evaluate import Evaluator

AS_OF, CUT = date(2025, 6, 20), date(2024, 9, 13)
UNDER = {"north": "land", "south": "land", "sea": "all", "land": "all"}
LEVELS = {"all": "a", "land": "b", "sea": "b", "north": "c", "south": "c"}
TREE = Tree(
    {key: Unit(key, key, level, (Membership(UNDER[key]),) if key in UNDER else ()) for key, level in LEVELS.items()},
    ("a", "b", "c"),
)
BELOW = {"all": {"north", "south", "sea"}, "land": {"north", "south"}} | {u: {u} for u in ("north", "south", "sea")}
WINDOWS = {"month": MONTH, "quarter": QUARTER, "year": YEAR, "roll": Window("roll", 5)}
BODIES: dict[str, dict[str, object]] = {
    "median": {"function": "median", "expr": "amount"},
    "ninth": {"function": "percentile", "percentile": 0.9, "expr": "amount", "filter": "who < 20"},
    "third": {"function": "percentile", "percentile": 0.3, "discrete": True, "expr": "days"},
    "least": {"function": "percentile", "percentile": 0, "expr": "days"},
    "most": {"function": "percentile", "percentile": 1, "expr": "days", "filter": "amount > 5"},
    "people": {"function": "count_distinct", "expr": "who", "filter": "amount > 30"},
    "names": {"function": "count_distinct", "expr": "name"},
}
FILTERS = {"ninth": "who < 20", "most": "amount > 5", "people": "amount > 30"}


def catalog_of() -> Catalog:
    table = Table.model_validate(
        {"key": "facts", "source": "facts", "time": {"column": "day"}, "unit": {"column": "unit"}}
    )
    metrics = {
        key: Metric.model_validate(
            {
                "key": key,
                "perspective": "process",
                "title": key,
                "measured_in": "days",
                "agg": {"table": "facts", **body},
            }
        )
        for key, body in BODIES.items()
    }
    kinds = {"day": "date", "unit": "varchar", "amount": "decimal", "who": "integer", "days": "integer"}
    return Catalog({"facts": table}, metrics, (), {"facts": kinds | {"name": "varchar"}})


CATALOG = catalog_of()


def engine_of(facts: pd.DataFrame) -> Engine:
    connection = connect()
    cursor = connection.cursor()
    cursor.register("incoming", facts)
    found = Engine(cursor)
    found.run("CREATE SCHEMA source")
    found.run(
        "CREATE TABLE source.facts AS SELECT CAST(day AS DATE) AS day, unit, CAST(amount AS DECIMAL(9, 2)) AS amount, "
        "CAST(who AS INTEGER) AS who, CAST(days AS SMALLINT) AS days, name FROM incoming"
    )
    create_models(found, CATALOG)
    return found


def facts_of(seed: int, rows: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "day": pd.Timestamp("2024-03-01") + pd.to_timedelta(random.integers(0, 476, rows), unit="D"),
            "unit": random.choice(["north", "south", "sea"], rows, p=[0.5, 0.45, 0.05]),
            "amount": pd.Series(random.integers(0, 9000, rows) / 100).where(random.random(rows) > 0.1),
            "who": random.integers(-5, 40, rows),
            "days": pd.array(random.integers(-3, 12, rows), dtype="Int16"),
            "name": pd.Series(random.choice(["Ann", "Bob", "Čech", ""], rows)).replace("", None),
        }
    )


def expected(facts: pd.DataFrame, key: str) -> float:
    body = BODIES[key]
    rows = facts.query(FILTERS[key]) if key in FILTERS else facts
    values = rows[str(body["expr"])].dropna()
    if body["function"] == "count_distinct":
        return float(values.nunique())
    if not len(values):
        return np.nan
    share = float(body.get("percentile", 0.5))  # type: ignore[arg-type]
    how = "inverted_cdf" if body.get("discrete") else "linear"
    return float(np.quantile(values.astype(float), share, method=how))  # type: ignore[call-overload]


def starts(kind: str, month: pd.Period) -> pd.Period:
    return {"month": month, "quarter": month - (month.month - 1) % 3, "year": month - (month.month - 1)}.get(
        kind, month - 4
    )


def check(facts: pd.DataFrame, *, apart: bool = False, cut: bool = False, every: int = 4) -> int:
    """Compare `every` so many months with pandas, and the last; the number of values that were compared."""
    engine = engine_of(facts)
    timeline = Timeline(Calendar(), "month")

    def periods(query):  # type: ignore[no-untyped-def]
        later = date.fromordinal(CUT.toordinal() + 1)
        return joined([scan_block(engine, query, high=CUT), scan_block(engine, query, low=later)])

    frame = Frame(TREE, timeline, AS_OF, AS_OF.day if cut else None)
    states = read_states(engine, CATALOG, measures_of(CATALOG, BODIES), frame, source=periods if apart else None)
    evaluator, grid, checked = Evaluator(CATALOG, states), states.grid, 0
    months = facts.day.dt.to_period("M")
    for key in BODIES:
        for kind, window in WINDOWS.items():
            found = evaluator.cells(key, window, early=cut)
            for row, unit in enumerate(grid.units):
                for column in {*range(0, grid.shape[1], every), grid.shape[1] - 1}:
                    value = found.value[row, column]
                    if np.isnan(value) and found.why[row, column] != 1:
                        continue  # refused for other reasons: a gap, or a history too short
                    month = pd.Period(timeline.first(grid.first + column), "M")
                    inside = (months >= starts(kind, month)) & (months <= month) & facts.unit.isin(BELOW[unit])
                    if cut:
                        inside &= (months < month) | (facts.day.dt.day <= AS_OF.day)
                    inside &= facts.day <= pd.Timestamp(AS_OF)
                    wanted = expected(facts[inside], key)
                    if BODIES[key]["function"] == "count_distinct" and np.isnan(value):
                        continue
                    np.testing.assert_allclose(value, wanted, rtol=1e-12, err_msg=f"{key} {kind} {unit} {month}")
                    checked += 1
    return checked


@pytest.mark.parametrize(("apart", "cut"), [(False, False), (True, False), (False, True), (True, True)])
def test_quantiles_and_sets_are_those_of_pandas(apart: bool, cut: bool) -> None:
    assert check(facts_of(3, 700), apart=apart, cut=cut, every=2) > 700


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60))
def test_also_of_few_rows(seed: int, rows: int) -> None:
    check(facts_of(seed, rows))


@pytest.mark.parametrize("limit", ["MOST_FLAGS", "MOST_COUNTS", "MOST_CODES", "AT_ONCE", "SHORT_LIST"])
def test_also_where_there_are_too_many_for_bits_and_counters(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(tallies, limit, 1)
    check(facts_of(5, 300))


@pytest.mark.parametrize("limit", [1, 200, 3000])
def test_also_when_values_are_looked_at_in_parts(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(histograms, "AT_ONCE", limit)
    check(facts_of(7, 200))


def test_sets_are_bits_or_lists_and_join_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "MOST_FLAGS", 1200)  # one period's sets are bits, the other's lists
    check(facts_of(9, 400), apart=True)
