"""What computing every value of 40 metrics costs, against a bare sum of the columns it needs and against other roads.

Run: ./run bench values --rows 1m|10m|100m (100m with --large only), `--facts FOLDER` to keep facts for the next run.
Ratios are medians of rounds measured in turn in one run, CPU over all threads and (`_wall`) wall time. The denominator
`scan` is one query with the bare SUM of each numeric column that the metrics need; facts are in a file in arrival order
with their source types, the same for all. Nothing is prepared: numbering things and values is part of the states.

What the others give. Ours are the values of 12 units of three levels at five spans (month, quarter, year, year to date,
rolling year), with the values that each is compared with, targets, scores: `values`. `one_sql_per_metric`,
`fused_sql`, `pandas` and `metricflow` give the aggregates of 8 leaf units by month and no more: from these no level and
no longer span of a distinct count, a median or a percentile can be told. So they stand beside `states`, which are of
leaf units by month, too, beside `by_month`, which are all metrics of all 12 units by month, told from states, and
beside all `values`. The nearest that one statement comes to these are `.._levels`: three levels by month, quarter and
year; still without windows, comparisons and scores.
"""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Figure, Remark
from bench._company import AS_OF, NEEDED, NUMBERS, company_catalog, frame, open_company, write_facts
from bench._measuring import Peak, in_turn, ratio
from bench._metricflow import PLAIN, ROLLING, VARIABLE, compiled, write_days
from bench._pages import page_figures
from bench._rivals import by_pandas, fused, fused_levels, one_by_one, one_by_one_levels
from data.calendar import Grain
from data.errors import QueryError
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.states.measures import measures_of
from metrics.states.scan import compiled_scans, read_states
from metrics.time.grid import MONTH
from metrics.values.evaluate import Evaluator
from metrics.values.table import Clock, compute_values

SIZES = {"1m": 1_000_000, "10m": 10_000_000, "100m": 100_000_000}
ROUNDS = {"1m": 5, "10m": 3, "100m": 1}
MEMORY = {"1m": None, "10m": None, "100m": "600MB"}  # of the engine; arrays and results come on top of it
ALLOWED = 1000  # MB of the whole process above its start


def run(arguments: Sequence[str]) -> Iterable[Figure | Remark]:
    """Yield the figures for one size of facts; QueryError for an unknown size, or 100m without --large."""
    size = arguments[arguments.index("--rows") + 1] if "--rows" in arguments[:-1] else "1m"
    if size not in SIZES:
        raise QueryError(f"--rows {size}: give one of {', '.join(SIZES)}")
    if size == "100m" and "--large" not in arguments:
        raise QueryError("--rows 100m takes some minutes and 4 GB of disk; say --large, too")
    kept = arguments[arguments.index("--facts") + 1] if "--facts" in arguments[:-1] else None
    catalog = company_catalog()
    with nullcontext(kept) if kept else TemporaryDirectory() as folder:
        path = facts_of(Path(folder), SIZES[size])
        yield Figure("metrics", len(catalog.metrics), "metrics")
        yield from _states(path, catalog, size)
        if size != "100m":
            yield from _rivals(path, catalog, size)
        if size == "1m":
            yield from _rolling(path, catalog)
    if size != "100m":
        yield from _compiling()
        yield from page_figures(catalog, "1m", SIZES["1m"])
    if size == "10m":
        yield from page_figures(catalog, "10m", SIZES["10m"])


def facts_of(folder: Path, rows: int) -> Path:
    """The fact file of so many rows, written where it is missing."""
    path = folder / f"facts_{rows}.duckdb"
    if not path.is_file():
        write_facts(path, rows)
    return path


def states(engine: Engine, catalog: Catalog, base: Grain = "month") -> object:
    """The states of all metrics at a base period."""
    return read_states(engine, catalog, measures_of(catalog, catalog.metrics), frame(base))


def values(engine: Engine, catalog: Catalog) -> object:
    """The value table: all metrics, units, spans and periods, with scores."""
    found = read_states(engine, catalog, measures_of(catalog, catalog.metrics), frame())
    return compute_values(catalog, found, Clock(AS_OF, AS_OF), {})


def by_month(engine: Engine, catalog: Catalog, wanted: Sequence[str]) -> object:
    """Some metrics of all units, by month, from states: what the rivals give, and the upper levels."""
    evaluator = Evaluator(catalog, read_states(engine, catalog, measures_of(catalog, wanted), frame()))
    return [evaluator.cells(key, MONTH) for key in wanted]


