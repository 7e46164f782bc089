"""The same numbers by other roads: one SQL for each metric, one fused SQL, pandas by hand. Leaf units by month only.

None of them does windows, levels, periods of comparison or scores: what they leave out speaks for them.
"""

from collections.abc import Iterable, Iterator

import pandas as pd

from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.states.measures import Measure, measure_of

BY = "unit, date_trunc('month', day)"
LEVELS = ("unit", "left(unit, 11)", "'company'")  # in place of divisions: as many columns, a few groups
PERIODS = ("month", "quarter", "year")
_SQL = {"average": "avg({})", "count_distinct": "count(DISTINCT {})"}


def aggregates(catalog: Catalog, key: str) -> list[str]:
    """The aggregates below a metric, as an analyst writes them."""
    return [_aggregate(measure_of(catalog, body)) for body in catalog.aggregates(key)]


def _aggregate(measure: Measure) -> str:
    where = f" FILTER (WHERE {measure.filter})" if measure.filter else ""
    if measure.function == "percentile":
        how = "quantile_disc" if measure.discrete else "quantile_cont"
        return f"{how}({measure.expr}, {measure.quantile}){where}"
    return _SQL.get(measure.function, measure.function + "({})").format(measure.expr or "*") + where


def one_by_one(catalog: Catalog) -> list[str]:
    """For each metric a query of its own."""
    return [
        f"SELECT {BY}, {', '.join(aggregates(catalog, key))} FROM source.facts AS _t GROUP BY 1, 2"
        for key in catalog.metrics
    ]


def fused(catalog: Catalog) -> str:
    """All metrics in one query, each aggregate once, distinct counts and quantiles exact."""
    wanted = dict.fromkeys(text for key in catalog.metrics for text in aggregates(catalog, key))
    return f"SELECT {BY}, {', '.join(wanted)} FROM source.facts AS _t GROUP BY 1, 2"


def fused_levels(catalog: Catalog) -> str:
    """As `fused`, at three levels of units and months, quarters and years: nine grouping sets."""
    return _levels(dict.fromkeys(text for key in catalog.metrics for text in aggregates(catalog, key)))


def one_by_one_levels(catalog: Catalog) -> list[str]:
    """As `one_by_one`, at these levels and periods."""
    return [_levels(aggregates(catalog, key)) for key in catalog.metrics]


def _levels(wanted: Iterable[str]) -> str:
    levels = ", ".join(f"{sql} AS l{at}" for at, sql in enumerate(LEVELS))
    periods = ", ".join(f"date_trunc('{name}', day) AS p_{name}" for name in PERIODS)
    sets = ", ".join(f"(l{at}, p_{name})" for at in range(len(LEVELS)) for name in PERIODS)
    names = ", ".join([*(f"l{at}" for at in range(len(LEVELS))), *(f"p_{name}" for name in PERIODS)])
    inner = f"SELECT *, {levels}, {periods} FROM source.facts"
    return f"SELECT {names}, {', '.join(wanted)} FROM ({inner}) AS _t GROUP BY GROUPING SETS ({sets})"


def by_pandas(engine: Engine, columns: tuple[str, ...]) -> list[pd.DataFrame]:
    """What an analyst does in a notebook: read the needed columns, group, and aggregate."""
    facts = engine.table(f"SELECT unit, day, status, {', '.join(columns)} FROM source.facts").to_pandas()
    facts["month"] = facts["day"].to_numpy().astype("datetime64[M]").astype(int)
    facts[list(columns[:5])] = facts[list(columns[:5])].astype(float)  # of DECIMAL
    return list(_grouped(facts, columns))


def _grouped(facts: pd.DataFrame, columns: tuple[str, ...]) -> Iterator[pd.DataFrame]:
    numbers = list(columns[:10])
    paid = facts[facts["status"] == "paid"]
    every, payers = facts.groupby(["unit", "month"]), paid.groupby(["unit", "month"])
    yield every[numbers].agg(["sum", "mean"])
    yield every.size().to_frame()
    for name in numbers[:3]:
        yield paid[paid[name] > 500].groupby(["unit", "month"]).size().to_frame()
    yield every["customer"].nunique().to_frame()
    yield payers["customer"].nunique().to_frame()
    yield every["days"].median().to_frame()
    yield every["minutes"].quantile(0.9).to_frame()
    yield payers["minutes"].quantile(0.95, interpolation="higher").to_frame()
