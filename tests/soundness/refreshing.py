"""Refreshes a company within one engine: states, values and files as a refresh has them, without sources."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

from data.calendar import Calendar
from data.digests import Content, read_contents, write_digests
from data.organisation import Membership, Tree, Unit
from data.valuefiles import Settled, ValueShelf
from data.warehouse import Connection, ValueFile, connect
from flows.compute import Prepared, quiet
from flows.increment import Renewed, Shelves, renew
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.states.compiler import create_models
from metrics.states.measures import measures_of
from metrics.states.packs import Shelf
from metrics.states.scan import read_states
from metrics.time.frame import Frame
from metrics.time.timeline import Timeline
from metrics.values.table import Clock, compute_values
from tests.soundness.recount import Company

COLUMNS: Mapping[str, Mapping[str, tuple[pa.DataType, str]]] = {
    "sales": {
        "day": (pa.date32(), "date"), "unit": (pa.string(), "varchar"), "amount": (pa.float64(), "double"),
        "cost": (pa.float64(), "double"), "customer": (pa.string(), "varchar"), "channel": (pa.string(), "varchar"),
        "ok": (pa.bool_(), "boolean"),
    },
    "balances": {
        "day": (pa.date32(), "date"), "unit": (pa.string(), "varchar"), "kind": (pa.string(), "varchar"),
        "value": (pa.float64(), "double"),
    },
    "people": {
        "hired": (pa.date32(), "date"), "left_on": (pa.date32(), "date"), "unit": (pa.string(), "varchar"),
        "team": (pa.string(), "varchar"), "hours": (pa.int64(), "bigint"),
    },
}  # fmt: skip
DATED = {"sales": ["day"], "balances": ["day"], "people": ["hired", "left_on"]}


def _odd(day: date) -> bool:
    return day.month % 2 == 1


class Killed(Exception):
    """The end of a refresh at some moment."""


class Mortal(Engine):
    """An engine that dies after so many questions."""

    def __init__(self, cursor: Connection, lives: int) -> None:
        super().__init__(cursor)
        self.lives = lives

    def table(self, sql: str) -> pa.Table:
        """As the engine does it, while it lives."""
        self.lives -= 1
        if self.lives < 0:
            raise Killed
        return super().table(sql)


class Bench:
    """Facts in an engine, and the folder of what refreshes leave; `renewed` is what is published."""

    def __init__(self, connection: Connection, writer: Connection, var: Path) -> None:
        self.connection, self.writer, self.var = connection, writer, var
        self.files: tuple[ValueFile, ...] = ()
        self._laid: dict[str, list[pa.Table]] = {}
        connection.execute("CREATE SCHEMA IF NOT EXISTS source; CREATE SCHEMA IF NOT EXISTS digest")

    def put(self, company: Company) -> dict[str, Content]:
        """Lay down the facts as they are now; those that are as they were stay."""
        for table, columns in COLUMNS.items():
            rows = [{"left_on" if k == "left" else k: v for k, v in row.items()} for row in company.tables[table]]
            schema = pa.schema([(name, kind) for name, (kind, _) in columns.items()])
            data, digests = [], []
            for part in range(2):  # as if odd and even months had been loaded out of two files
                home = f"h_{table}_{part}"
                mine = [
                    row for row in rows if (row[DATED[table][0]] is not None and _odd(row[DATED[table][0]])) == part
                ]
                for place in self._place(home, pa.Table.from_pylist(mine, schema=schema), DATED[table]):
                    data.append(f"SELECT * FROM {place}.data")
                    digests.append(f"SELECT *, '{place}.data' AS place FROM {place}.digests")
            self.connection.execute(
                f"CREATE OR REPLACE VIEW source.{table} AS {' UNION ALL '.join(data)}; "
                f"CREATE OR REPLACE VIEW digest.{table} AS {' UNION ALL '.join(digests)}"
            )
        return read_contents(self.connection, COLUMNS)

    def _place(self, home: str, incoming: pa.Table, dated: list[str]) -> list[str]:
        """Where a file's rows lie: those that came behind the others, as if in a file of their own."""
        laid = self._laid.setdefault(home, [])
        known = sum(len(table) for table in laid)
        if not laid or not pa.concat_tables(laid).equals(incoming.slice(0, known)):
            laid.clear()
            known = 0
        if len(incoming) > known or not laid:
            laid.append(incoming.slice(known))
            self._lay(f"{home}_{len(laid)}", laid[-1], dated)
        return [f"{home}_{number}" for number in range(1, len(laid) + 1)]

    def _lay(self, home: str, incoming: pa.Table, dated: list[str]) -> None:
        self.connection.register("incoming", incoming)
        self.connection.execute(
            f"DROP SCHEMA IF EXISTS {home} CASCADE; CREATE SCHEMA {home}; "
            f"CREATE TABLE {home}.data AS SELECT * FROM incoming"
        )
        self.connection.unregister("incoming")
        write_digests(self.connection, home, incoming.column_names, dated)

    def refresh(self, prepared: Prepared, contents: Mapping[str, Content], engine: Engine | None = None) -> Renewed:
        """One refresh; what it leaves is published."""
        shelf = ValueShelf(self.writer, self.var, self.files)
        try:
            shelves = Shelves(Shelf(self.var / "states"), shelf)
            renewed = renew(prepared, engine or Engine(self.connection.cursor()), contents, shelves, quiet)
        finally:
            shelf.close()
        self.files = renewed.values.files
        return renewed

    def published(self, renewed: Renewed, metrics: Sequence[str]) -> pa.Table:
        """The values that readers see."""
        return ValueShelf(self.writer, self.var, ()).read(renewed.values, metrics)

    def recomputed(self, prepared: Prepared) -> pa.Table:
        """All values from facts, with nothing kept."""
        states = read_states(Engine(self.connection.cursor()), prepared.catalog, prepared.measures, prepared.frame)
        return compute_values(prepared.catalog, states, prepared.clock, prepared.fresh)

    def prune(self, renewed: Renewed) -> None:
        """Only what is published stays."""
        named = {*renewed.states, *(file.path for file in self.files)}
        for path in [*(self.var / "states").glob("*"), *(self.var / "values").glob("*")]:
            if path.relative_to(self.var).as_posix() not in named:
                path.unlink()


