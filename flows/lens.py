"""What of the metrics one viewer sees: units, perspectives, confidential ones; and a workspace without the rest.

Made once for a snapshot and a set of roles, so that a page pays a look-up for it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from access.policy import Policy, Reach
from access.roles import Permission
from access.viewer import Viewer
from data.calendar import Grain
from data.lint import WorkspaceLint
from data.same import Same
from flows.opened import Opened
from flows.workspace import Workspace
from metrics.definitions.conversion import Conversion
from metrics.definitions.kinds import Aggregate, Rows, Stock
from metrics.definitions.metric import Metric, TargetTable
from metrics.definitions.table import Table
from metrics.language.catalog import Additivity, Catalog, target_aggregate
from metrics.language.expressions import column_or_parse, columns_of
from strategy.plan import Objective, Plan

Closed = tuple[bool | tuple[str, ...], ...]
Column = tuple[str, str]  # table, column


def closed_of(catalog: Catalog, *, opened: bool = True) -> Mapping[str, Closed]:
    """Who alone may see each confidential metric: for each stated reason True (metric.confidential) or the roles.

    A metric is confidential when its file says so, when one that it is computed from is, and when it reads a column
    that a confidential one adds up. `confidential: false` opens what would be so for the last two reasons, where that
    word counts (`opened`): not in a draft, which nobody has decided on.
    """
    if (closed_of, opened) not in catalog.known:
        own = {key: metric.confidential for key, metric in catalog.metrics.items() if metric.confidential}
        columns: dict[Column, Closed] = {}
        for key, said in own.items():
            for column in _added_up(catalog, key):
                columns[column] = tuple(dict.fromkeys([*columns.get(column, ()), said]))
        found: dict[str, Closed] = {}
        for key in catalog.metrics if own else ():
            _close(catalog, key, columns, found, opened)
        catalog.known[closed_of, opened] = {key: why for key, why in found.items() if why}
    closed: Mapping[str, Closed] = catalog.known[closed_of, opened]
    return closed


def _close(
    catalog: Catalog, key: str, columns: Mapping[Column, Closed], found: dict[str, Closed], opened: bool
) -> Closed:
    if key not in found:
        found[key] = ()
        said = catalog.metrics[key].confidential
        below = [why for part in catalog.parts(key) for why in _close(catalog, part, columns, found, opened)]
        below += [why for column in _read(catalog, key) for why in columns.get(column, ())]
        found[key] = () if said is False and opened else tuple(dict.fromkeys([*([said] if said else []), *below]))
    return found[key]


def _added_up(catalog: Catalog, key: str) -> Iterable[Column]:
    """The columns whose numbers a metric's own aggregations read; what is merely counted is no secret."""
    for body in catalog.own_aggregates(key):
        summed = isinstance(body, Aggregate | Stock) and body.function not in ("count", "count_distinct")
        if summed and isinstance(body, Aggregate | Stock) and body.expr is not None:
            yield from _columns(catalog, body.table, body.expr)


def _read(catalog: Catalog, key: str) -> Iterable[Column]:
    """Every column that a metric's own aggregations, their filters and its target read."""
    target = catalog.metrics[key].target
    bodies: list[Rows] = list(catalog.own_aggregates(key))
    if isinstance(target, TargetTable):
        bodies.append(target_aggregate(target))
    for body in bodies:
        texts = [getattr(body, name, None) for name in ("expr", "filter", "entity")]
        if isinstance(body, Conversion):
            texts += [body.base.filter]
        for text in texts:
            if isinstance(text, str):
                yield from _columns(catalog, body.table, text)


def _columns(catalog: Catalog, table: str, text: str) -> Iterable[Column]:
    for name, qualifier in columns_of(column_or_parse(text, catalog.columns.get(table))):
        yield _at(catalog.tables[table], name, qualifier)


def _at(table: Table, name: str, qualifier: str | None) -> Column:
    return (table.joins[qualifier].table if qualifier in table.joins else table.key, name)


@dataclass(frozen=True)
class Lens:
    """The metrics that a viewer sees, by unit, and of any of them.

    `whole`: nothing of any unit in his scope is hidden from him; `even`: of each unit he sees the same ones. `showing`
    are the roles that show perspectives, of metrics or of objectives; without any, their titles are no secret. `near`:
    the units whose plan he is told, his own and those above them; None for all.
    """

    whole: bool
    by_unit: Mapping[str, frozenset[str]]
    metrics: frozenset[str]
    even: bool
    showing: tuple[Reach, ...]
    near: frozenset[str] | None = None

    def sees(self, metric: str, unit: str) -> bool:
        """Whether he sees this metric of this unit."""
        return metric in self.by_unit.get(unit, ())

    def units_of(self, metrics: Iterable[str]) -> frozenset[str]:
        """The units of which he sees every one of these metrics."""
        wanted = frozenset(metrics)
        return frozenset(unit for unit, seen in self.by_unit.items() if wanted <= seen)

    def tells(self, unit: str) -> bool:
        """Whether he is told the plan of this unit: it is one of his, or above one of his."""
        return self.near is None or unit in self.near

    def shows(self, perspective: str, unit: str | None = None) -> bool:
        """Whether any of his roles (over this unit) shows this perspective."""
        return not self.showing or any(
            reach.shows(perspective) and (unit is None or unit in reach.units) for reach in self.showing
        )


