"""What a page reads: 40 metrics, 24 months, 3 units out of a value table of a million rows or ten, warm and cold."""

import statistics
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Figure
from bench._company import AS_OF
from data.warehouse import building, connect, literal
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.values.reading import read_values
from metrics.values.table import SORTED_BY

FROM = date(2024, 11, 1)
UNITS = ("unit_1", "unit_7", "unit_50")
SPANS = ("month", "quarter", "year", "ytd", "r12")
WARM, COLD = 30, 7


def page_figures(catalog: Catalog, name: str, stored: int) -> Iterable[Figure]:
    """Medians of reading one page's values from a table that stores so many."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "values.duckdb"
        _write(path, catalog, stored)
        reader = connect()
        reader.execute(f"ATTACH {literal(str(path))} AS snapshot (READ_ONLY)")
        engine, warm, cold, count = Engine(reader.cursor()), [], [], 0
        for _ in range(WARM + 3):
            start = time.perf_counter()
            count = _read(engine, catalog)
            warm.append(time.perf_counter() - start)
        reader.close()
        for _ in range(COLD):
            start = time.perf_counter()
            fresh = connect()
            fresh.execute(f"ATTACH {literal(str(path))} AS snapshot (READ_ONLY)")
            _read(Engine(fresh.cursor()), catalog)
            cold.append(time.perf_counter() - start)
            fresh.close()
    yield Figure(f"page_values_{name}", count, "values")
    yield Figure(f"page_data_warm_{name}", statistics.median(warm[3:]) * 1000, "ms")
    yield Figure(f"page_data_warm_best_{name}", min(warm) * 1000, "ms")
    yield Figure(f"page_data_cold_{name}", statistics.median(cold) * 1000, "ms")


def _read(engine: Engine, catalog: Catalog) -> int:
    return len(read_values(engine, dict(catalog.metrics), list(catalog.metrics), UNITS, "month", FROM, AS_OF))


def _write(path: Path, catalog: Catalog, stored: int) -> None:
    """A value table in the schema and order of a published one; its numbers are made up."""
    months = 48
    units = -(-stored // (len(catalog.metrics) * len(SPANS) * months))
    writer = connect(memory_limit="4GB")
    keys = ", ".join(f"({literal(key)})" for key in catalog.metrics)
    spans = ", ".join(f"({literal(span)})" for span in SPANS)
    number = "(hash(u.i, k.key, m.i) % 100000) / 100.0"
    with building(writer, path) as alias:
        writer.execute(
            f"CREATE TABLE {alias}.main.\"values\" AS SELECT 'unit_' || u.i AS unit, k.key AS metric, s.span AS span, "
            f"CAST(DATE '2022-11-01' + INTERVAL 1 MONTH * m.i AS DATE) AS period_start, "
            f"last_day(CAST(DATE '2022-11-01' + INTERVAL 1 MONTH * m.i AS DATE)) AS period_end, {number} AS value, "
            "CAST(500 AS DOUBLE) AS target, CAST(500 AS DOUBLE) AS goal, NULL::DOUBLE AS goal_high, "
            "CAST(100 AS DOUBLE) AS red, NULL::DOUBLE AS red_high, NULL::DOUBLE AS worst, NULL::DOUBLE AS worst_high, "
            f"NULL::DOUBLE AS best, NULL::DOUBLE AS best_high, {number} / 100 AS score, "
            "'green' AS status, '' AS reason, "
            "1::INTEGER AS reported, 1::INTEGER AS expected, 100::BIGINT AS rows, false AS partial, "
            f"{number} AS previous, {number} AS previous_year FROM range({units}) AS u(i), (VALUES {keys}) AS k(key), "
            f"(VALUES {spans}) AS s(span), range({months}) AS m(i) ORDER BY {', '.join(SORTED_BY)}"
        )
    writer.close()
