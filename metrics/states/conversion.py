"""Finds for every conversion the base event that led to it: all at once, by one walk over the events of each entity."""

from dataclasses import dataclass

from metrics.definitions.conversion import Conversion
from metrics.language.catalog import Catalog, resolver
from metrics.language.expressions import column_or_parse, render
from metrics.language.joins import entity_column
from metrics.states.asides import told
from metrics.states.relation import Relation, relation
from metrics.time.frame import Frame


@dataclass(frozen=True)
class Converted:
    """The other side of a conversion, its SQL over its own table as `_t`; `same` are pairs of base and own property."""

    table: str
    time: str
    entity: str
    filter: str | None
    same: tuple[tuple[str, str], ...]
    interval: str | None

    @property
    def sql(self) -> tuple[str, ...]:
        """Every piece of SQL over the table of conversions."""
        return (self.time, self.entity, self.filter or "TRUE", *(own for _, own in self.same))


def converted_of(catalog: Catalog, body: Conversion) -> Converted:
    """The side of the conversions, with properties of base events resolved over their table."""
    base, other = catalog.tables[body.base.table], catalog.tables[body.converted.table]
    of_base, own = resolver(catalog, base), resolver(catalog, other)

    def sql(text: str) -> str:
        tree = column_or_parse(text, catalog.columns.get(other.key))
        return render(tree, own, lambda node: told(catalog, node))

    same = tuple(
        (render(column_or_parse(pair.base, catalog.columns.get(base.key)), of_base), sql(pair.converted))
        for pair in body.constant
    )
    time = body.converted.time or (other.time.column if other.time else "")
    condition = sql(body.converted.filter) if body.converted.filter else None
    entity = own(entity_column(other, body.entity) or body.entity, None)
    return Converted(other.key, sql(time), entity, condition, same, body.interval)


def conversion_sql(
    catalog: Catalog, base: Relation, time: str, entity: str, where: str, to: Converted, frame: Frame
) -> str:
    """Conversions by cell, month and early of their base event: columns cell, month, early, v.

    Base events of an entity are numbered by time; the greatest number up to a conversion is that of the latest event
    before it. `base.where` (a unit, a member) keeps base events after that: to whom a conversion belongs does not
    depend on what is looked at. Early are conversions that happened, as their base event did, in the first days of its
    month.
    """
    own = relation(catalog, catalog.tables[to.table], to.time, frame).reading(*to.sql)
    ours = {f"p{number}": (left, right) for number, (left, right) in enumerate(to.same)}
    keys = ", ".join(["k", *ours])
    last = f"DATE '{frame.as_of.isoformat()}' + INTERVAL 1 DAY"
    base = base.reading(time, entity, where, *(left for left, _ in to.same))
    properties = "".join(f", {left} AS {name}" for name, (left, _) in ours.items())
    known = "".join(f" AND {left} IS NOT NULL" for left, _ in ours.values())
    events = (
        f"SELECT {entity} AS k{properties}, {time} AS t, {base.cell} AS c, ({base.where}) AS keep FROM {base.source} "
        f"WHERE {time} < {last} AND {entity} IS NOT NULL{known} AND ({where})"
    )
    numbered = f"SELECT *, row_number() OVER (PARTITION BY {keys} ORDER BY t, c) AS id FROM ({events}) AS e"
    own_properties = "".join(f", {right} AS {name}" for name, (_, right) in ours.items())
    own_known = "".join(f" AND {right} IS NOT NULL" for _, right in ours.values())
    conversions = (
        f"SELECT {to.entity} AS k{own_properties}, {to.time} AS t, 1 AS kind, NULL AS id FROM {own.source} "
        f"WHERE {to.time} < {last} AND {to.entity} IS NOT NULL{own_known} AND ({to.filter or 'TRUE'})"
    )
    both = f"SELECT {keys}, t, 0 AS kind, id FROM ({numbered}) AS b UNION ALL {conversions}"
    before = f"max(id) OVER (PARTITION BY {keys} ORDER BY t, kind ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    found = f"SELECT {keys}, t, kind, {before} AS id FROM ({both}) AS u"
    on = " AND ".join(f"b.{name} = c.{name}" for name in ("k", *ours, "id"))
    late = f" AND b.t > c.t - {to.interval}" if to.interval else ""
    return (
        f"SELECT b.c AS cell, {frame.month_sql('b.t')} AS month, {_early(frame)} AS early, count(*) AS v "
        f"FROM ({found}) AS c JOIN ({numbered}) AS b ON {on} WHERE c.kind = 1 AND b.keep{late} GROUP BY 1, 2, 3"
    )


def _early(frame: Frame) -> str:
    if frame.cut_day is None:
        return "TRUE"
    same = f"{frame.month_sql('b.t')} = {frame.month_sql('c.t')}"
    return f"({frame.early_sql('b.t')} AND {frame.early_sql('c.t')} AND {same})"
