"""The report of missing periods: where a gap begins, not every total above that it leaves a hole in."""

from collections.abc import Collection, Sequence
from datetime import date

from data.organisation import Tree
from flows.opened import Opened
from metrics.values.missing import Missing, read_missing

MONTHS = 24  # that the report looks back


def missing_periods(opened: Opened, metrics: Collection[str], units: Collection[str]) -> list[Missing]:
    """What is missing in the latest months of some metrics and units; what lasts first, then the longest."""
    calendar, last = opened.workspace.calendar, opened.manifest.as_of
    end = calendar.before("month", calendar.number("month", last), MONTHS - 1)
    first = calendar.last("month", end)
    found: list[Missing] = opened.kept(
        ("missing", frozenset(metrics), frozenset(units)),
        lambda: read_missing(opened.engine(), metrics, units, first, last),
    )
    return sorted(
        begun(found, opened.tree, last), key=lambda one: (not one.lasting, -len(one.months), one.metric, one.unit)
    )


def begun(found: Sequence[Missing], tree: Tree, on: date) -> list[Missing]:
    """Without the units above the one whose months are missing: their gaps are the same one."""
    gone = {(one.metric, one.unit): set(one.months) for one in found}

    def same_below(one: Missing) -> bool:
        below = tree.descendants(one.unit, on)[1:]
        return any(gone[one.metric, unit] & set(one.months) for unit in below if (one.metric, unit) in gone)

    return [one for one in found if not same_below(one)]
