"""Rules about single objectives: what each needs to be more than a wish."""

from collections import Counter
from collections.abc import Iterator

from flows.strategy_lint.finding import Case, Hint, on, rule
from metrics.definitions.metric import Metric
from strategy.goals.rules import FEWEST_RESULTS
from strategy.goals.tables import ObjectiveMetric


@rule("error")
def objective_without_metric(case: Case) -> Iterator[Hint]:
    """An active objective is measured by something: a metric, or key results."""
    have = {one.objective for one in case.results}
    for goal in case.objectives.values():
        if not case.measures.get(goal.key) and goal.key not in have:
            yield on(goal, "no metric tells whether it is reached", "attach a metric, or agree on key results")


@rule("error")
def objective_without_target(case: Case) -> Iterator[Hint]:
    """An active objective has a target: of a metric, of its way, or of a key result."""
    have = {one.objective for one in case.results}
    for goal in case.objectives.values():
        measures = case.measures.get(goal.key, ())
        if not measures or goal.target is not None or goal.key in have:
            continue
        if not any(_aimed(one, case.workspace.metrics.get(one.metric)) for one in measures):
            message = "none of its metrics has a target: it can never be green or red"
            yield on(goal, message, "give one a goal here, or a target in its definition")


@rule("note")
def single_key_result(case: Case) -> Iterator[Hint]:
    """An objective with key results has two to five of them (checklist 29)."""
    count = Counter(one.objective for one in case.results)
    for goal in case.objectives.values():
        if 0 < count[goal.key] < FEWEST_RESULTS:
            yield on(goal, "it has one key result alone", "agree on a second one: one number is easily met at a cost")


@rule("error")
def objective_without_owner(case: Case) -> Iterator[Hint]:
    """An active objective has one person who answers for it."""
    for goal in case.objectives.values():
        if not goal.owner:
            yield on(goal, "nobody answers for it", "name its owner")


@rule("warning")
def owner_unknown(case: Case) -> Iterator[Hint]:
    """Who answers for an objective is somebody who may come in."""
    here = {one.viewer.key for one in case.people.here()}
    for goal in case.objectives.values():
        if goal.owner and here and goal.owner not in here:
            yield on(
                goal, f"{case.person(goal.owner)} holds no role (any more)", "hand it over to somebody who is there"
            )


@rule("error")
def metric_unknown(case: Case) -> Iterator[Hint]:
    """What an objective is measured by is defined."""
    for goal in case.objectives.values():
        for one in case.measures.get(goal.key, ()):
            if one.metric not in case.workspace.metrics:
                message = f"it is measured by '{one.metric}', and no definition has that key"
                yield on(goal, message, "attach another metric, or bring the definition back")


@rule("warning")
def no_leading_partner(case: Case) -> Iterator[Hint]:
    """A lagging metric of an objective has a leading partner: beside it, by a link's hypothesis, or by drivers.yaml."""
    for goal in case.objectives.values():
        metrics = case.metrics_of(goal.key)
        if any(metric.indicator == "leading" for metric in metrics):
            continue
        alone = [metric.title for metric in metrics if metric.key not in case.led]
        if alone:
            message = (
                f"{_listed(alone)} tell{'s' if len(alone) == 1 else ''} only what is past, and nothing leads to it"
            )
            remedy = "attach a leading metric, or draw a link whose hypothesis names one"
            yield on(goal, message, remedy)


@rule("warning")
def past_its_end(case: Case) -> Iterator[Hint]:
    """An active objective ends in the future."""
    for goal in case.objectives.values():
        if goal.end is not None and goal.end < case.today:
            yield on(goal, f"it was to be reached by {goal.end}, and is still active", "retire it, or set another end")


@rule("warning")
def off_the_map(case: Case) -> Iterator[Hint]:
    """An active objective hangs together with others: by a link of the map, or by what it serves or is served by."""
    linked = {key for link in case.links for key in (link.cause, link.effect)}
    hung = {one.parent for one in case.objectives.values() if one.parent}
    for goal in case.objectives.values():
        if goal.key not in linked and goal.key not in hung and not goal.parent:
            message = "no link leads to it or from it, and it serves no objective above"
            yield on(goal, message, "draw what it leads to, or say which objective it serves")


def _aimed(one: ObjectiveMetric, metric: Metric | None) -> bool:
    return one.goal is not None or (metric is not None and bool(metric.anchor_steps or metric.labels))


def _listed(titles: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(titles[:-1]), *titles[-1:]]))
