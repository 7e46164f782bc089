"""How commands speak: results on standard output, progress and errors on standard error, exit code 0 if all is well."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from access.policy import Refused
from data.errors import DefinitionError, FourfoldError

QUIET_SECONDS = 1.0  # between two lines of progress where nobody watches a terminal


def tell(text: str) -> None:
    """A line for a human, on standard output."""
    typer.echo(text)


def tell_json(content: Any) -> None:
    """One JSON document on standard output; dates become ISO text."""
    typer.echo(json.dumps(content, default=str, ensure_ascii=False, indent=2))


@contextmanager
def failing_in_words(as_json: bool) -> Iterator[None]:
    """Turn errors that are raised on purpose into their words and exit code 1; any other one is a bug and shows."""
    try:
        yield
    except (FourfoldError, Refused) as error:
        if as_json:
            tell_json(error_content(error))
        typer.echo(f"{heading(error)}{error}", err=True)
        raise typer.Exit(1) from None


def heading(error: Exception) -> str:
    """What stands before the words of an error: for definitions, how many problems follow."""
    if isinstance(error, DefinitionError):
        count = len(error.problems)
        return f"{count} problem{'' if count == 1 else 's'} in the workspace:\n"
    return "Error: "


def error_content(error: Exception) -> dict[str, Any]:
    """An error for a machine: its words, and for definitions each problem with its place."""
    content: dict[str, Any] = {"error": str(error)}
    if isinstance(error, DefinitionError):
        content["problems"] = [
            {name: getattr(problem, name) for name in ("file", "line", "column", "field", "message", "hint")}
            for problem in error.problems
        ]
    return content


class Bar:
    """A progress bar on standard error: drawn on a terminal, else a line for a new step, at most one a second."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._step, self._told = "", -QUIET_SECONDS
        self._progress = Progress(
            TextColumn("{task.description:<34}"),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._progress.add_task("", total=1.0)

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._progress.stop()

    def __call__(self, step: str, share: float) -> None:
        """Say that `share` (0 to 1) of the whole work is done and `step` is what goes on."""
        self._progress.update(self._task, description=step, completed=share)
        if self._progress.disable and step != self._step and monotonic() - self._told >= QUIET_SECONDS:
            typer.echo(f"{share:4.0%}  {step}", err=True)
            self._told = monotonic()
        self._step = step
