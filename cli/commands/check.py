"""Checks the definitions of a workspace."""

from cli.commands.app import DEMO, AsJson, Workspace, counted, existing, fourfold
from cli.telling import failing_in_words, tell, tell_json
from flows.workspace import assemble


@fourfold.command()
def check(workspace: Workspace = DEMO, as_json: AsJson = False) -> None:
    """Check all definitions and tell every problem at once, with file, line and remedy. Reads no facts."""
    with failing_in_words(as_json):
        found = assemble(existing(workspace))
    counts = {
        "sources": len(found.sources),
        "tables": len(found.catalog.tables),
        "metrics": len(found.metrics),
        "objectives": len(found.plan.objectives),
        "scorecards": len(found.scorecards),
        "people": len(found.people),
    }
    if as_json:
        tell_json({"workspace": found.name, "problems": [], **counts})
    else:
        tell(f"{found.name}: all is well. " + ", ".join(counted(*one) for one in counts.items()))
