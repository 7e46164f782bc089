"""Which base periods a running one is compared with: only of those are the first days ever asked for."""

from data.calendar import SPANS
from metrics.definitions.kinds import Change
from metrics.language.catalog import Catalog
from metrics.time.frame import Frame
from metrics.time.grid import QUARTER, YEAR
from metrics.time.spans import period_before, span_windows, year_before
from metrics.time.timeline import NONE, Back
from metrics.values.evaluate import back_of

YEARS_AT_MOST = 30


def compared_periods(catalog: Catalog, frame: Frame) -> frozenset[int] | None:
    """The numbers of those base periods; none when no period is running, None when it may be any.

    A gap that is filled with the value before it may reach back to any.
    """
    if frame.cut_day is None:
        return frozenset()
    if any(metric.nulls == "carry" for metric in catalog.metrics.values()):
        return None
    windows = {*span_windows(frame.timeline.calendar).values(), QUARTER, YEAR}
    told = [metric for metric in catalog.metrics.values() if not catalog.asked_only(metric.key)]
    bodies = [metric.body for metric in told if isinstance(metric.body, Change)]
    changes = {back_of(body, window) for body in bodies for window in windows}
    spans = {back(span) for span in SPANS for back in (period_before, year_before)}
    found, reached = set[int](), {frame.last}
    backs = spans | changes
    for _ in range(len(bodies) + 1):  # a change of a change looks back twice
        reached = {there for at in reached for back in backs for there in _there(frame, at, back)} - found
        if not reached:
            break
        found |= reached
        backs = changes
    return frozenset(found)


def _there(frame: Frame, number: int, back: Back) -> list[int]:
    """The period that lies so far before another one."""
    line = frame.timeline
    day = line.first(frame.last).replace(year=max(line.first(frame.last).year - YEARS_AT_MOST, 1), day=1)
    first = line.number(day) if line.calendar.knows(day) else 0  # a table of periods may begin later
    column = int(line.back(first, frame.last, back, running=True)[number - first])
    return [] if column == NONE else [first + column]
