"""Plans a change of definitions: what would be different if these files were in force."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer

from cli.commands.app import DEMO, AsJson, Workspace, existing, fourfold
from cli.telling import Bar, failing_in_words, tell, tell_json
from data.calendar import Calendar, Period
from flows.planning import SNAPSHOT, Planned
from flows.planning import plan as make_plan
from views.planned import HOW, LARGEST, MetricPlan, ParentMoved, metric_plans, move_in_words, parent_in_words, parents

Against = Annotated[
    str, typer.Option(help="`snapshot`: the definitions in force. Or the id of an older snapshot, or a git revision.")
]
Most = Annotated[int, typer.Option("--most", help="How many of the largest changes are told of each metric.")]


@fourfold.command()
def plan(
    workspace: Workspace = DEMO, against: Against = SNAPSHOT, most: Most = LARGEST, as_json: AsJson = False
) -> None:
    """Tell which values, targets, scores and statuses would change if these files were in force. Publishes nothing."""
    with failing_in_words(as_json), Bar() as bar:
        planned = make_plan(existing(workspace), against, progress=bar)
        metrics, above = metric_plans(planned), parents(planned)
    if as_json:
        tell_json(as_content(planned, metrics, above))
        return
    for line in lines(planned, metrics, above, most):
        tell(line)


def lines(planned: Planned, metrics: list[MetricPlan], above: list[ParentMoved], most: int) -> Iterator[str]:
    """The plan for a human: what differs, each metric with its largest changes, then the parents."""
    found, snapshot = planned.differences, planned.opened.id
    against = f"snapshot {snapshot}" if planned.against == SNAPSHOT else f"{planned.against}, on facts of {snapshot}"
    if found.none:
        yield f"Nothing that could change a number differs from {against}."
        return
    told = [f"{len(keys)} {word}" for keys, word in ((found.added, "added"), (found.removed, "removed")) if keys]
    told += [f"{len(found.changed)} changed"] if found.changed else []
    yield f"Against {against}: {', '.join(told) or 'no'} metrics; {len(found.affected)} could have other values."
    yield from (f"  {file}: {why}" for file, why in found.why)
    known = {**planned.old.metrics, **planned.new.metrics}
    for one in metrics:
        yield ""
        yield f"{HOW[one.how]} {one.key} ({one.title}), {one.how}: {counts(one)}"
        for moved in one.moved[:most]:
            name = planned.new.calendar.name(moved.period)
            yield f"    {moved.unit}, {name}: {move_in_words(known[one.key], moved)}"
        if len(one.moved) > most:
            yield f"    and {len(one.moved) - most:,} more"
    yield ""
    yield f"Scores of parents: {len(above):,} change." + ("" if above else " None does.")
    largest = sorted(above, key=points, reverse=True)
    for parent in largest[: 2 * most]:
        name = planned.new.calendar.name(parent.period)
        where = "" if parent.level == "scorecard" else f" ({parent.scorecard})"
        yield f"    {parent.level} {parent.title}{where}, {parent.unit}, {name}: {parent_in_words(parent)}"


def points(one: ParentMoved) -> tuple[bool, float]:
    """How much a change of a parent matters."""
    old, new = one.score
    return one.status[0] != one.status[1], abs((new or 0.0) - (old or 0.0))


def counts(one: MetricPlan) -> str:
    """`120 values, 98 scores and 34 statuses of 4 units change, 2025-01 to 2026-10`."""
    if not one.rows:
        return "no number changes"
    told = [
        f"{getattr(one, name):,} {name}" for name in ("values", "targets", "scores", "statuses") if getattr(one, name)
    ]
    units = f"{len(one.units)} unit{'' if len(one.units) == 1 else 's'}"
    return f"{', '.join(told)} of {units}, {one.first:%Y-%m} to {one.last:%Y-%m}"


def as_content(planned: Planned, metrics: list[MetricPlan], above: list[ParentMoved]) -> dict[str, Any]:
    """The plan for a machine, every changed row in it."""
    calendar, found = planned.new.calendar, planned.differences
    return {
        "against": planned.against,
        "snapshot": planned.opened.id,
        "added": list(found.added),
        "removed": list(found.removed),
        "changed": list(found.changed),
        "affected": sorted(found.affected),
        "files": [{"file": file, "why": why} for file, why in found.why],
        "metrics": [
            {**asdict(one), "moved": [{**asdict(row), **place(calendar, row.period)} for row in one.moved]}
            for one in metrics
        ],
        "parents": [{**asdict(one), **place(calendar, one.period)} for one in above],
    }


def place(calendar: Calendar, period: Period) -> dict[str, str]:
    """A period by its name and span."""
    return {"period": calendar.name(period), "span": period.span}
