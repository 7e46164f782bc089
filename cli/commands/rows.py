"""Shows the rows behind a number."""

from typing import Annotated

import typer
from rich.table import Table

from cli.commands.app import DEMO, AsJson, Workspace, existing, fourfold, show
from cli.eyes import AsPerson, desk_of
from cli.telling import failing_in_words, tell, tell_json
from flows.asking import period_of
from flows.guarded import rows_behind
from flows.opened import open_current
from metrics.query.rows import Wanted
from views.wording import DASH, counted


@fourfold.command()
def rows(  # noqa: PLR0913, PLR0917  a command line names every side of a question
    metric: Annotated[str, typer.Argument(help="A metric's key.")],
    period: Annotated[str, typer.Argument(help="2026-10, 2026-Q3, 2026, 2026-10-ytd, 2026-10-r12.")],
    unit: Annotated[str | None, typer.Argument(help="A unit's key. Default: the top unit.")] = None,
    part: Annotated[int, typer.Option(min=0, help="Of a ratio: 0 the numerator, 1 the denominator.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many rows.")] = 50,
    person: AsPerson = None,
    as_json: AsJson = False,
    workspace: Workspace = DEMO,
) -> None:
    """Show the rows behind a number. Rows of a metric about people are told to nobody."""
    with failing_in_words(as_json):
        folder = existing(workspace)
        if person is None:
            opened = open_current(folder)
            when = period_of(opened, period)
            page = rows_behind(opened, metric, unit or opened.tree.root, when, Wanted(part, limit=limit))
        else:
            desk = desk_of(folder, person)
            when = period_of(desk.opened, period)
            page = desk.rows(metric, unit or desk.opened.tree.root, when, part=part, limit=limit)
    if as_json:
        told = [dict(zip(page.columns, row, strict=True)) for row in page.rows]
        tell_json({"part": page.part, "total": page.total, "rows": told})
        return
    table = Table(*page.columns, header_style="", box=None, pad_edge=False)
    for row in page.rows:
        table.add_row(*(DASH if cell is None else str(cell) for cell in row))
    show(table)
    tell(f"{page.part}: {counted(page.total, 'row')}")
