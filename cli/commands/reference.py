"""Prints the reference of all files of a workspace."""

from cli.commands.app import fourfold
from cli.telling import tell
from flows.schemas import reference as reference_text


@fourfold.command()
def reference() -> None:
    """Print the reference of all files of a workspace as Markdown."""
    tell(reference_text().rstrip())
