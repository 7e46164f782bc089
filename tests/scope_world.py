"""What tests of scope share: viewers of a part of the demo, what is hidden from each, and whether a text tells it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import class_mapper

from access.policy import Policy
from access.viewer import Grant, Viewer
from data.calendar import Period
from data.organisation import Tree
from flows.lens import Lens
from flows.opened import Opened
from metrics.language.catalog import Catalog
from metrics.scoring.waterfall import Side
from metrics.values.reading import Value, read_values
from strategy.approvals.tables import WaitingClock
from strategy.duties.tables import DecisionRight, Dispute, Duty
from strategy.maps.tables import Link
from strategy.reading import read
from strategy.rooms import record_kinds
from strategy.state import BOOKS, IN_VIEW
from strategy.tables import Base, Note, Record
from views.desk import Desk, below
from views.scorecard import Shown

MARK = "\u27e6{}\u27e7"  # around a key: titles that stand nowhere else
NOBODY = "someone_new"  # to whom nothing belongs: what is one's own is told wherever it lies
MARKED = re.compile("\u27e6[^\u27e7]*\u27e7")
CLOSED = (
    Opened,
    Catalog,
    Tree,
    Policy,
    Lens,
    Path,
    Viewer,
    Side,
    Shown,
)  # what a desk and its scores are made of, not what is told
PHRASES = {"not due in this period", "ideas/100 people"}
LONG = 14  # characters from which on a text is told by nobody by chance
WORD = re.compile(r"[\w\u27e6\u27e7]+")
NAME = re.compile(r"[A-Za-z0-9_]+(?:[.:-][A-Za-z0-9_]+)*")


def marked(opened: Opened) -> Opened:
    """A snapshot whose metrics, perspectives and units bear titles by which they are found in any text."""
    workspace = opened.workspace
    metrics = {
        key: one.model_copy(update={"title": MARK.format(key), "description": MARK.format(f"about {key}")})
        for key, one in workspace.metrics.items()
    }
    titles = {key: MARK.format(f"perspective {key}") for key in workspace.perspectives}
    settings = workspace.settings.model_copy(update={"perspectives": titles})
    catalog = replace(opened.catalog, metrics=metrics)
    return replace(
        opened,
        workspace=replace(workspace, settings=settings, catalog=catalog),
        catalog=catalog,
        tree=_marked(opened.tree),
        as_was=_marked(opened.as_was),
    )


def _marked(tree: Tree) -> Tree:
    units = {key: replace(one, title=MARK.format(f"unit {key}")) for key, one in tree.units.items()}
    return Tree(units, tree.levels)


def desk_for(opened: Opened, folder: Path, state: Any, grants: Sequence[Grant], person: str = NOBODY) -> Desk:
    """The desk of somebody who holds these roles."""
    policy = Policy(
        opened.workspace.roles, lambda key: below(opened.tree, opened.manifest.as_of, key), opened.tree.root
    )
    return Desk(Viewer(person, "Somebody", "", tuple(grants)), opened, policy, folder, state)


@dataclass(frozen=True)
class Secrets:
    """What must not appear: keys, titles in marks, words that people wrote, and numbers as they are written in full."""

    keys: frozenset[str]
    titles: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    def told_by(self, what: object) -> list[str]:
        """Which of them something tells."""
        said = set(texts(what))
        text = "\n".join(said)
        found = {key for key in self._plain if _names(key, text, said)}
        found |= (self.keys - self._plain) & set(WORD.findall(text))
        found |= self.titles & set(MARKED.findall(text))
        found |= self.names & (said | set(NAME.findall(text)))
        found |= {words for words in self._begun(text) if words in text}
        return sorted(found | (self.numbers & set(re.findall(r"-?\d+\.\d{4,}", text))))

    @cached_property
    def _plain(self) -> frozenset[str]:
        return frozenset(key for key in self.keys if "_" not in key)

    @cached_property
    def _heads(self) -> Mapping[tuple[str, ...], list[str]]:
        heads: dict[tuple[str, ...], list[str]] = {}
        for words in self.words:
            heads.setdefault(tuple(WORD.findall(words)[:2]), []).append(words)
        return heads

    def _begun(self, text: str) -> Iterator[str]:
        """The texts whose first two words stand in a text."""
        words = WORD.findall(text)
        for pair in set(pairwise(words)):
            yield from self._heads.get(pair, ())


def _names(key: str, text: str, alone: set[str]) -> bool:
    """Whether a text names what is an English word by its key: it must stand where a key stands."""
    return key in alone or bool(re.search(rf"(metric=|metrics/\w+/|\"){key}\b", text))


def secrets_of(desk: Desk) -> Secrets:
    """What a viewer must not be told, by docs/access.md.

    Metrics and perspectives that he sees of no unit, figures that he sees of none of his; units that are neither his
    nor above his; and all that people wrote about either.
    """
    every, tree = desk.opened.all.workspace, desk.opened.tree
    named = {*every.catalog.tables, *(name for source in every.sources.values() for name in source.datasets)}
    hidden = every.metrics.keys() - desk.lens.metrics
    named |= {name for columns in desk.catalog.columns.values() for name in columns or ()}
    named |= set(WORD.findall("\n".join(texts(every.sources))))
    shut = every.perspectives.keys() - desk.opened.workspace.perspectives.keys()
    foreign = tree.units.keys() - near(desk)
    titles = {MARK.format(key) for key in hidden} | {MARK.format(f"perspective {key}") for key in shut}
    titles |= {MARK.format(f"about {key}") for key in hidden} | {MARK.format(f"unit {key}") for key in foreign}
    month = desk.periods("month")[0]
    values = month_values(desk.opened.all, month)
    seen = {repr(one.value) for one in values if desk.lens.sees(one.metric, one.unit)}
    mine = [one for one in values if not desk.lens.sees(one.metric, one.unit)]
    told = {repr(one.value) for one in mine if one.value is not None and not _simple(one.value)}
    names, words = written(desk)
    return Secrets(frozenset(hidden - named), frozenset(titles), frozenset(told) - seen, names, words)


def near(desk: Desk) -> frozenset[str]:
    """The units whose names and plans a viewer is told: those of his roles with all below, and those above them."""
    mine = {unit for grant in desk.viewer.grants for top in grant.units for unit in desk.policy.below(top)}
    return frozenset(above for unit in mine for above in desk.opened.tree.ancestors(unit, desk.as_of))


def told_of_plan(desk: Desk) -> tuple[set[str], list[object]]:
    """Keys and words of the plan that a viewer is told: objectives of units near him in perspectives that he sees."""
    plan, units, lens = desk._whole.plan, near(desk), desk.lens
    sees = desk.may("strategy.view") or desk.may("metric.view")
    goals = {k: one for k, one in plan.known.items() if sees and one.unit in units and lens.shows(one.perspective)}
    works = {key: one for key, one in plan.initiatives.items() if one.objective in goals}
    seen = (one for one in plan.links if {one.leading, one.lagging} - {None} <= lens.metrics)
    links = [one.because for one in seen if one.from_ in goals and one.to in goals]
    words = [(one.title, one.description, one.theme) for one in goals.values()]
    return {*goals, *works}, [plan.vision, links, words, [(one.title, one.note) for one in works.values()]]


def _told_beside(desk: Desk, one: Any) -> bool:
    """Whether a record of a unit that is not the viewer's is told: the map and the rules above, a conflict with his."""
    if not desk.may("strategy.view"):
        return False
    if isinstance(one, Link | DecisionRight | WaitingClock | Duty):
        return one.unit in near(desk)
    return isinstance(one, Dispute) and one.other in desk.office.scope()


