"""The faster road leads to the same rows: each filter keeps what SQL's own AND, = and IN keep, with NULLs about."""

from datetime import date

import pytest

from data.warehouse import connect
from metrics.engines.duck import Engine
from metrics.states.compiler import Part, StateQuery
from metrics.states.faster import Road
from metrics.states.zones import Zone, zones_of

FILTERS = (
    "_t.\"word\" = 'a'",
    '_t."word" = \'a\' AND _t."n" > 2',
    "_t.\"word\" IN ('a', 'it''s') AND _t.\"n\" <> 3 AND _t.\"day\" >= '2025-01-02'",
    "_t.\"word\" IN ('a', NULL)",
    "NOT _t.\"word\" = 'a'",
    '_t."word" = \'a\' OR _t."n" = 1',
    '_t."word" = \'a\' AND (_t."n" = 1 OR _t."ok")',
    "_t.\"day\" = '2025-01-02'",
    '_t."ok" AND _t."n" > 1',
    'length(_t."word") = 1 AND _t."word" = \'a\'',
)


@pytest.fixture
def engine() -> Engine:
    found = Engine(connect().cursor())
    found.run("CREATE SCHEMA model")
    found.run(
        "CREATE TABLE model.facts AS SELECT w AS word, n, ok, DATE '2025-01-01' + i AS day, 1 AS full FROM "
        "(VALUES ('a'), ('b'), ('it''s'), (NULL)) AS a(w), (VALUES (1), (2), (3), (NULL)) AS b(n), "
        "(VALUES (TRUE), (FALSE), (NULL)) AS c(ok), (VALUES (0), (1), (2)) AS d(i)"
    )
    return found


def counted(engine: Engine, sql: str) -> int:
    return int(engine.table(f'SELECT {sql} AS n FROM model."facts" AS _t').column("n")[0].as_py())


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_keeps_the_same_rows(engine: Engine, text: str) -> None:
    zones = {'_t."word"': Zone("VARCHAR"), '_t."day"': Zone("DATE")}
    road = Road(zones)
    wanted = counted(engine, f"count(*) FILTER (WHERE {text})")
    assert counted(engine, f"count(*) FILTER (WHERE {road.filter(text)})") == wanted
    assert counted(engine, f"sum(CAST({road.flag(text)} AS UTINYINT))") == wanted
    for value in ('_t."n"', '_t."full"'):
        part = Part(f"count({value}) FILTER (WHERE {text})", "sum", value, text, "count")
        assert counted(engine, road.aggregate(part)) == counted(engine, part.sql)


def test_text_is_compared_in_its_dictionary_and_nothing_else() -> None:
    road = Road({'_t."word"': Zone("VARCHAR"), '_t."day"': Zone("DATE")})
    assert road.filter(FILTERS[0]) == "(list_contains(['a'], _t.\"word\"))"
    assert "list_contains" not in road.filter(FILTERS[7])


def test_what_the_engine_knows_is_never_too_narrow(engine: Engine) -> None:
    query = StateQuery("agg", "facts", {}, {}, {}, 'model."facts" AS _t', (), '_t."day"', date(2025, 1, 31))
    texts = ['_t."n"', '_t."full"', '_t."day"', '_t."word"', '"dim"."x"']
    zones = zones_of(engine, query, texts)
    assert '"dim"."x"' not in zones
    assert (zones['_t."n"'].low, zones['_t."n"'].high, zones['_t."n"'].filled) == (1, 3, False)
    assert zones['_t."full"'].filled and zones['_t."full"'].unique >= 1
    assert zones['_t."day"'].kind == "DATE" and zones['_t."day"'].low == 20089
