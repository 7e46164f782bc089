"""What computing every value costs, against a bare sum of the columns it needs and against one SQL per metric.

Run: ./run bench values --rows 1m|10m. Ratios of CPU time (all threads), measured in turn in one run, medians of five.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Figure
from data.calendar import Calendar
from data.errors import QueryError
from data.organisation import Membership, Tree, Unit
from data.warehouse import building, connect, literal
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.states.compiler import create_models
from metrics.states.measures import measure_of, measures_of
from metrics.states.scan import read_states
from metrics.time.frame import Frame
from metrics.time.timeline import Timeline
from metrics.values.reading import read_values
from metrics.values.table import SORTED_BY, Clock, compute_values

SIZES = {"1m": 1_000_000, "10m": 10_000_000}
AS_OF = date(2026, 10, 31)
ROUNDS = 5
NUMBERS = tuple(f"n{i}" for i in range(10))


def run(arguments: Sequence[str]) -> Iterable[Figure]:
    """Yield the figures for one size of facts; QueryError for an unknown size."""
    size = arguments[arguments.index("--rows") + 1] if "--rows" in arguments[:-1] else "1m"
    if size not in SIZES:
        raise QueryError(f"--rows {size}: give one of {', '.join(SIZES)}")
    catalog, tree = _catalog(), _tree()
    connection = connect()
    engine = Engine(connection.cursor())
    engine.run("CREATE SCHEMA source")
    engine.run(_facts(SIZES[size]))
    create_models(engine, catalog)

    def states() -> object:
        measures = measures_of(catalog, catalog.metrics)
        return read_states(engine, catalog, measures, Frame(tree, Timeline(Calendar()), AS_OF))

    def values() -> object:
        measures = measures_of(catalog, catalog.metrics)
        found = read_states(engine, catalog, measures, Frame(tree, Timeline(Calendar()), AS_OF))
        return compute_values(catalog, found, Clock(AS_OF, AS_OF), {})

    def bare() -> object:
        return engine.table(f"SELECT {', '.join(f'sum({name})' for name in (*NUMBERS, 'customer'))} FROM source.facts")

    def one_by_one() -> object:
        return [engine.table(sql) for sql in _single(catalog)]

    cpu = _in_turn({"states": states, "values": values, "bare": bare, "one_by_one": one_by_one})
    yield Figure("states_vs_scan", _ratio(cpu, "states", "bare"), "x")
    yield Figure("values_vs_scan", _ratio(cpu, "values", "bare"), "x")
    yield Figure("values_vs_one_sql_per_metric", _ratio(cpu, "values", "one_by_one"), "x")
    yield Figure("bare_scan", statistics.median(cpu["bare"]) * 1000, "ms CPU")
    yield Figure("all_values", statistics.median(cpu["values"]) * 1000, "ms CPU")
    yield from _page(catalog, values())


def _page(catalog: Catalog, table: object) -> Iterable[Figure]:
    """Reading a page's data, warm: 40 metrics, 24 months, one unit of each of 3 levels."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "values.duckdb"
        writer = connect()
        with building(writer, path) as alias:
            writer.register("incoming", table)
            writer.execute(
                f'CREATE TABLE {alias}.main."values" AS SELECT * FROM incoming ORDER BY {", ".join(SORTED_BY)}'
            )
        writer.close()
        reader = connect()
        reader.execute(f"ATTACH {literal(str(path))} AS snapshot (READ_ONLY)")
        engine = Engine(reader.cursor())
        metrics, units = dict(catalog.metrics), ["company", "division_1", "department_1"]
        spent, count = [], 0
        for _ in range(12):
            start = time.perf_counter()
            count = len(read_values(engine, metrics, list(metrics), units, "month", date(2024, 11, 1), AS_OF))
            spent.append(time.perf_counter() - start)
        reader.close()
    yield Figure("page_values", count, "values")
    yield Figure("page_data_warm", statistics.median(spent[2:]) * 1000, "ms")


