"""Rules about the map: no circles, every link a hypothesis that can fail."""

from collections.abc import Iterator

from flows.strategy_lint.finding import Case, Hint, rule
from strategy.maps.graph import cycles
from strategy.maps.tables import Link


@rule("error")
def circle(case: Case) -> Iterator[Hint]:
    """No chain of links leads back to where it began."""
    for way in cycles((link.cause, link.effect) for link in case.links):
        first = case.objectives.get(way[0])
        if first is not None:
            titles = " > ".join(_goal(case, key) for key in way)
            yield Hint(
                "objective", first.key, first.unit, first.title, f"links lead round: {titles}", "end one of them"
            )


@rule("warning")
def link_without_hypothesis(case: Case) -> Iterator[Hint]:
    """A link says by which metrics it shows: one that leads, and one that it should move."""
    for link in case.links:
        if not (link.leading and link.lagging):
            yield _on(
                case, link, "it names no metrics, so it can never be found wrong", "say which metric should move which"
            )


@rule("error")
def hypothesis_unknown(case: Case) -> Iterator[Hint]:
    """The metrics of a hypothesis are defined."""
    for link in case.links:
        for key in (link.leading, link.lagging):
            if key and key not in case.workspace.metrics:
                yield _on(case, link, f"it names the metric '{key}', which no definition has", "choose another metric")


@rule("note")
def hypothesis_elsewhere(case: Case) -> Iterator[Hint]:
    """The metrics of a hypothesis are those of the objectives at its ends."""
    for link in case.links:
        for end, key in ((link.cause, link.leading), (link.effect, link.lagging)):
            metric = case.workspace.metrics.get(key or "")
            if metric and end in case.objectives and metric not in case.metrics_of(end):
                message = f"it speaks of {metric.title}, which is not measured under '{_goal(case, end)}'"
                yield _on(case, link, message, "attach the metric to the objective, or choose another one")


@rule("warning")
def hypothesis_due(case: Case) -> Iterator[Hint]:
    """A hypothesis whose day has come is looked at: it holds, it is said anew, or the link ends."""
    for link in case.links:
        if link.by is not None and link.by < case.today:
            message = f"its effect was to show by {link.by}, and nobody has said since whether it did"
            yield _on(case, link, message, "look at what moved; give it another day, or end the link")


@rule("warning")
def link_to_nowhere(case: Case) -> Iterator[Hint]:
    """Both ends of a link are active objectives."""
    for link in case.links:
        gone = [key for key in (link.cause, link.effect) if key not in case.objectives]
        if gone:
            yield _on(case, link, "one of its ends is not active", "put the objective in force, or end the link")


@rule("warning")
def trade_off(case: Case) -> Iterator[Hint]:
    """What a hypothesis calls good for one metric is not bad for the other: else it is a trade-off, and is named so."""
    for link in case.links:
        leading = case.workspace.metrics.get(link.leading or "")
        lagging = case.workspace.metrics.get(link.lagging or "")
        if leading is None or lagging is None or "band" in (leading.direction, lagging.direction):
            continue
        together = link.sign > 0
        if (leading.direction == lagging.direction) != together:
            message = f"by its own words, a better {leading.title} makes {lagging.title} worse"
            yield _on(case, link, message, "check the sign; if it is meant, agree which of both comes first")


def _on(case: Case, link: Link, message: str, remedy: str) -> Hint:
    title = f"{_goal(case, link.cause)} > {_goal(case, link.effect)}"
    return Hint("link", link.key, link.unit, title, message, remedy)


def _goal(case: Case, key: str) -> str:
    found = case.objectives.get(key)
    return found.title if found else key
