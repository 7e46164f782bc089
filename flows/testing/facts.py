"""Tests of facts: freshness, the grain of tables, what joins find and what they do not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from data.warehouse import identifier
from flows.freshness import fresh_tables
from flows.testing.outcome import SHOWN, Bench, Case, Outcome, Path_, check
from metrics.definitions.table import Join, Table


@dataclass(frozen=True)
class Told:
    """What a test of a table found, without its place."""

    kind: str
    words: str
    checked: int
    cases: tuple[Case, ...] = ()
    failed: int = 0
    note: str = ""


@check
def freshness(bench: Bench) -> Iterator[Outcome]:
    """The newest row of a table is as new as its rule, or that of a dataset below it, wants."""
    workspace, today = bench.workspace, bench.opened.manifest.today
    for key, fresh in fresh_tables(workspace, bench.engine, bench.datasets, today).items():
        words = f"the newest row is at most {fresh.within_days} days old on {today}"
        late = fresh.newest is None or fresh.newest + timedelta(days=fresh.within_days) < today
        found = "no row" if fresh.newest is None else str(fresh.newest)
        wanted = f"{today - timedelta(days=fresh.within_days)} or later"
        cases = (Case(key, found, wanted),) if late else ()
        told = Told("freshness", words, 1, cases, len(cases))
        yield _outcome(bench, workspace.catalog.tables[key], ("freshness",), told)


@check
def grain(bench: Bench) -> Iterator[Outcome]:
    """A row of a table is what its grain says, once."""
    for table in bench.workspace.catalog.tables.values():
        if not table.grain:
            continue
        words = f"one row per {', '.join(table.grain)}"
        found = _several(bench, f"model.{identifier(table.key)}", table.grain, table.key, empty=True)
        yield _outcome(bench, table, ("grain",), Told("grain", words, *found))


@check
def join(bench: Bench) -> Iterator[Outcome]:
    """A join finds one row at most where it says so, and misses no more rows than it may."""
    tables = bench.workspace.catalog.tables
    for table in tables.values():
        for name, one in table.joins.items():
            yield from _joined(bench, table, name, one, tables[one.table])


def _joined(bench: Bench, table: Table, name: str, one: Join, other: Table) -> Iterator[Outcome]:
    named = one.to or other.grain
    to = (named,) if isinstance(named, str) else named
    ours, theirs = f"model.{identifier(table.key)}", f"model.{identifier(other.key)}"
    path: Path_ = ("joins", name)
    if one.cardinality in ("many_to_one", "one_to_one"):
        words = f"{one.cardinality}: a row finds one row of {other.key} at most"
        since = (one.valid.from_,) if one.valid else ()  # of a dated row, once for each day on which it begins
        yield _outcome(
            bench, table, path, Told("cardinality", words, *_several(bench, theirs, (*to, *since), other.key))
        )
    if one.cardinality in ("one_to_one", "one_to_many"):
        words = f"{one.cardinality}: each {', '.join(one.keys)} stands in one row"
        yield _outcome(bench, table, path, Told("cardinality", words, *_several(bench, ours, one.keys, table.key)))
    pairs = [f"b.{identifier(b)} = a.{identifier(a)}" for a, b in zip(one.keys, to, strict=True)]
    partner = f"SELECT 1 FROM {theirs} AS b WHERE {' AND '.join(pairs)}"
    count = _one(bench, f"SELECT count(*) AS n FROM {ours}")
    without = _one(bench, f"SELECT count(*) AS n FROM {ours} AS a WHERE NOT EXISTS ({partner})")
    yield _outcome(bench, table, path, _orphans(table, name, one, count, without))


def _several(
    bench: Bench, source: str, columns: Sequence[str], title: str, *, empty: bool = False
) -> tuple[int, tuple[Case, ...], int]:
    """(rows, the first values of some columns together that stand in several rows, how many do)."""
    names = ", ".join(map(identifier, columns))
    known = "TRUE" if empty else " AND ".join(f"{identifier(column)} IS NOT NULL" for column in columns)
    twice = f"SELECT {names}, count(*) AS times FROM {source} WHERE {known} GROUP BY {names} HAVING count(*) > 1"
    count = _one(bench, f"SELECT count(*) AS n FROM {source}")
    failed = _one(bench, f"SELECT count(*) AS n FROM ({twice})")
    rows = bench.engine.table(f"{twice} LIMIT {SHOWN}").to_pylist() if failed else []
    return count, tuple(_case(row, title) for row in rows), failed


def _case(row: Mapping[str, object], title: str) -> Case:
    """Values that stand in several rows."""
    where = ", ".join(f"{name} = {value}" for name, value in row.items() if name != "times")
    return Case(where, f"{row['times']} rows of {title}", "1 row")


def _orphans(table: Table, name: str, one: Join, count: int, failed: int) -> Told:
    """Rows without partner. Where the unit comes through the join such a row belongs to nobody, so none is allowed."""
    carries = str(table.unit.column if table.unit else "").startswith(f"{name}.")
    allowed = one.orphans if one.orphans is not None else 0.0 if carries else None
    share = failed / count if count else 0.0
    if allowed is None:
        note = f"{share:.2%} of the rows have no partner; `orphans: 0 %` at the join would make this a failure"
        return Told("orphans", f"rows without a row of {one.table} are told", count, (), 0, note if failed else "")
    words = f"at most {allowed:.4%} of the rows have no row of {one.table}"
    if share <= allowed:
        return Told("orphans", words, count)
    case = Case(f"{failed:,} of {count:,} rows", f"{share:.4%}", f"{allowed:.4%}")
    return Told("orphans", words, count, (case,), failed)


def _outcome(bench: Bench, table: Table, path: Path_, told: Told) -> Outcome:
    file = f"models/{table.key}.yaml"
    line = bench.line(file, path)
    ok = not told.failed
    return Outcome(told.kind, table.key, file, line, told.words, ok, told.checked, told.failed, told.cases, told.note)


def _one(bench: Bench, sql: str) -> int:
    return int(bench.engine.table(sql).column("n")[0].as_py())
