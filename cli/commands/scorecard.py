"""Shows a scorecard in words."""

import sys
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console

from cli.commands.app import DEMO, PIPED_WIDTH, AsJson, Workspace, existing, fourfold
from cli.eyes import AsPerson, desk_of
from cli.scorecard import Question, answer, as_content, show
from cli.telling import failing_in_words, tell_json
from data.calendar import Span
from flows.opened import open_current
from flows.plan_in_force import in_force_at


@fourfold.command()
def scorecard(
    workspace: Workspace = DEMO,
    unit: Annotated[str | None, typer.Option(help="A unit's key, or all. Default: the top unit.")] = None,
    period: Annotated[str | None, typer.Option(help="2026-10, 2026-Q3, 2026, ... or all. Default: the newest.")] = None,
    span: Annotated[Span | None, typer.Option(help="The kind of period. Default: month, or as --period says.")] = None,
    card: Annotated[str | None, typer.Option("--scorecard", help="A scorecard's key. Default: every one.")] = None,
    person: AsPerson = None,
    as_json: AsJson = False,
) -> None:
    """Show values, targets, scores and status of the current snapshot."""
    with failing_in_words(as_json):
        folder = existing(workspace)
        desk = None if person is None else desk_of(folder, person)
        if desk is None:
            opened = open_current(folder)
            (definitions,) = in_force_at(workspace, opened, opened.workspace)
        else:
            opened, definitions = desk.opened, desk.workspace
        opened = replace(opened, workspace=definitions)
        found = answer(opened, Question(unit, period, span, card), desk)
        if as_json:
            tell_json(as_content(found))
        else:
            show(found, Console(width=None if sys.stdout.isatty() else PIPED_WIDTH))
