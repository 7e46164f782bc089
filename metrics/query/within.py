"""Which rows lie within a unit and a period: those below the unit in the tree of each row's month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from data.calendar import Calendar, MonthIndex, Period
from data.warehouse import literal
from metrics.states.measures import Measure
from metrics.states.relation import Relation
from metrics.time.timeline import Timeline

EMPTY_MEMBER = "(none)"


@dataclass(frozen=True)
class Asked:
    """The unit and period that are cut. `cells` are the units below the asked one by month.

    `cut_day` is the last day that counts of a month that still runs.
    """

    period: Period
    as_of: date
    cells: Mapping[MonthIndex, tuple[str, ...]]
    cut_day: int | None = None

    @property
    def end(self) -> date:
        """The last day that counts."""
        return min(self.period.end, self.as_of)


def inside(source: Relation, measure: Measure, asked: Asked, calendar: Calendar) -> str:
    """SQL that keeps the asked unit's rows: by the tree of each row's month, for stocks by that of the end."""
    if measure.kind == "stock":
        names = ", ".join(literal(cell) for cell in asked.cells[calendar.number("month", asked.end)])
        return f"{source.unit} IN ({names})"
    happened = Timeline(calendar).sql(measure.time)
    parts = [
        f"({happened} BETWEEN {low} AND {high} AND {source.unit} IN ({', '.join(map(literal, sorted(cells)))}))"
        for low, high, cells in _stretches(asked)
    ]
    return f"({' OR '.join(parts)})"


def _stretches(asked: Asked) -> list[tuple[MonthIndex, MonthIndex, frozenset[str]]]:
    """Months in a row with the same units below: a unit may leave and come back."""
    found: list[tuple[MonthIndex, MonthIndex, frozenset[str]]] = []
    for month in sorted(asked.cells):
        cells = frozenset(asked.cells[month])
        if found and found[-1][1] == month - 1 and found[-1][2] == cells:
            found[-1] = (found[-1][0], month, cells)
        else:
            found.append((month, month, cells))
    return found
