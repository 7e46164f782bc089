"""What leads what: the edges of drivers.yaml."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


class Driver(BaseModel):
    """An edge from leading metrics to a lagging one; `lag` in months as text, `component` edges are identities."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    from_: Annotated[
        tuple[str, ...],
        Field(alias="from", min_length=1),
        BeforeValidator(_many, json_schema_input_type=str | list[str]),
    ]
    to: str
    lag: Annotated[str, Field(pattern=r"^\d+ months?$")] = "0 months"
    sign: Literal["+", "-"] = "+"
    kind: Literal["influence", "component"] = "influence"
    because: str = ""

    @property
    def months(self) -> int:
        """The lag in months."""
        return int(self.lag.split()[0])
