"""How fresh the tables below the metrics are: by the model's own rule, else by the contracts of its datasets."""

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from data.snapshots import DatasetState
from data.warehouse import identifier
from flows.workspace import Workspace
from metrics.definitions.table import Table
from metrics.engine import Engine
from metrics.expressions import select_columns
from metrics.values import Fresh


def fresh_tables(workspace: Workspace, engine: Engine, datasets: Mapping[str, DatasetState]) -> dict[str, Fresh]:
    """For every table with a rule: its newest day and how many days late is still fresh."""
    found: dict[str, Fresh] = {}
    for table in workspace.catalog.tables.values():
        if table.freshness:
            column = identifier(table.freshness.column)
            newest = engine.table(f'SELECT max({column}) AS d FROM model."{table.key}"').to_pylist()[0]["d"]
            found[table.key] = Fresh(_day(newest), table.freshness.days)
            continue
        rules = [rule for name in datasets_of(workspace, table) if (rule := _contract(workspace, datasets, name))]
        if rules:
            found[table.key] = min(rules, key=lambda rule: (rule.newest or date.min) + timedelta(days=rule.within_days))
    return found


def datasets_of(workspace: Workspace, table: Table) -> tuple[str, ...]:
    """The datasets that a table reads."""
    if table.source is not None:
        return (table.source,)
    known = [name for source in workspace.sources.values() for name in source.datasets]
    return tuple(select_columns(table.sql_text or "", known)[0])


def _contract(workspace: Workspace, datasets: Mapping[str, DatasetState], name: str) -> Fresh | None:
    for source in workspace.sources.values():
        dataset = source.datasets.get(name)
        if dataset is not None and dataset.freshness is not None and name in datasets:
            return Fresh(datasets[name].newest, math.ceil(dataset.freshness.span / timedelta(days=1)))
    return None


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
