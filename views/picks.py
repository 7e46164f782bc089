"""What a screen is about: unit, period and scorecard, read from an address within the rights of who opens it."""

from collections.abc import Mapping
from dataclasses import dataclass

from access.roles import Permission
from data.calendar import SPANS, Calendar, Period, Span
from data.errors import QueryError
from views.desk import Desk
from views.place import NONE, Place
from views.scorecard import offered
from views.wording import NBSP, period_name, span_words


@dataclass(frozen=True)
class Choice:
    """One entry of a picker: its key in the address, and how it reads. `depth` indents units below units."""

    key: str
    title: str
    depth: int = 0


@dataclass(frozen=True)
class Picks:
    """The choice in force and the choices there are. `notes` tell what an address asked for in vain."""

    unit: str
    unit_title: str
    period: Period
    period_key: str
    period_title: str
    scorecard: str | None
    units: tuple[Choice, ...]
    spans: tuple[Choice, ...]
    periods: tuple[Choice, ...]
    scorecards: tuple[Choice, ...]
    notes: tuple[str, ...]

    @property
    def span(self) -> Span:
        return self.period.span

    @property
    def query(self) -> dict[str, str]:
        """The choice as an address's query."""
        return {
            "unit": self.unit,
            "period": self.period_key,
            **({"scorecard": self.scorecard} if self.scorecard else {}),
        }

    def to(self, page: str, **query: str | None) -> str:
        """The address of a page that is about the same unit, period and scorecard."""
        return Place(page, self.query).with_(**query).href


def picks_of(desk: Desk, asked: Mapping[str, str], needs: Permission, earlier: Mapping[str, str] = NONE) -> Picks:
    """The choice that an address asks for; what is not there, or not his, gives way to the default and is told.

    earlier: what was picked before, for what the address does not say; it gives way in silence.
    Raises QueryError when the viewer has no unit here, or the snapshot no period.
    """
    notes: list[str] = []
    on = desk.as_of
    units = desk.units(on, needs)
    if not units:
        raise QueryError("no unit is open to you here; roles and units are given in people.yaml")
    by_key = {unit.key: unit for unit in units}
    unit = by_key.get(asked.get("unit", earlier.get("unit", "")), units[0])
    if asked.get("unit", unit.key) != unit.key:
        notes.append(f"The unit in this link is not open to you: this is {unit.title}.")
    calendar = desk.workspace.calendar
    known = {span: found for span in SPANS if (found := desk.periods(span))}
    period = _period(calendar, known, asked.get("period", earlier.get("period", "")))
    if asked.get("period", calendar.name(period)) != calendar.name(period):
        notes.append(f"The period in this link has no values: this is {period_name(period, calendar, long=True)}.")
    cards = offered(desk.workspace, desk.viewer.roles, unit.key, unit.level)
    wanted = asked.get("scorecard", earlier.get("scorecard"))
    card = wanted if wanted in cards else next(iter(cards), None)
    if asked.get("scorecard", card) != card:
        notes.append("The scorecard in this link does not exist for this unit and your role.")
    depths = _depths(desk, [u.key for u in units])
    return Picks(
        unit=unit.key,
        unit_title=unit.title,
        period=period,
        period_key=calendar.name(period),
        period_title=period_name(period, calendar, long=True),
        scorecard=card,
        units=tuple(Choice(u.key, u.title, depths[u.key]) for u in units),
        spans=tuple(Choice(span, span_words(calendar)[span]) for span in known),
        periods=tuple(
            Choice(calendar.name(p), period_name(p, calendar).replace(NBSP, " ")) for p in known[period.span]
        ),
        scorecards=tuple(Choice(key, desk.workspace.scorecards[key].title) for key in cards),
        notes=tuple(notes),
    )


def _period(calendar: Calendar, known: Mapping[Span, list[Period]], asked: str) -> Period:
    every = [period for periods in known.values() for period in periods]
    if not every:
        raise QueryError("this snapshot holds no period yet: refresh the data, then open this page again")
    return next((period for period in every if calendar.name(period) == asked), every[0])


def nearest_period(desk: Desk, span: Span, period: Period) -> str:
    """The key of the period of another span that ends with, or last before, the given one; else the oldest there is."""
    found = desk.periods(span)
    near = next((p for p in found if p.end <= period.end), None) or next(
        (p for p in found if p.start <= period.end), found[-1]
    )
    return desk.workspace.calendar.name(near)


def _depths(desk: Desk, keys: list[str]) -> dict[str, int]:
    shown = set(keys)
    return {key: sum(a in shown for a in desk.opened.tree.ancestors(key, desk.as_of)[1:]) for key in keys}
