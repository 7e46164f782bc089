"""Reads the tree of units from the dataset that units.yaml names."""

from typing import Any

from pydantic import ValidationError

from data.documents import Problem, plainly
from data.errors import DefinitionError
from data.organisation import Tree, UnitModel, UnitTableModel, tree_of
from data.warehouse import identifier
from flows.workspace import Workspace, placed, unit_faults
from metrics.engines.duck import Engine


def read_tree(engine: Engine, workspace: Workspace) -> Tree:
    """The tree of units from the dataset that units.yaml names; `DefinitionError` with all that is wrong in it."""
    table = workspace.unit_table
    if table is None:
        raise DefinitionError((Problem("units.yaml", "names neither units nor a table"),))
    place = f"dataset {table.dataset}"
    refused = _refused(engine, table, place)
    if refused:
        raise DefinitionError(tuple(refused))
    models: list[UnitModel] = []
    problems: list[Problem] = []
    units, mixed = _unit_rows(engine, table)
    if mixed:
        raise DefinitionError(tuple(Problem(place, message) for message in mixed))
    for row in units:
        try:
            models.append(UnitModel.model_validate(row))
        except ValidationError as error:
            problems += [
                Problem(place, plainly(dict(detail)), field=f"{row['key']}.{'.'.join(map(str, detail['loc']))}")
                for detail in error.errors()
            ]
    tree, faults = tree_of(models, workspace.levels, workspace.settings.calendar_of())
    problems += [
        Problem(place, message, field=models[i].key if models else "", hint=hint) for i, message, hint in faults
    ]
    problems += [placed(workspace.folder, *fault) for fault in unit_faults(workspace, tree)] if not problems else []
    if problems:
        raise DefinitionError(tuple(problems))
    return tree


def _unit_rows(engine: Engine, table: UnitTableModel) -> tuple[list[dict[str, Any]], list[str]]:
    """One unit for each key, several rows of a key being its memberships in time; and what cannot be understood."""
    dated = table.from_ is not None or table.to is not None
    rows: dict[str | None, list[dict[str, Any]]] = {}
    for row in engine.table(f"SELECT * FROM source.{identifier(table.dataset)}").to_pylist():
        rows.setdefault(row[table.key], []).append(row)
    units, faults = [], []
    for key, own in rows.items():
        if key is None:
            faults.append(f"a row has no {table.key}; every unit needs its key")
        elif len(own) > 1 and not dated:
            faults.append(
                f"'{key}' stands in {len(own)} rows; without `from:` and `to:` in units.yaml one row is meant"
            )
        elif len({(row[table.title], row[table.level]) for row in own}) > 1:
            faults.append(f"'{key}' has several names or levels; only its parent may change in time")
        units.append({"key": key, "title": own[0][table.title], "level": own[0][table.level], "parent": None})
        above = [row for row in own if row[table.parent] is not None]
        if above and dated:
            units[-1]["parent"] = [
                {"unit": row[table.parent], "from": row.get(table.from_ or ""), "to": row.get(table.to or "")}
                for row in above
            ]
        elif above:
            units[-1]["parent"] = above[0][table.parent]
    return units, faults


def _refused(engine: Engine, table: UnitTableModel, place: str) -> list[Problem]:
    """Rows that broke the contract: a tree without them would put units in the wrong place, or nowhere."""
    rows = engine.table(f"SELECT * FROM quarantine.{identifier(table.dataset)} ORDER BY source_file, line LIMIT 10")
    return [
        Problem(place, f"{row['source_file']}, line {row['line']}: {row['reason']}", hint="units need every row")
        for row in rows.to_pylist()
    ]
