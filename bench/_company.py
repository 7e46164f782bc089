"""The company that benchmarks measure: facts in a file as a loader leaves them, 40 metrics, a tree of three levels."""

from datetime import date
from pathlib import Path

from data.calendar import Calendar, Grain
from data.organisation import Membership, Tree, Unit
from data.warehouse import Connection, building, connect, literal
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.states.compiler import create_models
from metrics.time.frame import Frame
from metrics.time.timeline import Timeline

AS_OF = date(2026, 10, 31)
FIRST = date(2022, 11, 1)
NUMBERS = tuple(f"n{i}" for i in range(10))
NEEDED = (*NUMBERS, "customer", "days", "minutes")  # the numeric columns that metrics need; day, unit, status are more
KINDS = {"id": "bigint", "day": "date", "unit": "varchar", "customer": "ubigint", "status": "varchar"}
KINDS |= dict.fromkeys(NUMBERS[:5], "decimal") | dict.fromkeys(NUMBERS[5:], "double")
KINDS |= {"days": "integer", "minutes": "integer"}


def write_facts(path: Path, rows: int) -> None:
    """A fact file: rows in arrival order (days ascending, a little shuffled), DECIMAL and DOUBLE money, text keys."""
    days = (AS_OF - FIRST).days + 1
    numbers = ", ".join(
        f"CAST((hash(i * {31 if k < 5 else 37} + {k}) % 100000) / 100 AS {'DECIMAL(18, 4)' if k < 5 else 'DOUBLE'}) "
        f"AS {name}"
        for k, name in enumerate(NUMBERS)
    )
    writer = connect(memory_limit="4GB")
    with building(writer, path) as alias:
        writer.execute(
            f"CREATE TABLE {alias}.main.data AS SELECT i AS id, DATE '{FIRST}' + CAST(least({days - 1}, "
            f"i * {days} // {rows} + hash(i) % 3) AS INTEGER) AS day, "
            f"'department_' || (hash(i * 7) % 8 + 1) AS unit, hash(i * 11) % 50000 AS customer, "
            f"CASE WHEN hash(i * 13) % 10 < 8 THEN 'paid' ELSE 'open' END AS status, {numbers}, "
            f"CAST(hash(i * 41) % 61 AS INTEGER) AS days, CAST(hash(i * 43) % 241 AS INTEGER) AS minutes "
            f"FROM range({rows}) AS r(i)"
        )
    writer.close()


def open_company(path: Path, catalog: Catalog, memory_limit: str | None = None) -> tuple[Connection, Engine]:
    """A connection to the fact file, and an engine whose models are made."""
    connection = connect(memory_limit=memory_limit)
    connection.execute(f"ATTACH {literal(str(path))} AS facts (READ_ONLY)")
    connection.execute("CREATE SCHEMA source; CREATE VIEW source.facts AS SELECT * FROM facts.main.data")
    engine = Engine(connection.cursor())
    create_models(engine, catalog)
    return connection, engine


def frame(base: Grain = "month") -> Frame:
    """What the facts are seen through."""
    return Frame(company_tree(), Timeline(Calendar(), base), AS_OF)


def company_catalog(copies: int = 1) -> Catalog:
    """The 40 metrics; more `copies` of them have filters of their own, so that no two are alike."""
    table = Table.model_validate(
        {"key": "facts", "source": "facts", "time": {"column": "day"}, "unit": {"column": "unit"}}
    )
    bodies: dict[str, dict[str, object]] = {}
    for copy in range(copies):
        bodies |= _bodies(f"_{copy}" if copy else "", f"id <> {copy}" if copy else "")
    metrics = {
        key: Metric.model_validate({"key": key, "perspective": "financial", "title": key, "measured_in": "EUR", **body})
        for key, body in bodies.items()
    }
    return Catalog({"facts": table}, metrics, (), {"facts": KINDS})


def _bodies(suffix: str, only: str) -> dict[str, dict[str, object]]:
    def agg(function: str, expr: str | None = None, where: str = "", **more: object) -> dict[str, object]:
        both = " and ".join(part for part in (where, only) if part)
        body = {"table": "facts", "function": function, "expr": expr, "filter": both or None, **more}
        return {"agg": {name: value for name, value in body.items() if value is not None}}

    paid = "status = 'paid'"
    found: dict[str, dict[str, object]] = {f"sum_{k}": agg("sum", name) for k, name in enumerate(NUMBERS)}
    found |= {f"average_{k}": agg("average", NUMBERS[k]) for k in range(6)}
    found |= {"count": agg("count")} | {f"count_{k}": agg("count", where=f"{paid} and n{k} > 500") for k in range(3)}
    found |= {"customers": agg("count_distinct", "customer"), "payers": agg("count_distinct", "customer", paid)}
    found |= {"days": agg("median", "days"), "minutes": agg("percentile", "minutes", percentile=0.9)}
    found |= {"longest": agg("percentile", "minutes", paid, percentile=0.95, discrete=True)}

    def on(kind: str, key: str, **more: object) -> dict[str, object]:
        return {kind: {"metric": key + suffix, **more}}

    def ratio(top: str, bottom: str) -> dict[str, object]:
        return {"ratio": {"numerator": top + suffix, "denominator": bottom + suffix}}

    found |= {f"ratio_{k}": ratio(f"sum_{k}", f"sum_{k + 5}") for k in range(4)}
    found |= {f"share_{k}": ratio(f"count_{k}", "count") for k in range(2)}
    found |= {f"rolling_{k}": on("rolling", f"sum_{k}", months=3) for k in range(3)}
    found |= {"rolling_customers": on("rolling", "customers", months=3)}
    found |= {f"change_{k}": on("change", f"sum_{k}", back="1 year") for k in range(3)}
    found |= {f"to_date_{k}": on("to_date", f"sum_{k}", since="year") for k in range(2)}
    return {key + suffix: body for key, body in found.items()}


def company_tree() -> Tree:
    """A company of three divisions and eight departments."""
    units = {"company": Unit("company", "Company", "company")}
    for division in range(1, 4):
        units[f"division_{division}"] = Unit(f"division_{division}", "", "division", (Membership("company"),))
    for k in range(1, 9):
        units[f"department_{k}"] = Unit(f"department_{k}", "", "department", (Membership(f"division_{k % 3 + 1}"),))
    return Tree(units, ("company", "division", "department"))
