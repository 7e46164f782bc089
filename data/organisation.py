"""What a workspace says of itself: settings (workspace.yaml), and units with dated membership (units.yaml)."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data.calendar import Calendar, parse_month
from data.calendar_models import CalendarModel
from data.documents import nearest
from data.errors import QueryError
from data.limits import LimitsModel
from data.lint import WorkspaceLint
from data.writing import Stated

STRICT = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
KEY = r"^[a-z][a-z0-9_]*$"
Key = Annotated[str, Field(pattern=KEY, description="snake_case name")]
History = Literal["as_was", "restated"]
LONG_AGO, FAR_AHEAD = date(1, 1, 1), date(9999, 12, 31)


class RetentionModel(BaseModel):
    """How many snapshots are kept."""

    model_config = STRICT
    snapshots: Annotated[int, Field(ge=1)] = 10


class EngineModel(BaseModel):
    """An engine in which facts may stay (datasets of `connector: in_place`): its kind, and its address.

    ${NAME} in the address is replaced from the environment, so that no password stands in a workspace.
    """

    model_config = STRICT
    kind: str
    address: str


class Settings(BaseModel):
    """workspace.yaml."""

    model_config = STRICT
    name: str
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    today: date | None = None
    open_period: Literal["hide", "show"] = "hide"
    calendar: CalendarModel = Field(default_factory=CalendarModel)
    calendars: dict[Key, CalendarModel] = {}
    base_period: Literal["month"] = "month"
    history_from: Stated | None = None
    perspectives: dict[Key, str] = Field(
        default={
            "financial": "Financial",
            "customer": "Customer",
            "process": "Internal process",
            "people": "Learning & growth",
        },
        min_length=1,
    )
    retention: RetentionModel = RetentionModel()
    lint: WorkspaceLint = WorkspaceLint()
    engine: Literal["duckdb"] | EngineModel = "duckdb"
    limits: LimitsModel = LimitsModel()
    smallest_group: Annotated[int, Field(ge=1, le=100)] = 5

    def clock(self, now: date) -> date:
        """The day that counts as today: the pinned one, else `now`."""
        return self.today or now

    def as_of(self, now: date, calendar: Calendar | None = None) -> date:
        """The last day whose facts count: end of the last closed month of a calendar (None: the one described here).

        Yesterday, when the open period is shown.
        """
        today = self.clock(now)
        if self.open_period == "show":
            return today - timedelta(days=1)
        return (calendar or self.calendar_of()).last_closed(today)

    def calendar_of(self) -> Calendar:
        """The calendar that these settings describe by themselves, without a table."""
        return self.calendar.calendar()


class MembershipModel(BaseModel):
    """Where a unit belongs, from a day to a day, both inclusive."""

    model_config = STRICT
    unit: Key
    from_: Annotated[date | None, Field(alias="from")] = None
    to: date | None = None


class UnitModel(BaseModel):
    """One unit of the organisation."""

    model_config = STRICT
    key: Key
    title: str
    level: Key
    parent: Key | tuple[MembershipModel, ...] | None = None
    from_: Annotated[date | None, Field(alias="from")] = None
    to: date | None = None


class UnitTableModel(BaseModel):
    """The dataset that the tree is read from, and which of its columns say what."""

    model_config = STRICT
    dataset: Key
    key: str
    title: str
    level: str
    parent: str
    from_: Annotated[str | None, Field(alias="from")] = None
    to: str | None = None


class UnitsModel(BaseModel):
    """units.yaml: the tree itself, or the table it is read from."""

    model_config = STRICT
    levels: Annotated[tuple[Key, ...], Field(min_length=1)]
    history: History = "as_was"
    units: tuple[UnitModel, ...] = ()
    table: UnitTableModel | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "UnitsModel":
        if bool(self.units) == bool(self.table):
            raise ValueError("give either `units:` (a list) or `table:` (a dataset), and not both")
        return self


@dataclass(frozen=True)
class Membership:
    """A unit belongs to `parent` from `start` to `end`, both inclusive; `end` is the last day of a month."""

    parent: str
    start: date = LONG_AGO
    end: date = FAR_AHEAD


@dataclass(frozen=True)
class Unit:
    """A unit of the organisation; `memberships` is empty for the root."""

    key: str
    title: str
    level: str
    memberships: tuple[Membership, ...] = ()
    start: date = LONG_AGO
    end: date = FAR_AHEAD

    def parent(self, on: date) -> str | None:
        """The key of the parent on a day; None for the root or while the unit belongs nowhere."""
        return next((m.parent for m in self.memberships if m.start <= on <= m.end), None)


@dataclass(frozen=True)
class Tree:
    """All units by key, parents before their children, and the names of the levels, top first."""

    units: Mapping[str, Unit]
    levels: tuple[str, ...]
    _cache: dict[tuple[str, date], tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    _below: dict[int, Mapping[str, tuple[str, ...]]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def root(self) -> str:
        """The key of the one unit without a parent."""
        return next(unit.key for unit in self.units.values() if not unit.memberships)

    def __contains__(self, key: object) -> bool:
        return key in self.units

    def ancestors(self, key: str, on: date) -> tuple[str, ...]:
        """The unit itself and everything above it on a day, nearest first."""
        known = self._cache.get((key, on))
        if known is None:
            chain = [key]
            while (parent := self.units[chain[-1]].parent(on)) is not None:
                chain.append(parent)
            known = self._cache[(key, on)] = tuple(chain)
        return known

    def children(self, key: str, on: date) -> tuple[str, ...]:
        """The units directly below on a day, in the order of the file."""
        return self._families(on).get(key, ())

    def descendants(self, key: str, on: date) -> tuple[str, ...]:
        """The unit itself and everything below it on a day, depth first."""
        return (key, *(below for child in self.children(key, on) for below in self.descendants(child, on)))

    def _families(self, on: date) -> Mapping[str, tuple[str, ...]]:
        """Parent > children on a day; found once for each stretch of days in which the tree stands still."""
        stretch = bisect_right(self._changes, on)
        known = self._below.get(stretch)
        if known is None:
            families: dict[str, tuple[str, ...]] = {}
            for unit in self.units.values():
                if (parent := unit.parent(on)) is not None:
                    families[parent] = (*families.get(parent, ()), unit.key)
            known = self._below[stretch] = families
        return known

    def within(self, calendar: Calendar) -> "Tree":
        """The same tree with each membership lasting to the end of its last month of a calendar."""
        units = {u.key: replace(u, memberships=_in_months(u.memberships, u, calendar)) for u in self.units.values()}
        return Tree(units, self.levels)

    def restated(self, on: date) -> "Tree":
        """The tree of one day for all time; a unit that belongs nowhere on it keeps its place before it, or after.

        Raises `QueryError` where such places form a circle.
        """
        units: dict[str, Unit] = {}
        for unit in self.units.values():
            earlier = [m for m in unit.memberships if m.start <= on]
            kept = (earlier[-1] if earlier else unit.memberships[0],) if unit.memberships else ()
            units[unit.key] = replace(unit, memberships=tuple(Membership(m.parent) for m in kept))
        for index, message, hint in _loops(units, list(units)):
            raise QueryError(f"units.yaml: units.{index}: `history: restated` on {on}: {message} ({hint})")
        return Tree(_parents_first(units), self.levels)

    def changes(self) -> tuple[date, ...]:
        """The days on which some membership begins or ends, in order: between two of them the tree stands still."""
        return self._changes

    @cached_property
    def _changes(self) -> tuple[date, ...]:
        days = {m.start for unit in self.units.values() for m in unit.memberships}
        days |= {
            m.end + timedelta(days=1) for unit in self.units.values() for m in unit.memberships if m.end < FAR_AHEAD
        }
        return tuple(sorted(days))


def tree_of(
    units: Sequence[UnitModel], levels: tuple[str, ...], calendar: Calendar | None = None
) -> tuple[Tree, list[tuple[int, str, str]]]:
    """The tree, and its faults as (index of the unit, message, hint); the tree is usable when there are none.

    Memberships last to the end of their last month of the calendar (None: calendar months).
    """
    calendar = calendar or Calendar()
    faults: list[tuple[int, str, str]] = []
    known = {unit.key for unit in units}
    built: dict[str, Unit] = {}
    for index, model in enumerate(units):
        if model.key in built:
            faults.append((index, f"the unit '{model.key}' stands twice", "keys are unique"))
            continue
        memberships = _memberships(model)
        faults += [
            (index, f"the parent '{m.parent}' is not a unit", nearest(m.parent, known))
            for m in memberships
            if m.parent not in known
        ]
        if memberships and not _in_months(memberships, model, calendar):
            faults.append((index, f"'{model.key}' ends before it begins", "swap `from` and `to`"))
        for earlier, later in pairwise(memberships):
            if later.start <= earlier.end:
                when = f"on {later.start}" if later.start > LONG_AGO else "at once"
                faults.append((index, f"'{model.key}' belongs to two parents {when}", "end one the day before"))
        if model.level not in levels:
            faults.append((index, f"'{model.level}' is not a level", nearest(model.level, levels)))
        built[model.key] = Unit(
            model.key,
            model.title,
            model.level,
            _in_months(memberships, model, calendar),
            model.from_ or LONG_AGO,
            model.to or FAR_AHEAD,
        )
    roots = [index for index, model in enumerate(units) if not _memberships(model)]
    if len(roots) != 1:
        faults.append((roots[1] if len(roots) > 1 else 0, f"{len(roots)} units have no parent; one is the root", ""))
    if faults:
        return Tree(built, levels), faults
    faults += _loops(built, [model.key for model in units])
    return (Tree(built, levels) if faults else Tree(_parents_first(built), levels)), faults


def _memberships(model: UnitModel) -> tuple[Membership, ...]:
    if model.parent is None:
        return ()
    if isinstance(model.parent, str):
        return (Membership(model.parent, model.from_ or LONG_AGO, model.to or FAR_AHEAD),)
    found = [Membership(m.unit, m.from_ or LONG_AGO, m.to or FAR_AHEAD) for m in model.parent]
    return tuple(sorted(found, key=lambda m: m.start))


def _in_months(
    memberships: tuple[Membership, ...], model: UnitModel | Unit, calendar: Calendar
) -> tuple[Membership, ...]:
    """Memberships within the unit's life, each to the end of its last month unless another begins in it."""
    if isinstance(model, Unit):
        born, died = model.start, model.end
    else:
        born, died = model.from_ or LONG_AGO, model.to or FAR_AHEAD
    found = []
    for at, m in enumerate(memberships):
        start, end = max(m.start, born), min(m.end, died)
        if start <= end:
            following = memberships[at + 1].start if at + 1 < len(memberships) else FAR_AHEAD
            free = following - timedelta(days=1) if start < following < FAR_AHEAD else FAR_AHEAD
            found.append(Membership(m.parent, start, min(_month_end(calendar, end), free)))
    return tuple(found)


