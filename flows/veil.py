"""What people wrote about metrics that one viewer does not see: left out of every read of the state, by construction.

A record is left out where a metric or perspective that it names is not seen, or where one is that it belongs to.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import JSON, Engine, String, Table, and_, cast, not_, or_, select
from sqlalchemy.orm import class_mapper, with_loader_criteria

from flows.lens import Lens
from flows.opened import Opened
from strategy.commands import Command
from strategy.glance import newest_seal
from strategy.rooms import record_kinds
from strategy.state import BOOKS, IN_VIEW, reading
from strategy.tables import Audit, AuditChange, Draft, Note, Record

METRICS = ("metric", "leading", "lagging")  # columns that say what a record is about
ASIDE = {
    "expected_metric": ("expected_change", "value_before", "value_after"),
    "progress_metric": ("baseline", "target"),
}
LISTS = ("metrics",)
SUBJECTS = (("subject_kind", "subject"), ("subject_table", "subject_key"), ("subject_table", "subject"))


@dataclass(frozen=True)
class Veil:
    """What the state does not tell a viewer: `hidden` keys by table, `shut` metrics of which he sees no unit."""

    lens: Lens
    hidden: Mapping[str, frozenset[str]]
    shut: frozenset[str]
    titles: tuple[str, ...]
    known: frozenset[str]
    perspectives: frozenset[str] = field(default_factory=frozenset)

    def hides(self, metric: str | None, unit: str | None) -> bool:
        """Whether a metric of a unit (None: of any) is not his to see; what no file defines any more is no secret."""
        return hides(self.lens, self.known, metric, unit)

    @cached_property
    def options(self) -> tuple[Any, ...]:
        """The conditions that every select of these kinds of record gets."""
        made = [
            with_loader_criteria(kind, kind.key.not_in(sorted(self.hidden[kind.__tablename__])))
            for kind in record_kinds()
            if self.hidden.get(kind.__tablename__)
        ]
        gone = [
            and_(AuditChange.kind == table, AuditChange.key.in_(sorted(keys)))
            for table, keys in self.hidden.items()
            if keys
        ]
        if gone:
            made.append(with_loader_criteria(AuditChange, not_(or_(*gone))))
        pairs = [
            and_(Note.unit == unit, Note.metric.in_(sorted(self.known - seen)))
            for unit, seen in self.lens.by_unit.items()
        ]
        elsewhere = and_(Note.unit.not_in(sorted(self.lens.by_unit)), Note.metric.in_(sorted(self.shut)))
        made.append(with_loader_criteria(Note, not_(or_(elsewhere, *pairs))))
        if self.shut:
            made.append(with_loader_criteria(Draft, Draft.metric.not_in(sorted(self.shut))))
            said = cast(Audit.payload, String)
            told = [said.not_like(f'%"{_escaped(key)}"%', escape="\\") for key in sorted(self.shut)]
            made.append(with_loader_criteria(Audit, and_(*told)))
        return tuple(made)

    def scrubbed(self, values: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """Fields of a record, as an audit row keeps them, without what they say of metrics that are not seen."""
        kept: Mapping[str, Any] | None = self._within(dict(values)) if values else values
        return kept

    def scrub(self, record: Record) -> None:
        """Take out of a record, which is detached, what it says of metrics that are not seen."""
        unit = record.scope
        for name, numbers in ASIDE.items():
            if self.hides(getattr(record, name, None), unit):
                for one in numbers:
                    setattr(record, one, None)
                setattr(record, name, "" if name == "progress_metric" else None)
        for column in class_mapper(type(record)).columns:
            if isinstance(column.type, JSON) and getattr(record, column.key) is not None:
                before = getattr(record, column.key)
                after = self._within(before)
                if after != before:
                    sound = getattr(record, "sound", True)
                    setattr(record, column.key, after)
                    record.__dict__["in_part"] = bool(sound)

    def touched(self, command: Command, kept: Collection[str] = ()) -> bool:
        """Whether a command is about a record, or names a metric, that the viewer does not see.

        `kept`: metrics that its lists may name, since they are there already and shall stay.
        """
        kind = getattr(type(command), "kind", None)
        key = getattr(command, "key", None)
        if isinstance(kind, type) and issubclass(kind, Record) and key in self.hidden.get(kind.__tablename__, ()):
            return True
        payload = command.payload()
        about = {**payload, "metric": payload.get("metric")}
        named = [payload.get(name) for name in (*METRICS, *ASIDE)]
        unit = command.unit_of()
        lists = [one for value in payload.values() if isinstance(value, list) for one in value if isinstance(one, dict)]
        named += [one.get("metric") for one in lists if one.get("metric") not in kept]
        return self._names(about) or any(isinstance(one, str) and self.hides(one, unit) for one in named)

    def _within(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._within(one) for one in value if not self._names(one)]
        if isinstance(value, dict):
            kept = {key: self._within(one) for key, one in value.items() if key not in self.shut}
            if self.hides(kept.get("expected_metric"), kept.get("unit")):
                kept |= dict.fromkeys(name for name in ("expected_metric", *ASIDE["expected_metric"]) if name in kept)
            return kept
        return "" if isinstance(value, str) and self._tells(value) else value

    def _names(self, value: Any) -> bool:
        if isinstance(value, dict):
            unit = value.get("unit") or value.get("about")
            about = any(self.hides(value.get(name), unit) for name in METRICS)
            return about or value.get("objective") in self.hidden.get("objective", ()) or self._subject(value)
        return isinstance(value, str) and self._tells(value)

    def _subject(self, value: Mapping[str, Any]) -> bool:
        return any(
            value.get(key) in self.hidden.get(str(value.get(kind)), ()) for kind, key in SUBJECTS if value.get(kind)
        )

    def _tells(self, text: str) -> bool:
        return text in self.shut or any(title in text for title in self.titles)


def _escaped(key: str) -> str:
    return key.replace("_", "\\_")


def hides(lens: Lens, known: frozenset[str], metric: str | None, unit: str | None) -> bool:
    """Whether a metric of a unit (None, or one of which no metric is seen: of any) is not in view."""
    if not metric or metric not in known:
        return False
    return metric not in lens.by_unit.get(unit or "", lens.metrics)


def in_view(state: Engine, opened: Opened, lens: Lens) -> Engine:
    """The state as a viewer reads it; the state itself where he sees every metric."""
    if lens.whole:
        return _plain(state)
    return _in_view(_plain(state), newest_seal(state), opened.all.id, _Kept(opened.all, lens))


def _plain(state: Engine) -> Engine:
    """The whole state, for all runs."""
    books: Engine = state.get_execution_options().get(BOOKS, state)
    return books


class _Kept:
    """A snapshot and a lens as a key."""

    def __init__(self, opened: Opened, lens: Lens) -> None:
        self.opened, self.lens = opened, lens

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other.opened is self.opened and other.lens is self.lens

    def __hash__(self) -> int:
        return hash((id(self.opened), id(self.lens)))


@lru_cache(maxsize=64)
def _in_view(state: Engine, _seal: str, _snapshot: str, kept: _Kept) -> Engine:
    metrics = kept.opened.workspace.metrics
    known = frozenset(metrics)
    shut = known - kept.lens.metrics
    titles = tuple(metrics[key].title for key in sorted(shut))
    shown = frozenset(key for key in kept.opened.workspace.perspectives if kept.lens.shows(key))
    veil = Veil(kept.lens, hidden_keys(state, kept.lens, known), shut, titles, known, shown)
    return state.execution_options(**{IN_VIEW: veil, BOOKS: state})


def hidden_keys(state: Engine, lens: Lens, known: frozenset[str]) -> dict[str, frozenset[str]]:
    """By table the keys of the records that are not in view; what belongs to one of them is not, either."""
    rows: dict[str, list[Mapping[Any, Any]]] = {}
    with reading(state) as session:
        for kind in record_kinds():
            table = Record.metadata.tables[kind.__tablename__]
            columns = _telling(table)
            if columns:
                scope = [] if kind.WHOLE else [table.c.unit]
                asked = select(table.c.key, *scope, *(table.c[name] for name in columns))
                rows[table.name] = list(session.execute(asked).mappings())
    hidden: dict[str, frozenset[str]] = {}
    while True:  # what belongs to a hidden record is found in the next round
        found = {
            name: frozenset(row["key"] for row in of if _gone(row, Record.metadata.tables[name], lens, known, hidden))
            for name, of in rows.items()
        }
        if found == hidden:
            return found
        hidden = found


def _telling(table: Table) -> list[str]:
    """The columns by which one tells whether a record is in view."""
    names = {*METRICS, *LISTS, "perspective", "objective", *(name for pair in SUBJECTS for name in pair)}
    return [column.name for column in table.columns if column.name in names or _belongs(table, column.name)]


def _belongs(table: Table, name: str) -> str:
    """The table of the record that a column points to; empty for none, and for one of the same table."""
    for key in table.columns[name].foreign_keys:
        if key.column.table.name != table.name and key.column.name == "key":
            return str(key.column.table.name)
    return ""


def _gone(
    row: Mapping[Any, Any], table: Table, lens: Lens, known: frozenset[str], hidden: Mapping[str, frozenset[str]]
) -> bool:
    unit = row.get("unit")
    if any(hides(lens, known, row.get(name), unit) for name in METRICS):
        return True
    if any(hides(lens, known, one, unit) for name in LISTS for one in row.get(name) or ()):
        return True
    if row.get("perspective") and not lens.shows(row["perspective"], unit if unit in lens.by_unit else None):
        return True
    if row.get("objective") in hidden.get("objective", ()):
        return True
    if row.get("subject_kind") == "metric" and hides(lens, known, row.get("subject"), unit):
        return True
    if any(row.get(key) in hidden.get(str(row.get(kind)), ()) for kind, key in SUBJECTS if row.get(kind)):
        return True
    return any(
        row[name] in hidden.get(of, ()) for name in row if name in table.columns and (of := _belongs(table, name))
    )