def _states(path: Path, catalog: Catalog, size: str) -> Iterable[Figure]:
    """States against the bare sums; at 100m under a memory limit, where a spill would be an error."""
    connection, engine = open_company(path, catalog, MEMORY[size])
    bare = f"SELECT {', '.join(f'sum({name})' for name in NEEDED)} FROM source.facts"
    engine.table(bare)
    with Peak() as peak:
        spent = in_turn(
            {
                "scan": lambda: engine.table(bare),
                "states": lambda: states(engine, catalog),
                "values": lambda: values(engine, catalog),
            },
            ROUNDS[size],
        )
    yield from ratio(spent, "states", "scan")
    yield from ratio(spent, "values", "scan")
    yield Figure("peak_memory", peak.most, "MB")
    if size == "100m" and peak.most > ALLOWED:
        raise QueryError(f"{peak.most:.0f} MB were in memory at once, {ALLOWED} are allowed")
    daily = in_turn(
        {"scan": lambda: engine.table(bare), "states_by_day": lambda: states(engine, catalog, "day")},
        1 if size == "100m" else 3,
    )
    yield from ratio(daily, "states_by_day", "scan")
    yield Figure("scan", spent["scan"].cpu[0] * 1000, "ms CPU")
    yield Figure("all_values", spent["values"].cpu[0] * 1000, "ms CPU")
    connection.close()


def _rivals(path: Path, catalog: Catalog, size: str) -> Iterable[Figure | Remark]:
    """How many times as much others need for leaf units and months only (`_levels`: three levels, three periods).

    By one SQL for each metric the levels are asked for at 1m alone, since that takes its time.
    """
    connection, engine = open_company(path, catalog)
    single, whole, levels = one_by_one(catalog), fused(catalog), fused_levels(catalog)
    ours = {
        "values": lambda: values(engine, catalog),
        "states": lambda: states(engine, catalog),
        "by_month": lambda: by_month(engine, catalog, list(catalog.metrics)),
    }
    tasks = ours | {
        "one_sql_per_metric": lambda: [engine.table(sql) for sql in single],
        "fused_sql": lambda: engine.table(whole),
        "fused_sql_levels": lambda: engine.table(levels),
        "pandas": lambda: by_pandas(engine, NEEDED),
    }
    flow = compiled({"plain": PLAIN})
    if flow is None:
        yield Remark(f"MetricFlow was not measured; set {VARIABLE} to the Python of an environment that has it")
    else:
        tasks["metricflow"] = lambda: engine.table(flow["plain"].sql)
    spent = in_turn(tasks, 2 if size == "10m" else 3)
    for name in tasks:
        if name not in ours:
            beside = ["values"] if name.endswith("levels") else ours
            yield from (figure for mine in beside for figure in ratio(spent, name, mine))
    if size == "1m":
        apart = {
            "values": tasks["values"],
            "one_sql_per_metric_levels": lambda: [engine.table(sql) for sql in one_by_one_levels(catalog)],
        }
        yield from ratio(in_turn(apart, 1), "one_sql_per_metric_levels", "values")
    if flow is not None:
        yield Figure("metricflow_compile", flow["plain"].seconds * 1000, "ms")
        yield Figure("metricflow_run", spent["metricflow"].wall[0] * 1000, "ms")
    connection.close()


def _rolling(path: Path, catalog: Catalog) -> Iterable[Figure]:
    """Rolling metrics from states against MetricFlow's plan for the same, on 1m rows: raw rows joined to days."""
    flow = compiled({"rolling": ROLLING})
    if flow is None:
        return
    wanted = [key for key in catalog.metrics if key.startswith("rolling")]
    connection, engine = open_company(path, catalog)
    write_days(engine)

    tasks = {
        "rolling_values": lambda: by_month(engine, catalog, wanted),
        "metricflow_rolling": lambda: engine.table(flow["rolling"].sql),
    }
    yield from ratio(in_turn(tasks, 1), "metricflow_rolling", "rolling_values", "metricflow_rolling_vs_ours_1m")
    yield Figure("metricflow_rolling_compile", flow["rolling"].seconds * 1000, "ms")
    connection.close()


def _compiling() -> Iterable[Figure]:
    """From definitions to SQL: 40 metrics and as many copies with filters of their own as make 50 and 500."""
    for count in (50, 500):
        catalog = company_catalog(-(-count // 40))
        wanted = list(catalog.metrics)[:count]
        with TemporaryDirectory() as folder:
            connection, engine = open_company(facts_of(Path(folder), 1000), catalog)
            first = in_turn({"compile": partial(_compiled, engine, catalog, wanted)}, 1)
            again = in_turn({"compile": partial(_compiled, engine, catalog, wanted)}, 3)
            connection.close()
        yield Figure(f"compile_{count}_metrics", first["compile"].cpu[0] * 1000, "ms CPU")
        yield Figure(f"compile_{count}_metrics_again", min(again["compile"].cpu) * 1000, "ms CPU")


def _compiled(engine: Engine, catalog: Catalog, wanted: Sequence[str]) -> list[str]:
    return [query.sql() for query in compiled_scans(engine, catalog, measures_of(catalog, wanted), frame())]


__all__ = ["NUMBERS", "run"]
