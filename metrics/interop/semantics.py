"""What dbt's semantic layer says, whichever file said it: models with entities and dimensions, and metrics."""

from dataclasses import dataclass, field
from typing import Literal

EntityKind = Literal["primary", "foreign", "unique", "natural"]
PeriodAgg = Literal["first", "last", "average"]


@dataclass(frozen=True)
class Entity:
    """A key of a model; `expr` is SQL over its rows, the name itself where none is given."""

    name: str
    kind: EntityKind
    expr: str

    @property
    def leads(self) -> bool:
        """Whether other models may join here."""
        return self.kind != "foreign"


@dataclass(frozen=True)
class Dimension:
    """A column to group by; `grain` of a time dimension, `validity` of one that bounds a row's validity."""

    name: str
    expr: str
    grain: str | None = None
    validity: Literal["start", "end"] | None = None
    partition: bool = False
    label: str = ""


@dataclass(frozen=True)
class Model:
    """A semantic model: the relation it stands on, its default time, its keys and dimensions."""

    name: str
    relation: str
    time: str | None
    primary: str | None
    entities: tuple[Entity, ...]
    dimensions: tuple[Dimension, ...]
    label: str = ""
    description: str = ""
    place: str = ""

    def dimension(self, name: str) -> Dimension | None:
        """A dimension by name."""
        return next((one for one in self.dimensions if one.name == name), None)

    def entity(self, name: str) -> Entity | None:
        """An entity by name."""
        return next((one for one in self.entities if one.name == name), None)

    @property
    def links(self) -> tuple[str, ...]:
        """The entities by whose name its own dimensions can be called."""
        names = [self.primary] if self.primary else []
        return tuple(dict.fromkeys([*names, *(one.name for one in self.entities if one.leads)]))

    def bound(self, which: str) -> Dimension | None:
        """The dimension that begins or ends the validity of a row."""
        return next((one for one in self.dimensions if one.validity == which), None)


@dataclass(frozen=True)
class Window:
    """A number of periods, such as 7 days."""

    count: int
    grain: str

    def __str__(self) -> str:
        return f"{self.count} {self.grain}{'' if self.count == 1 else 's'}"


@dataclass(frozen=True)
class Level:
    """A measure that does not add over a time dimension: the rows at its smallest or largest value count."""

    dimension: str
    choice: str
    groupings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Input:
    """A metric as another one uses it: its rows narrowed, its time moved, its name changed."""

    metric: str
    alias: str | None = None
    filters: tuple[str, ...] = ()
    offset: Window | None = None
    to_grain: str | None = None

    @property
    def name(self) -> str:
        """The name under which an expression calls it."""
        return self.alias or self.metric


@dataclass(frozen=True)
class Simple:
    """An aggregation of the rows of one model. `fill` replaces no value, `spine` asks for every period."""

    model: str
    agg: str
    expr: str
    time: str | None = None
    percentile: float | None = None
    discrete: bool = False
    approximate: bool = False
    level: Level | None = None
    fill: float | None = None
    spine: bool = False


@dataclass(frozen=True)
class Ratio:
    """One metric over another."""

    numerator: Input
    denominator: Input


@dataclass(frozen=True)
class Derived:
    """An SQL expression over metrics."""

    expr: str
    inputs: tuple[Input, ...]


@dataclass(frozen=True)
class Cumulative:
    """A metric over a window that ends each day, or since the beginning of a period, or since ever."""

    input: Input
    window: Window | None = None
    to_date: str | None = None
    period_agg: PeriodAgg = "first"


@dataclass(frozen=True)
class Conversion:
    """How many base events of an entity are followed by a conversion event, within a window."""

    base: Input
    conversion: Input
    entity: str
    calculation: str = "conversion_rate"
    window: Window | None = None
    constants: tuple[tuple[str, str], ...] = ()


Body = Simple | Ratio | Derived | Cumulative | Conversion


@dataclass(frozen=True)
class Metric:
    """A named metric; `grain` is the one that dbt takes where a query names none."""

    name: str
    body: Body
    filters: tuple[str, ...] = ()
    label: str = ""
    description: str = ""
    hidden: bool = False
    grain: str | None = None
    place: str = ""


@dataclass(frozen=True)
class Spine:
    """The table of days that fills gaps, and the columns of it that hold grains of the company's own."""

    relation: str
    column: str
    grain: str = "day"
    custom: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Semantics:
    """A whole manifest."""

    models: dict[str, Model] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    spines: tuple[Spine, ...] = ()
