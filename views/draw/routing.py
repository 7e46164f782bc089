"""Places boxes in lanes and runs links around them, never behind one. Geometry only: x in percent of width, y in px.

A link that skips a lane gets a slot of its own between that lane's boxes; between lanes it runs in the free channel, so
that it cannot meet a box. Order within lanes is found by barycentre sweeps, as in layered graph drawing (Sugiyama).
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

BOX, CHANNEL, MARGIN = 92.0, 66.0, 13.0  # heights in px: a box, the free channel between lanes, above the first lane
SLOT, GAP, WIDEST = 1.6, 2.0, 21.0  # widths in percent: a passing link, the least gap between boxes, the widest box

Edge = tuple[str, str]


@dataclass(frozen=True)
class Box:
    """Where a box stands: left and width in percent, top in px."""

    key: str
    left: float
    width: float
    top: float

    @property
    def centre(self) -> float:
        return self.left + self.width / 2


@dataclass(frozen=True)
class Route:
    """A link's way: an SVG path (x 0 to 100, y in px), and where and whither its arrowhead points."""

    edge: Edge
    path: str
    head: tuple[float, float]
    way: str  # up | down | left | right


@dataclass(frozen=True)
class Plan:
    """A whole map: boxes by key, routes, and the height in px."""

    boxes: Mapping[str, Box]
    routes: tuple[Route, ...]
    height: float


@dataclass(frozen=True)
class _Stop:
    key: str
    lane: int
    passing: bool = False


def plan(lanes: Sequence[Sequence[str]], edges: Iterable[Edge]) -> Plan:
    """Place the boxes of each lane (top lane first) and route every edge between known boxes."""
    lane_of = {key: index for index, lane in enumerate(lanes) for key in lane}
    known = [edge for edge in dict.fromkeys(edges) if edge[0] in lane_of and edge[1] in lane_of and edge[0] != edge[1]]
    chains = {edge: _chain(edge, lane_of) for edge in known}
    rows: list[list[_Stop]] = [[_Stop(key, index) for key in lane] for index, lane in enumerate(lanes)]
    for chain in chains.values():
        for stop in chain[1:-1]:
            rows[stop.lane].append(stop)
    rows = _ordered(rows, chains)
    boxes = _placed(rows)
    ports = _ports(chains, boxes)
    routes = tuple(_route(edge, chain, boxes, ports, rows) for edge, chain in chains.items())
    height = MARGIN + len(lanes) * BOX + max(len(lanes) - 1, 0) * CHANNEL + 6
    return Plan({key: box for key, box in boxes.items() if key in lane_of}, routes, height)


def lane_top(index: int) -> float:
    """The y at which the boxes of a lane begin."""
    return MARGIN + index * (BOX + CHANNEL)


def _chain(edge: Edge, lane_of: Mapping[str, int]) -> list[_Stop]:
    start, end = lane_of[edge[0]], lane_of[edge[1]]
    step = 1 if end > start else -1
    between = [_Stop(f"{edge[0]}>{edge[1]}@{lane}", lane, passing=True) for lane in range(start + step, end, step)]
    return [_Stop(edge[0], start), *(between if start != end else []), _Stop(edge[1], end)]


def _ordered(rows: list[list[_Stop]], chains: Mapping[Edge, list[_Stop]]) -> list[list[_Stop]]:
    near: dict[str, list[str]] = {stop.key: [] for row in rows for stop in row}
    for chain in chains.values():
        for one, other in itertools.pairwise(chain):
            near[one.key].append(other.key)
            near[other.key].append(one.key)
    best, least = rows, _crossings(rows, chains)
    current = [list(row) for row in rows]
    for turn in range(8):
        order = range(1, len(current)) if turn % 2 == 0 else range(len(current) - 2, -1, -1)
        for index in order:
            fixed = current[index - 1 if turn % 2 == 0 else index + 1]
            at = {stop.key: (i + 0.5) / len(fixed) for i, stop in enumerate(fixed)}
            row = current[index]
            own = {stop.key: (i + 0.5) / len(row) for i, stop in enumerate(row)}
            pull = {stop.key: _mean([at[k] for k in near[stop.key] if k in at], own[stop.key]) for stop in row}
            current[index] = sorted(row, key=lambda stop: pull[stop.key])
        count = _crossings(current, chains)
        if count < least:
            best, least = [list(row) for row in current], count
    return best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(rows: Sequence[Sequence[_Stop]], chains: Mapping[Edge, list[_Stop]]) -> int:
    at = {stop.key: index for row in rows for index, stop in enumerate(row)}
    legs: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for chain in chains.values():
        for one, other in itertools.pairwise(chain):
            low, high = (one, other) if one.lane > other.lane else (other, one)
            legs.setdefault((low.lane, high.lane), []).append((at[low.key], at[high.key]))
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0
        for pairs in legs.values()
        for i, a in enumerate(pairs)
        for b in pairs[i + 1 :]
    )


