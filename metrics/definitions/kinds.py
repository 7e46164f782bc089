"""The kinds of metric: one key of a definition names its kind, one model here says what may stand under it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data.calendar import GRAINS, Grain
from data.documents import misplaced
from data.writing import Quantity
from metrics.definitions.conversion import Conversion
from metrics.definitions.currency import Convert
from metrics.definitions.quantities import BackValue

STRICT = ConfigDict(extra="forbid", frozen=True)
Function = Literal["sum", "count", "count_distinct", "average", "min", "max", "sum_boolean", "median", "percentile"]
OverTime = Literal["last", "first", "mean", "min", "max"]


Span = Annotated[str, Field(pattern=r"^[1-9]\d* (day|week|month|quarter|year)s?$")]
Later = Annotated[str, Field(pattern=r"^([1-9]\d* (day|week|month|quarter|year)s?|rest of (week|month|quarter|year))$")]


PER_DAY = ("sum", "count", "min", "max", "average")


class Aggregate(BaseModel):
    """An aggregation of the rows of one table. `expr` and `filter` are SQL scalar expressions over its columns.

    With `later` rows count so much later than they happened, as in dbt's offsets. Asked by a grain no coarser than its
    own, whole periods are moved: by `1 month` April shows March, by `rest of year` each month shows January. By a
    coarser one days are moved: what happened on 5 March counts on 5 April, the last day of a short month on all days
    that have no other; by `rest of month` a period shows its first day. It is told when it is asked, not in the value
    table.

    With `per` the last (or first) day is not that of a unit: of each customer (say) the rows of his last day in the
    period asked for are aggregated; of no one (`per: []`), those of the last day of all. It is told when it is asked.

    `percentile` is the share of values that lie below (0.5 is the median); with `discrete` it is one of the values,
    the least that so many do not exceed, else it lies between its neighbours in proportion. Both are exact.
    """

    model_config = STRICT
    table: str
    function: Function
    expr: str | None = None
    percentile: Annotated[Quantity | None, Field(ge=0, le=1)] = None
    discrete: bool = False
    filter: str | None = None
    time: str | None = None
    later: Later | None = None
    over_time: OverTime | None = None
    per: tuple[str, ...] | None = None
    convert: Convert | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Aggregate":
        if self.per is not None and (self.over_time not in ("last", "first") or self.function not in PER_DAY):
            raise ValueError(f"`per` goes with `over_time: last` or `first`, and with {', '.join(PER_DAY)}")
        if self.expr is None and self.function != "count":
            raise ValueError(f"`function: {self.function}` needs an `expr:` to work on")
        if self.over_time and self.per is None and self.function not in ("sum", "count"):
            message = f"`over_time` is for levels that add up over units (sum, count), not for {self.function}"
            raise misplaced("over_time", message, "F106")
        if (self.function == "percentile") != (self.percentile is not None):
            needed = "needs a" if self.function == "percentile" else "has no"
            raise ValueError(f"`function: {self.function}` {needed} `percentile:` such as 0.9 or 90 %")
        if self.convert and (self.expr is None or self.function in ("count", "count_distinct", "sum_boolean")):
            raise misplaced("convert", f"what is counted has no currency, and {self.function} counts", "F107")
        if self.discrete and self.quantile is None:
            raise ValueError(f"`discrete` is for median and percentile, not for {self.function}")
        return self

    @property
    def on_demand(self) -> bool:
        """Whether it is told when it is asked alone: what it shows hangs on the periods that are asked for."""
        return self.per is not None or self.later is not None

    @property
    def on_first_day(self) -> bool:
        """Whether a period shows its first day alone."""
        return bool(self.later and self.later.startswith("rest of"))

    @property
    def quantile(self) -> float | None:
        """The share of values that lie below a median or percentile; None for other functions."""
        return 0.5 if self.function == "median" else self.percentile


class Stock(BaseModel):
    """What is open at the end of a day D: opened <= D and (closed is null or closed > D; `inclusive`: closed >= D)."""

    model_config = STRICT
    table: str
    opened: str
    closed: str
    inclusive: bool = False
    function: Literal["count", "sum", "count_distinct"] = "count"
    expr: str | None = None
    filter: str | None = None
    over_time: Literal["last", "mean"] = "last"

    @model_validator(mode="after")
    def _complete(self) -> "Stock":
        if (self.function == "count") != (self.expr is None):
            raise ValueError(f"`function: {self.function}` {'has no' if self.expr else 'needs an'} `expr:`")
        if self.function == "count_distinct" and self.over_time != "last":
            raise misplaced("over_time", "a distinct count has no mean over time; use `over_time: last`", "F106")
        return self


class FirstPer(BaseModel):
    """How many entities have their first event in the period, at the unit of that event."""

    model_config = STRICT
    table: str
    entity: str
    filter: str | None = None
    time: str | None = None


class InlineStock(BaseModel):
    """A stock that stands inside a ratio."""

    model_config = STRICT
    stock: Stock


Operand = str | Aggregate | InlineStock


class Ratio(BaseModel):
    """Numerator over denominator, recomputed at every grain and level; each a metric's key or an inline aggregation."""

    model_config = STRICT
    numerator: Operand
    denominator: Operand


