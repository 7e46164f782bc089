"""Tests of a workspace: what its files claim of values and facts, held against the current snapshot."""

from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pyarrow as pa

from flows.compute import Progress, quiet
from flows.differences import changed_formulas
from flows.opened import open_current
from flows.testing.outcome import CHECKS, Bench, Case, Outcome
from flows.trial import of_metrics, stored, trial
from flows.workspace import Workspace, assembled
from metrics.definitions.claims import SameAs, SumOf

for _module in sorted(iter_modules(__path__), key=lambda one: one.name):
    import_module(f"{__name__}.{_module.name}")


def run_tests(folder: Path, only: Collection[str] = (), progress: Progress = quiet) -> tuple[Outcome, ...]:
    """Every test that the files of a workspace ask for, on the facts of the current snapshot.

    `only`: keys of metrics, tables or drivers. Values come from the snapshot; metrics that the files define otherwise
    than it does are computed anew. Raises `DefinitionError` for files that are not sound.
    """
    workspace, files = assembled(folder)
    opened = open_current(folder)
    named = _named(workspace)
    with trial(folder, opened) as tried:
        tree = tried.tree(workspace)
        tried.require_facts(workspace, workspace.catalog.tables)
        tried.make_models(workspace)
        anew = changed_formulas(opened.workspace, workspace) & named
        values = stored(opened, named - anew)
        if anew:
            values = pa.concat_tables([values, tried.values(workspace, anew, progress)])
        bench = Bench(workspace, files, opened, tried.engine, tree, of_metrics(values, named))
        found = [outcome for find in CHECKS.values() for outcome in find(bench)]
    return tuple(one for one in found if not only or one.of in only)


def _named(workspace: Workspace) -> frozenset[str]:
    """Metrics that any test names."""
    named = {metric.key for metric in workspace.metrics.values() if metric.tests}
    for metric in workspace.metrics.values():
        for test in metric.tests:
            named |= (
                {test.equals} if isinstance(test, SameAs) else set(test.sum_of) if isinstance(test, SumOf) else set()
            )
    for driver in workspace.catalog.drivers:
        named |= {*driver.from_, driver.to} if driver.kind == "component" else set()
    return frozenset(named)


__all__ = ["CHECKS", "Case", "Outcome", "run_tests"]
