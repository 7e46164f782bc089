"""What differs between two sets of definitions, as far as values and scores can tell."""

from dataclasses import dataclass

from flows.trial import above, tables_below
from flows.workspace import Workspace
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table

# Fields of files that no value, target or score depends on.
WORDS = frozenset({"title", "description", "owner", "tags", "deprecated", "lint", "tests", "guardrails", "decimals"})
OF_TABLES = frozenset({"title", "description", "dimensions", "rows", "lint"})
OF_SETTINGS = frozenset({"name", "perspectives", "retention", "lint", "engine"})


@dataclass(frozen=True)
class Differences:
    """Keys of metrics that are new, gone, or defined otherwise, and those whose values may therefore differ.

    `why` gives, for what lies outside of metrics, the file and what it means for a plan.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    affected: frozenset[str]
    why: tuple[tuple[str, str], ...]

    @property
    def none(self) -> bool:
        """Whether nothing differs that could change a number."""
        return not (self.added or self.removed or self.changed or self.affected or self.why)


def differences(old: Workspace, new: Workspace) -> Differences:
    """What differs from the old definitions to the new ones."""
    added = tuple(key for key in new.metrics if key not in old.metrics)
    removed = tuple(key for key in old.metrics if key not in new.metrics)
    both = [key for key in new.metrics if key in old.metrics]
    changed = tuple(key for key in both if _of_metric(old.metrics[key]) != _of_metric(new.metrics[key]))
    tables = {
        key
        for key, table in new.catalog.tables.items()
        if key not in old.catalog.tables or _of_table(old.catalog.tables[key]) != _of_table(table)
    }
    why = [(f"models/{key}.yaml", "the table is defined otherwise") for key in sorted(tables)]
    resting = {key for key in new.metrics if tables & tables_below(new.catalog, [key])}
    whole = _whole(old, new)
    start = {*added, *changed, *resting, *(new.metrics if whole else ())}
    return Differences(added, removed, changed, above(new.catalog, start), (*why, *whole, *_beside(old, new)))


def changed_formulas(old: Workspace, new: Workspace) -> frozenset[str]:
    """The metrics whose values may differ under the new definitions."""
    return differences(old, new).affected


def _of_metric(metric: Metric) -> object:
    return metric.model_dump(exclude=set(WORDS))


def _of_table(table: Table) -> object:
    return table.model_dump(exclude=set(OF_TABLES))


def _whole(old: Workspace, new: Workspace) -> tuple[tuple[str, str], ...]:
    """Files on which every value depends."""
    found = []
    settings = (one.settings.model_dump(exclude=set(OF_SETTINGS)) for one in (old, new))
    if len({repr(one) for one in settings}) > 1:
        found.append(
            ("workspace.yaml", "the clock, the calendar or the history is another one: every value may differ")
        )
    if (old.levels, old.tree, old.unit_table, old.history) != (new.levels, new.tree, new.unit_table, new.history):
        found.append(("units.yaml", "the tree of units is another one: every value may differ"))
    return tuple(found)


def _beside(old: Workspace, new: Workspace) -> tuple[tuple[str, str], ...]:
    """Files that change scores of parents, or what is loaded."""
    found = []
    for key in sorted({*old.sources, *new.sources}):
        if old.sources.get(key) != new.sources.get(key):
            message = "its rows would be loaded anew by a refresh; the plan sees those that are loaded"
            found.append((f"sources/{key}.yaml", message))
    if old.plan != new.plan:
        found.append(("strategy.yaml", "objectives are weighted or composed otherwise"))
    message = "the scorecard is weighted or composed otherwise"
    cards = sorted({*old.scorecards, *new.scorecards})
    found += [(f"scorecards/{k}.yaml", message) for k in cards if old.scorecards.get(k) != new.scorecards.get(k)]
    return tuple(found)
