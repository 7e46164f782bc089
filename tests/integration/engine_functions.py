"""Runs every function that an analyst may write here and in another engine, and tells where the answers differ."""

import math
from datetime import date, datetime, timedelta
from decimal import Decimal

from data.away import Away
from data.errors import QueryError
from data.warehouse import connect
from metrics.engines.away import Elsewhere, SplitEngine
from metrics.engines.dialects import lacking
from metrics.engines.duck import Engine
from metrics.language.expressions import parse, render
from tests.integration.function_samples import SAMPLE, SAMPLES


def differences(away: Away) -> list[str]:
    """What does not agree and may be written all the same; the engine holds SAMPLE as its table `sample`."""
    connection = connect()
    connection.execute("CREATE SCHEMA source; CREATE SCHEMA model")
    connection.register("incoming", SAMPLE)
    connection.execute("CREATE TABLE source.sample AS SELECT * FROM incoming")
    here = Engine(connection.cursor())
    there = SplitEngine(connection.cursor(), Elsewhere(lambda: away, {"sample": "sample"}))
    for engine in (here, there):
        engine.define("sample", 'SELECT * FROM source."sample"')
    found = []
    for text in (text for texts in SAMPLES.values() for text in texts):
        tree = parse(text)
        if lacking(tree, away.dialect):
            continue
        sql = f'SELECT _t."k" AS k, {render(tree, _column)} AS v FROM model."sample" AS _t'
        mine = _answers(here, sql)
        try:
            other = _answers(there, sql)
        except QueryError as error:
            found.append(f"{text}: {error}")
            continue
        wrong = [(mine[k], other[k]) for k in mine if not _same(mine[k], other[k])]
        found += [f"{text}: {wrong[:3]}"] if wrong else []
    return found


def _column(name: str, _: str | None) -> str:
    return f'_t."{name}"'


def _answers(engine: Engine, sql: str) -> dict[int, object]:
    return {row["k"]: _plain(row["v"]) for row in engine.table(sql).to_pylist()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
        return value.date() if (value.hour, value.minute, value.second) == (0, 0, 0) else value
    if isinstance(value, Decimal):
        return float(value)
    return value.days if isinstance(value, timedelta) else value


def _same(mine: object, other: object) -> bool:
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (mine, other))
    if numbers and not isinstance(mine, date):
        return math.isclose(float(str(mine)), float(str(other)), rel_tol=1e-9, abs_tol=1e-12)
    return mine == other
