"""Explains one number of the current snapshot."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from cli.commands.app import DEMO, AsJson, Workspace, existing, fourfold, show
from cli.commands.lineage import tree_of
from cli.eyes import AsPerson, desk_of
from cli.telling import failing_in_words, tell_json
from data.errors import CommandError
from flows.explaining import Explanation, Node, explain
from flows.opened import Opened, open_current
from metrics.values.reading import Value
from views.formula import Names, formula, plain, target_rule
from views.wording import DASH, counted, form_of, period_name, status_of
from views.wording import score as score_words


@fourfold.command(name="explain")
def explain_command(
    metric: Annotated[str, typer.Argument(help="A metric's key.")],
    period: Annotated[str | None, typer.Argument(help="2026-10, 2026-Q3, 2026, 2026-10-ytd, 2026-10-r12.")] = None,
    unit: Annotated[str | None, typer.Argument(help="A unit's key. Default: the top unit.")] = None,
    person: AsPerson = None,
    as_json: AsJson = False,
    workspace: Workspace = DEMO,
) -> None:
    """Explain a number: definition, formula with the value of each part, target and score, SQL, rows, lineage."""
    with failing_in_words(as_json):
        folder = existing(workspace)
        desk = None if person is None else desk_of(folder, person)
        opened = open_current(folder) if desk is None else desk.opened
        if period is None:
            raise CommandError(f"name a period, for instance {opened.manifest.as_of:%Y-%m}")
        at = unit or opened.tree.root
        if desk is not None:
            desk.unit(at)
            desk.seen(metric, at)
        found = explain(opened, metric, period, at, rows=desk is None or desk.may("rows.view", at))
    if as_json:
        tell_json(as_content(opened, found))
    else:
        show(told(opened, found))


def as_content(opened: Opened, found: Explanation) -> dict[str, Any]:
    """For a machine; numbers in each metric's own unit, days as ISO text."""
    value = found.value
    return {
        "snapshot": opened.id,
        "as_of": opened.manifest.as_of,
        "metric": value.metric,
        "unit": value.unit,
        "period": opened.workspace.calendar.name(value.period),
        "value": value.value,
        "target": value.target,
        "score": value.score,
        "status": value.status,
        "reason": value.reason,
        "anchors": value.anchors._asdict(),
        "rows": value.rows,
        "reported": value.reported,
        "expected": value.expected,
        "formula": _node_content(found, found.formula),
        "statements": [asdict(one) for one in found.statements],
        "behind": [asdict(page) for page in found.rows],
        "lineage": asdict(found.lineage),
        "newest": {table: fresh.newest for table, fresh in found.fresh.items()},
    }


def _node_content(found: Explanation, node: Node) -> dict[str, Any]:
    parts = [_node_content(found, part) for part in node.parts]
    words = plain(formula(node.metric, _names(found)))
    whole = {"metric": node.metric.key, "role": node.role, "words": words, "start": node.start, "end": node.end}
    return {**whole, "value": node.value, "parts": parts}


def told(opened: Opened, found: Explanation) -> RenderableType:
    """For a human."""
    value, metric = found.value, found.formula.metric
    where = opened.tree.units[value.unit].title
    when = period_name(value.period, opened.workspace.calendar)
    form = form_of(metric, value.value, value.target)
    about = [metric.description] if metric.description else []
    return Group(
        Text(f"{metric.title}, {where}, {when}: {form.value(value.value)}", style="bold"),
        *(Text(line) for line in [*about, *_came(value)]),
        _section("How it is computed", _formula(found, found.formula)),
        _section("Target and score", Text("\n".join(_score(found)))),
        *(
            _section(f"Rows behind it: {page.part}, {counted(page.total, 'row')}", _rows(page.columns, page.rows))
            for page in found.rows
        ),
        _section("What it rests on", tree_of(found.lineage)),
        *(_section(f"SQL over {one.table}", Text(one.sql)) for one in found.statements),
        Text(f"\nSnapshot {opened.id}, facts up to {opened.manifest.as_of}. {_reach(found)}"),
    )


def _section(title: str, body: RenderableType) -> RenderableType:
    return Group(Text(f"\n{title}", style="bold"), Padding(body, (0, 0, 0, 2), expand=False))


def _came(value: Value) -> list[str]:
    """What the value table says besides the value itself."""
    lines = []
    if value.expected:
        lines.append(f"{value.reported} of {value.expected} units' months reported.")
    if value.partial:
        lines.append("The period still runs, or began before the history: it is told in part.")
    if value.reason:
        lines.append(f"{value.reason[:1].upper()}{value.reason[1:]}.")
    return lines


def _names(found: Explanation) -> Names:
    return Names(found.catalog.metrics, found.catalog.tables)


def _formula(found: Explanation, node: Node) -> Tree:
    form = form_of(node.metric, node.value)
    role = f"{node.role}: " if node.role and node.role.capitalize() != node.metric.title else ""
    line = Text.assemble(
        role, (node.metric.title, "bold"), f" = {form.value(node.value)}", (f"  {node.start} to {node.end}", "dim")
    )
    tree = Tree(Text("\n").join([line, Text(plain(formula(node.metric, _names(found))))]), guide_style="dim")
    for part in node.parts:
        tree.add(_formula(found, part))
    return tree


def _score(found: Explanation) -> list[str]:
    """How target, anchors and score came."""
    value, metric = found.value, found.formula.metric
    form = form_of(metric, value.value, value.target)
    lines = [f"Target {form.value(value.target)}: {target_rule(metric, _names(found))}"]
    told = {name: number for name, number in value.anchors._asdict().items() if isinstance(number, float)}
    if told:
        lines.append("Anchors: " + ", ".join(f"{name.replace('_', ' ')} {form.value(n)}" for name, n in told.items()))
    word = status_of(value.status)
    lines.append(f"Score {score_words(value.score)}: {word.shape} {word.word}")
    if value.score is not None and not metric.labels:
        lines.append("3.3 where red begins, 6.7 at the goal, straight between and beyond, from 0 to 10")
    return lines


def _rows(columns: tuple[str, ...], rows: tuple[tuple[object, ...], ...]) -> Table:
    table = Table(header_style="", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(
            *(DASH if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell) for cell in row)
        )
    return table


def _cell(cell: object) -> str:
    if cell is None:
        return DASH
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _reach(found: Explanation) -> str:
    newest = [f"{table} up to {fresh.newest}" for table, fresh in found.fresh.items() if fresh.newest]
    return f"Newest rows: {', '.join(newest)}." if newest else ""
