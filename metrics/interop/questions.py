"""Questions as dbt asks them (`customer__segment`, `metric_time__month`), as Fourfold asks them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from data.calendar import GRAINS, Calendar, Grain
from metrics.interop.carry import Carrier, NotCarried
from metrics.interop.filters import FilterError, Item, item_named, pieces, written
from metrics.interop.semantics import (
    Dimension,
    Model,
    Simple,
)
from metrics.query.question import Query

PART_NAMES = {
    "year": "year_number",
    "quarter": "quarter_of_year",
    "month": "month_of_year",
    "day": "day_of_month",
    "dow": "day_of_week",
    "doy": "day_of_year",
}


@dataclass(frozen=True)
class Asked:
    """A question of dbt: names in dunders, conditions as templates, `order` with `-` before what is descending."""

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    order: tuple[str, ...] = ()
    limit: int | None = None


@dataclass(frozen=True)
class Question:
    """The same as Fourfold's query, and the column of the answer for each name of dbt's.

    `around` are names whose column holds a day, and which mean the period of a grain around it.
    """

    query: Query
    columns: dict[str, str]
    around: dict[str, Grain] = field(default_factory=dict)

    def value(self, row: Mapping[str, object], name: str) -> object:
        """What a row of the answer says for a name of dbt's."""
        found = row[self.columns[name]]
        if name in self.around and isinstance(found, date):
            calendar, grain = Calendar(), self.around[name]
            return calendar.first(grain, calendar.number(grain, found))
        return found


def question_of(carrier: Carrier, asked: Asked) -> Question:
    """Fourfold's query for a question of dbt. Raises `NotCarried` or `FilterError` for what cannot be asked here."""
    return _Asking(carrier, asked).question()


class _Asking:
    """One question on its way: the aggregations below its metrics, and what each of its names means."""

    def __init__(self, carrier: Carrier, asked: Asked) -> None:
        self.carrier, self.asked = carrier, asked
        self.sources = [one for name in asked.metrics for one in carrier.sources(name)]
        self.models = [self._model(source) for source in self.sources]

    def question(self) -> Question:
        asked, carrier = self.asked, self.carrier
        items = {name: self.timely(item_named(name)) for name in asked.by}
        grains = {name: _grain(item) for name, item in items.items() if item.is_metric_time and not item.part}
        grain = min(grains.values(), key=GRAINS.index) if grains else None
        around = {name: one for name, one in grains.items() if one != grain and _holds(grain, one)}
        columns = {name: carrier.metric(name) for name in asked.metrics}
        for name, item in items.items():
            whole = name in around or (name in grains and grains[name] == grain)
            columns[name] = "time" if whole else self.name_of(item)
        self._check(columns, around)
        query = Query(
            metrics=tuple(columns[name] for name in asked.metrics),
            by=tuple(dict.fromkeys(columns[name] for name in asked.by if columns[name] != "time")),
            where=tuple(written(text, lambda item: self.name_of(self.timely(item))) for text in asked.where),
            grain=grain,
            start=asked.start,
            end=asked.end,
            order=tuple(f"-{columns[one[1:]]}" if one.startswith("-") else columns[one] for one in asked.order),
            limit=asked.limit,
            absent="null",
        )
        return Question(query, columns, around)

    def _check(self, columns: Mapping[str, str], around: Mapping[str, Grain]) -> None:
        """Refuse what would be another question here than it is there."""
        asked, carrier = self.asked, self.carrier
        timely = [columns[name] for name in asked.by if columns[name].partition(".")[0] == "time"]
        if len(timely) > 1 and any(source.level for source in self.sources):
            why = "a level is told for one kind of period; MetricFlow takes the first that a query names"
            raise NotCarried("several parts of a date", why, "ask for a level by one grain or part of time")
        if any(carrier.spined(one) for one in asked.metrics) and any(one != "time" for one in timely):
            why = "a metric that shows every period is asked by one grain of time"
            raise NotCarried("parts of a date", why, "ask by a grain alone")
        names = [self.timely(item_named(name)) for name in asked.by]
        if any(carrier.moves(one) for one in asked.metrics) and any(self._own_time(item) for item in names):
            why = "MetricFlow moves the time of one of the metrics, and not that of the other"
            raise NotCarried("parts of a date", why, "ask for the metrics apart, or by metric_time")
        if around and asked.order:
            raise NotCarried("an order by two grains", "one column holds both", "order by the finer one")
        if any(carrier.runs(name) for name in asked.metrics):
            inside = [one for text in asked.where for one in pieces(text) if isinstance(one, Item)]
            for item in (*map(item_named, asked.by), *inside):
                if any(carrier.dated(model, item) for model in self.models):
                    why = (
                        "what runs day by day is cut by what held when a row happened, MetricFlow's by what holds later"
                    )
                    raise NotCarried(
                        f"{item.element}, which changes in time", why, "ask for a metric that does not run"
                    )

    def _model(self, source: Simple) -> Model:
        found = self.carrier.semantics.models.get(source.model)
        if found is None:
            raise NotCarried(f"semantic_model = {source.model}", "there is no such semantic model", "define it")
        return found

    def _own_time(self, item: Item) -> bool:
        """Whether an item is the time by which some of the metrics count, under its own name."""
        times = [
            (source.time or model.time, model.links) for source, model in zip(self.sources, self.models, strict=True)
        ]
        return len(item.links) == 1 and any(item.element == time and item.links[0] in links for time, links in times)

    def timely(self, item: Item) -> Item:
        """The time by which every metric counts is metric_time, also where it is called by its own name."""
        if item.kind != "time" or len(item.links) != 1:
            return item
        for source, model in zip(self.sources, self.models, strict=True):
            if item.element != (source.time or model.time) or item.links[-1] not in model.links:
                return item
        return replace(item, links=(), element="metric_time")

    def name_of(self, item: Item) -> str:
        """The name by which a query here calls an item, the same for every table below the metrics."""
        if item.is_metric_time:
            return f"time.{PART_NAMES[item.part]}" if item.part else f"time.{item.grain}" if item.grain else "time"
        found = {self._name_from(model, item) for model in self.models}
        name = found.pop() if len(found) == 1 else ".".join([*item.links, item.element])
        shape = PART_NAMES[item.part] if item.part else item.grain
        return f"{name}.{shape}" if shape else name

    def _name_from(self, model: Model, item: Item) -> str:
        if item.kind == "metric":
            raise FilterError(f"a condition on the metric {item.element} belongs into the filter of a metric")
        found = self.carrier.tables.paths.find(model, item)
        name = found.what.name if isinstance(found.what, Dimension) else item.element
        return ".".join([*(hop.name for hop in found.hops), name])


def _grain(item: Item) -> Grain:
    if item.grain is not None and item.grain not in GRAINS:
        raise NotCarried(f"grain = {item.grain}", "it is no grain from day to year", "use one of these")
    return item.grain or "day"


def _holds(fine: Grain | None, coarse: Grain) -> bool:
    """Whether each period of a grain lies in one of another."""
    return fine is not None and Calendar().nests(fine, coarse)
