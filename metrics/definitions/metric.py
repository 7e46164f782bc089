"""A metric as its file says it: one kind, and everything that a scorecard needs beside the formula."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from data.documents import misplaced
from data.lint import Lint
from data.writing import Quantity, Stated
from metrics.definitions.claims import Claim, KnownAnswer
from metrics.definitions.conversion import Conversion
from metrics.definitions.kinds import (
    KINDS,
    Aggregate,
    Change,
    FirstPer,
    Kind,
    Maintain,
    Ratio,
    Rolling,
    Running,
    Stock,
    ToDate,
)
from metrics.definitions.quantities import AtTarget, Distance, parse_anchor

STRICT = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
Direction = Literal["up", "down", "band"]
Indicator = Literal["leading", "lagging"]
Cadence = Literal["month", "quarter", "year"]


class TargetStep(BaseModel):
    """A target from a month to a month, both inclusive, of one unit (`each`: of every unit alike)."""

    model_config = STRICT
    value: Quantity
    from_: Annotated[Stated | None, Field(alias="from")] = None
    to: Stated | None = None
    unit: str | None = None


class TargetTable(BaseModel):
    """A target that is read from a table of facts, such as a budget; it aggregates as a sum."""

    model_config = STRICT
    table: str
    expr: str
    function: Literal["sum"] = "sum"
    filter: str | None = None
    time: str | None = None
    over_time: Literal["last"] | None = None


def _pair(value: Any) -> Any:
    if isinstance(value, list | tuple):
        if len(value) != 2:
            raise ValueError("a band's anchor is a pair: [low, high]")
        return tuple(parse_anchor(one) for one in value)
    return parse_anchor(value)


PairOrOne = Annotated[Any, BeforeValidator(_pair, json_schema_input_type=float | str | list[float | str])]


class Anchors(BaseModel):
    """Where red begins and where the goal lies; optionally where the score reaches 0 (worst) and 10 (best)."""

    model_config = STRICT
    goal: PairOrOne = AtTarget()
    red: PairOrOne
    worst: PairOrOne | None = None
    best: PairOrOne | None = None
    from_: Annotated[Stated | None, Field(alias="from")] = None
    to: Stated | None = None

    def needs_target(self) -> bool:
        """Whether any anchor is relative to the target."""
        every = [
            one
            for part in (self.goal, self.red, self.worst, self.best)
            if part is not None
            for one in (part if isinstance(part, tuple) else (part,))
        ]
        return any(isinstance(one, AtTarget | Distance) for one in every)


class Label(BaseModel):
    """One step of an ordinal or binary metric: the value that the formula gives, its word, its score (clause 4)."""

    model_config = STRICT
    value: Quantity
    label: str
    score: Annotated[float, Field(ge=0, le=10)]


class Metric(BaseModel):
    """metrics/<perspective>/<key>.yaml; `key` and `perspective` come from the path.

    `confidential: true` shows it only to roles with the permission metric.confidential, a list only to the roles that
    it names; `false` opens one that would be confidential because of what it rests on. `smallest_group`: over fewer
    people it is withheld; 1 withholds nothing.
    """

    model_config = STRICT
    key: str
    perspective: str
    title: str
    description: str = ""
    owner: str = ""
    indicator: Indicator = "lagging"
    direction: Direction = "up"
    measured_in: str

    agg: Aggregate | None = None
    ratio: Ratio | None = None
    expr: str | None = None
    change: Change | None = None
    to_date: ToDate | None = None
    rolling: Rolling | None = None
    running: Running | None = None
    stock: Stock | None = None
    first_per: FirstPer | None = None
    conversion: Conversion | None = None
    maintain: Maintain | None = None

    target: Quantity | tuple[TargetStep, ...] | TargetTable | Literal["components"] | None = None
    anchors: Anchors | tuple[Anchors, ...] | None = None
    labels: tuple[Label, ...] = ()
    nulls: Literal["null", "zero", "carry"] = "null"
    every_period: bool = False
    cadence: Cadence = "month"
    due_after_days: Annotated[int, Field(ge=0)] = 0
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    tests: tuple[Claim, ...] = ()
    guardrails: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    deprecated: str | None = None
    aliases: tuple[str, ...] = ()
    lint: Lint = Lint()
    confidential: bool | tuple[str, ...] | None = None
    smallest_group: Annotated[int, Field(ge=1, le=1000)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _yaml_null(cls, data: Any) -> Any:
        """`nulls: null` is YAML's null, and means what it says."""
        if isinstance(data, dict) and "nulls" in data and data["nulls"] is None:
            return {**data, "nulls": "null"}
        return data

    @model_validator(mode="after")
    def _one_kind(self) -> "Metric":
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            said = f"here are {', '.join(given)}" if given else "here is none"
            raise ValueError(f"one key names the kind of a metric ({', '.join(KINDS)}); {said}")
        for anchors in self.anchor_steps:
            if anchors.needs_target() and self.target is None:
                raise misplaced("anchors", "the anchors refer to the target, and there is no `target:`")
        if self.target is not None and self.anchors is None:
            raise misplaced(
                "target",
                "the field 'anchors' is missing: a target alone does not say where red begins; "
                "for instance `anchors: {goal: target, red: 10 % of target}`",
            )
        values = [label.value for label in self.labels]
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise misplaced("labels", f"the value {twice:g} has two labels; which one is meant?")
        if self.nulls == "carry" and self.agg and self.agg.function in ("sum", "count") and not self.agg.over_time:
            message = "`nulls: carry` would count a month twice in a sum; it is for levels, averages and ratios"
            raise misplaced("nulls", message, "F106")
        return self

    @property
    def kind(self) -> str:
        """The key that names the kind."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def body(self) -> Kind:
        """What stands under the kind's key."""
        found: Kind = getattr(self, self.kind)
        return found

    @property
    def answers(self) -> tuple[KnownAnswer, ...]:
        """The known answers among its tests."""
        return tuple(test for test in self.tests if isinstance(test, KnownAnswer))

    @property
    def anchor_steps(self) -> tuple[Anchors, ...]:
        """The anchors in order of time; one undated step is the usual case, none is no anchors."""
        if self.anchors is None:
            return ()
        return self.anchors if isinstance(self.anchors, tuple) else (self.anchors,)


__all__ = [
    "Anchors",
    "Cadence",
    "Direction",
    "Indicator",
    "KnownAnswer",
    "Label",
    "Metric",
    "TargetStep",
    "TargetTable",
]
