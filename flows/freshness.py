"""How fresh the tables below the metrics are: by the model's own rule, else by the contracts of its datasets."""

import math
from collections.abc import Mapping
from datetime import date, timedelta

from data.snapshots import DatasetState
from data.warehouse import identifier
from flows.workspace import Workspace
from metrics.definitions.table import Table
from metrics.engines.duck import Engine
from metrics.language.expressions import select_columns
from metrics.values.table import Fresh


def fresh_tables(
    workspace: Workspace, engine: Engine, datasets: Mapping[str, DatasetState], today: date
) -> dict[str, Fresh]:
    """For every table with a rule: its newest day up to `today` and how many days late is still fresh."""
    found: dict[str, Fresh] = {}
    for table in workspace.catalog.tables.values():
        if table.freshness:
            newest = _newest(engine, f'model."{table.key}"', table.freshness.column, today)
            found[table.key] = Fresh(newest, table.freshness.days)
            continue
        names = [name for name in datasets_of(workspace, table) if name in datasets]
        rules = [rule for name in names if (rule := _contract(workspace, engine, name, today))]
        if rules:
            found[table.key] = min(rules, key=lambda rule: (rule.newest or date.min) + timedelta(days=rule.within_days))
    return found


def datasets_of(workspace: Workspace, table: Table) -> tuple[str, ...]:
    """The datasets that a table reads."""
    if table.datasets:
        return table.datasets
    known = [name for source in workspace.sources.values() for name in source.datasets]
    return tuple(select_columns(table.sql_text or "", known)[0])


def _contract(workspace: Workspace, engine: Engine, name: str, today: date) -> Fresh | None:
    for source in workspace.sources.values():
        dataset = source.datasets.get(name)
        if dataset is not None and dataset.freshness is not None:
            newest = _newest(engine, f"source.{identifier(name)}", dataset.freshness.column, today)
            return Fresh(newest, math.ceil(dataset.freshness.span / timedelta(days=1)))
    return None


def _newest(engine: Engine, relation: str, column: str, today: date) -> date | None:
    """The newest day of a column; a date still to come, a plan or a slip of the pen, makes nothing fresh."""
    day = f"CAST({identifier(column)} AS DATE)"
    found = engine.table(f"SELECT max({day}) AS d FROM {relation} WHERE {day} <= DATE '{today.isoformat()}'")
    newest = found.column("d")[0].as_py()
    return newest if isinstance(newest, date) else None
