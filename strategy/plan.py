"""The plan: objectives, cause-effect links, initiatives (strategy.yaml), scorecards/*.yaml."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

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
    return next((step.value for step in weight if _spans(step, month)), 0.0)


def holds_in(weight: Weight, month: int) -> bool:
    """Whether there is any weight in a month (index): a dated one that begins later or has ended is none."""
    return not isinstance(weight, tuple) or any(_spans(step, month) for step in weight)


def _spans(step: WeightStep, month: int) -> bool:
    low = parse_month(step.from_) if step.from_ else month
    high = parse_month(step.to) if step.to else month
    return low <= month <= high


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


class Aim(BaseModel):
    """A goal of an objective's own for one of its metrics, in the metric's own unit (clause 1)."""

    model_config = STRICT
    goal: Quantity
    red_flag: Quantity


class Objective(BaseModel):
    """What a unit wants, in one perspective, with the metrics that tell whether it gets it.

    `unit`: the top unit where none is named. `parent`: the objective above that it serves, with `weight` in its score.
    """

    model_config = STRICT
    title: str
    perspective: str
    description: str = ""
    owner: str = ""
    metrics: Weights = {}
    priority: bool = False
    progress: ProgressModel | None = None
    unit: str = ""
    theme: str = ""
    parent: str | None = None
    weight: Weight = 1.0
    aims: dict[str, Aim] = {}
    start: date | None = None
    end: date | None = None


class Link(BaseModel):
    """A cause-effect link between two objectives; its hypothesis: a leading metric moves a lagging one after a lag.

    `sign`: + where both rise together. Without metrics, drivers.yaml is asked when the link is first drawn.
    """

    model_config = STRICT
    from_: Annotated[str, Field(alias="from")]
    to: str
    because: str = ""
    leading: str | None = None
    lagging: str | None = None
    sign: Literal["+", "-"] = "+"
    lag: Annotated[str | None, Field(pattern=r"^\d+ months?$")] = None

    @property
    def months(self) -> int | None:
        """The lag in months; None where nobody said one."""
        return None if self.lag is None else int(self.lag.split()[0])


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
    """strategy.yaml, and the plan in force, which begins with it and lives on in the state.

    `objectives` are active; `known` are also those that have ended, since months before still count them.
    """

    model_config = STRICT
    vision: str = ""
    objectives: dict[str, Objective] = {}
    links: tuple[Link, ...] = ()
    initiatives: dict[str, Initiative] = {}
    _ended: Mapping[str, Objective] = PrivateAttr(default_factory=dict)

    @cached_property
    def known(self) -> Mapping[str, Objective]:
        """Objectives that count in some month: the active ones, and those that have ended."""
        return {**self.objectives, **self._ended}

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> "Plan":
        """A copy, which asks anew what is known: it may have other objectives."""
        made = super().model_copy(update=update, deep=deep)
        made.__dict__.pop("known", None)
        return made

    def with_ended(self, ended: Mapping[str, Objective]) -> "Plan":
        """The same plan, that also knows objectives that have ended."""
        made = self.model_copy()
        made._ended = dict(ended)  # noqa: SLF001  its own, of a copy
        return made


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
