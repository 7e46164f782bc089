"""Rules of the lint about tables, datasets and scorecards."""

from collections.abc import Iterator

from flows.calendar_faults import models_of
from flows.freshness import datasets_of
from flows.lint.finding import Case, Hint, rule
from flows.trial import tables_below


@rule("note")
def table_without_grain(case: Case) -> Iterator[Hint]:
    """A table says what one row of it is; that is tested at each refresh."""
    for table in case.workspace.catalog.tables.values():
        if not table.grain:
            message = "it does not say what one row of it is"
            yield Hint(table.key, f"models/{table.key}.yaml", (), message, "add `grain: [...]`; it is tested")


@rule("note")
def table_without_freshness(case: Case) -> Iterator[Hint]:
    """A table that metrics count, or a dataset below it, says how old its newest row may be."""
    workspace = case.workspace
    fresh = {name for s in workspace.sources.values() for name, d in s.datasets.items() if d.freshness is not None}
    counted = {name for key in workspace.metrics for name in workspace.catalog.tables_of(key)}
    for table in workspace.catalog.tables.values():
        if table.key in counted and not table.freshness and not fresh & set(datasets_of(workspace, table)):
            message = "nothing says how old its newest row may be: it will never be told as stale"
            remedy = "add `freshness: {column: ..., within: 3 days}` here or to the dataset"
            yield Hint(table.key, f"models/{table.key}.yaml", (), message, remedy)


@rule("warning")
def unused_table(case: Case) -> Iterator[Hint]:
    """A table is counted by a metric, gives a target or rates, or is joined."""
    workspace = case.workspace
    used = {*tables_below(workspace.catalog, workspace.metrics)}
    used |= {join.table for table in workspace.catalog.tables.values() for join in table.joins.values()}
    for table in workspace.catalog.tables.values():
        if table.key not in used:
            message = "no metric, target or join uses it"
            yield Hint(table.key, f"models/{table.key}.yaml", (), message, "use it, or remove the file")


@rule("warning")
def unused_dataset(case: Case) -> Iterator[Hint]:
    """A dataset is used by a table, by the tree of units or by a calendar."""
    workspace = case.workspace
    used = {name for table in workspace.catalog.tables.values() for name in datasets_of(workspace, table)}
    used |= {workspace.unit_table.dataset} if workspace.unit_table else set()
    used |= {model.dataset for _, model in models_of(workspace.settings) if model.dataset is not None}
    for source, model in workspace.sources.items():
        for name in model.datasets:
            if name not in used:
                message = "it is loaded at each refresh, and no table uses it"
                path = ("datasets", name)
                yield Hint(name, f"sources/{source}.yaml", path, message, f"make models/{name}.yaml, or drop it")


@rule("warning")
def all_lagging(case: Case) -> Iterator[Hint]:
    """Each perspective of a scorecard has a leading indicator."""
    workspace = case.workspace
    for key, card in workspace.scorecards.items():
        metrics: dict[str, list[str]] = {}
        for name in card.objectives:
            goal = workspace.plan.objectives[name]
            metrics.setdefault(goal.perspective, []).extend(goal.metrics)
        for name in card.metrics:
            metrics.setdefault(workspace.metrics[name].perspective, []).append(name)
        for perspective, names in metrics.items():
            if all(workspace.metrics[name].indicator == "lagging" for name in names):
                title = workspace.perspectives[perspective]
                message = f"all metrics of '{title}' lag: it tells only what is past"
                path = ("perspectives", perspective)
                remedy = "add a metric with `indicator: leading`"
                yield Hint(key, f"scorecards/{key}.yaml", path, message, remedy)


@rule("warning")
def objective_without_metric(case: Case) -> Iterator[Hint]:
    """An objective on a scorecard is measured by something."""
    workspace = case.workspace
    named = {name for card in workspace.scorecards.values() for name in card.objectives}
    for key, goal in workspace.plan.objectives.items():
        if key in named and not goal.metrics:
            message = "no metric tells whether it is reached"
            yield Hint(key, "strategy.yaml", ("objectives", key), message, "add `metrics: [...]`")