def _in_turn(tasks: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """CPU seconds of each task over all threads, the tasks in turn, one warm-up round not counted."""
    spent: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(ROUNDS + 1):
        for name, task in tasks.items():
            start = time.process_time()
            task()
            if turn:
                spent[name].append(time.process_time() - start)
    return spent


def _ratio(cpu: dict[str, list[float]], top: str, bottom: str) -> float:
    return statistics.median(a / b for a, b in zip(cpu[top], cpu[bottom], strict=True))


def _facts(rows: int) -> str:
    """Facts in arrival order (days ascending, a little shuffled), money as DECIMAL, keys as text and integers."""
    days = 1461
    numbers = ", ".join(
        f"CAST((hash(i * 31 + {k}) % 100000) / 100 AS DECIMAL(18, 4)) AS {name}"
        if k < 5
        else f"CAST((hash(i * 37 + {k}) % 100000) / 100 AS DOUBLE) AS {name}"
        for k, name in enumerate(NUMBERS)
    )
    return (
        f"CREATE TABLE source.facts AS SELECT i AS id, DATE '2022-11-01' + CAST(least({days - 1}, "
        f"i * {days} // {rows} + hash(i) % 3) AS INTEGER) AS day, 'department_' || (hash(i * 7) % 8 + 1) AS unit, "
        f"hash(i * 11) % 50000 AS customer, CASE WHEN hash(i * 13) % 10 < 8 THEN 'paid' ELSE 'open' END AS status, "
        f"{numbers} FROM range({rows}) AS r(i)"
    )


def _catalog() -> Catalog:
    """Forty metrics: sums, filtered counts, averages, ratios, a distinct count, changes and rolling sums."""
    table = Table.model_validate(
        {"key": "facts", "source": "facts", "time": {"column": "day"}, "unit": {"column": "unit"}}
    )
    bodies: dict[str, dict[str, object]] = {}
    for k, name in enumerate(NUMBERS):
        bodies[f"sum_{k}"] = {"agg": {"table": "facts", "function": "sum", "expr": name}}
        bodies[f"average_{k}"] = {"agg": {"table": "facts", "function": "average", "expr": name}}
    for k in range(5):
        bodies[f"count_{k}"] = {
            "agg": {"table": "facts", "function": "count", "filter": f"status = 'paid' and n{k} > 500"}
        }
        bodies[f"ratio_{k}"] = {"ratio": {"numerator": f"sum_{k}", "denominator": f"sum_{k + 5}"}}
        bodies[f"rolling_{k}"] = {"rolling": {"metric": f"sum_{k}", "months": 3}}
    for k in range(4):
        bodies[f"change_{k}"] = {"change": {"metric": f"sum_{k}", "back": "1 year"}}
    bodies["customers"] = {"agg": {"table": "facts", "function": "count_distinct", "expr": "customer"}}
    metrics = {
        key: Metric.model_validate({"key": key, "perspective": "financial", "title": key, "measured_in": "EUR", **body})
        for key, body in bodies.items()
    }
    columns = {
        "id": "bigint",
        "day": "date",
        "unit": "varchar",
        "customer": "ubigint",
        "status": "varchar",
        **dict.fromkeys(NUMBERS, "double"),
    }
    return Catalog({"facts": table}, metrics, (), {"facts": columns})


def _tree() -> Tree:
    units = {"company": Unit("company", "Company", "company")}
    for division in range(1, 4):
        units[f"division_{division}"] = Unit(f"division_{division}", "", "division", (Membership("company"),))
    for k in range(1, 9):
        units[f"department_{k}"] = Unit(f"department_{k}", "", "department", (Membership(f"division_{k % 3 + 1}"),))
    return Tree(units, ("company", "division", "department"))


def _single(catalog: Catalog) -> list[str]:
    """What a tool without a metrics layer runs: for each metric one query by unit and month."""
    queries = []
    for key in catalog.metrics:
        parts = []
        for aggregate in catalog.aggregates(key):
            measure = measure_of(catalog, aggregate)
            what = {"average": "avg", "count_distinct": "count(DISTINCT"}.get(measure.function, measure.function)
            close = "))" if "DISTINCT" in what else ")"
            inner = measure.expr or "*"
            where = f" FILTER (WHERE {measure.filter})" if measure.filter else ""
            parts.append(f"{what}{' ' if close == '))' else '('}{inner}{close[1:] if close == '))' else ')'}{where}")
        queries.append(
            f"SELECT unit, date_trunc('month', day) AS m, {', '.join(parts)} FROM source.facts AS _t GROUP BY 1, 2"
        )
    return queries