def lens_of(opened: Opened, policy: Policy, viewer: Viewer, permission: Permission = "metric.view") -> Lens:
    """What of the metrics of a snapshot a viewer sees with a permission."""
    other = policy.reaches(viewer, "strategy.view") if permission == "metric.view" else ()
    return _lens(Same(opened.all), policy.reaches(viewer, permission), other)


@lru_cache(maxsize=256)
def _lens(same: Same[Opened], reaches: tuple[Reach, ...], other: tuple[Reach, ...]) -> Lens:
    metrics, closed = same.one.workspace.metrics, closed_of(same.one.catalog)
    every = frozenset(metrics)
    seen = [
        every
        if reach.perspectives is None and not closed
        else frozenset(key for key, one in metrics.items() if reach.shows(one.perspective, closed.get(key, ())))
        for reach in reaches
    ]
    by_unit: dict[str, frozenset[str]] = {}
    for reach, own in zip(reaches, seen, strict=True):
        for unit in reach.units:
            by_unit[unit] = by_unit[unit] | own if unit in by_unit else own
    whole = (
        bool(by_unit) and all(own == every for own in by_unit.values()) and all(o.perspectives is None for o in other)
    )
    showing = (*reaches, *other)
    near = _near(same.one, {unit for reach in showing for unit in reach.units})
    return Lens(whole, by_unit, frozenset().union(*seen), len(set(by_unit.values())) < 2, showing, near)


def _near(opened: Opened, units: Collection[str]) -> frozenset[str] | None:
    tree, on = opened.tree, opened.manifest.as_of
    if tree.root in units:
        return None
    return frozenset(above for unit in units for above in tree.ancestors(unit, on))


def narrowed(opened: Opened, lens: Lens) -> Opened:
    """The snapshot as the viewer has it: what he sees of no unit does not exist in its definitions."""
    return opened if lens.whole else _narrowed(Same(opened.all), lens.metrics, _perspectives(opened, lens))


def workspace_in_view(whole: Workspace, opened: Opened, lens: Lens) -> Workspace:
    """A workspace with a plan of its own as the viewer has it; `opened` is his part of the snapshot."""
    if lens.whole and lens.near is None:
        return whole
    return _workspace(Same(opened), Same(whole), lens.metrics, _perspectives(opened.all, lens), lens.near)


@lru_cache(maxsize=64)
def _workspace(
    same: Same[Opened],
    whole: Same[Workspace],
    seen: frozenset[str],
    perspectives: frozenset[str],
    near: frozenset[str] | None,
) -> Workspace:
    return in_view(replace(whole.one, catalog=same.one.catalog), seen, perspectives, near)


def _perspectives(opened: Opened, lens: Lens) -> frozenset[str]:
    return frozenset(key for key in opened.workspace.perspectives if lens.shows(key))


@lru_cache(maxsize=64)
def _narrowed(same: Same[Opened], seen: frozenset[str], perspectives: frozenset[str]) -> Opened:
    opened = same.one
    catalog = _less(opened.catalog, seen)
    workspace = in_view(replace(opened.workspace, catalog=catalog), seen, perspectives)
    return replace(opened, workspace=workspace, catalog=catalog, everything=opened)


def asked_catalog(opened: Opened) -> Catalog:
    """What a viewer's questions are computed from: every definition, but no column that is confidential to him."""
    return opened.catalog if opened.everything is None else _asked(Same(opened))


@lru_cache(maxsize=64)
def _asked(same: Same[Opened]) -> Catalog:
    return replace(same.one.all.catalog, tables=same.one.catalog.tables)


def tables_in_view(catalog: Catalog, seen: frozenset[str]) -> Mapping[str, Table]:
    """The tables without the columns whose numbers are those of a confidential metric that is not seen."""
    closed = closed_of(catalog)
    shut = {column for key in closed if key not in seen for column in _added_up(catalog, key)}
    return {key: _without(table, shut, catalog) for key, table in catalog.tables.items()} if shut else catalog.tables


def _without(table: Table, shut: set[Column], catalog: Catalog) -> Table:
    def open_(dotted: str) -> bool:
        qualifier, _, name = dotted.rpartition(".")
        return _at(table, name, qualifier or None) not in shut

    if not any(at == table.key or at in {join.table for join in table.joins.values()} for at, _ in shut):
        return table
    rows = tuple(name for name in table.rows or tuple(catalog.columns.get(table.key) or ()) if open_(name))
    dimensions = {name: one for name, one in table.dimensions.items() if open_(one.column)}
    return table.model_copy(update={"rows": rows, "dimensions": dimensions})