def _placed(rows: Sequence[Sequence[_Stop]]) -> dict[str, Box]:
    boxes: dict[str, Box] = {}
    for index, row in enumerate(rows):
        real, passing = sum(not stop.passing for stop in row), sum(stop.passing for stop in row)
        free = 100 - passing * SLOT - GAP * (len(row) + 1)
        width = min(WIDEST, free / max(real, 1))
        gap = (100 - real * width - passing * SLOT) / (len(row) + 1)
        left = gap
        for stop in row:
            wide = SLOT if stop.passing else width
            boxes[stop.key] = Box(stop.key, left, wide, lane_top(index))
            left += wide + gap
    return boxes


_Ports = Mapping[tuple[str, str, bool], float]  # (stop, neighbour's stop, leaving by the top) > x


def _ports(chains: Mapping[Edge, list[_Stop]], boxes: Mapping[str, Box]) -> _Ports:
    """Spread the ends of links along the upper and lower edge of each box, in the order of where they go."""
    ends: dict[tuple[str, bool], list[str]] = {}
    for chain in chains.values():
        for one, other in itertools.pairwise(chain):
            same = one.lane == other.lane
            ends.setdefault((one.key, other.lane < one.lane or same), []).append(other.key)
            ends.setdefault((other.key, one.lane < other.lane or same), []).append(one.key)
    found: dict[tuple[str, str, bool], float] = {}
    for (key, top), others in ends.items():
        box = boxes[key]
        ranked = sorted(others, key=lambda far: boxes[far].centre)
        for index, end in enumerate(ranked):
            found[key, end, top] = box.left + box.width * (0.5 + ((index + 1) / (len(ranked) + 1) - 0.5) * 0.7)
    return found


def _route(
    edge: Edge, chain: list[_Stop], boxes: Mapping[str, Box], ports: _Ports, rows: Sequence[Sequence[_Stop]]
) -> Route:
    if chain[0].lane == chain[-1].lane:
        return _level(edge, boxes, ports, [stop.key for stop in rows[chain[0].lane]])
    up = chain[-1].lane < chain[0].lane
    path, head = "", (0.0, 0.0)
    for one, other in itertools.pairwise(chain):
        x, goal = ports[one.key, other.key, up], ports[other.key, one.key, not up]
        y = boxes[one.key].top + (0 if up else BOX)
        end = boxes[other.key].top + (BOX if up else 0)
        if other is chain[-1]:
            end += 5 if up else -5
        middle = (y + end) / 2
        path += f"{'L' if path else 'M'}{x:.2f},{y:.1f} "
        path += f"C{x:.2f},{middle:.1f} {goal:.2f},{middle:.1f} {goal:.2f},{end:.1f} "
        head = (goal, end)
    return Route(edge, path.strip(), head, "up" if up else "down")


def _level(edge: Edge, boxes: Mapping[str, Box], ports: _Ports, order: Sequence[str]) -> Route:
    """A link within a lane: straight across the gap to a neighbour, else over the channel above."""
    start, end = boxes[edge[0]], boxes[edge[1]]
    if abs(order.index(edge[0]) - order.index(edge[1])) == 1:
        right = end.left > start.left
        x, goal = (start.left + start.width, end.left) if right else (start.left, end.left + end.width)
        y = start.top + BOX / 2
        return Route(edge, f"M{x:.2f},{y:.1f} L{goal:.2f},{y:.1f}", (goal, y), "right" if right else "left")
    x, goal = ports[edge[0], edge[1], True], ports[edge[1], edge[0], True]
    high = start.top - 26
    path = f"M{x:.2f},{start.top:.1f} C{x:.2f},{high:.1f} {goal:.2f},{high:.1f} {goal:.2f},{end.top - 5:.1f}"
    return Route(edge, path, (goal, end.top - 5), "down")
