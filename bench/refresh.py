"""What a refresh costs after 1 % new rows, a late correction, a changed definition: as shares of computing everything.

Run: ./run bench refresh --rows 1m|10m|100m (100m with --large only). The facts are monthly Parquet files of a workspace
with 40 metrics. The full computation is a forced refresh of the same facts in the same run: all states, all values,
published; it loads nothing. Shares are of CPU time without loading; `_with_load` counts the loading of the changed
file, and `_wall` is wall time with it. `_share_of_first` are shares of the first refresh, which loads everything and
computes everything: loading is in both, as who waits for a refresh has it.

Definitions differ: `definition` is a filter over two columns that no other metric has, so that all facts are read;
`formula` is a ratio of what is known already. `definition_vs_one_sql` is the whole refresh beside the statement that an
analyst writes for the new filter, by unit and month, over the same files.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from ruamel.yaml import YAML

from bench import Figure
from bench.values import NUMBERS
from data.errors import QueryError
from data.snapshots import Manifest
from data.warehouse import connect, literal, open_facts
from flows.increment import in_words
from flows.refresh import refresh

SIZES = {"1m": 1_000_000, "10m": 10_000_000, "100m": 100_000_000}
ROUNDS = {"1m": 5, "10m": 3, "100m": 1}
MONTHS = 48
FIRST = 2022 * 12 + 10  # November 2022
UNITS = 8
TODAY = date(2026, 11, 2)


@dataclass(frozen=True)
class Spent:
    """Seconds of a refresh, CPU over all threads and wall; `load` is the CPU of it that loading took."""

    cpu: float
    wall: float
    load: float

    @property
    def computing(self) -> float:
        """CPU seconds without loading."""
        return self.cpu - self.load


def run(arguments: Sequence[str]) -> Iterable[Figure]:
    """Yield the figures for one size of facts; QueryError for an unknown size, or 100m without --large."""
    size = arguments[arguments.index("--rows") + 1] if "--rows" in arguments[:-1] else "1m"
    if size not in SIZES:
        raise QueryError(f"--rows {size}: give one of {', '.join(SIZES)}")
    if size == "100m" and "--large" not in arguments:
        raise QueryError("--rows 100m takes some minutes and 10 GB of disk; say --large, too")
    with workspace(SIZES[size]) as bench:
        first = bench.spent()
        yield Figure("first_load", first.load, "s CPU")
        yield Figure("first", first.cpu, "s CPU")
        spent: dict[str, list[Spent]] = {}
        by_hand: list[float] = []
        for turn in range(ROUNDS[size]):
            for name, happens in bench.events(turn).items():
                happens()
                spent.setdefault(name, []).append(bench.spent(force=name == "full"))
                if name == "definition":
                    by_hand.append(bench.by_hand(turn))
                sys.stderr.write(f"{name}: {in_words(bench.manifest.extra['done'])}; {dict(bench.manifest.seconds)}\n")
    yield from _figures(spent, first)
    beside = [one.computing / other for one, other in zip(spent["definition"], by_hand, strict=True)]
    yield Figure("definition_vs_one_sql", statistics.median(beside), "x")


def _figures(measured: Mapping[str, Sequence[Spent]], first: Spent) -> Iterator[Figure]:
    full = measured["full"]
    spent = {name: several for name, several in measured.items() if name != "full"}
    yield Figure("full", statistics.median(one.cpu for one in full), "s CPU")
    yield Figure("full_wall", statistics.median(one.wall for one in full), "s")
    for name, several in spent.items():
        for kind, suffix in (("computing", ""), ("cpu", "_with_load"), ("wall", "_wall")):
            pairs = zip(several, full, strict=True)
            share = statistics.median(getattr(one, kind) / getattr(whole, kind) for one, whole in pairs)
            yield Figure(f"{name}_share{suffix}", share * 100, "%")
        yield Figure(f"{name}_share_of_first", statistics.median(one.cpu for one in several) / first.cpu * 100, "%")
        yield Figure(name, statistics.median(one.computing for one in several) * 1000, "ms CPU")
        yield Figure(f"{name}_load", statistics.median(one.load for one in several) * 1000, "ms CPU")
        yield Figure(f"{name}_wall", statistics.median(one.wall for one in several) * 1000, "ms")


class Bench:
    """A workspace that things happen to."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder, self.rows = folder, rows
        self.month_rows = rows // MONTHS
        self.manifest: Manifest
        (folder / "files").mkdir(parents=True)
        for name, content in _definitions().items():
            self.write(name, content)
        for month in range(MONTHS):
            self.facts(f"{month:02}", month, month * self.month_rows, self.month_rows)

    def write(self, name: str, content: object) -> None:
        """A file of the workspace."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as out:
            YAML().dump(content, out)

    def facts(self, name: str, month: int, first: int, count: int, extra: str = "") -> None:
        """A file of `count` facts of one month, the first of them with the id `first`."""
        year, number = divmod(FIRST + month, 12)
        day = f"DATE '{year}-{number + 1:02}-01' + CAST((i - {first}) * 28 // {count} AS INTEGER)"
        numbers = ", ".join(
            f"CAST((hash(i * 31 + {k}) % 100000) / 100 AS {'DECIMAL(18, 4)' if k < 5 else 'DOUBLE'}){extra} AS {column}"
            for k, column in enumerate(NUMBERS)
        )
        select = (
            f"SELECT i AS id, {day} AS day, 'department_' || (hash(i * 7) % {UNITS} + 1) AS unit, "
            f"CAST(hash(i * 11) % 50000 AS BIGINT) AS customer, "
            f"CASE WHEN hash(i * 13) % 10 < 8 THEN 'paid' ELSE 'open' END AS status, {numbers} "
            f"FROM range({first}, {first + count}) AS r(i)"
        )
        path = self.folder / "files" / f"{name}.parquet"
        with connect() as connection:
            connection.execute(f"COPY ({select}) TO {literal(str(path))} (FORMAT parquet)")

    def spent(self, *, force: bool = False) -> Spent:
        """What one refresh costs."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.manifest = refresh(self.folder, now=TODAY, force=force)
        seconds = (time.process_time() - cpu, time.perf_counter() - wall)
        return Spent(*seconds, self.manifest.extra["cpu"]["load"])

    def by_hand(self, turn: int) -> float:
        """CPU seconds of the statement that gives the changed metric by unit and month."""
        with open_facts(self.folder / "var", self.manifest.files()) as facts:
            begin = time.process_time()
            facts.execute(
                f"SELECT unit, date_trunc('month', day), count(*) FILTER (WHERE {_changed_filter(turn)}) "
                "FROM source.facts GROUP BY 1, 2"
            ).fetchall()
            return time.process_time() - begin

    def events(self, turn: int) -> Mapping[str, Callable[[], None]]:
        """What happens before each refresh of a round; nothing before the full computation."""
        new = self.rows // 100
        late = MONTHS // 2 + turn
        return {
            "full": lambda: None,
            "delta": lambda: self.facts(f"new_{turn}", MONTHS - 1, self.rows + turn * new, new),
            "late": lambda: self.facts(
                f"{late:02}", late, late * self.month_rows, self.month_rows, " + (i % 1000 = 7)::INT"
            ),
            "definition": lambda: self.write(*_changed(turn)),
            "formula": lambda: self.write(*_other_formula(turn)),
        }


