"""Names what the values of a metric in a year depend on, so that a refresh computes those alone whose name changed.

A value looks back, never ahead: it depends on the states of its own base period and of earlier ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from data.calendar import SPANS
from metrics.language.catalog import Catalog
from metrics.states.compiler import digest
from metrics.states.measures import Measure, measures_of
from metrics.states.store import Told
from metrics.time.frame import Frame
from metrics.values.table import Clock, Fresh, late_day

DAY = timedelta(days=1)
WORDS = frozenset({"title", "description", "owner", "tags", "tests"})  # of a definition: no value depends on them


@dataclass(frozen=True)
class Basis:
    """All that values are computed from besides the definitions of metrics.

    `told` says by measure what its states rest on by period, `rests` what they rest on besides; `first` is the first
    base period of the grid; `code` stands for the programs that compute values.
    """

    frame: Frame
    clock: Clock
    fresh: Mapping[str, Fresh]
    told: Mapping[Measure, Told]
    rests: Mapping[Measure, str]
    first: int
    code: str

    @property
    def years(self) -> range:
        """The years in which periods of the value table end."""
        calendar = self.frame.timeline.calendar
        month = calendar.number("month", self.clock.as_of)
        ends = [calendar.period(span, month).end for span in SPANS]
        return range(self.frame.timeline.first(self.first).year, max(ends).year + 1)


def value_stamps(catalog: Catalog, basis: Basis) -> dict[tuple[str, int], str]:
    """By metric and year (in which periods end) a name of all that its values depend on."""
    years = basis.years
    chains = {told: _chain(told, years, basis.frame) for told in _each(basis.told.values())}
    whole = digest(
        basis.code, repr(basis.frame.timeline.calendar), str(basis.frame.timeline.base), _tree(basis.frame),
        str(basis.first), str(basis.clock.history_from), str(catalog.smallest_group),
    )  # fmt: skip
    roles = {(one.table, one.time): told for one, told in basis.told.items() if one.kind == "agg"}
    own = {key: measures_of(catalog, [key]) for key in catalog.metrics}
    found = {}
    for key in catalog.metrics:
        family = _family(catalog, key)
        measures = list(dict.fromkeys(measure for one in family for measure in own[one]))
        said = digest(
            whole,
            *(_definition(catalog, one) for one in family),
            *map(repr, measures),
            *(basis.rests.get(one, "") for one in measures),
        )
        seen = (roles[one.table, one.time] for one in measures if (one.table, one.time) in roles)  # who has reported
        rests = list(_each([*(basis.told[measure] for measure in measures), *seen]))
        late = late_day(catalog, key, basis.fresh)
        due = basis.clock.today - timedelta(days=catalog.metrics[key].due_after_days)
        for year in years:
            clock = [str(_within(day, year, basis.frame)) for day in (late, due)]
            chain = (chains[told][year] for told in rests)
            found[key, year] = digest(said, *clock, *chain, *_running(basis, year))
    return found


def _each(told: Iterable[Told]) -> Iterable[Told]:
    return dict.fromkeys(told)


def _chain(told: Told, years: range, frame: Frame) -> dict[int, str]:
    """By year what all base periods up to its end rest on."""
    by_year: dict[int, list[str]] = {year: [] for year in years}
    for at, stamp in sorted(told.stamps.items()):
        by_year[min(max(frame.timeline.last(at).year, years[0]), years[-1])].append(f"{at}={stamp}")
    begin = digest(told.base, str(min(told.stamps, default=None)))
    links = accumulate((digest(*by_year[year]) for year in years), digest, initial=begin)
    return dict(zip(years, list(links)[1:], strict=True))


def _running(basis: Basis, year: int) -> tuple[str, ...]:
    """The day that counts last, for the year of it and those in which periods end that still run."""
    last = basis.frame.timeline.last(basis.frame.last)
    return (basis.clock.as_of.isoformat(), str(basis.frame.cut_day)) if year >= last.year else ()


def _within(day: date | None, year: int, frame: Frame) -> date | None:
    """A day before which something else holds than after it, no further off than the days of a year's periods."""
    if day is None:
        return None
    first, last = frame.timeline.first(frame.last), frame.timeline.last(frame.last)
    low, high = date(year, 1, 1), date(year, 12, 31)
    if year >= last.year:
        low, high = min(low, first), last
    return min(max(day, low - DAY), high + DAY)


def _family(catalog: Catalog, key: str) -> list[str]:
    """A metric and those that it is computed from, all the way down."""
    found = {key: None}
    for part in catalog.parts(key):
        found |= dict.fromkeys(_family(catalog, part))
    return list(found)


def _definition(catalog: Catalog, key: str) -> str:
    tables = (catalog.tables[table].model_dump_json() for table in sorted(catalog.tables_of(key)))
    return digest(catalog.metrics[key].model_dump_json(exclude=set(WORDS)), *tables)


def _tree(frame: Frame) -> str:
    tree = frame.tree
    return "" if tree is None else repr([(u.key, u.level, u.memberships, u.start, u.end) for u in tree.units.values()])
