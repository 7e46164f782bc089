"""The groups of an answer: tuples of members, and below each the cells that facts are read by, dated as units move.

A group takes the place that a unit has in the value table. Its cells hang below it while the tree of units and the
conditions say so, and outside of everything else: so each kind of metric is computed by the same evaluator.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from data.documents import nearest
from data.errors import QueryError
from data.organisation import FAR_AHEAD, LONG_AGO, Membership, Tree, Unit
from metrics.states.scan import TOTAL

OUTSIDE = "\x00outside"
Member = object
Placing = Callable[[str, Sequence[str]], tuple[Member, ...] | None]


@dataclass(frozen=True)
class Stretch:
    """From a day to a day, both inclusive: the part of the group's tuple that a unit's rows have; None: left out."""

    start: date
    end: date
    part: tuple[Member, ...] | None


@dataclass
class Groups:
    """Cells and groups as they are found while facts are read; `tree` is complete when all scans are done.

    `place` gives the part of the tuple that comes from units, for a unit and the chain above it.
    """

    units: Tree | None
    place: Placing | None
    keys: dict[tuple[Member, ...], str] = field(default_factory=dict)
    _cells: dict[tuple[Member, ...], str] = field(default_factory=dict)
    _stretches: dict[str, tuple[Stretch, ...]] = field(default_factory=dict)
    _nodes: dict[str, Unit] = field(default_factory=lambda: {TOTAL: Unit(TOTAL, "Total", "total")})
    tree: Tree = field(init=False)

    def __post_init__(self) -> None:
        self.tree = Tree(self._nodes, ("total", "group", "cell"))

    def cell(self, members: tuple[Member, ...], table: str) -> str:
        """The key of the cell for a row's members; where units matter, the first one is its unit."""
        known = self._cells.get(members)
        if known is None:
            known = self._cells[members] = self._add(members, table)
        return known

    def _add(self, members: tuple[Member, ...], table: str) -> str:
        if self.units is None or self.place is None:
            return self._group(members)
        unit, rest = members[0], members[1:]
        if not isinstance(unit, str) or unit not in self.units:
            said = "(empty)" if unit is None else f"'{unit}'"
            hint = nearest(str(unit), self.units.units)
            raise QueryError(f"models/{table}.yaml: rows belong to {said}, which units.yaml does not know; {hint}")
        memberships = tuple(
            Membership(self._outside() if s.part is None else self._group((*s.part, *rest)), s.start, s.end)
            for s in self._of(unit)
        )
        key = f"{unit} {len(self._cells)}"
        whole = self.units.units[unit]
        self._nodes[key] = Unit(key, whole.title, "cell", memberships, whole.start, whole.end)
        return key

    def _group(self, members: tuple[Member, ...]) -> str:
        known = self.keys.get(members)
        if known is None:
            known = self.keys[members] = f"\x00{len(self.keys)}"
            self._nodes[known] = Unit(known, "Group", "group", (Membership(TOTAL),))
        return known

    def _outside(self) -> str:
        self._nodes.setdefault(OUTSIDE, Unit(OUTSIDE, "Outside", "group", (Membership(TOTAL),)))
        return OUTSIDE

    def _of(self, unit: str) -> tuple[Stretch, ...]:
        if unit not in self._stretches:
            assert self.units is not None and self.place is not None
            self._stretches[unit] = stretches(self.units, unit, self.place)
        return self._stretches[unit]


def stretches(tree: Tree, unit: str, place: Placing) -> tuple[Stretch, ...]:
    """What a unit's rows are part of, stretch by stretch; while it hangs nowhere there is no stretch."""
    edges = sorted({LONG_AGO, *tree.changes()})
    found: list[Stretch] = []
    for start, following in zip(edges, [*edges[1:], None], strict=True):
        chain = tree.ancestors(unit, start)
        if chain[-1] != tree.root:
            continue
        end = following - timedelta(days=1) if following else FAR_AHEAD
        part = place(unit, chain)
        if found and found[-1].part == part and found[-1].end + timedelta(days=1) == start:
            found[-1] = Stretch(found[-1].start, end, part)
        else:
            found.append(Stretch(start, end, part))
    return tuple(found)
