"""Ways along the arrows of a map: whether one leads back to where it began. Pure."""

from collections.abc import Iterable, Iterator, Mapping

Edge = tuple[str, str]  # cause, effect


def route(edges: Iterable[Edge], start: str, goal: str) -> tuple[str, ...] | None:
    """A shortest way along the arrows, both ends in it; None where none leads there. To itself: that node alone."""
    following = _following(edges)
    reached: dict[str, str | None] = {start: None}
    waiting = [start]
    for here in waiting:
        if here == goal:
            return tuple(_back(reached, goal))[::-1]
        for far in following.get(here, ()):
            if far not in reached:
                reached[far] = here
                waiting.append(far)
    return None


def cycles(edges: Iterable[Edge]) -> list[tuple[str, ...]]:
    """Every knot of arrows that lead back, each once as a shortest way round: its first node stands last, too."""
    known = sorted(set(edges))
    found: list[tuple[str, ...]] = []
    told: set[str] = set()
    for cause, effect in known:
        if cause in told:
            continue
        back = route(known, effect, cause)
        if back is not None:
            found.append((cause, *back))
            told.update(back)
    return found


def _following(edges: Iterable[Edge]) -> Mapping[str, list[str]]:
    following: dict[str, list[str]] = {}
    for cause, effect in edges:
        following.setdefault(cause, []).append(effect)
    return following


def _back(reached: Mapping[str, str | None], goal: str) -> Iterator[str]:
    here: str | None = goal
    while here is not None:
        yield here
        here = reached[here]