def _changed(turn: int) -> tuple[str, object]:
    """The definition of another metric with another filter."""
    body = {"table": "facts", "function": "count", "filter": _changed_filter(turn)}
    return f"metrics/financial/count_{turn}.yaml", {"title": "Count", "measured_in": "count", "agg": body}


def _changed_filter(turn: int) -> str:
    return f"status = 'paid' and n{turn} > {600 + turn}"


def _other_formula(turn: int) -> tuple[str, object]:
    """The definition of a ratio with another denominator."""
    body = {"numerator": f"sum_{turn}", "denominator": f"sum_{turn + 4}"}
    return f"metrics/financial/ratio_{turn}.yaml", {"title": "Ratio", "measured_in": "%", "ratio": body}


def _definitions() -> dict[str, object]:
    columns = {"id": "integer", "day": "date", "unit": "text", "customer": "integer", "status": "text"}
    columns |= {name: "decimal" if k < 5 else "number" for k, name in enumerate(NUMBERS)}
    dataset = {"path": "*.parquet", "columns": columns, "key": ["id"], "cursor": "day"}
    units: list[dict[str, str]] = [{"key": "company", "title": "Company", "level": "company"}]
    units += [
        {"key": f"division_{k}", "title": f"Division {k}", "level": "division", "parent": "company"}
        for k in range(1, 4)
    ]
    units += [
        {"key": f"department_{k}", "title": str(k), "level": "department", "parent": f"division_{k % 3 + 1}"}
        for k in range(1, UNITS + 1)
    ]
    model = {"source": "facts", "grain": ["id"], "time": {"column": "day"}, "unit": {"column": "unit"}}
    return {
        "workspace.yaml": {"name": "Bench", "retention": {"snapshots": 2}},
        "units.yaml": {"levels": ["company", "division", "department"], "units": units},
        "sources/books.yaml": {"connector": "files", "settings": {"folder": "files"}, "datasets": {"facts": dataset}},
        "models/facts.yaml": model,
        **{f"metrics/financial/{key}.yaml": {"title": key, **body} for key, body in _metrics()},
    }


def _metrics() -> Iterator[tuple[str, dict[str, object]]]:
    """Forty: sums, averages, filtered counts, ratios, rolling sums, changes, a distinct count."""
    money, count, share = ({"measured_in": unit} for unit in ("EUR", "count", "%"))
    for k, name in enumerate(NUMBERS):
        yield f"sum_{k}", money | {"agg": {"table": "facts", "function": "sum", "expr": name}}
        yield f"average_{k}", money | {"agg": {"table": "facts", "function": "average", "expr": name}}
    for k in range(5):
        condition = f"status = 'paid' and n{k} > 500"
        yield f"count_{k}", count | {"agg": {"table": "facts", "function": "count", "filter": condition}}
        yield f"ratio_{k}", share | {"ratio": {"numerator": f"sum_{k}", "denominator": f"sum_{k + 5}"}}
        yield f"rolling_{k}", money | {"rolling": {"metric": f"sum_{k}", "months": 3}}
    for k in range(4):
        yield f"change_{k}", share | {"change": {"metric": f"sum_{k}", "back": "1 year"}}
    yield "customers", count | {"agg": {"table": "facts", "function": "count_distinct", "expr": "customer"}}


@contextmanager
def workspace(rows: int) -> Iterator[Bench]:
    """A workspace with so many facts, in a temporary folder."""
    with TemporaryDirectory() as folder:
        yield Bench(Path(folder) / "company", rows)
