"""Rules about the whole of a unit's strategy: few priorities, and not all of it in the past."""

from collections.abc import Iterator

from flows.strategy_lint.finding import Case, Hint, rule

MOST_PRIORITIES = 5  # checklist 62


@rule("warning")
def too_many_priorities(case: Case) -> Iterator[Hint]:
    """A unit has at most five priorities at a time."""
    for unit, goals in case.by_unit.items():
        first = [goal.title for goal in goals if goal.priority]
        if len(first) > MOST_PRIORITIES:
            message = f"{len(first)} objectives are priorities: {'; '.join(first)}"
            remedy = f"keep {MOST_PRIORITIES}, and take the flag off the others"
            yield Hint("unit", unit, unit, case.title(unit), message, remedy)


@rule("note")
def no_priority(case: Case) -> Iterator[Hint]:
    """A unit with several objectives says which come first."""
    for unit, goals in case.by_unit.items():
        if len(goals) > MOST_PRIORITIES and not any(goal.priority for goal in goals):
            message = f"it has {len(goals)} objectives, and none comes first"
            yield Hint("unit", unit, unit, case.title(unit), message, "mark three to five as priorities")


@rule("warning")
def all_lagging(case: Case) -> Iterator[Hint]:
    """Each perspective of a unit's objectives has a leading indicator."""
    for unit, goals in case.by_unit.items():
        for key, title in case.workspace.perspectives.items():
            metrics = [m for goal in goals if goal.perspective == key for m in case.metrics_of(goal.key)]
            if metrics and all(metric.indicator == "lagging" for metric in metrics):
                message = f"all metrics of '{title}' lag: this perspective tells only what is past"
                yield Hint(
                    "unit", unit, unit, case.title(unit), message, "attach a leading metric to an objective of it"
                )
