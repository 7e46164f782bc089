"""What leads what: the edges of drivers.yaml."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_MONTHS = re.compile(r"\d+ months?")


def _many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _lag(value: str) -> str:
    if not _MONTHS.fullmatch(value):
        raise ValueError(f"'{value}' is not a number of months; write for example '2 months'")
    return value


class Driver(BaseModel):
    """An edge from leading metrics to a lagging one; `lag` in months as text, `component` edges are identities."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    from_: Annotated[
        tuple[str, ...],
        Field(alias="from", min_length=1),
        BeforeValidator(_many, json_schema_input_type=str | list[str]),
    ]
    to: str
    lag: Annotated[str, AfterValidator(_lag)] = "0 months"
    sign: Literal["+", "-"] = "+"
    kind: Literal["influence", "component"] = "influence"
    because: str = ""

    @property
    def months(self) -> int:
        """The lag in months."""
        return int(self.lag.split()[0])
