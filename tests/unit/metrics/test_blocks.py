"""A block may be computed whole, by periods, or by parts: what comes of it is the same."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from data.calendar import Calendar
from data.errors import QueryError
from data.organisation import Membership, Tree, Unit
from data.warehouse import connect
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.states.bits import binary
from metrics.states.blocks import Block, joined, scan_block
from metrics.states.compiler import StateQuery, create_models
from metrics.states.cubes import States
from metrics.states.measures import measures_of
from metrics.states.scan import read_states
from metrics.time.frame import Frame
from metrics.time.grid import Floats
from metrics.time.spans import span_windows
from metrics.time.timeline import Timeline
from metrics.values.evaluate import Evaluator

AS_OF, CUT = date(2025, 3, 20), date(2024, 7, 9)
TREE = Tree(
    {"all": Unit("all", "All", "a")} | {u: Unit(u, u, "b", (Membership("all"),)) for u in ("north", "south")},
    ("a", "b"),
)
BODIES: dict[str, dict[str, object]] = {
    "total": {"agg": {"table": "facts", "function": "sum", "expr": "amount"}},
    "mean": {"agg": {"table": "facts", "function": "average", "expr": "amount", "filter": "who > 3"}},
    "least": {"agg": {"table": "facts", "function": "min", "expr": "amount"}},
    "people": {"agg": {"table": "facts", "function": "count_distinct", "expr": "who"}},
    "open": {"stock": {"table": "facts", "opened": "day", "closed": "closed"}},
    "new": {"first_per": {"table": "facts", "entity": "who"}},
}


@pytest.fixture
def catalog() -> Catalog:
    table = Table.model_validate(
        {"key": "facts", "source": "facts", "time": {"column": "day"}, "unit": {"column": "unit"}}
    )
    metrics = {
        key: Metric.model_validate({"key": key, "perspective": "process", "title": key, "measured_in": "EUR", **body})
        for key, body in BODIES.items()
    }
    columns = {"day": "date", "closed": "date", "unit": "varchar", "amount": "decimal", "who": "integer"}
    return Catalog({"facts": table}, metrics, (), {"facts": columns})


@pytest.fixture
def engine(catalog: Catalog) -> Engine:
    connection = connect()
    found = Engine(connection.cursor())
    found.run("CREATE SCHEMA source")
    found.run(
        "CREATE TABLE source.facts AS SELECT DATE '2024-01-01' + CAST(hash(i) % 440 AS INTEGER) AS day, "
        "CASE WHEN i % 3 > 0 THEN day + CAST(hash(i * 3) % 90 AS INTEGER) END AS closed, "
        "CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south' END AS unit, "
        "CAST(hash(i * 7) % 9000 / 100 AS DECIMAL(9, 2)) AS amount, "
        "CAST(hash(i * 11) % 40 AS INTEGER) AS who FROM range(3000) AS r(i)"
    )
    create_models(found, catalog)
    return found


def by_periods(engine: Engine, query: StateQuery) -> Block:
    if not query.periodic:
        return scan_block(engine, query)
    later = date.fromordinal(CUT.toordinal() + 1)
    return joined([scan_block(engine, query, high=CUT), scan_block(engine, query, low=later)])


def by_parts(engine: Engine, query: StateQuery) -> Block:
    if not query.periodic:
        return scan_block(engine, query)
    names = sorted(query.parts)
    some, rest = (scan_block(engine, query, parts=part).table for part in (names[:2], names[2:]))
    keys = [*query.keys]
    whole = some.drop_columns(["n"]).sort_by([(key, "ascending") for key in keys])
    rest = rest.sort_by([(key, "ascending") for key in keys])
    for name in ("n", *names[2:]):
        whole = whole.append_column(name, rest.column(name))
    return Block(whole)


def apart(engine: Engine, query: StateQuery) -> Block:
    block = scan_block(engine, query)
    return Block(block.table, block.rows(early=True), block.things)


@pytest.mark.parametrize("way", [by_periods, by_parts, apart])
def test_a_block_is_the_same_however_it_was_put_together(way, engine: Engine, catalog: Catalog) -> None:  # type: ignore[no-untyped-def]
    measures, frame = measures_of(catalog, catalog.metrics), Frame(TREE, Timeline(Calendar()), AS_OF, AS_OF.day)

    def values(states: States) -> dict[tuple[str, str, bool], Floats]:
        evaluator = Evaluator(catalog, states)
        return {
            (key, span, early): evaluator.cells(key, window, early).value
            for key in catalog.metrics
            for span, window in span_windows(Calendar()).items()
            for early in (False, True)
        }

    whole = values(read_states(engine, catalog, measures, frame))
    parts = values(read_states(engine, catalog, measures, frame, source=lambda query: way(engine, query)))
    for question, expected in whole.items():
        np.testing.assert_allclose(parts[question], expected, rtol=1e-12, err_msg=str(question))


def test_sets_of_bits_and_lists_of_members_are_joined_as_lists() -> None:
    """Another column of bits stays as it is; also of first days that stand apart."""
    flags = np.zeros((2, 64), dtype=np.bool_)
    flags[0, 0] = flags[1, 0] = flags[1, 1] = True
    bits, other = binary(np.packbits(flags, axis=1)), pa.array(["k", "l"])
    one = pa.table({"month": [1, 2], "v": bits, "w": bits})
    two = pa.table({"month": [3], "v": pa.array([["b", "c"]]), "w": bits.slice(0, 1)})
    members = pa.array(["a", "b"])
    blocks = [Block(one, one.slice(1), {"v": members, "w": other}), Block(two, two.slice(0, 0), {"w": other})]
    found = joined(blocks)
    assert found.table.column("v").to_pylist() == [["a"], ["a", "b"], ["b", "c"]]
    assert found.things.keys() == {"w"}
    assert found.table.column("w").to_pylist() == [*bits.to_pylist(), bits.to_pylist()[0]]
    assert found.rows(early=True).column("v").to_pylist() == [["a", "b"]]
    assert joined([blocks[0]]).things.keys() == {"v", "w"}


def test_a_scan_has_the_same_name_tomorrow_and_a_stock_another(engine: Engine, catalog: Catalog) -> None:
    seen: list[StateQuery] = []

    def note(query: StateQuery) -> Block:
        seen.append(query)
        return scan_block(engine, query)

    for as_of in (date(2025, 1, 31), date(2025, 2, 28)):
        read_states(
            engine,
            catalog,
            measures_of(catalog, catalog.metrics),
            Frame(TREE, Timeline(Calendar()), as_of),
            source=note,
        )
    names = {shape: {query.signature for query in seen if query.shape == shape} for shape in ("agg", "stock", "first")}
    assert {shape: len(found) for shape, found in names.items()} == {"agg": 1, "stock": 2, "first": 2}
    assert seen[0].parts.keys() == next(q for q in seen[1:] if q.shape == seen[0].shape).parts.keys()


def test_what_has_no_periods_says_so(engine: Engine, catalog: Catalog) -> None:
    def early(query: StateQuery) -> Block:
        return scan_block(engine, query, low=CUT)

    with pytest.raises(QueryError, match="cannot be read by period"):
        read_states(
            engine, catalog, measures_of(catalog, ["new"]), Frame(TREE, Timeline(Calendar()), AS_OF), source=early
        )
