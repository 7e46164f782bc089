"""What could be the hypothesis of a link: drivers.yaml knows which metric leads which; it seeds the map."""

from collections.abc import Iterable
from dataclasses import dataclass

from flows.trial import below
from flows.workspace import Workspace


@dataclass(frozen=True)
class Hypothesis:
    """A leading metric should move a lagging one `months` later (None: nobody said); sign +1 together, -1 against.

    `declared`: drivers.yaml says so; else it is only what the objectives measure.
    """

    leading: str
    lagging: str
    sign: int
    months: int | None
    because: str = ""
    declared: bool = False


def declared(workspace: Workspace, causes: Iterable[str], effects: Iterable[str]) -> tuple[Hypothesis, ...]:
    """What drivers.yaml says of metrics of a cause and metrics of its effect, or of what these are computed from."""
    leading, lagging = list(causes), list(effects)
    behind = below(workspace.catalog, [key for key in lagging if key in workspace.metrics])
    found = [
        Hypothesis(key, one.to, 1 if one.sign == "+" else -1, one.months, one.because, declared=True)
        for one in workspace.catalog.drivers
        if one.kind == "influence" and (one.to in lagging or one.to in behind)
        for key in one.from_
        if key in leading
    ]
    return tuple(sorted(found, key=lambda one: one.lagging not in lagging))


def proposed(workspace: Workspace, causes: Iterable[str], effects: Iterable[str]) -> Hypothesis | None:
    """The best guess for a form: what is declared, else the first leading metric of the cause and first of the effect.

    Where nothing is declared the sign is the one by which good leads to good. None where an end measures nothing.
    """
    leading = [workspace.metrics[key] for key in causes if key in workspace.metrics]
    lagging = [workspace.metrics[key] for key in effects if key in workspace.metrics]
    known = declared(workspace, [one.key for one in leading], [one.key for one in lagging])
    if known:
        return known[0]
    first = next((one for one in leading if one.indicator == "leading"), next(iter(leading), None))
    last = next((one for one in lagging if one.indicator == "lagging"), next(iter(lagging), None))
    if first is None or last is None or first.key == last.key:
        return None
    return Hypothesis(first.key, last.key, 1 if first.direction == last.direction else -1, None)
