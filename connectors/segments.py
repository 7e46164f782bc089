"""Which parts of a dataset are read anew: those that changed; the others keep the fact files that they are in."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from connectors.base import Part
from connectors.placing import Shelf
from data.snapshots import DatasetState, PartState, Segment
from data.warehouse import identifier, literal

LARGE = 8 * 1024 * 1024  # bytes of source that are worth files of their own
MOST = 60  # segments of a dataset; small ones are read again, together, before there are more
RACY = 2_000_000_000  # nanoseconds within which a file can change without another time


@dataclass(frozen=True)
class Seen:
    """A part that was looked at, and what is known of its content (None: it must be read)."""

    part: Part
    state: PartState | None


def look(part: Part, before: DatasetState | None) -> Seen:
    """What is known of a part; its content is only looked through if its stamp says that it may have changed."""
    stamp, now = part.stamp(), time.time_ns()
    for state in (state for segment in before.segments for state in segment.parts) if before else ():
        if state.name == part.name and stamp is not None and state.stamp == stamp and _settled(state):
            return Seen(part, state)
    found = part.fingerprint()
    return Seen(part, None if found is None else PartState(part.name, found, stamp, now, part.size))


def _settled(state: PartState) -> bool:
    """Whether the part was looked at well after it was last written: else it may have been written again meanwhile."""
    return state.stamp is not None and int(state.stamp.split("-")[1]) < state.seen - RACY


def segmented(
    shelf: Shelf, seen: Sequence[Seen], before: DatasetState | None, read: Callable[[Sequence[Seen]], Segment]
) -> tuple[Segment, ...]:
    """All parts in segments: those of `before` whose parts are all as they were, and what `read` makes of the others.

    `before` is what was loaded under the same contract. A key that stands in two segments is a duplicate that only
    reading all parts together can tell of.
    """
    if any(one.state is None for one in seen):
        return (read(seen),)
    kept = _kept(seen, before)
    chunks = _chunks(seen, kept)
    if len(kept) + len(chunks) > MOST:
        kept = [one for one in kept if sum(part.size for part in one.parts) >= LARGE]
        chunks = _chunks(seen, kept)
    if len(kept) + len(chunks) == 1:
        return (kept[0] if kept else read(seen),)
    new = [read(chunk) for chunk in chunks]
    return (read(seen),) if _clash(shelf, kept, new) else (*_fresh(kept, seen), *new)


def _kept(seen: Sequence[Seen], before: DatasetState | None) -> list[Segment]:
    prints = {one.state.name: one.state.fingerprint for one in seen if one.state}
    if before is None:
        return []
    return [one for one in before.segments if all(prints.get(part.name) == part.fingerprint for part in one.parts)]


def _fresh(kept: Sequence[Segment], seen: Sequence[Seen]) -> Iterator[Segment]:
    """Kept segments with the newest stamps of their parts."""
    now = {one.state.name: one.state for one in seen if one.state}
    for one in kept:
        parts = tuple(now[part.name] for part in one.parts)
        yield Segment(parts, one.files, one.rows, one.quarantined, one.newest, one.ignored, one.reason)


def _chunks(seen: Sequence[Seen], kept: Sequence[Segment]) -> list[list[Seen]]:
    """Parts that no kept segment has, in their order, cut where enough has come together."""
    done = {part.name for one in kept for part in one.parts}
    enough = max(LARGE, sum(one.state.size for one in seen if one.state) // (MOST - 8))
    found: list[list[Seen]] = []
    size = enough
    for one in seen:
        if one.part.name in done:
            continue
        if size >= enough:
            found.append([])
            size = 0
        found[-1].append(one)
        size += one.state.size if one.state else 0
    return found


def _clash(shelf: Shelf, kept: Sequence[Segment], new: Sequence[Segment]) -> bool:
    """Whether a key of the new segments stands in another one, too."""
    if not shelf.dataset.key or not new:
        return False
    key = ", ".join(identifier(name) for name in shelf.dataset.key)
    tables: dict[str, str] = {}
    for number, file in enumerate(file for one in (*kept, *new) for file in one.files):
        alias = f"segment_{number}"
        shelf.connection.execute(f"ATTACH {literal(str(shelf.var / file.path))} AS {alias} (READ_ONLY)")
        tables[file.path] = f"SELECT {key} FROM {alias}.main.data"
    old, added = ([tables[file.path] for one in group for file in one.files] for group in (kept, new))
    if len(new) > 1 or not old:
        among = f"SELECT 1 FROM ({' UNION ALL '.join(added)}) GROUP BY {key} HAVING count(*) > 1 LIMIT 1"
    else:
        among = "SELECT 1 WHERE false"
    queries = [among]
    if old and added:
        both = f"({' UNION ALL '.join(old)}) AS o SEMI JOIN ({' UNION ALL '.join(added)}) AS n USING ({key})"
        queries.append(f"SELECT 1 FROM {both} LIMIT 1")
    clash = any(shelf.connection.execute(query).fetchone() for query in queries)
    for number in range(len(tables)):
        shelf.connection.execute(f"DETACH segment_{number}")
    return clash