def _veiled(desk: Desk, one: Record) -> bool:
    veil = desk.state.get_execution_options().get(IN_VIEW)
    return veil is not None and one.key in veil.hidden.get(one.__tablename__, ())


def written(desk: Desk) -> tuple[frozenset[str], frozenset[str]]:
    """Keys of records that are not a viewer's to see, and what people wrote in them; not what stands elsewhere, too."""
    told, words = told_of_plan(desk)
    open_, gone, names = {*texts(words), *texts(desk.opened.all.workspace.people)}, set[str](), set[str]()
    books = desk.state.get_execution_options().get(BOOKS, desk.state)
    for kind in record_kinds():
        mine = {one.key: one for one in desk.office.read(kind)} if desk.may(kind.READ) else {}
        for one in all_records(books, kind):
            if one.key in mine or (_told_beside(desk, one) and not _veiled(desk, one)):
                told.add(one.key)
                open_ |= set(said_in(mine.get(one.key, one)))
            else:
                names.add(one.key)
                gone |= set(said_in(one)) - PHRASES
    for note in all_records(books, Note):
        (open_ if desk.lens.sees(note.metric, note.unit) else gone).add(note.text)
    known = "\n".join(open_)
    long = {one for one in gone - open_ if len(one) >= LONG and len(WORD.findall(one)) > 1 and one not in known}
    return frozenset(one for one in names - told if re.search(r"[_.:\d]", one)), frozenset(long)


@lru_cache(maxsize=64)
def all_records(books: Any, kind: type[Any]) -> list[Any]:
    """All records of a kind, whoever may see them; read once."""
    return read(books, kind)


def said_in(record: Record) -> Iterator[str]:
    """What people wrote in a record, also in its lists."""
    phrases = (
        "narrative",
        "number",
        *(("title",) if getattr(record, "metric", None) else ()),
    )  # a metric's, not people's
    for column in class_mapper(type(record)).columns:
        if isinstance(column.type, Text | JSON | String) and column.key not in phrases:
            yield from (one for one in texts(getattr(record, column.key)) if not re.fullmatch(r"[\w.:@-]+", one))


def month_values(opened: Opened, month: Period) -> list[Value]:
    """All values of a month, whoever may see them; read once."""
    return opened._remembered.get(
        ("every value", month.end),
        lambda: read_values(
            opened.engine(),
            opened.workspace.metrics,
            list(opened.workspace.metrics),
            sorted(opened.tree.units),
            "month",
            month.end,
            month.end,
        ),
    )


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
