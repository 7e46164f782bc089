"""Rules of the lint about single metrics."""

from collections.abc import Iterator

from flows.lint.finding import Case, Hint, at, rule
from metrics.definitions.kinds import Maintain


@rule("warning")
def no_owner(case: Case) -> Iterator[Hint]:
    """A metric on a scorecard has an owner."""
    for metric in case.on_cards:
        if not metric.owner:
            message = f"nobody owns it, and it is scored on {case.carded[metric.key]}"
            yield at(metric, (), message, "add `owner:` with a key of people.yaml")


@rule("note")
def unknown_owner(case: Case) -> Iterator[Hint]:
    """An owner is somebody of people.yaml."""
    people = case.workspace.people
    for metric in case.workspace.metrics.values():
        if metric.owner and people and metric.owner not in people:
            message = f"'{metric.owner}' is not in people.yaml"
            yield at(metric, ("owner",), message, "write the key of a person, so that pages show the name")


@rule("error")
def no_unit_of_measure(case: Case) -> Iterator[Hint]:
    """A metric says what it is measured in."""
    for metric in case.workspace.metrics.values():
        if not metric.measured_in.strip():
            message = "it does not say what it is measured in"
            yield at(metric, ("measured_in",), message, 'write EUR, "%", days, count, hours/person ...')


@rule("warning")
def no_target(case: Case) -> Iterator[Hint]:
    """A metric on a scorecard has a target, or anchors or labels that stand for one."""
    for metric in case.on_cards:
        if metric.target is None and metric.anchors is None and not metric.labels:
            message = f"it has no target, so {case.carded[metric.key]} can never score it"
            yield at(metric, (), message, "add `target:` with `anchors:`, or take it off the scorecard")


@rule("note")
def no_known_answer(case: Case) -> Iterator[Hint]:
    """A metric on a scorecard is held against a value that is known from elsewhere."""
    for metric in case.on_cards:
        if not metric.tests:
            message = "nothing holds it against a value that is known from elsewhere"
            yield at(metric, (), message, "add `tests: [{period: ..., equals: ..., from: ...}]`")


@rule("note")
def no_leading_partner(case: Case) -> Iterator[Hint]:
    """A lagging metric on a scorecard has something that leads it."""
    led = {driver.to for driver in case.workspace.catalog.drivers if driver.kind == "influence"}
    for metric in case.on_cards:
        if metric.indicator == "lagging" and metric.key not in led:
            message = "it lags, and nothing in drivers.yaml leads it: it tells too late"
            yield at(metric, (), message, f"add `{{from: ..., to: {metric.key}, because: ...}}` to drivers.yaml")


@rule("note")
def leads_nothing(case: Case) -> Iterator[Hint]:
    """A leading metric says what it leads."""
    leads = {key for driver in case.workspace.catalog.drivers for key in driver.from_}
    for metric in case.on_cards:
        if metric.indicator == "leading" and metric.key not in leads:
            message = "it is said to lead, and drivers.yaml does not say what"
            yield at(metric, ("indicator",), message, f"add `{{from: {metric.key}, to: ...}}` to drivers.yaml")


@rule("warning")
def unused_metric(case: Case) -> Iterator[Hint]:
    """A metric stands on a scorecard, or serves another metric, an objective or a driver."""
    workspace = case.workspace
    used = {*case.carded, *case.users}
    used |= {key for goal in workspace.plan.objectives.values() for key in goal.metrics}
    used |= {goal.progress.metric for goal in workspace.plan.objectives.values() if goal.progress}
    used |= {key for driver in workspace.catalog.drivers for key in (*driver.from_, driver.to)}
    used |= {key for metric in workspace.metrics.values() for key in metric.guardrails}
    for metric in workspace.metrics.values():
        if metric.key not in used and not metric.deprecated:
            message = "nothing uses it: no scorecard, objective, driver or other metric"
            yield at(metric, (), message, "put it on a scorecard, or remove the file")


@rule("warning")
def deprecated_used(case: Case) -> Iterator[Hint]:
    """A deprecated metric is no longer used."""
    for metric in case.workspace.metrics.values():
        if not metric.deprecated:
            continue
        where = [case.carded[metric.key]] if metric.key in case.carded else []
        where += [case.workspace.metrics[key].title for key in case.users.get(metric.key, ())]
        if where:
            message = f"it is deprecated ({metric.deprecated}) and still used by {', '.join(where)}"
            yield at(metric, ("deprecated",), message, "name its successor there")


@rule("note")
def no_description(case: Case) -> Iterator[Hint]:
    """A metric on a scorecard says in words what it means."""
    for metric in case.on_cards:
        if not metric.description.strip():
            yield at(metric, (), "it does not say in words what it means", "add `description:`, one sentence")


@rule("note")
def target_never_scored(case: Case) -> Iterator[Hint]:
    """A target stands where it can score something: on a scorecard, or below a service level or a sum of parts."""
    kept = {m.body.metric for m in case.workspace.metrics.values() if isinstance(m.body, Maintain)}
    summed = {
        part
        for metric in case.workspace.metrics.values()
        if metric.target == "components"
        for part in case.workspace.catalog.parts(metric.key)
    }
    carried = {part for key in (*case.carded, *summed) for part in case.workspace.catalog.parts(key)}
    for metric in case.workspace.metrics.values():
        if metric.target is not None and metric.key not in {*case.carded, *kept, *summed, *carried}:
            message = "it has a target, and no scorecard scores it"
            yield at(metric, ("target",), message, "put it on a scorecard or into an objective, or drop the target")


@rule("note")
def itself_a_guardrail(case: Case) -> Iterator[Hint]:
    """A guardrail is another metric."""
    for metric in case.workspace.metrics.values():
        if metric.key in metric.guardrails:
            index = metric.guardrails.index(metric.key)
            yield at(metric, ("guardrails", index), "it guards itself", "name what must not suffer when it improves")
