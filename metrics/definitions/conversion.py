"""A conversion: how many of one kind of event lead to another within a time, for the same entity."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

STRICT = ConfigDict(extra="forbid", frozen=True)
_WINDOW = re.compile(r"^([1-9]\d*) (hour|day|week|month|quarter|year)s?$")
_SQL = {"hour": (1, "HOUR"), "day": (1, "DAY"), "week": (7, "DAY"), "month": (1, "MONTH"), "quarter": (3, "MONTH"),
        "year": (12, "MONTH")}  # fmt: skip


class Event(BaseModel):
    """Rows of a table that pass a filter, each one event at its time."""

    model_config = STRICT
    table: str
    filter: str | None = None
    time: str | None = None


class Constant(BaseModel):
    """A property that base event and conversion have in common: a column or expression of each."""

    model_config = STRICT
    base: str
    converted: str


def _pair(value: Any) -> Any:
    return {"base": value, "converted": value} if isinstance(value, str) else value


def _window(value: str) -> str:
    if not _WINDOW.fullmatch(value):
        raise ValueError(f"'{value}' is no window; write for example '7 days', '2 weeks' or '1 month'")
    return value


class Conversion(BaseModel):
    """How many conversions base events led to, or the share of that in base events; unit and period of the base event.

    Each conversion counts for the latest base event of the same entity (and `constant` properties) that is not after it
    and less than `window` before it; a base event may lead to several.
    """

    model_config = STRICT
    base: Event
    converted: Event
    entity: str
    window: Annotated[str, AfterValidator(_window)] | None = None
    constant: tuple[Annotated[Constant, BeforeValidator(_pair, json_schema_input_type=str | dict[str, str])], ...] = ()
    as_: Annotated[Literal["rate", "count"], Field(alias="as")] = "rate"

    @property
    def table(self) -> str:
        """The table of base events, whose unit and time count."""
        return self.base.table

    @property
    def time(self) -> str | None:
        """The time role of base events."""
        return self.base.time

    @property
    def function(self) -> Literal["count"]:
        """Conversions are counted."""
        return "count"

    @property
    def interval(self) -> str | None:
        """The window as SQL writes it."""
        match = _WINDOW.fullmatch(self.window or "")
        if not match:
            return None
        times, unit = _SQL[match[2]]
        return f"INTERVAL {int(match[1]) * times} {unit}"