class Change(BaseModel):
    """A metric against itself some time ago: percent = (now - then) / |then|, absolute = now - then."""

    model_config = STRICT
    metric: str
    back: BackValue
    as_: Annotated[Literal["percent", "absolute"], Field(alias="as")] = "percent"


class ToDate(BaseModel):
    """A metric from the beginning of its year, quarter, month or week to the end of the period."""

    model_config = STRICT
    metric: str
    since: Literal["year", "quarter", "month", "week"]


class Rolling(BaseModel):
    """A metric over the last n whole months up to the end of the period, or over so many periods (`last: 13 weeks`).

    With `align: day` a window is not of whole periods: it has the days after the same day so long ago.
    """

    model_config = STRICT
    metric: str
    months: Annotated[int, Field(ge=2, le=60)] | None = None
    last: Span | None = None
    align: Literal["period", "day"] = "period"

    @model_validator(mode="after")
    def _one(self) -> "Rolling":
        if (self.months is None) == (self.last is None):
            raise ValueError("give either `months:` (such as 12) or `last:` (such as 13 weeks)")
        return self

    @property
    def reach(self) -> tuple[int, Grain]:
        """How many periods of which grain the window has."""
        if self.last is None:
            return self.months or 0, "month"
        count, word = self.last.split()
        return int(count), next(grain for grain in GRAINS if grain == word.removesuffix("s"))


class Running(BaseModel):
    """A metric day by day: over a `window` that ends with each day, or `since` its period began, or since ever.

    A longer period reads its first, its last, or the mean of its days, of those whose window holds rows. It is told
    when it is asked (`fourfold query`), not in the value table: for whole periods there are `rolling` and `to_date`.
    """

    model_config = STRICT
    metric: str
    window: Span | None = None
    since: Literal["week", "month", "quarter", "year", "ever"] | None = None
    read: Literal["first", "last", "mean"] = "last"

    @model_validator(mode="after")
    def _one(self) -> "Running":
        if (self.window is None) == (self.since is None):
            raise ValueError("give either `window:` (such as 7 days) or `since:` (a period, or ever)")
        return self


class Maintain(BaseModel):
    """The share of the last n months in which a metric met its target; a gap counts as not met (scoring, clause 3)."""

    model_config = STRICT
    metric: str
    months: Annotated[int, Field(ge=2, le=60)] = 12
    tolerance: Annotated[Quantity, Field(ge=0, lt=1)] = 0.05


Kind = Aggregate | Ratio | str | Change | ToDate | Rolling | Running | Stock | FirstPer | Conversion | Maintain
Rows = Aggregate | Stock | FirstPer | Conversion  # what is read from rows of a table
KINDS: tuple[str, ...] = (
    "agg",
    "ratio",
    "expr",
    "change",
    "to_date",
    "rolling",
    "running",
    "stock",
    "first_per",
    "conversion",
    "maintain",
)
