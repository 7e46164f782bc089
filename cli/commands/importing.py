"""Reads an exported state back."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.app import DEMO, Workspace, existing, fourfold
from cli.telling import failing_in_words, tell
from data.errors import CommandError
from strategy.archive import read_back
from strategy.state import open_state, state_url


@fourfold.command("import")
def import_state(
    file: Annotated[Path, typer.Argument(help="What `fourfold export` wrote, of this or an earlier Fourfold.")],
    workspace: Workspace = DEMO,
) -> None:
    """Read an exported state into an empty one, unchanged: all of it, or nothing where something is wrong."""
    with failing_in_words(as_json=False):
        counts = read_back(open_state(state_url(existing(workspace) / "var")), _content(file))
    tell(f"{sum(counts.values()):,} rows: {', '.join(f'{count:,} {name}' for name, count in counts.items())}.")


def _content(file: Path) -> dict[str, object]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(f"{file} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise CommandError(f"{file} is not an exported state")
    return content
