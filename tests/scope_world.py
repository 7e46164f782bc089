"""What tests of scope share: viewers of a part of the demo, what is hidden from each, and whether a text tells it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import class_mapper

from access.policy import Policy
from access.viewer import Grant, Viewer
from flows.lens import Lens
from flows.opened import Opened
from metrics.scoring.waterfall import Side
from metrics.values.reading import read_values
from strategy.tables import Base
from views.desk import Desk, below
from views.scorecard import Shown

MARK = "\u27e6{}\u27e7"  # around a key: titles that stand nowhere else
CLOSED = (Opened, Policy, Lens, Path, Viewer, Side, Shown)  # what a desk and its scores are made of, not what is told


def marked(opened: Opened) -> Opened:
    """A snapshot whose metrics and perspectives bear titles by which they are found in any text."""
    workspace = opened.workspace
    metrics = {
        key: one.model_copy(update={"title": MARK.format(key), "description": MARK.format(f"about {key}")})
        for key, one in workspace.metrics.items()
    }
    titles = {key: MARK.format(f"perspective {key}") for key in workspace.perspectives}
    settings = workspace.settings.model_copy(update={"perspectives": titles})
    catalog = replace(opened.catalog, metrics=metrics)
    return replace(opened, workspace=replace(workspace, settings=settings, catalog=catalog), catalog=catalog)


def desk_for(opened: Opened, folder: Path, state: Any, grants: Sequence[Grant], person: str = "jonas_brandt") -> Desk:
    """The desk of somebody who holds these roles."""
    policy = Policy(
        opened.workspace.roles, lambda key: below(opened.tree, opened.manifest.as_of, key), opened.tree.root
    )
    return Desk(Viewer(person, "Somebody", "", tuple(grants)), opened, policy, folder, state)


@dataclass(frozen=True)
class Secrets:
    """What must not appear: keys as words, titles in marks, and numbers as they are written out in full."""

    keys: frozenset[str]
    titles: frozenset[str]
    numbers: frozenset[str]

    def told_by(self, what: object) -> list[str]:
        """Which of them something tells."""
        said = list(texts(what))
        text, alone = "\n".join(said), set(said)
        found = [key for key in self.keys if _names(key, text, alone)]
        found += [title for title in self.titles if title in text]
        return sorted([*found, *(self.numbers & set(re.findall(r"-?\d+\.\d{4,}", text)))])


def _names(key: str, text: str, alone: set[str]) -> bool:
    """Whether a text names a metric by its key; one that is an English word must stand where a key stands."""
    if "_" not in key:
        return key in alone or bool(re.search(rf"(metric=|metrics/\w+/|\"){key}\b", text))
    return bool(re.search(rf"(?<![a-z0-9_]){re.escape(key)}(?![a-z0-9_])", text))


def secrets_of(desk: Desk) -> Secrets:
    """The metrics and perspectives that a viewer sees of no unit, and the figures that he sees of none of his."""
    every = desk.opened.all.workspace
    named = {*every.catalog.tables, *(name for source in every.sources.values() for name in source.datasets)}
    hidden = every.metrics.keys() - desk.lens.metrics
    shut = every.perspectives.keys() - desk.opened.workspace.perspectives.keys()
    titles = {MARK.format(key) for key in hidden} | {MARK.format(f"perspective {key}") for key in shut}
    units = sorted(desk.opened.tree.units)
    month = desk.periods("month")[0]
    values = read_values(
        desk.opened.engine(), dict(every.metrics), list(every.metrics), units, "month", month.end, month.end
    )
    seen = {repr(one.value) for one in values if desk.lens.sees(one.metric, one.unit)}
    mine = [one for one in values if not desk.lens.sees(one.metric, one.unit)]
    told = {repr(one.value) for one in mine if one.value is not None and not _simple(one.value)}
    return Secrets(frozenset(hidden - named), frozenset(titles), frozenset(told) - seen)


def _simple(value: float) -> bool:
    """Whether a number is one that others may be by chance: a whole one, or a fraction of small ones."""
    return abs(float(Fraction(value).limit_denominator(2000)) - value) < 1e-12


def texts(what: object, depth: int = 0) -> Iterator[str]:
    """Every text, number and key in something that was told, however deep it lies."""
    if what is None or depth > 12 or isinstance(what, CLOSED) or callable(what):
        return
    if isinstance(what, str | bool | int | float | date | Enum):
        yield what if isinstance(what, str) else repr(what)
        return
    below = parts(what)
    if below is None:
        yield str(what)
        return
    for one in below:
        yield from texts(one, depth + 1)


def parts(what: object) -> Iterable[object] | None:
    """What something is made of: fields with their values; None where it is made of nothing else."""
    if isinstance(what, BaseModel):
        return [getattr(what, name) for name in type(what).model_fields]
    if isinstance(what, Base):
        return [getattr(what, one.key) for one in class_mapper(type(what)).columns]
    if is_dataclass(what):
        return [getattr(what, one.name, None) for one in fields(what)]
    if isinstance(what, Mapping):
        return [*what.keys(), *what.values()]
    return what if isinstance(what, list | tuple | set | frozenset) else None
