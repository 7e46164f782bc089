"""What a file of the library says: a table that measures ask for, or a measure with its formula and what to know of it.

A formula speaks of role tables and role columns, never of a company's own; binding puts the own names in their place.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from metrics.definitions.kinds import KINDS
from metrics.definitions.metric import Direction, Indicator, Metric
from metrics.language.expressions import columns_of, names_in, parse

STRICT = ConfigDict(extra="forbid", frozen=True)
RoleType = Literal["date", "moment", "number", "boolean", "text", "id"]  # a moment is a day with its hour
CURRENCY = "{currency}"  # stands in `measured_in` for the workspace's own
EXPRESSIONS = ("expr", "filter", "time", "opened", "closed", "entity")
DATED = frozenset({"date", "moment"})
PERSPECTIVES = ("financial", "customer", "process", "people")
Sentence = Annotated[str, Field(min_length=12)]


class RoleColumn(BaseModel):
    """A column that formulas ask for. `also` are other names that it goes by.

    `words` are for a condition: a text column whose contract allows one of these words can stand for it.
    """

    model_config = STRICT
    type: RoleType
    meaning: Sentence
    also: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class RoleTable(BaseModel):
    """A table that formulas ask for: what a row is, by which day it counts, its columns."""

    model_config = STRICT
    key: str
    row: Sentence
    time: str
    also: tuple[str, ...] = ()
    columns: dict[str, RoleColumn]

    @model_validator(mode="after")
    def _sound(self) -> "RoleTable":
        if self.columns.get(self.time, None) is None or self.columns[self.time].type not in DATED:
            raise ValueError(f"`time: {self.time}` is not a column of type date or moment")
        for name, column in self.columns.items():
            if column.words and column.type != "boolean":
                raise ValueError(f"`words` of {name}: only a condition (type boolean) is found by words")
        return self


class Entry(BaseModel):
    """A measure of the library. `formula` holds the one key that names its kind, as in a metric's own file.

    `block` marks a part of other formulas that says little alone. `partners` are typical leading measures, `guardrails`
    those that suffer when this one is pushed. `advice` tells of targets; nothing is set by it.
    """

    model_config = STRICT
    key: str
    shelf: str
    perspective: Literal["financial", "customer", "process", "people"]
    title: str
    description: Sentence
    indicator: Indicator
    direction: Direction
    measured_in: str
    formula: dict[str, Any]
    nulls: Literal["null", "zero", "carry"] = "null"
    cadence: Literal["month", "quarter", "year"] = "month"
    decimals: Annotated[int, Field(ge=0, le=6)]
    block: bool = False
    partners: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    pitfalls: tuple[Sentence, ...] = Field(min_length=1)
    source: str = ""
    advice: str = ""

    @model_validator(mode="before")
    @classmethod
    def _written(cls, data: Any) -> Any:
        """The kind's key stands beside the others in the file, as it does in a metric's."""
        if not isinstance(data, dict):
            return data
        formula = {name: data[name] for name in KINDS if name in data}
        rest = {name: value for name, value in data.items() if name not in formula}
        if rest.get("nulls", "") is None:
            rest["nulls"] = "null"
        if rest.get("shelf") in PERSPECTIVES:
            rest.setdefault("perspective", rest["shelf"])
        return {**rest, "formula": formula}

    @model_validator(mode="after")
    def _sound(self) -> "Entry":
        _ = self.metric  # raises for a formula that is none
        return self

    @cached_property
    def metric(self) -> Metric:
        """The entry as a metric over role tables, in EUR."""
        return Metric.model_validate(
            {
                "key": self.key,
                "perspective": self.perspective,
                "title": self.title,
                "description": self.description,
                "indicator": self.indicator,
                "direction": self.direction,
                "measured_in": self.measured_in.replace(CURRENCY, "EUR"),
                "nulls": self.nulls,
                "cadence": self.cadence,
                "decimals": self.decimals,
                **self.formula,
            }
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """The entries that the formula is directly made of."""
        return tuple(dict.fromkeys(metrics_in(self.formula)))

    def columns(self, tables: Mapping[str, RoleTable]) -> dict[str, tuple[str, ...]]:
        """The role tables and their columns that this formula reads itself, without those of its parts."""
        found: dict[str, dict[str, None]] = {}
        for body in bodies(self.formula):
            mine = found.setdefault(body["table"], {})
            if "opened" not in body and "time" not in body:
                mine.setdefault(tables[body["table"]].time)
            for name in EXPRESSIONS:
                if isinstance(body.get(name), str):
                    mine.update(dict.fromkeys(column for column, _ in columns_of(parse(body[name]))))
        for entity, events in entities(self.formula):
            for table in events:
                found[table].setdefault(entity)
        return {table: tuple(columns) for table, columns in found.items()}


def bodies(node: Any) -> Iterator[dict[str, Any]]:
    """Every part of a formula that reads a table."""
    if isinstance(node, dict):
        if isinstance(node.get("table"), str):
            yield node
        for value in node.values():
            yield from bodies(value)


def entities(formula: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The column by which a conversion knows its entity, and the tables of its two events."""
    body = formula.get("conversion")
    if isinstance(body, dict):
        yield body["entity"], tuple(dict.fromkeys((body["base"]["table"], body["converted"]["table"])))


def metrics_in(formula: Mapping[str, Any]) -> Iterator[str]:
    """The keys of the measures that a formula names."""
    ((kind, body),) = formula.items()
    if isinstance(body, str):
        yield from names_in(body)
    elif kind == "ratio":
        yield from (body[part] for part in ("numerator", "denominator") if isinstance(body[part], str))
    elif isinstance(body.get("metric"), str):
        yield body["metric"]


KEY = re.compile(r"^[a-z][a-z0-9_]*$")
