"""Ways on a map, held against plain reachability on random graphs."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from strategy.maps.graph import cycles, route

NODES = st.sampled_from("abcdef")
EDGES = st.lists(st.tuples(NODES, NODES).filter(lambda pair: pair[0] != pair[1]), max_size=12)


def reachable(edges: list[tuple[str, str]], start: str) -> set[str]:
    found = {start}
    for _ in edges:
        found |= {effect for cause, effect in edges if cause in found}
    return found


@given(EDGES, NODES, NODES)
def test_a_way_is_found_where_there_is_one(edges: list[tuple[str, str]], start: str, goal: str) -> None:
    way = route(edges, start, goal)
    assert (way is not None) == (goal in reachable(edges, start))
    if way is not None:
        assert (way[0], way[-1]) == (start, goal)
        assert len(set(way)) == len(way)
        assert set(pairwise(way)) <= set(edges)


@given(EDGES)
def test_every_circle_is_told_and_nothing_else(edges: list[tuple[str, str]]) -> None:
    found = cycles(edges)
    round_ = {node for cause, effect in edges if cause in reachable(edges, effect) for node in (cause, effect)}
    assert bool(found) == bool(round_)
    for way in found:
        assert way[0] == way[-1]
        assert set(pairwise(way)) <= set(edges)


def test_a_shortest_way_round_is_told_once() -> None:
    assert cycles([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]) == [("a", "b", "c", "a")]
