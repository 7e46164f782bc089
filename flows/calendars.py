"""Calendars of a workspace with facts at hand: the periods that a dataset names, the tree of units in their months."""

from dataclasses import replace
from datetime import date

from data.calendar_models import CalendarModel
from data.documents import Problem
from data.errors import DefinitionError
from data.organisation import Tree
from data.periods import Row, row_faults
from data.warehouse import identifier
from flows.calendar_faults import COLUMNS, models_of
from flows.workspace import Workspace
from metrics.engines.duck import Engine


def with_periods(engine: Engine, workspace: Workspace) -> Workspace:
    """The workspace with the periods of its calendars' tables; `DefinitionError` with all that is wrong in them."""
    found: dict[str, tuple[Row, ...]] = {}
    problems: list[Problem] = []
    for _, model in models_of(workspace.settings):
        if model.dataset is not None:
            rows, faults = _rows(engine, model)
            found[model.dataset] = rows
            problems += [Problem(f"dataset {model.dataset}", message) for message in faults]
    if problems:
        raise DefinitionError(tuple(dict.fromkeys(problems)))
    return replace(workspace, periods=found) if found else workspace


def _rows(engine: Engine, model: CalendarModel) -> tuple[tuple[Row, ...], list[str]]:
    names = {field: getattr(model, field) for field in COLUMNS}
    select = ", ".join(f"{identifier(name)} AS {identifier(field)}" for field, name in names.items() if name)
    table = engine.table(
        f"SELECT {select} FROM source.{identifier(model.dataset or '')} ORDER BY {identifier('start')}"
    )
    rows, faults = [], []
    for number, row in enumerate(table.to_pylist(), 1):
        empty = [names[field] for field, value in row.items() if value is None]
        undated = [field for field in ("start", "end") if not isinstance(row[field], date)]
        if empty or undated:
            what = f"{', '.join(map(str, empty))} is empty" if empty else f"{', '.join(undated)} is no date"
            faults.append(f"in row {number} by start: {what}; every period needs it")
            continue
        texts = {field: str(row[field]) for field in ("quarter", "year") if field in row}
        rows.append(Row(str(row["period"]), row["start"], row["end"], texts.get("quarter"), texts.get("year")))
    return tuple(rows), faults or [message for _, message in row_faults(rows)]


def placed_tree(tree: Tree, workspace: Workspace) -> Tree:
    """The tree with memberships to the end of the calendar's months, where a table names them."""
    return tree if workspace.settings.calendar.dataset is None else tree.within(workspace.calendar)


def tree_in_force(tree: Tree, workspace: Workspace, as_of: date) -> Tree:
    """The tree that values follow: as it was, or that of the last month's end for all time (units.yaml: `history`)."""
    return restated(tree, workspace, as_of) if workspace.history == "restated" else tree


def restated(tree: Tree, workspace: Workspace, as_of: date) -> Tree:
    """The tree of the last day of the month that holds `as_of`, for all time."""
    calendar = workspace.calendar
    return tree.restated(calendar.last("month", calendar.number("month", as_of)))
