"""What a page reads: 40 metrics, 24 months, 3 units out of a value table of a million rows or ten, warm and cold.

The values lie in files of years as a refresh cuts them, and are read as a page reads them. As in the app, what lives
since the start is left alone by the garbage collector.
"""

import gc
import statistics
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Figure
from bench._company import AS_OF
from data.slots import SLOT_SQL
from data.valuefiles import LARGE, Stored
from data.warehouse import Connection, ValueFile, building, connect, literal
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.values.reading import read_values
from metrics.values.table import SORTED_BY

FROM = date(2024, 11, 1)
UNITS = ("unit_1", "unit_7", "unit_50")
SPANS = ("month", "quarter", "year", "ytd", "r12")
MONTHS = 48
WARM, COLD = 30, 7


def page_figures(catalog: Catalog, name: str, stored: int) -> Iterable[Figure]:
    """Medians of reading one page's values from a table that stores so many."""
    with TemporaryDirectory() as folder:
        files = write_values(Path(folder), catalog, stored)
        gc.collect()
        gc.freeze()
        reader, warm, cpu, cold, count = _opened(files), [], [], [], 0
        for _ in range(WARM + 3):
            begin, start = time.process_time(), time.perf_counter()
            count = _read(reader, catalog, files)
            warm.append(time.perf_counter() - start)
            cpu.append(time.process_time() - begin)
        reader.close()
        for _ in range(COLD):
            start = time.perf_counter()
            fresh = _opened(files)
            _read(fresh, catalog, files)
            cold.append(time.perf_counter() - start)
            fresh.close()
        gc.unfreeze()
    yield Figure(f"page_values_{name}", count, "values")
    yield Figure(f"page_value_files_{name}", len(files.files), "files")
    yield Figure(f"page_data_warm_{name}", statistics.median(warm[3:]) * 1000, "ms")
    yield Figure(f"page_data_warm_cpu_{name}", statistics.median(cpu[3:]) * 1000, "ms CPU")
    yield Figure(f"page_data_warm_best_{name}", min(warm) * 1000, "ms")
    yield Figure(f"page_data_cold_{name}", statistics.median(cold) * 1000, "ms")


def _opened(files: Stored) -> Connection:
    reader = connect()
    for alias, (file, _) in files.files.items():
        reader.execute(f"ATTACH {literal(file.path)} AS {alias} (READ_ONLY)")
    return reader


def _read(reader: Connection, catalog: Catalog, files: Stored) -> int:
    """What `Opened.values` does."""
    keys, stored = list(catalog.metrics), files.between(FROM, AS_OF)
    return len(read_values(Engine(reader.cursor()), catalog.metrics, keys, UNITS, "month", FROM, AS_OF, stored))


def write_values(folder: Path, catalog: Catalog, stored: int) -> Stored:
    """Files of values in the schema and order of published ones; their numbers are made up."""
    units = -(-stored // (len(catalog.metrics) * len(SPANS) * MONTHS))
    years: list[list[int]] = []
    for year in range(2022, 2027):
        if not years or len(years[-1]) * 12 * units * len(SPANS) * len(catalog.metrics) >= LARGE:
            years.append([])
        years[-1].append(year)
    found = {}
    for place, several in enumerate(years):
        path = folder / f"values_{place}.duckdb"
        rows = _write(path, catalog, units, several)
        found[f"values_{place}"] = ValueFile(str(path), rows, slotted=True), frozenset(several)
    return Stored(found)


def _write(path: Path, catalog: Catalog, units: int, years: list[int]) -> int:
    """Targets are by unit, metric and year, as a budget states them; values of the first year have no year before."""
    keys = ", ".join(f"({literal(key)})" for key in catalog.metrics)
    spans = ", ".join(f"({literal(span)})" for span in SPANS)
    number, goal = "(hash(unit, metric, m) % 100000) / 100.0", "(hash(unit, metric, year(start)) % 50000) / 100.0 + 500"
    score = f"least({number} / 150, 10)"
    writer = connect(memory_limit="4GB")
    with building(writer, path) as alias:
        writer.execute(
            f'CREATE TABLE {alias}.main."values" AS SELECT {SLOT_SQL} AS slot, unit, metric, span, '
            f"start AS period_start, last_day(start) AS period_end, {number} AS value, {goal} AS target, "
            f"{goal} AS goal, ({goal}) * 0.8 AS red, NULL::DOUBLE AS goal_high, NULL::DOUBLE AS red_high, "
            "NULL::DOUBLE AS best, NULL::DOUBLE AS best_high, NULL::DOUBLE AS worst, NULL::DOUBLE AS worst_high, "
            f"{score} AS score, CASE WHEN {score} < 3.3 THEN 'red' WHEN {score} < 6.7 THEN 'amber' ELSE 'green' END "
            "AS status, '' AS reason, 1::INTEGER AS reported, 1::INTEGER AS expected, 100::BIGINT AS rows, "
            f"false AS partial, {number} + 1 AS previous, CASE WHEN m >= 12 THEN {number} + 2 END AS previous_year "
            "FROM (SELECT *, CAST(DATE '2022-11-01' + INTERVAL 1 MONTH * m AS DATE) AS start FROM "
            f"(SELECT 'unit_' || i AS unit FROM range({units}) AS u(i)), (VALUES {keys}) AS k(metric), "
            f"(VALUES {spans}) AS s(span), range({MONTHS}) AS r(m)) "
            f"WHERE year(start) IN ({', '.join(map(str, years))}) ORDER BY {', '.join(SORTED_BY)}"
        )
        counted = writer.execute(f'SELECT count(*) FROM {alias}.main."values"').fetchall()[0][0]
    writer.close()
    return int(counted)
