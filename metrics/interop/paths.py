"""How one table reaches the columns of another: dbt's entities as Fourfold's joins."""

from dataclasses import dataclass

from metrics.interop.filters import FilterError, Item
from metrics.interop.semantics import Dimension, Entity, Model, Semantics

JOINED: frozenset[tuple[str, str]] = frozenset(
    {(left, right) for left in ("primary", "unique", "foreign") for right in ("primary", "unique", "natural")}
    | {("natural", "primary"), ("natural", "unique")}
)
"""Which kinds of entity meet in a join without multiplying rows: ours, theirs."""
MOST_HOPS = 2


@dataclass(frozen=True)
class Hop:
    """A join from one model to another, by an entity that both have."""

    name: str
    model: str
    entity: str


@dataclass(frozen=True)
class Found:
    """Where an item lies: the joins to its model, the model, and what it is there."""

    hops: tuple[Hop, ...]
    model: Model
    what: Dimension | Entity


class Paths:
    """The joins of every model, and the items that they reach."""

    def __init__(self, semantics: Semantics) -> None:
        self.semantics = semantics
        self.hops = {model.name: self._hops(model) for model in semantics.models.values()}

    def _hops(self, model: Model) -> tuple[Hop, ...]:
        found: list[Hop] = []
        taken: set[str] = set()
        for entity in model.entities:
            for other in self.semantics.models.values():
                theirs = other.entity(entity.name)
                if other.name == model.name or theirs is None or (entity.kind, theirs.kind) not in JOINED:
                    continue
                if theirs.kind == "natural" and other.bound("start") is None:
                    continue
                name = entity.name if entity.name not in taken else f"{entity.name}_{other.name}"
                taken.add(name)
                found.append(Hop(name, other.name, entity.name))
        return tuple(found)

    def find(self, model: Model, item: Item) -> Found:
        """The one place where an item lies, seen from a model; FilterError where there is none or more than one."""
        own = self._here(model, item)
        if own is not None and (not item.links or (len(item.links) == 1 and item.links[0] in model.links)):
            return Found((), model, own)
        found = self._beyond(model, item.links, item)
        if not found:
            raise FilterError(f"{'__'.join((*item.links, item.element))} cannot be reached from {model.name}")
        shortest = [one for one in found if len(one.hops) == min(len(other.hops) for other in found)]
        if len(shortest) > 1:
            ways = " and ".join(sorted(one.model.name for one in shortest))
            raise FilterError(f"{'__'.join((*item.links, item.element))} is ambiguous: {ways} have it")
        return shortest[0]

    def _beyond(self, model: Model, links: tuple[str, ...], item: Item, depth: int = 0) -> list[Found]:
        """Every way that follows the links, one join for each."""
        if not links or depth == MOST_HOPS:
            return []
        found = []
        for hop in self.hops[model.name]:
            if hop.entity != links[0]:
                continue
            other = self.semantics.models[hop.model]
            what = self._here(other, item)
            if len(links) == 1 and what is not None:
                found.append(Found((hop,), other, what))
            found += [
                Found((hop, *further.hops), further.model, further.what)
                for further in self._beyond(other, links[1:], item, depth + 1)
                if further.model.name != model.name
            ]
        return found

    def _here(self, model: Model, item: Item) -> Dimension | Entity | None:
        if item.kind == "entity":
            return model.entity(item.element)
        return model.dimension(item.element) or model.entity(item.element)
