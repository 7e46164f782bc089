"""Carries semantic models into models/<table>.yaml, with SQL beside it where keys or dimensions are expressions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from metrics.interop.ledger import Left
from metrics.interop.paths import Paths
from metrics.interop.semantics import Dimension, Entity, Model, Semantics
from metrics.language.expressions import ExpressionError, columns_of, parse

FINER = ("nanosecond", "microsecond", "millisecond", "second", "minute", "hour")


@dataclass
class TableFile:
    """One table on its way into a file: the fields of its YAML, and its SQL where it needs some."""

    key: str
    relation: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    sql: str | None = None
    columns: dict[str, str] = field(default_factory=dict)  # name of a key or dimension > column that holds it


def plain_column(expr: str) -> str | None:
    """The name of the column that an expression is; None where it is more than one column's name."""
    try:
        tree = parse(expr)
    except ExpressionError:
        return None
    return tree.name if isinstance(tree, exp.Column) and not tree.table else None


class Tables:
    """All tables of a manifest. `unit` is the unit that rows belong to where nothing else is said."""

    def __init__(self, semantics: Semantics, unit: str, columns: Mapping[str, Collection[str]] | None = None) -> None:
        self.semantics, self.unit, self.known = semantics, unit, columns or {}
        self.paths = Paths(semantics)
        self.left: list[Left] = []
        self.files = {name: self._file(model) for name, model in semantics.models.items()}
        for name, model in semantics.models.items():
            self._joins(model, self.files[name])

    def column(self, model: Model, what: Dimension | Entity) -> str:
        """The column of a model's table that holds a key or dimension."""
        return self.files[model.name].columns[what.name]

    def _file(self, model: Model) -> TableFile:
        file = TableFile(model.name, model.relation)
        every: tuple[Dimension | Entity, ...] = (*model.dimensions, *model.entities)
        named = {one.name: one.expr for one in every}
        taken = {name for expr in named.values() for name in _columns_in(expr)} | set(
            self.known.get(model.relation, ())
        )
        made: dict[str, str] = {}
        for name, expr in named.items():
            column = plain_column(expr)
            if column is None:
                column = name if name not in taken else f"{name}_of_dbt"
                if not self._allowed(model, name, expr):
                    continue
                made[column] = expr
            file.columns[name] = column
        content = file.content
        if model.label:
            content["title"] = model.label
        if model.description:
            content["description"] = model.description
        if made:
            file.sql = _select(model.relation, made)
            content["sql"] = f"{model.name}.sql"
        else:
            content["source"] = model.relation
        self._grain(model, file)
        self._time(model, file)
        content["unit"] = {"unit": self.unit}
        entities = {one.name: file.columns[one.name] for one in model.entities if one.name in file.columns}
        if entities:
            content["entities"] = entities
        dimensions = {one.name: _dimension(one, file) for one in model.dimensions if one.name in file.columns}
        if dimensions:
            content["dimensions"] = dimensions
        return file

    def _allowed(self, model: Model, name: str, expr: str) -> bool:
        try:
            parse(expr)
        except ExpressionError as error:
            remedy = "write it as a column of the dataset, or in words that docs/workspace.md allows"
            self.left.append(Left(f"{model.place}.{name}", f"expr = {expr}", str(error), remedy))
            return False
        return True

    def _grain(self, model: Model, file: TableFile) -> None:
        keys = [one for one in model.entities if one.kind == "primary" and one.name in file.columns]
        natural = [one for one in model.entities if one.kind == "natural" and one.name in file.columns]
        start = model.bound("start")
        unique = [file.columns[one.name] for one in model.entities if one.kind == "unique" and one.name in file.columns]
        if unique:
            file.content["unique"] = unique
        if keys:
            file.content["grain"] = [file.columns[keys[0].name]]
        elif natural and start:
            file.content["grain"] = [file.columns[natural[0].name], file.columns[start.name]]

    def _time(self, model: Model, file: TableFile) -> None:
        time = model.dimension(model.time) if model.time else None
        if time is None or time.name not in file.columns:
            return
        grain = time.grain or "day"
        if grain in FINER:
            why = f"the finest grain here is the day, and '{time.name}' is by {grain}"
            self.left.append(Left(f"{model.place}.{time.name}", f"grain = {grain}", why, "ask by day or coarser"))
            grain = "day"
        file.content["time"] = {"column": file.columns[time.name], "grain": grain}

    def _joins(self, model: Model, file: TableFile) -> None:
        joins: dict[str, Any] = {}
        for hop in self.paths.hops[model.name]:
            ours, other = model.entity(hop.entity), self.files[hop.model]
            theirs = self.semantics.models[hop.model].entity(hop.entity)
            if ours is None or theirs is None or ours.name not in file.columns or theirs.name not in other.columns:
                continue
            if any(one.partition for one in model.dimensions) and self._parted(hop.model):
                why = "dbt joins these two by their partition as well, and a join here has the keys that it names"
                remedy = f"add the partition to `key` and `to` of joins.{hop.name} in models/{model.name}.yaml"
                self.left.append(Left(model.place, f"join {hop.name}", why, remedy))
            joins[hop.name] = self._join(hop.model, file.columns[ours.name], theirs, other)
        if joins:
            file.content["joins"] = joins

    def _parted(self, name: str) -> bool:
        return any(one.partition for one in self.semantics.models[name].dimensions)

    def _join(self, to: str, key: str, theirs: Entity, other: TableFile) -> dict[str, Any]:
        found: dict[str, Any] = {"table": to, "key": key, "to": other.columns[theirs.name]}
        model = self.semantics.models[to]
        start, end = model.bound("start"), model.bound("end")
        if theirs.kind == "natural" and start and end:
            found["valid"] = {"from": other.columns[start.name], "to": other.columns[end.name]}
        return found


def _dimension(dimension: Dimension, file: TableFile) -> Any:
    column = file.columns[dimension.name]
    return {"column": column, "title": dimension.label} if dimension.label else column


def _columns_in(expr: str) -> set[str]:
    try:
        return {name for name, _ in columns_of(parse(expr))}
    except ExpressionError:
        return set()


def _select(relation: str, made: Mapping[str, str]) -> str:
    lines = [f"  {expr} AS {_quoted(name)}" for name, expr in made.items()]
    return "SELECT\n  *,\n" + ",\n".join(lines) + f"\nFROM {relation}\n"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
