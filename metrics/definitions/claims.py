"""What must be true of a metric's values, written beside its formula under `tests:`."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from data.calendar import Span
from data.writing import Quantity

STRICT = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class KnownAnswer(BaseModel):
    """A value that is known from elsewhere; the refresh compares."""

    model_config = STRICT
    period: str
    unit: str | None = None
    equals: Quantity
    within: Quantity = 1e-6
    from_: Annotated[str, Field(alias="from")] = ""


class Everywhere(BaseModel):
    """A claim about every unit and period; `unit` and `span` make it narrower."""

    model_config = STRICT
    unit: str | None = None
    span: Span | None = None


class WithinRange(Everywhere):
    """Every value lies between two ends, both inclusive; null leaves an end open."""

    range: tuple[Quantity | None, Quantity | None]

    @model_validator(mode="after")
    def _ordered(self) -> "WithinRange":
        low, high = self.range
        if low is None and high is None:
            raise ValueError("a range without ends holds for everything; give one of them")
        if low is not None and high is not None and low > high:
            raise ValueError(f"the range ends at {high:g} before it begins at {low:g}")
        return self


class SameAs(Everywhere):
    """Every value equals that of another metric, within a share of it: two sources of one figure are reconciled."""

    equals: str
    within: Annotated[Quantity, Field(ge=0)] = 1e-6
    because: str = ""


class SumOf(Everywhere):
    """Every value is the sum of some other metrics, within a share of it."""

    sum_of: Annotated[tuple[str, ...], Field(min_length=2)]
    within: Annotated[Quantity, Field(ge=0)] = 1e-6
    because: str = ""


class AddsUp(Everywhere):
    """The value of a unit is the sum of those of the units directly below it, where all of them have one."""

    adds_up: Literal["units"]
    within: Annotated[Quantity, Field(ge=0)] = 1e-6


def _which(value: Any) -> str:
    """The kind of claim, by the field that names it; numbers and percentages under `equals` are known answers."""
    given = value if isinstance(value, dict) else dict(value) if isinstance(value, BaseModel) else {}
    for name in ("range", "sum_of", "adds_up"):
        if given.get(name) is not None:
            return name
    equals = given.get("equals")
    named = isinstance(equals, str) and equals[:1].isalpha()
    return "same_as" if named and given.get("period") is None else "answer"


Claim = Annotated[
    Annotated[KnownAnswer, Tag("answer")]
    | Annotated[WithinRange, Tag("range")]
    | Annotated[SameAs, Tag("same_as")]
    | Annotated[SumOf, Tag("sum_of")]
    | Annotated[AddsUp, Tag("adds_up")],
    Discriminator(_which),
]
