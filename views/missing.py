"""What the report of missing periods shows: which metrics did not report where, for which months, and whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.calendar import Calendar, Period
from metrics.values.missing import Missing
from views.desk import Desk
from views.wording import counted, listed, period_name

RUNS = 3  # stretches of months that a line names; the rest is counted


@dataclass(frozen=True)
class Gap:
    """Metrics that lack the same months at the same units. `href`: the first of them at the first unit.

    status: `stale` where only a feed is late, `no_data` where months still lack, None where data has come again.
    """

    metrics: str
    every: str
    units: str
    href: str
    when: str
    share: str
    owners: str
    status: str | None
    why: str


def build(desk: Desk) -> tuple[Gap, ...]:
    """The gaps of the latest months in the units that the viewer may see, those that last first."""
    found: dict[tuple[object, ...], list[Missing]] = {}
    for one in desk.missing():
        found.setdefault((one.metric, one.months, one.due, _state(one)), []).append(one)
    same: dict[tuple[object, ...], list[list[Missing]]] = {}
    for (_, *how), group in found.items():
        same.setdefault((*how, tuple(one.unit for one in group)), []).append(group)
    return tuple(_gap(desk, groups) for groups in same.values())


def _gap(desk: Desk, groups: Sequence[Sequence[Missing]]) -> Gap:
    workspace, one = desk.workspace, groups[0][0]
    metrics = [workspace.metrics[group[0].metric] for group in groups]
    titles = [metric.title for metric in metrics]
    units = [desk.opened.tree.units[each.unit].title for each in groups[0]]
    owners = dict.fromkeys(desk.office.name(metric.owner) for metric in metrics if metric.owner)
    return Gap(
        metrics=listed(titles),
        every=", ".join(titles),
        units=listed(units) if len(units) < 4 else counted(len(units), "unit"),
        href=f"metric?metric={one.metric}&unit={one.unit}",
        when=stretches(one.months, workspace.calendar),
        share=f"{len(one.months)} of {one.due}",
        owners=listed(owners) or "nobody",
        status="stale" if one.late else "no_data" if one.lasting else None,
        why=_why(one),
    )


def _state(one: Missing) -> tuple[bool, ...]:
    return one.lasting, one.alone, one.late


def _why(one: Missing) -> str:
    if one.late:
        return "The feed is later than its contract allows; the last value stands"
    where = "other units reported" if one.alone else "no unit reported"
    return f"No rows, and {where}" + ("" if one.lasting else "; data has come since")


def stretches(months: Sequence[Period], calendar: Calendar) -> str:
    """Months in words, those that follow one another as one stretch: May to Jun 2026, Sep 2026."""
    runs: list[list[Period]] = []
    for month in months:
        if runs and calendar.number("month", runs[-1][-1].end) + 1 == calendar.number("month", month.end):
            runs[-1].append(month)
        else:
            runs.append([month])
    names = [" to ".join(dict.fromkeys(period_name(end, calendar) for end in (run[0], run[-1]))) for run in runs]
    return listed(names, RUNS)
