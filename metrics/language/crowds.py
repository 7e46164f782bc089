"""Which metrics are about people, and how the people behind one are counted: over few of them it is withheld."""

from collections.abc import Iterator

from metrics.definitions.conversion import Conversion
from metrics.definitions.kinds import Aggregate, InlineStock, Ratio, Rows, Stock
from metrics.language.catalog import Catalog

Counted = Aggregate | Stock


def least_of(catalog: Catalog, key: str) -> int:
    """The fewest people over whom a metric is told; 1 where it is not about people, or its file says so."""
    known = (least_of, key)
    if known not in catalog.known:
        tables = [catalog.tables[name] for name in catalog.tables_of(key)]
        stated = [table.smallest_group or catalog.smallest_group for table in tables if table.people]
        own = catalog.metrics[key].smallest_group
        catalog.known[known] = 1 if not stated else own if own is not None else max(stated)
    found: int = catalog.known[known]
    return found


def counts_below(catalog: Catalog, key: str) -> tuple[tuple[Counted, ...], tuple[str, ...]]:
    """What counts the people behind a metric: own aggregations, and the metrics that it is computed from.

    Behind a quotient stand those of its denominator: two of thirty people are no group of two.
    """
    body = catalog.metrics[key].body
    if isinstance(body, Ratio):
        for operand in (body.denominator, body.numerator):
            if isinstance(operand, str):
                if any(catalog.tables[name].people for name in catalog.tables_of(operand)):
                    return (), (operand,)
                continue
            inner = operand.stock if isinstance(operand, InlineStock) else operand
            counted = crowd_of(catalog, inner)
            if counted is not None:
                return (counted,), ()
        return (), ()
    own = (crowd_of(catalog, one) for one in catalog.own_aggregates(key))
    return tuple(one for one in own if one is not None), catalog.parts(key)


def crowds_of(catalog: Catalog, key: str) -> Iterator[Counted]:
    """Every aggregation that counts people behind a metric, all the way down; none for one that is never withheld."""
    if least_of(catalog, key) > 1:
        yield from _below(catalog, key)


def _below(catalog: Catalog, key: str) -> Iterator[Counted]:
    own, parts = counts_below(catalog, key)
    yield from own
    for part in parts:
        yield from _below(catalog, part)


def crowd_of(catalog: Catalog, body: Rows) -> Counted | None:
    """The distinct people behind an aggregation of rows; None where its table is not about people."""
    table = catalog.tables[body.table]
    if table.people is None:
        return None
    if isinstance(body, Stock):
        kept = {"function": "count_distinct", "expr": table.people, "over_time": "last"}
        return Stock(**{**body.model_dump(), **kept})
    if isinstance(body, Conversion):
        return Aggregate(
            table=body.table, function="count_distinct", expr=table.people, filter=body.base.filter, time=body.time
        )
    conditions = [f"({body.filter})"] if body.filter else []
    if isinstance(body, Aggregate) and body.expr is not None:
        columns = catalog.columns.get(body.table)
        told = f'"{body.expr}"' if columns is not None and body.expr in columns else f"({body.expr})"
        conditions.append(f"{told} IS NOT NULL")
    kept_rows = " AND ".join(conditions) or None
    return Aggregate(table=body.table, function="count_distinct", expr=table.people, filter=kept_rows, time=body.time)
