"""How metrics of units stand now: each one's newest reported month, with the months before it."""

from collections.abc import Iterable

from data.calendar import Period
from flows.readings import Months, Red, readings, watches
from metrics.values.reading import Value
from views.desk import Desk
from views.reading import SIGNAL_MONTHS, Reading, read
from views.wording import NBSP, period_name

Pair = tuple[str, str]  # a metric and a unit, by key


def standings(desk: Desk, pairs: Iterable[Pair]) -> dict[Pair, Reading]:
    """The readings of those that have a value and are in the viewer's scope; what was never reported is left out."""
    scope = desk.policy.scope(desk.viewer, "metric.view")
    wanted = {(m, u) for m, u in pairs if m in desk.workspace.metrics and u in scope}
    months = desk.periods("month")
    if not wanted or not months:
        return {}
    metrics, units = sorted({m for m, _ in wanted}), sorted({u for _, u in wanted})
    found: dict[Pair, list[Value]] = {}
    for value in desk.values(metrics, units, "month", months[0], SIGNAL_MONTHS):
        if (value.metric, value.unit) in wanted:
            found.setdefault((value.metric, value.unit), []).append(value)
    return {pair: one for pair, values in found.items() if (one := _reading(desk, values)) is not None}


def _reading(desk: Desk, values: list[Value]) -> Reading | None:
    """The newest value that was reported, as the head of those before it."""
    known = [index for index, value in enumerate(values) if value.value is not None]
    if not known:
        return None
    last = known[-1]
    before = values[known[-2]] if len(known) > 1 else None
    return read(desk.workspace.metrics[values[last].metric], values[last], before, values[: last + 1])


def period_key(desk: Desk, period: Period) -> str:
    """The period as links name it."""
    return desk.workspace.calendar.name(period)


def period_words(desk: Desk, key: str | None) -> str:
    """A month that links name so, as people say it; the key itself where the calendar does not know it (any more)."""
    if not key:
        return ""
    calendar = desk.workspace.calendar
    found = next((p for p in desk.periods("month") if calendar.name(p) == key), None)
    return period_name(found, calendar).replace(NBSP, " ") if found else key


def red_since(desk: Desk, reading: Reading) -> str:
    """The first month of the stretch in which a metric has been off target up to now, else the month that it is in."""
    since = reading.now.period
    for value in reversed(reading.months):
        if value.status == "red":
            since = value.period
        elif value.status in ("green", "amber"):
            break
    return period_key(desk, since)


def reds(desk: Desk, units: Iterable[str]) -> tuple[Red, ...]:
    """Metrics of active objectives that are off target now in some of the viewer's units, the longest red first."""
    scope = desk.policy.scope(desk.viewer, "metric.view") & desk.office.scope() & set(units)
    watched = [watch for watch in watches(desk.state) if watch.unit in scope]
    return readings(Months(desk.opened), watched, only_reds=True).reds if watched else ()
