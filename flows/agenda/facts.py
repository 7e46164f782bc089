"""The numbers that lie on the table of a review: every metric of the active objectives, reds and gaps alike."""

from collections import Counter
from typing import Any

from flows.agenda.sight import Sight
from flows.readings import Watch, status_at
from metrics.scoring.status import COLOURS
from metrics.values.reading import Value


def facts(seen: Sight) -> dict[str, Any]:
    """Plain content: one row for each metric of an active objective at its unit, counts by status, names.

    Rows hold all that is needed to write their numbers later, whatever becomes of the definitions.
    """
    rows = [_row(seen, watch, months) for watch, months in seen.months.of(seen.watched, _until(seen))]
    order = {unit: place for place, unit in enumerate(seen.units)}
    rows.sort(key=lambda row: (order[row["unit"]], row["objective"], row["metric"]))
    counts = Counter(row["status"] for row in rows)
    return {
        "period": seen.period,
        "as_of": seen.opened.manifest.as_of.isoformat(),
        "unit_title": seen.unit_title(seen.unit),
        "metrics": rows,
        "counts": dict(sorted(counts.items())),
        "scored": sum(counts[colour] for colour in COLOURS),
    }


def _until(seen: Sight) -> Any:
    return min(seen.today, seen.opened.manifest.as_of)


def _row(seen: Sight, watch: Watch, months: list[Value]) -> dict[str, Any]:
    metric = seen.opened.workspace.metrics[watch.metric]
    calendar = seen.opened.workspace.calendar
    now = months[-1]
    objective = seen.objectives.get(watch.objective)
    return {
        "metric": watch.metric,
        "title": metric.title,
        "perspective": seen.opened.workspace.perspectives[metric.perspective],
        "indicator": metric.indicator,
        "measured_in": metric.measured_in,
        "decimals": metric.decimals,
        "unit": watch.unit,
        "unit_title": seen.unit_title(watch.unit),
        "objective": watch.objective,
        "objective_title": objective.title if objective else "",
        "owner": seen.name(seen.owner(watch.metric, watch.unit)),
        "period": calendar.name(now.period),
        "value": now.value,
        "target": now.target if watch.goal is None else watch.goal,
        "previous": now.previous,
        "score": now.score if watch.goal is None else None,
        "status": status_at(watch, now),
        "reason": now.reason,
    }
