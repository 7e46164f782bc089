"""Where a metric about people is withheld: over too few of them, and where they could be worked out from the rest."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from metrics.definitions.kinds import Change, Rolling, ToDate
from metrics.language.crowds import counts_below, least_of
from metrics.states.cubes import window_sum
from metrics.time.grid import MONTH, Floats, Window, at_cadence
from metrics.values.cells import BESIDE, SMALL, Codes, shifted
from metrics.values.evaluate import Evaluator, back_of, rolling_window

Bools = npt.NDArray[np.bool_]


class Crowds:
    """Counts the people behind metrics, cell by cell, and says which cells are withheld; each question once."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator, self.grid = evaluator, evaluator.grid
        self._people: dict[tuple[str, Window], Floats | None] = {}
        self._codes: dict[tuple[str, Window, int], Codes] = {}
        self._trees: dict[int, Mapping[int, Sequence[int]]] = {}

    def people(self, key: str, window: Window) -> Floats | None:
        """How many people stand behind a metric at a window, of its parts the fewest; None: it is not of people."""
        if (key, window) not in self._people:
            self._people[key, window] = self._counted(key, window)
        return self._people[key, window]

    def _counted(self, key: str, window: Window) -> Floats | None:
        window = self._at_cadence(key, window)
        own, parts = counts_below(self.evaluator.catalog, key)
        found = [np.nan_to_num(self.evaluator.aggregate(one, window, False, nulls="zero").value) for one in own]
        found += [told for part in parts if (told := self.people(part, self._window_of(key, window))) is not None]
        return np.minimum.reduce(found) if found else None

    def codes(self, key: str, window: Window, least: int = 1) -> Codes:
        """By unit and month why the metric is withheld (SMALL, BESIDE), 0 where it is told.

        A unit beside a small one is withheld, too, so that the small one is not the total less the others; so is
        whatever lies below it, a longer period with a withheld month in it, and what is computed from a withheld part.
        """
        known = self.evaluator.catalog
        least = max(least, least_of(known, key))
        if least <= 1 or known.metrics[key].smallest_group == 1:
            return np.zeros(self.grid.shape, dtype=np.int8)
        if (key, window, least) not in self._codes:
            self._codes[key, window, least] = self._withheld(key, window, least)
        return self._codes[key, window, least]

    def _withheld(self, key: str, window: Window, least: int) -> Codes:
        people = self.people(key, window)
        codes = np.zeros(self.grid.shape, dtype=np.int8)
        if people is None:
            return codes
        told = ~np.isnan(self.evaluator.cells(key, window).value)
        small = (people > 0) & (people < least) & told
        codes[small] = SMALL
        for column in np.flatnonzero((small | self._few_own(people, least)).any(axis=0)):
            hidden = beside(people[:, column], small[:, column], self._children(int(column)), least)
            codes[hidden & (codes[:, column] == 0), column] = BESIDE
        codes[(codes == 0) & told & self._inherited(key, window, least)] = BESIDE
        if window != MONTH:
            month = self.codes(key, MONTH, least) > 0
            codes[(codes == 0) & told & (window_sum(month.astype(float), self.grid, window) > 0)] = BESIDE
        return np.where(told, codes, 0).astype(np.int8)

    def _few_own(self, people: Floats, least: int) -> Bools:
        """Where a unit has few people of its own beside those of the units below it."""
        found = np.zeros(self.grid.shape, dtype=np.bool_)
        for segment in self.grid.segments:
            part = slice(segment.low, segment.high)
            below = np.zeros_like(people[:, part])
            parents = np.zeros(people.shape[0], dtype=np.bool_)
            for units, above in segment.levels:
                np.add.at(below, above, people[units, part])
                parents[above] = True
            own = people[:, part] - below
            found[:, part] = parents[:, None] & (own > 0) & (own < least) & (below > 0)
        return found

    def _inherited(self, key: str, window: Window, least: int) -> Bools:
        """Where a part is withheld, or the earlier value that a change is held against."""
        found = np.zeros(self.grid.shape, dtype=np.bool_)
        body, inner = self.evaluator.catalog.metrics[key].body, self._window_of(key, window)
        for part in counts_below(self.evaluator.catalog, key)[1]:
            codes = self.codes(part, inner, least) > 0
            found |= codes
            if isinstance(body, Change):
                found |= np.nan_to_num(shifted(codes.astype(float), self.grid.back(back_of(body, inner)))) > 0
        return found

    def _window_of(self, key: str, window: Window) -> Window:
        """The window at which a metric reads its parts."""
        body = self.evaluator.catalog.metrics[key].body
        return (
            Window(body.since)
            if isinstance(body, ToDate)
            else rolling_window(body)
            if isinstance(body, Rolling)
            else window
        )

    def _at_cadence(self, key: str, window: Window) -> Window:
        every = self.evaluator.catalog.cadence(key)
        return at_cadence(MONTH, every) if every > 1 and window == MONTH else window

    def _children(self, column: int) -> Mapping[int, Sequence[int]]:
        """The units directly below each unit in a month, by their rows."""
        segment = next(one for one in self.grid.segments if one.low <= column < one.high)
        if segment.low not in self._trees:
            tree: dict[int, list[int]] = {}
            for units, above in segment.levels:
                for unit, parent in zip(units.tolist(), above.tolist(), strict=True):
                    tree.setdefault(parent, []).append(unit)
            self._trees[segment.low] = tree
        return self._trees[segment.low]


def beside(people: Floats, small: Bools, children: Mapping[int, Sequence[int]], least: int) -> Bools:
    """Which units are withheld in one month, small ones and those beside them; parents stand before their children.

    Of the parts of a told unit none is withheld, or at least two that are `least` people together: what the unit has
    of its own is such a part, and never told. The smallest goes first.
    """
    hidden = small.copy()
    for parent in sorted(children):
        parts = [unit for unit in children[parent] if people[unit] > 0]
        if hidden[parent]:
            hidden[parts] = True
            continue
        own = max(float(people[parent]) - float(sum(people[unit] for unit in parts)), 0.0)
        gone = [unit for unit in parts if hidden[unit]]
        if not gone and not 0 < own < least:
            continue
        left = sorted((unit for unit in parts if not hidden[unit]), key=lambda unit: (people[unit], unit))
        hidden[enough([people[unit] for unit in gone] + ([own] if own else []), left, people, least)] = True
    return hidden


def enough(gone: Iterable[float], left: Sequence[int], people: Floats, least: int) -> list[int]:
    """Which of what is left must go, too, so that what is withheld is of two parts and of `least` people at least."""
    sizes = list(gone)
    more: list[int] = []
    for one in left:
        if len(sizes) > 1 and sum(sizes) >= least:
            break
        more.append(one)
        sizes.append(float(people[one]))
    return more