@dataclass(frozen=True)
class SeenCatalog(Catalog):
    """The definitions that a viewer sees; what they rest on and how they add up is still told by all of them."""

    all: Catalog = field(default_factory=lambda: Catalog({}, {}), repr=False)

    def parts(self, key: str) -> tuple[str, ...]:
        """Those that are seen."""
        return tuple(part for part in self.all.parts(key) if part in self.metrics)

    def aggregates(self, key: str) -> Iterator[Rows]:
        """Every one below, seen or not."""
        return self.all.aggregates(key)

    def grains(self, key: str) -> Iterator[Grain]:
        """Of all below."""
        return self.all.grains(key)

    def plainly(self, key: str) -> bool:
        """As all below say."""
        return self.all.plainly(key)

    def additivity(self, key: str) -> Additivity:
        """As all below say."""
        return self.all.additivity(key)

    def grows(self, key: str) -> bool:
        """As all below say."""
        return self.all.grows(key)

    def is_mean(self, key: str) -> bool:
        """As its definition says."""
        return self.all.is_mean(key)


def _less(catalog: Catalog, seen: frozenset[str]) -> Catalog:
    metrics = {key: _alone(metric, seen) for key, metric in catalog.metrics.items() if key in seen}
    drivers = tuple(
        driver.model_copy(update={"from_": kept})
        for driver in catalog.drivers
        if driver.to in seen and (kept := tuple(key for key in driver.from_ if key in seen))
    )
    tables = tables_in_view(catalog, seen)
    return SeenCatalog(tables, metrics, drivers, catalog.columns, catalog.smallest_group, catalog)


def _alone(metric: Metric, seen: frozenset[str]) -> Metric:
    """A definition that names no metric beside it which is not seen."""
    kept = tuple(key for key in metric.guardrails if key in seen)
    return metric if kept == metric.guardrails else metric.model_copy(update={"guardrails": kept})


def names_only(opened: Opened, text: str) -> bool:
    """Whether a text names no metric but those that are in view: by its key as a word, or by its title."""
    hidden = opened.all.workspace.metrics.keys() - opened.workspace.metrics.keys()
    words = frozenset(re.findall(r"[a-z][a-z0-9_]*", text))
    return words.isdisjoint(hidden) and not any(opened.all.workspace.metrics[key].title in text for key in hidden)


def in_view(
    workspace: Workspace, seen: frozenset[str], perspectives: frozenset[str], near: frozenset[str] | None = None
) -> Workspace:
    """A workspace whose plan and scorecards name nothing that is not seen; `near`: units of the plan, None for all."""
    titles = {key: title for key, title in workspace.perspectives.items() if key in perspectives}
    settings = workspace.settings.model_copy(update={"perspectives": titles, "lint": WorkspaceLint()})
    plan = plan_in_view(workspace.plan, seen, perspectives, near)
    cards = {
        key: card.model_copy(
            update={
                "metrics": {name: weight for name, weight in card.metrics.items() if name in seen},
                "objectives": {name: weight for name, weight in card.objectives.items() if name in plan.known},
                "perspectives": {name: weight for name, weight in card.perspectives.items() if name in perspectives},
            }
        )
        for key, card in workspace.scorecards.items()
    }
    return replace(workspace, settings=settings, plan=plan, scorecards=cards)


def plan_in_view(
    plan: Plan, seen: frozenset[str], perspectives: frozenset[str], near: frozenset[str] | None = None
) -> Plan:
    """The plan without objectives of units and perspectives that are not seen, and without metrics that are not."""
    known = {
        key: _goal(one, seen)
        for key, one in plan.known.items()
        if one.perspective in perspectives and (near is None or one.unit in near)
    }
    links = tuple(
        link
        for link in plan.links
        if link.from_ in known and link.to in known and {link.leading, link.lagging} - {None} <= seen
    )
    initiatives = {key: one for key, one in plan.initiatives.items() if one.objective in known}
    active = {key: known[key] for key in plan.objectives if key in known}
    ended = {key: one for key, one in known.items() if key not in active}
    kept = plan.model_copy(update={"objectives": active, "links": links, "initiatives": initiatives})
    return kept.with_ended(ended)


def _goal(one: Objective, seen: frozenset[str]) -> Objective:
    if one.metrics.keys() <= seen and (one.progress is None or one.progress.metric in seen):
        return one
    return one.model_copy(
        update={
            "metrics": {key: weight for key, weight in one.metrics.items() if key in seen},
            "aims": {key: aim for key, aim in one.aims.items() if key in seen},
            "progress": one.progress if one.progress and one.progress.metric in seen else None,
        }
    )
