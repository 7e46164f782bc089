"""A question to the metrics: which of them, cut by what, of which rows and periods; and where it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from data.calendar import Calendar, Grain
from data.organisation import History, Tree
from metrics.language.catalog import Catalog

Absent = Literal["gap", "zero", "null"]


@dataclass(frozen=True)
class Query:
    """Any metrics by anything that every table below them has.

    `by`: `unit` (to which a row belongs), `unit.<level>` (its ancestor there as the tree stood), a dimension by name,
    `join.dimension`, `join` alone (the key of that entity), with a suffix for a date's grain (`born.month`) or part
    (`born.month_of_year`, `time.day_of_week`). `where`: SQL conditions over the same names, all of which must hold;
    `unit = 'east'` means in east or below. `having`: conditions on the metrics that come out. `grain`: a row for each
    period, named by its first day in the column `time`; without it one number over all days from `start` to `end`, both
    inclusive (default: all history up to the last day that counts). `order`: columns of the answer, `-` before one for
    largest first. `absent`: what it means that a unit or member has no rows. `gap`: unknown, so the sum over it is
    unknown too, as in the value table; `zero`: nothing happened; `null`: no value, as in plain SQL. By default `gap`
    where only units and time cut, else `zero`. `calendar`: one of `calendars:` in workspace.yaml, in whose periods is
    counted; `history`: units `as_was` or `restated` to the last day, where it shall not be as units.yaml says.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    having: tuple[str, ...] = ()
    grain: Grain | None = None
    start: date | None = None
    end: date | None = None
    order: tuple[str, ...] = ()
    limit: int | None = None
    absent: Absent | None = None
    calendar: str | None = None
    history: History | None = None


@dataclass(frozen=True)
class Sight:
    """Where a question is asked: definitions, units (None: rows belong to no units), calendar, last day that counts.

    `scope` holds the units that the asker may see; None: all. Nothing outside them is read, but for what hung below
    one of them when it happened. `kept_back`: what the value table withholds of metrics about people, by metric the
    units and last days of months.
    """

    catalog: Catalog
    tree: Tree | None
    calendar: Calendar
    as_of: date
    scope: frozenset[str] | None = None
    kept_back: Mapping[str, frozenset[tuple[str, date]]] = field(default_factory=dict)
