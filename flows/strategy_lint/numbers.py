"""Rules that look at values: what is attached is reported, and a target is not met at the cost of what guards it."""

from collections.abc import Iterator

from flows.strategy_lint.finding import Case, Hint, on, rule


@rule("warning")
def never_reported(case: Case) -> Iterator[Hint]:
    """A metric of an objective has values in the objective's unit."""
    for goal in case.objectives.values():
        for metric in case.metrics_of(goal.key):
            if (metric.key, goal.unit) not in case.numbers.statuses:
                message = f"{metric.title} has never been reported for {case.title(goal.unit)}"
                yield on(goal, message, "attach a metric that this unit reports")


@rule("warning")
def target_at_its_cost(case: Case) -> Iterator[Hint]:
    """No target is met while a metric that guards it is off target."""
    metrics, statuses = case.workspace.metrics, case.numbers.statuses
    for goal in case.objectives.values():
        for metric in case.metrics_of(goal.key):
            if statuses.get((metric.key, goal.unit)) != "green":
                continue
            suffering = [g for g in metric.guardrails if g in metrics and statuses.get((g, goal.unit)) == "red"]
            if suffering:
                told = " and ".join(metrics[guard].title for guard in suffering)
                message = f"{metric.title} is on target while {told}, which guards it, is off target"
                yield on(goal, message, "look whether the one is met at the cost of the other")
