"""How well a unit's objectives serve those above: the share that leads up to the top, and what is answered by none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from strategy.goals.reading import path_up
from strategy.plan import Objective


@dataclass(frozen=True)
class Alignment:
    """Of one unit. `share`: of its objectives, 0 to 1, that lead up to one of the top unit; None without objectives.

    `orphans`: those that lead nowhere. `gaps`: objectives of the unit above that none here serves.
    """

    unit: str
    objectives: int
    share: float | None
    orphans: tuple[str, ...]
    gaps: tuple[str, ...]


def alignment(objectives: Mapping[str, Objective], unit: str, ancestors: Sequence[str]) -> Alignment:
    """Of one unit; `ancestors` are the units above it, the nearest first, the top unit last (none for the top)."""
    mine = [key for key, one in objectives.items() if one.unit == unit]
    top = ancestors[-1] if ancestors else unit
    orphans = tuple(key for key in mine if objectives[path_up(objectives, key)[-1]].unit != top)
    served = {above for key in mine for above in path_up(objectives, key)}
    nearest = next((one for one in ancestors if any(o.unit == one for o in objectives.values())), None)
    gaps = tuple(key for key, one in objectives.items() if one.unit == nearest and key not in served)
    share = 1 - len(orphans) / len(mine) if mine else None
    return Alignment(unit, len(mine), share, orphans, gaps)
