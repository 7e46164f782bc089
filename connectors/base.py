"""The models of sources/*.yaml and what a kind of source must be able to do; the folder is walked for new kinds."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Protocol, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, field_validator, model_validator
from pydantic.json_schema import JsonSchemaValue

from data.documents import nearest
from data.warehouse import Connection
from data.writing import Quantity

Type = Literal["text", "integer", "decimal", "number", "boolean", "date", "timestamp"]
NUMERIC: frozenset[str] = frozenset({"integer", "decimal", "number"})
DATED: frozenset[str] = frozenset({"date", "timestamp"})
_WITHIN = re.compile(r"(\d+)\s*(hours?|days?|weeks?|months?)")
_HOURS: Mapping[str, int] = {"hour": 1, "day": 24, "week": 7 * 24, "month": 31 * 24}


class Strict(BaseModel):
    """A model that refuses unknown fields and cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ColumnModel(Strict):
    """What the contract promises of one column. `type` alone may be written in its place: `amount: decimal`.

    `min` and `max` bound numbers and dates, both included. `as` is the name under which it is loaded. `format`
    (strptime) is for dates, `decimal_mark` and `thousands` for numbers that are written as text in another way than
    2024-01-31 and 1234.56. `pattern` is a regular expression that the whole text matches.
    """

    type: Type
    required: bool = False
    unit: str | None = None
    min: int | float | Decimal | date | str | None = None
    max: int | float | Decimal | date | str | None = None
    one_of: tuple[str | int, ...] | None = None
    pattern: str | None = None
    as_: str | None = Field(default=None, alias="as")
    format: str | None = None
    decimal_mark: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None
    description: str | None = None

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """An editor accepts the shorthand, too."""
        whole = handler(core)
        named = handler.resolve_ref_schema(whole)
        named["anyOf"] = [{"enum": list(get_args(Type))}, {"type": "object", "required": ["type"]}]
        named.pop("type", None)
        return whole

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: Any) -> Any:
        return {"type": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _sensible(self) -> "ColumnModel":
        self._only("min", NUMERIC | DATED)
        self._only("max", NUMERIC | DATED)
        self._only("one_of", frozenset({"text", "integer"}))
        self._only("pattern", frozenset({"text"}))
        self._only("format", DATED)
        self._only("decimal_mark", NUMERIC)
        self._only("thousands", NUMERIC)
        for name in ("min", "max"):
            _check_bound(name, getattr(self, name), self.type)
        if self.thousands is not None and self.thousands == (self.decimal_mark or "."):
            raise ValueError("thousands and decimal_mark are the same character; a number could be read in two ways")
        if self.pattern is not None:
            _check_pattern(self.pattern)
        return self

    def _only(self, name: str, types: frozenset[str]) -> None:
        if getattr(self, name) is not None and self.type not in types:
            raise ValueError(f"'{name}' is for columns of type {' or '.join(sorted(types))}, not for {self.type}")


class Freshness(Strict):
    """How new the newest row must be: `column` (as loaded) within `within` ("3 days", "12 hours", "2 weeks")."""

    column: str
    within: str

    @field_validator("within")
    @classmethod
    def _readable(cls, value: str) -> str:
        if not _WITHIN.fullmatch(value.strip()):
            raise ValueError(f"'{value}' is not a span of time; write for example '3 days' or '12 hours'")
        return value.strip()

    @property
    def span(self) -> timedelta:
        """`within` as a length of time; a month counts 31 days."""
        match = _WITHIN.fullmatch(self.within)
        if match is None:
            raise ValueError(f"'{self.within}' is not a span of time")
        return timedelta(hours=int(match[1]) * _HOURS[match[2].rstrip("s")])


class DatasetModel(Strict):
    """One dataset's contract. A connector adds its own fields (path, table, ...) in a subclass.

    `bad_rows` is the share of rows that may break it; above that the refresh is refused instead of setting them aside.
    """

    title: str | None = None
    description: str | None = None
    columns: dict[str, ColumnModel] = Field(min_length=1)
    key: tuple[str, ...] = ()
    cursor: str | None = None
    freshness: Freshness | None = None
    empty: Literal["refuse", "allow"] = "refuse"
    bad_rows: Annotated[Quantity, Field(ge=0, lt=1)] | None = None
    split_by_year: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "DatasetModel":
        names = [column.as_ or name for name, column in self.columns.items()]
        folded: dict[str, str] = {}
        for name in names:
            if name.startswith("__"):
                raise ValueError(
                    f"column '{name}': names that begin with two underscores are reserved; rename it by `as`"
                )
            if name.casefold() in folded:
                raise ValueError(f"columns '{folded[name.casefold()]}' and '{name}' would be loaded under one name")
            folded[name.casefold()] = name
        for name in self.key:
            self._known("key", name)
        dated = {"cursor": self.cursor, "split_by_year": self.split_by_year}
        dated["freshness.column"] = self.freshness.column if self.freshness else None
        for role, chosen in dated.items():
            if chosen is not None and self._known(role, chosen).type not in DATED:
                raise ValueError(f"{role}: '{chosen}' is not of type date or timestamp")
        return self

    def loaded(self) -> dict[str, tuple[str, ColumnModel]]:
        """Name as loaded -> (name in the source, column), in the contract's order."""
        return {column.as_ or name: (name, column) for name, column in self.columns.items()}

    def _known(self, role: str, name: str) -> ColumnModel:
        loaded = self.loaded()
        if name not in loaded:
            raise ValueError(f"{role}: '{name}' is not a column of this dataset; {nearest(name, loaded)}")
        return loaded[name][1]


class SourceModel(Strict):
    """One sources/<source>.yaml. `registry.source_model(kind)` narrows settings and datasets to the connector's own."""

    title: str | None = None
    description: str | None = None
    owner: str | None = None
    connector: str
    settings: Any
    datasets: Mapping[str, Any]


@dataclass(frozen=True)
class Raw:
    """A column as the source has it: an SQL expression over the reading's relation, and the engine's type of it."""

    sql: str
    type: str = "VARCHAR"


@dataclass(frozen=True)
class Refusal:
    """A record that could not even be split into columns: `line` in its file, why, and what was there (JSON)."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True)
class Account:
    """What a reading says of its records once they were read.

    `records` is counted independently of the load, blank ones that came out as rows included. `lines` are the 1-based
    lines of the records asked for. `refusals` are records that never came out as rows.
    """

    records: int
    lines: np.ndarray[Any, np.dtype[np.int64]]
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Reading:
    """An open part: what columns it has and how rows come out of it.

    Either the engine reads `relation` itself, or `batches` yields Arrow; one record of it is one row, in order.
    `fault` and `blank` are SQL: why a record as a whole is bad (NULL: it is not), and whether it is no record at all.
    """

    columns: Mapping[str, Raw]
    account: "Accountant"
    relation: str = ""
    batches: Iterator[pa.RecordBatch] | None = None
    fault: str = ""
    blank: str = ""
    header_line: int | None = None
    kind: str = "the file"
    null_values: tuple[str, ...] = ()


class Accountant(Protocol):
    """Counts the records of a reading after it was read and finds the lines of the rows with these ordinals."""

    def __call__(self, rows: int, ordinals: np.ndarray[Any, np.dtype[np.int64]]) -> Account:
        """`rows` came out; `ordinals` count them from 0, ascending."""
        ...


def numbered(records: int, first_line: int) -> Accountant:
    """For sources whose rows are lines: row 0 stands in `first_line`, and `records` were there."""

    def account(rows: int, ordinals: np.ndarray[Any, np.dtype[np.int64]]) -> Account:
        return Account(records if rows >= 0 else 0, ordinals + first_line)

    return account


class Part(Protocol):
    """A piece of a dataset that is read by itself: a file, a sheet, the answer to a query."""

    @property
    def name(self) -> str:
        """What people know it by: the file's path below the source's folder, the table."""
        ...

    @property
    def size(self) -> int:
        """Its bytes, 0 where nobody knows."""
        ...

    def stamp(self) -> str | None:
        """What changes with the content and is cheap to ask for; None if there is nothing."""
        ...

    def fingerprint(self) -> str | None:
        """A hash of the content, so that an unchanged part need not be read again; None if only reading can tell."""
        ...

    def open(self, connection: Connection) -> AbstractContextManager[Reading]:
        """Open it for reading. Raises SourceError or ContractError naming the place and the remedy."""
        ...


@dataclass(frozen=True)
class Place:
    """Where a dataset is being loaded: names for messages, folders for work."""

    source: str
    dataset: str
    workspace: Path
    scratch: Path

    def __str__(self) -> str:
        return f"source '{self.source}', dataset '{self.dataset}'"


class Connector(Protocol):
    """A kind of source. A module of this folder that has a `CONNECTOR` of this shape is found by walking."""

    kind: ClassVar[str]
    settings: ClassVar[type[BaseModel]]
    dataset: ClassVar[type[DatasetModel]]

    def parts(self, place: Place, settings: Any, dataset: Any) -> Sequence[Part]:
        """What must be read for this dataset; SourceError if there is nothing. `settings` are resolved already."""
        ...


def _check_bound(name: str, value: Any, kind: str) -> None:
    if value is None:
        return
    if kind in DATED:
        try:
            date.fromisoformat(str(value)[:10])
        except ValueError as error:
            raise ValueError(f"{name}: '{value}' is not a date; write it as 2024-01-31") from error
    elif isinstance(value, (str, date, bool)):
        raise ValueError(f"{name}: '{value}' is not a number")


def _check_pattern(pattern: str) -> None:
    try:
        pc.match_substring_regex(pa.array([""]), pattern)  # RE2, as the engine has it: no look-ahead
    except pa.ArrowInvalid as error:
        raise ValueError(f"pattern: '{pattern}' is not a regular expression ({error})") from error
