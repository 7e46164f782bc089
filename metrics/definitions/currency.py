"""Amounts in several currencies: where rates stand, and by which of them a measure is converted."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

STRICT = ConfigDict(extra="forbid", frozen=True)


class Rates(BaseModel):
    """A table of rates: what one unit of a row's `currency` is worth in the currency `into`, since `at`.

    A rate of a day holds until the next one, and no longer than `holds`; a rate `each` month, quarter or year holds for
    the one in which `at` lies. With `inverse` the table says how much of its currency one unit of `into` is worth.
    """

    model_config = STRICT
    currency: str
    at: str
    rate: str
    into: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    each: Literal["day", "month", "quarter", "year"] = "day"
    holds: Annotated[str, Field(pattern=r"^\d+ days?$")] = "1 day"
    inverse: bool = False

    @property
    def days(self) -> int:
        """How many days the rate of a day holds."""
        return int(self.holds.split()[0])


class Convert(BaseModel):
    """The currency of each row (`from`), the day whose rate counts, the table of rates (without a name the only one).

    Without `at` it is the time by which the metric counts; `at: period_end` takes the last rate in the row's month. The
    rates of a plan are a table of their own (`rates: plan`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    from_: Annotated[str, Field(alias="from")]
    at: str | None = None
    rates: str | None = None
