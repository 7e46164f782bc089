"""What an answer about people leaves out: groups that are too small, and those from which they could be worked out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from data.errors import QueryError
from metrics.language.crowds import least_of
from metrics.query.axes import UNITS
from metrics.query.groups import Member
from metrics.query.plan import Plan
from metrics.query.question import Query, Sight
from metrics.query.readings import Reading
from metrics.time.grid import EVERY_GRAIN, Floats, Window
from metrics.values.cells import BESIDE, SMALL, Codes
from metrics.values.crowds import Crowds, enough
from metrics.values.evaluate import Evaluator

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def require_tellable(sight: Sight, plan: Plan) -> None:
    """`QueryError` for a question about people by which single ones could be singled out: it is asked by groups."""
    query = plan.query
    about = next((key for key in query.metrics if least_of(sight.catalog, key) > 1), None)
    if about is None:
        return
    if plan.conditions.rows:
        raise QueryError(
            f"'{about}' is about people, and is not told for chosen rows: ask `--by` the dimension, where groups that "
            "are too small are withheld"
        )
    if plan.absent == "null":
        raise QueryError(f"'{about}' is about people, and is not told as plain SQL would; ask with `--absent zero`")
    if query.calendar is not None or query.history is not None:
        raise QueryError(
            f"'{about}' is about people, and is told in the workspace's own calendar and of units as units.yaml has "
            "them: the difference to another calendar or tree may be a single person"
        )
    calendar = sight.calendar
    whole = query.start is None or calendar.first("month", calendar.number("month", query.start)) == query.start
    end = query.end
    whole &= end is None or end >= sight.as_of or calendar.last("month", calendar.number("month", end)) == end
    if not whole or query.grain in ("day", "week"):
        raise QueryError(f"'{about}' is about people, and is told for whole months, quarters and years")


def codes_of(
    evaluator: Evaluator, key: str, window: Window, groups: Mapping[tuple[Member, ...], int], at: Ints
) -> Codes:
    """By group and period why a metric is withheld, 0 where it is told; `groups` and `at` are places in the grid.

    In each line of groups that differ in one name alone, and of periods of one group, none is withheld or at least two
    that are enough people together: else one would be the total less the others.
    """
    least, members = least_of(evaluator.catalog, key), list(groups)
    rows = np.array(list(groups.values()), dtype=np.int64)
    people = Crowds(evaluator).people(key, window) if least > 1 else None
    if people is None:
        return np.zeros((len(rows), len(at)), dtype=np.int8)
    return withheld(people[np.ix_(rows, at)], members, least)


def withheld(people: Floats, members: Sequence[tuple[Member, ...]], least: int) -> Codes:
    """The codes of groups (rows, named by their members) by periods (columns) with so many people behind each."""
    small = (people > 0) & (people < least)
    codes = np.where(small, SMALL, 0).astype(np.int8)
    if not small.any():
        return codes
    lines = _lines(members)
    while True:
        before = (codes > 0).sum()
        for column in range(people.shape[1]):
            for line in lines:
                _fill(codes[:, column], people[:, column], line, least)
        for row in range(people.shape[0] if people.shape[1] > 1 else 0):
            _fill(codes[row], people[row], list(range(people.shape[1])), least)
        if (codes > 0).sum() == before:
            return codes


def _lines(members: Sequence[tuple[Member, ...]]) -> list[list[int]]:
    found: dict[tuple[object, ...], list[int]] = {}
    for place, one in enumerate(members):
        for axis in range(len(one)):
            found.setdefault((axis, *one[:axis], *one[axis + 1 :]), []).append(place)
    return list(found.values())


def _fill(codes: Codes, people: Floats, line: Sequence[int], least: int) -> None:
    gone = [place for place in line if codes[place] and people[place] > 0]
    if not gone:
        return
    left = sorted((place for place in line if not codes[place] and people[place] > 0), key=lambda p: (people[p], p))
    codes[enough([float(people[place]) for place in gone], left, people, least)] = BESIDE


Kept = Mapping[str, frozenset[tuple[str, date]]]  # metric > units and last days of months that values withhold


def by_units(
    sight: Sight, plan: Plan, key: str, groups: Sequence[tuple[Member, ...]], readings: Sequence[Reading]
) -> Bools:
    """Where an answer would tell what the value table withholds of a unit, by group and period."""
    out = np.zeros((len(groups), len(readings)), dtype=np.bool_)
    ends = [_end(sight, plan.query, one) for one in readings]
    named = sum(axis.kind in UNITS for axis in plan.axes)
    withheld_on: dict[date, set[str]] = defaultdict(set)
    for unit, day in sight.kept_back.get(key, ()):
        withheld_on[day].add(unit)
    for day, units in withheld_on.items():
        columns = [at for at, one in enumerate(readings) if one.start <= day <= ends[at]]
        if columns:
            edges = _edges(plan, day)
            rows = [row for row, members in enumerate(groups) if edges[members[:named]] & units]
            out[np.ix_(rows, columns)] = True
    out[:, [at for at, one in enumerate(readings) if _is_cut(sight, plan.query, key, one)]] = True
    return out


def _is_cut(sight: Sight, query: Query, key: str, reading: Reading) -> bool:
    """Whether a reading begins or ends within a quarter (or year) for which alone the value table tells the metric.

    What is small in a part of it is not withheld there.
    """
    grain, calendar = EVERY_GRAIN[sight.catalog.cadence(key)], sight.calendar
    if query.grain == "month":
        return False  # a month at the end of a quarter shows all of it
    start = query.start if query.grain is None else reading.start
    end = min(_end(sight, query, reading), query.end or sight.as_of)
    begins = start is None or calendar.first(grain, calendar.number(grain, start)) == start
    return not (begins and (end >= sight.as_of or calendar.last(grain, calendar.number(grain, end)) == end))


def _end(sight: Sight, query: Query, reading: Reading) -> date:
    calendar = sight.calendar
    if query.grain is not None:
        return calendar.last(query.grain, calendar.number(query.grain, reading.start))
    last = min(query.end or sight.as_of, sight.as_of)
    return calendar.last("month", calendar.number("month", last))


def _edges(plan: Plan, day: date) -> Mapping[tuple[Member, ...], set[str]]:
    """By the part of a group's tuple that units give, the units from whose figures the group's could be taken.

    They are the tops of what it reads as the tree stood on a day, and its holes.
    """
    tree = plan.tree
    assert tree is not None
    parts = {unit: plan.place(unit, tree.ancestors(unit, day)) for unit in tree.units}
    found: dict[tuple[Member, ...], set[str]] = defaultdict(set)
    for unit, part in parts.items():
        around = parts.get(tree.units[unit].parent(day) or "")
        for one in (part, around) if part != around else ():
            if one is not None:
                found[one].add(unit)
    return found


def kept_back(rows: Sequence[Mapping[str, object]]) -> Kept:
    """What the value table withholds, by metric, from rows of metric, unit and last day of the month."""
    found: dict[str, set[tuple[str, date]]] = {}
    for row in rows:
        day = row["period_end"]
        assert isinstance(day, date)
        found.setdefault(str(row["metric"]), set()).add((str(row["unit"]), day))
    return {key: frozenset(cells) for key, cells in found.items()}


__all__ = ["Kept", "by_units", "codes_of", "kept_back", "require_tellable", "withheld"]
