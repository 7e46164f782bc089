"""The periods of an answer: in which base periods facts are counted, and which columns are read at which window."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from data.calendar import Calendar, Grain
from data.errors import QueryError
from metrics.time.grid import Grid, Window
from metrics.time.timeline import Timeline

BASES: tuple[Grain, ...] = ("month", "week", "day")  # coarsest first: fewer states
NAMED: tuple[Grain, ...] = ("week", "month", "quarter", "year")


@dataclass(frozen=True)
class Reading:
    """One period of an answer: the column at which it is read, its first day, and whether some of it is to come."""

    column: int
    start: date
    partial: bool


def timeline_of(calendar: Calendar, grain: Grain | None, start: date | None, windows: Iterable[Grain]) -> Timeline:
    """The coarsest base periods from which a grain and all windows can be told, one of them beginning on `start`.

    Raises `QueryError` for a start inside a period of the grain.
    """
    if grain is not None and start is not None:
        begins = calendar.first(grain, calendar.number(grain, start))
        if begins != start:
            raise QueryError(
                f"start {start} cuts the {grain} that begins on {begins}, and half of it would look like a whole one; "
                f"start on {begins}, or ask without a grain"
            )
    needed = {*windows, *([grain] if grain else [])}

    def fits(base: Grain) -> bool:
        begins = start is None or calendar.first(base, calendar.number(base, start)) == start
        return begins and all(calendar.nests(base, one) for one in needed)

    return Timeline(calendar, next(base for base in BASES if fits(base)))


def by_grain(grid: Grid, grain: Grain, start: date | None, end: date) -> list[Reading]:
    """Every period of a grain from `start` to `end`; partial is also one that began before the first fact."""
    calendar, found = grid.calendar, []
    history = grid.timeline.first(grid.first)
    for column in grid.timeline.ends(grid.first, grid.last, grain):
        number = grid.timeline.of(grain, grid.first + int(column))
        begins = calendar.first(grain, number)
        if start is None or begins >= start:
            found.append(Reading(int(column), begins, calendar.last(grain, number) > end or begins < history))
    return found


def as_one(grid: Grid, start: date | None, end: date) -> tuple[Window, Reading]:
    """All days from `start` to `end` as one period: the window that it is, and where it is read."""
    first = grid.first if start is None else grid.timeline.number(start)
    column = grid.last - grid.first
    return window_of(grid.timeline, first, grid.last), Reading(
        column, grid.timeline.first(first), grid.timeline.last(grid.last) > end
    )


def window_of(timeline: Timeline, first: int, last: int) -> Window:
    """The window between two base periods: a month, quarter, year from its beginning if it is one, else so many."""
    if first == last:
        return Window(timeline.base)
    for grain in NAMED:
        if timeline.calendar.nests(timeline.base, grain) and timeline.around(grain, last)[0] == first:
            return Window(grain)
    return Window("roll", last - first + 1, timeline.base)
