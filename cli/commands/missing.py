"""Tells which metrics lack a value for months in which one was due."""

from dataclasses import asdict

from cli.commands.app import DEMO, AsJson, Workspace, counted, existing, fourfold
from cli.telling import failing_in_words, tell, tell_json
from flows.missing import MONTHS, missing_periods
from flows.opened import open_current
from metrics.values.missing import Missing


@fourfold.command()
def missing(workspace: Workspace = DEMO, as_json: AsJson = False) -> None:
    """Tell which metrics did not report for which units and months, of the latest 24; the latest gaps first."""
    with failing_in_words(as_json):
        opened = open_current(existing(workspace))
        found = missing_periods(opened, opened.workspace.metrics, opened.tree.units)
    if as_json:
        tell_json({"workspace": opened.workspace.name, "months": MONTHS, "missing": [asdict(one) for one in found]})
        return
    for one in found:
        tell(line(one))
    tell(f"{opened.workspace.name}, {MONTHS} months up to {opened.manifest.as_of}: {counted('gaps', len(found))}.")


def line(one: Missing) -> str:
    """A gap in one line: metric, unit, months, how it stands."""
    first, last = one.months[0].end, one.months[-1].end
    when = f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} to {last:%Y-%m}"
    state = "late feed" if one.late else "still missing" if one.lasting else "came again"
    return f"{one.metric:<28} {one.unit:<16} {when:<19} {len(one.months):>2} of {one.due:>2} months  {state}"
