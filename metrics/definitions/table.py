"""A table as metrics see it: source or SQL, grain, time, unit, joins, dimensions."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from data.lint import Lint

STRICT = ConfigDict(extra="forbid", frozen=True)


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


class Join(BaseModel):
    """A way to one row of another table: our column, joined to the other table's grain (or to `to`)."""

    model_config = STRICT
    table: str
    key: str
    to: str | None = None
    cardinality: Literal["many_to_one", "one_to_one"] = "many_to_one"


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
    """models/<key>.yaml; `key` comes from the file name, `sql_text` from the file that `sql` names."""

    model_config = STRICT
    key: str
    title: str = ""
    description: str = ""
    source: str | None = None
    sql: str | None = None
    sql_text: str | None = None
    grain: tuple[str, ...] = ()
    time: Time | None = None
    unit: UnitOf | None = None
    joins: dict[str, Join] = {}
    dimensions: dict[
        str, Annotated[Dimension, BeforeValidator(_dimension, json_schema_input_type=str | dict[str, str])]
    ] = {}
    rows: tuple[str, ...] = ()
    freshness: Freshness | None = None
    lint: Lint = Lint()

    @model_validator(mode="after")
    def _source(self) -> "Table":
        if (self.source is None) == (self.sql is None):
            raise ValueError("give either `source:` (a dataset) or `sql:` (a file in models/)")
        return self