@contextmanager
def benches(folder: Path) -> Iterator[Any]:
    """A maker of benches, each with a folder of its own, over one engine."""
    with connect(threads=1) as connection, connect(threads=1) as writer:
        count = iter(range(10**9))
        yield lambda: Bench(connection, writer, folder / str(next(count)))


def prepared(engine: Engine, company: Company) -> Prepared:
    """The company's definitions, ready for its facts."""
    tables = {
        key: Table.model_validate(
            {"key": key, "source": key, "unit": {"column": "unit"}}
            | ({} if key == "people" else {"time": {"column": "day"}})
        )
        for key in COLUMNS
    }
    common = {"perspective": "financial", "measured_in": "count"}
    metrics = {
        key: Metric.model_validate({"key": key, "title": key, **common, **body})
        for key, body in company.metrics.items()
    }
    columns = {key: {name: kind for name, (_, kind) in one.items()} for key, one in COLUMNS.items()}
    catalog = Catalog(tables, metrics, (), columns)
    create_models(engine, catalog)
    timeline = Timeline(Calendar(company.fiscal))
    frame = Frame(_tree(company), timeline, company.as_of, timeline.cut(company.as_of))
    clock = Clock(company.as_of + timedelta(days=1), company.as_of)
    return Prepared(catalog, measures_of(catalog, metrics), frame, clock, {})


def _tree(company: Company) -> Tree:
    units = {}
    for key, steps in company.parents.items():
        memberships = tuple(Membership(up, start, end) for up, start, end in steps)
        units[key] = Unit(key, key, "department" if steps else "company", memberships)
    return Tree(units, ("company", "department"))


__all__ = ["Bench", "Killed", "Mortal", "Random", "Settled", "benches", "prepared"]
