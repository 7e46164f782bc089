"""A table as metrics see it: source or SQL, grain, time, unit, joins, dimensions."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from data.documents import misplaced
from data.lint import Lint
from data.writing import Quantity
from metrics.definitions.currency import Rates

STRICT = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _several(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


OneOrMany = Annotated[str | tuple[str, ...], BeforeValidator(_several, json_schema_input_type=str | list[str])]


class Time(BaseModel):
    """The column that says when a row happened."""

    model_config = STRICT
    column: str
    grain: Literal["day", "month", "quarter", "year"] = "day"


class UnitOf(BaseModel):
    """Where in the tree a row belongs: a column of unit keys (own, or of a joined table), or one unit for all rows."""

    model_config = STRICT
    column: str | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _one(self) -> "UnitOf":
        if (self.column is None) == (self.unit is None):
            raise ValueError("give either `column:` (holds unit keys) or `unit:` (one unit for every row)")
        return self


class Valid(BaseModel):
    """When a row of a joined table holds: from `from`, until before `to`; an empty one is open.

    `at` is our column that says when we look; without it, the time by which a metric counts.
    """

    model_config = STRICT
    from_: Annotated[str, Field(alias="from")]
    to: str
    at: str | None = None


class Join(BaseModel):
    """A way to one row of another table: our column or columns, joined to the other table's grain (or to `to`).

    With `valid` the other table has a row for each stretch of time, and the one that held then is joined.
    `orphans` is the share of our rows that may find no partner: `fourfold test` holds it.
    """

    model_config = STRICT
    table: str
    key: OneOrMany
    to: OneOrMany | None = None
    cardinality: Literal["many_to_one", "one_to_one", "one_to_many", "many_to_many"] = "many_to_one"
    valid: Valid | None = None
    orphans: Annotated[Quantity, Field(ge=0, le=1)] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Our columns."""
        return (self.key,) if isinstance(self.key, str) else self.key


def _dimension(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


class Dimension(BaseModel):
    """A column to group by: own, or `join.column`."""

    model_config = STRICT
    column: str
    title: str = ""


class Freshness(BaseModel):
    """How old the newest value of a column may be before what rests on the table is stale."""

    model_config = STRICT
    column: str
    within: Annotated[str, Field(pattern=r"^\d+ days?$")]

    @property
    def days(self) -> int:
        """The allowance in days."""
        return int(self.within.split()[0])


class Table(BaseModel):
    """models/<key>.yaml; `key` comes from the file name, `sql_text` from the file that `sql` names.

    Several datasets under `source` are parts of one table, row below row. `entities` names the columns that say who or
    what a row is about, as other tables name theirs. A column under `unique` holds no value twice, so that others may
    join by it. One under `levels` is a balance, which no sum adds over time; one under `averaged` is a mean or a share
    already, which nothing averages once more. `people` names the column that says which person a row is about: what
    rests on the table is withheld over fewer people than `smallest_group` (by default that of workspace.yaml).
    """

    model_config = STRICT
    key: str
    title: str = ""
    description: str = ""
    source: OneOrMany | None = None
    sql: str | None = None
    sql_text: str | None = None
    grain: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    time: Time | None = None
    unit: UnitOf | None = None
    joins: dict[str, Join] = {}
    dimensions: dict[
        str, Annotated[Dimension, BeforeValidator(_dimension, json_schema_input_type=str | dict[str, str])]
    ] = {}
    entities: dict[str, str] = {}
    levels: tuple[str, ...] = ()
    averaged: tuple[str, ...] = ()
    rates: Rates | None = None
    rows: tuple[str, ...] = ()
    people: str | None = None
    smallest_group: Annotated[int, Field(ge=1, le=1000)] | None = None
    freshness: Freshness | None = None
    lint: Lint = Lint()

    @model_validator(mode="after")
    def _source(self) -> "Table":
        if (self.source is None) == (self.sql is None):
            raise ValueError("give either `source:` (a dataset, or several) or `sql:` (a file in models/)")
        if len(set(self.datasets)) < len(self.datasets):
            raise misplaced("source", "a dataset stands twice; its rows would be counted twice")
        return self

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that the table consists of; none where SQL says it."""
        return (self.source,) if isinstance(self.source, str) else self.source or ()