def _month_end(calendar: Calendar, day: date) -> date:
    return calendar.last("month", calendar.number("month", day)) if calendar.knows(day) else day


def _loops(units: Mapping[str, Unit], order: Sequence[str]) -> list[tuple[int, str, str]]:
    days: Iterable[date] = {m.start for unit in units.values() for m in unit.memberships}
    for day in sorted(days):
        for index, key in enumerate(order):
            chain = [key]
            while (parent := units[chain[-1]].parent(day)) is not None:
                if parent in chain:
                    return [
                        (index, "units go round in a circle: " + " > ".join([*chain, parent]), "break one membership")
                    ]
                chain.append(parent)
    return []


def _parents_first(units: Mapping[str, Unit]) -> dict[str, Unit]:
    ordered: dict[str, Unit] = {}
    going: set[str] = set()  # two units may change places in time; then neither comes first for ever

    def place(unit: Unit) -> None:
        if unit.key not in ordered and unit.key not in going:
            going.add(unit.key)
            for membership in unit.memberships:
                place(units[membership.parent])
            ordered[unit.key] = unit

    for unit in units.values():
        place(unit)
    return ordered


__all__ = [
    "KEY",
    "STRICT",
    "Key",
    "Membership",
    "Settings",
    "Tree",
    "Unit",
    "UnitModel",
    "UnitsModel",
    "parse_month",
    "tree_of",
]
