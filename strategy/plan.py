"""The plan as files say it: objectives, cause-effect links, initiatives (strategy.yaml), scorecards/*.yaml."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from data.calendar import Span, parse_month
from data.writing import Month, Quantity

STRICT = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class WeightStep(BaseModel):
    """A weight from a month to a month, both inclusive."""

    model_config = STRICT
    value: Annotated[float, Field(ge=0)]
    from_: Annotated[Month | None, Field(alias="from")] = None
    to: Month | None = None


Weight = Annotated[float, Field(ge=0)] | tuple[WeightStep, ...]


def weight_on(weight: Weight, month: int) -> float:
    """The weight in force in a month (index); 0 where no step holds (clause 11: effective-dated)."""
    if not isinstance(weight, tuple):
        return float(weight)
    for step in weight:
        low = parse_month(step.from_) if step.from_ else month
        high = parse_month(step.to) if step.to else month
        if low <= month <= high:
            return step.value
    return 0.0


def _weights(value: Any) -> Any:
    if isinstance(value, list):
        return dict.fromkeys(value, 1.0) if all(isinstance(name, str) for name in value) else value
    return value


Weights = Annotated[dict[str, Weight], BeforeValidator(_weights, json_schema_input_type=dict[str, Weight] | list[str])]


class ProgressModel(BaseModel):
    """How far an objective is: a metric at a span, from its baseline to its target, between two days (clause 6)."""

    model_config = STRICT
    metric: str
    span: Span = "r12"
    baseline: Quantity
    target: Quantity
    start: date
    end: date


class Objective(BaseModel):
    """What the organisation wants, in one perspective, with the metrics that tell whether it gets it."""

    model_config = STRICT
    title: str
    perspective: str
    description: str = ""
    owner: str = ""
    metrics: Weights = {}
    priority: bool = False
    progress: ProgressModel | None = None


class Link(BaseModel):
    """A cause-effect link between two objectives."""

    model_config = STRICT
    from_: Annotated[str, Field(alias="from")]
    to: str
    because: str = ""


class Initiative(BaseModel):
    """A piece of work that serves an objective."""

    model_config = STRICT
    title: str
    objective: str
    owner: str = ""
    start: date | None = None
    due: date | None = None
    note: str = ""


class Plan(BaseModel):
    """strategy.yaml."""

    model_config = STRICT
    vision: str = ""
    objectives: dict[str, Objective] = {}
    links: tuple[Link, ...] = ()
    initiatives: dict[str, Initiative] = {}


class Scorecard(BaseModel):
    """scorecards/<key>.yaml: which objectives and metrics, how heavy, for which units and roles."""

    model_config = STRICT
    title: str
    units: Literal["all"] | tuple[str, ...] = "all"
    levels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ("executive", "manager", "analyst")
    perspectives: Weights = {}
    objectives: Weights = {}
    metrics: Weights = {}
    missing: Literal["ignore", "strict", "zero", "worst", "best"] = "ignore"
    minimum_coverage: Annotated[Quantity, Field(ge=0, le=1)] = 0.5
