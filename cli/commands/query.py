"""Asks the current snapshot anything that the definitions can answer."""

from datetime import date
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.csv as arrow_csv
import typer
from rich.table import Table

from cli.commands.app import DEMO, AsJson, Workspace, existing, fourfold, show
from cli.eyes import AsPerson, desk_of
from cli.telling import failing_in_words, tell, tell_json
from data.calendar import Grain
from data.cells import safe
from data.organisation import History
from flows.asking import answer as answered
from flows.asking import calendar_named, question_of, scope_for, statements
from flows.opened import Opened, open_current
from metrics.definitions.metric import Metric
from metrics.query.ask import reasons_of
from metrics.query.question import Absent, Query
from views.wording import DASH, counted, form_of

Many = list[str] | None


@fourfold.command()
def query(  # noqa: PLR0913, PLR0917  a command line names every side of a question
    metrics: Annotated[list[str], typer.Argument(help="Keys of metrics.")],
    by: Annotated[Many, typer.Option(help="unit, unit.<level>, a dimension, join.dimension. Repeat for more.")] = None,
    where: Annotated[Many, typer.Option(help="A condition over the same names, as SQL. Repeat: all must hold.")] = None,
    having: Annotated[Many, typer.Option(help="A condition on the metrics that come out.")] = None,
    grain: Annotated[Grain | None, typer.Option(help="A row for each. Default: one number for all days.")] = None,
    start: Annotated[str | None, typer.Option(help="2026-01-31, 2026-W05, 2026-01, 2026-Q1 or 2026.")] = None,
    end: Annotated[
        str | None, typer.Option(help="The same; its last day counts. Default: the last that counts.")
    ] = None,
    order: Annotated[str | None, typer.Option(help="Columns, by comma; -revenue for largest first.")] = None,
    limit: Annotated[int | None, typer.Option(min=0, help="At most so many rows.")] = None,
    calendar: Annotated[str | None, typer.Option(help="One of `calendars:` in workspace.yaml.")] = None,
    history: Annotated[
        History | None, typer.Option(help="Units as they were, or as they stand on the last day.")
    ] = None,
    absent: Annotated[
        Absent | None, typer.Option(help="What no rows mean: a gap, a zero, or null as in plain SQL.")
    ] = None,
    person: AsPerson = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_sql: Annotated[bool, typer.Option("--sql", help="Print the statements that read facts.")] = False,
    as_json: AsJson = False,
    workspace: Workspace = DEMO,
) -> None:
    """Ask for any metrics by anything they can be cut by, computed from the facts of the current snapshot."""
    with failing_in_words(as_json):
        folder = existing(workspace)
        desk = None if person is None else desk_of(folder, person)
        opened = open_current(folder) if desk is None else desk.opened
        asked = question_of(
            opened,
            metrics,
            by=by or (),
            where=where or (),
            having=having or (),
            grain=grain,
            start=start,
            end=end,
            order=[name.strip() for name in order.split(",")] if order else (),
            limit=limit,
            calendar=calendar,
            history=history,
            absent=absent,
        )
        scope = None if desk is None else scope_for(opened, desk.policy, desk.viewer, asked)
        if as_sql:
            tell("\n\n".join(f"-- {one.table}\n{one.sql};" for one in statements(opened, asked, scope)))
            return
        table = answered(opened, asked, scope)
    if as_json:
        said = {"snapshot": opened.id, "as_of": opened.manifest.as_of, "without_value": reasons_of(table)}
        tell_json({**said, "rows": table.to_pylist()})
    elif as_csv:
        tell(as_text(table).rstrip("\n"))
    else:
        show(shown(opened, table, asked))
        for key, reasons in reasons_of(table).items():
            for reason, count in reasons.items():
                tell(f"{opened.workspace.metrics[key].title}: {counted(count, 'row')} without a value, {reason}")


def as_text(table: pa.Table) -> str:
    """The answer as CSV, NULL as an empty field; nothing in it is a formula."""
    plain = pa.table(
        [
            pa.array([None if one is None else safe(one) for one in column.to_pylist()], pa.string())
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
            else column
            for column in table.columns
        ],
        names=[safe(name) for name in table.column_names],
    )
    sink = pa.BufferOutputStream()
    arrow_csv.write_csv(plain, sink, arrow_csv.WriteOptions(quoting_style="needed"))
    return str(sink.getvalue().to_pybytes().decode())


def shown(opened: Opened, table: pa.Table, asked: Query) -> Table:
    """The answer for a human: metrics with their units and in one scale, units by their names."""
    found = Table(header_style="", box=None, pad_edge=False)
    known = opened.workspace.metrics
    columns = []
    for name in table.column_names:
        values = table.column(name).to_pylist()
        if name in known:
            found.add_column(known[name].title, justify="right", no_wrap=True)
            columns.append(_numbers(known[name], values))
        elif name != "partial":
            found.add_column(name, no_wrap=True)
            columns.append([_told(opened, asked, name, value) for value in values])
    if "partial" in table.column_names and any(table.column("partial").to_pylist()):
        found.add_column("", no_wrap=True)
        columns.append(["in part" if part else "" for part in table.column("partial").to_pylist()])
    for row in zip(*columns, strict=True):
        found.add_row(*row)
    return found


def _numbers(metric: Metric, values: list[float | None]) -> list[str]:
    form = form_of(metric, *values)
    return [form.value(value) for value in values]


def _told(opened: Opened, asked: Query, name: str, value: Any) -> str:
    if value is None:
        return DASH
    if name == "time" and asked.grain:
        calendar = calendar_named(opened, asked.calendar)
        return calendar.grain_name(asked.grain, calendar.number(asked.grain, value))
    if name.partition(".")[0] == "unit" and value in opened.tree:
        return opened.tree.units[value].title
    return value.isoformat() if isinstance(value, date) else str(value)
