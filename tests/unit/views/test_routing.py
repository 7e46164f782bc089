"""Links of the strategy map run around boxes, whatever the map."""

import itertools
import re
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from views.draw.routing import BOX, Plan, Route, plan


@st.composite
def maps(draw: st.DrawFn) -> tuple[list[list[str]], list[tuple[str, str]]]:
    sizes = draw(st.lists(st.integers(0, 6), min_size=1, max_size=5))
    lanes = [[f"n{lane}_{index}" for index in range(size)] for lane, size in enumerate(sizes)]
    keys = [key for lane in lanes for key in lane]
    edges = draw(st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(keys)), max_size=20)) if keys else []
    return lanes, edges


def points(route: Route) -> Iterator[tuple[float, float]]:
    """Points along a path of M, L and C commands, dense enough to meet any box that lies on it."""
    numbers = [
        (command, [float(n) for n in re.findall(r"-?[\d.]+", rest)])
        for command, rest in re.findall(r"([MLC])([^MLC]*)", route.path)
    ]
    x = y = 0.0
    for command, n in numbers:
        if command == "M":
            x, y = n
            continue
        steps = range(1, 41)
        if command == "L":
            yield from ((x + (n[0] - x) * t / 40, y + (n[1] - y) * t / 40) for t in steps)
        else:
            a, b, c, d, e, f = n
            for t in (s / 40 for s in steps):
                u = 1 - t
                yield (
                    u**3 * x + 3 * u * u * t * a + 3 * u * t * t * c + t**3 * e,
                    u**3 * y + 3 * u * u * t * b + 3 * u * t * t * d + t**3 * f,
                )
        x, y = n[-2:]


@settings(max_examples=150, deadline=None)
@given(maps())
def test_no_link_passes_behind_a_box(drawn: tuple[list[list[str]], list[tuple[str, str]]]) -> None:
    lanes, edges = drawn
    found: Plan = plan(lanes, edges)
    assert set(found.boxes) == {key for lane in lanes for key in lane}
    assert {route.edge for route in found.routes} == {edge for edge in edges if edge[0] != edge[1]}
    for route in found.routes:
        for x, y in points(route):
            for box in found.boxes.values():
                inside = box.left + 0.01 < x < box.left + box.width - 0.01 and box.top + 0.1 < y < box.top + BOX - 0.1
                assert not inside, f"{route.edge} passes behind {box.key}"


@given(maps())
def test_boxes_of_a_lane_stand_apart_and_inside(drawn: tuple[list[list[str]], list[tuple[str, str]]]) -> None:
    lanes, edges = drawn
    found = plan(lanes, edges)
    for lane in lanes:
        row = sorted((found.boxes[key] for key in lane), key=lambda box: box.left)
        assert all(box.left >= 0 and box.left + box.width <= 100.001 for box in row)
        assert all(one.left + one.width < other.left for one, other in itertools.pairwise(row))


def test_a_straight_ladder_has_no_crossing_of_its_own_making() -> None:
    found = plan([["b", "a"], ["c", "d"]], [("c", "a"), ("d", "b")])
    order = sorted(["a", "b"], key=lambda key: found.boxes[key].left)
    other = sorted(["c", "d"], key=lambda key: found.boxes[key].left)
    assert (order, other) in ((["a", "b"], ["c", "d"]), (["b", "a"], ["d", "c"]))
