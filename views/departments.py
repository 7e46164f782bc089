"""What a manager's screen shows: his units, all metrics of the chosen one, and how the units below it do."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import QueryError
from metrics.scoring.status import COLOURS
from metrics.values.reading import Value
from views.desk import Desk
from views.executive import Half, Linked, halves, history, period_before, state
from views.picks import Picks
from views.reading import Reading, leads, readings
from views.scorecard import Sheet, measured, metric_keys, units_of
from views.stamps import Stamp, Stamps, stamping
from views.wording import counted, period_name, period_short, score

MOST_BELOW = 6  # units below that still fit beside the metrics as columns


@dataclass(frozen=True)
class Own:
    """One of the viewer's units as a card: its score and its counts by status."""

    title: str
    href: str
    chosen: bool
    status: str
    score: float | None
    counts: tuple[tuple[str, int], ...]
    stamp: Stamp | None


@dataclass(frozen=True)
class Below:
    """How a unit below does on one metric; no status where it has no part in it."""

    href: str
    title: str
    status: str | None
    words: str


@dataclass(frozen=True)
class Line:
    """One metric of the unit; words and numbers ready to show."""

    key: str
    title: str
    href: str
    rows_href: str
    about: str
    status: str
    reason: str
    turned: str
    value: str
    target: str
    score: str
    before: str
    change: str
    year_before: str
    year_change: str
    line: tuple[float | None, ...]
    aim: tuple[float | None, ...]
    signal: str
    signal_detail: str
    below: tuple[Below, ...]
    stamp: Stamp | None


@dataclass(frozen=True)
class Group:
    """A perspective with its metrics."""

    title: str
    status: str
    score: float | None
    halves: tuple[Half, ...]
    lines: tuple[Line, ...]
    stamp: Stamp | None


@dataclass(frozen=True)
class DepartmentsView:
    """Everything on the manager's screen."""

    title: str
    subtitle: str
    score: float | None
    status: str
    own: tuple[Own, ...]
    before: str
    year_before: str
    below: tuple[Linked, ...]
    groups: tuple[Group, ...]


def build(desk: Desk, picks: Picks) -> DepartmentsView:
    """The manager's screen for the picked unit; QueryError when it has no scorecard or no values."""
    workspace = desk.workspace
    card = workspace.scorecards.get(picks.scorecard or "")
    past = history(desk, picks, metric_keys(workspace, card) if card else ())
    if past.now is None:
        raise QueryError(f"{picks.unit_title} has reported no metric of this scorecard in {picks.period_title}")
    known = readings(workspace, past.now.values, past.before.values if past.before else {}, past.months)
    scored = sum(v.status in COLOURS for v in past.now.values.values())
    calendar = workspace.calendar
    earlier = period_before(workspace, picks.period)
    year = calendar.period(picks.span, calendar.year_before(picks.span, calendar.number("month", picks.period.end)))
    below = desk.children(picks.unit, min(picks.period.end, desk.as_of))
    columns = tuple(Linked(unit.title, picks.to("departments", unit=unit.key)) for unit in below)
    beside = _beside(desk, picks, list(known), [unit.key for unit in below]) if 0 < len(below) <= MOST_BELOW else {}
    return DepartmentsView(
        title=picks.unit_title,
        subtitle=f"{picks.period_title}, {state(desk, picks.period)} \u00b7 "
        f"{scored} of {counted(len(known), 'metric')} scored",
        score=past.now.rolled.score,
        status=past.now.rolled.status,
        own=_own(desk, picks, past.now),
        before=period_short(earlier, calendar),
        year_before="" if picks.span in ("year", "ytd") else period_name(year, calendar),
        below=columns if beside else (),
        groups=tuple(_groups(desk, picks, past.now, known, beside, columns)),
    )


def _own(desk: Desk, picks: Picks, chosen: Sheet) -> tuple[Own, ...]:
    """The viewer's own units, for the first glance; the chosen one and those beside it in his grants."""
    workspace = desk.workspace
    units = desk.tops(desk.as_of, "department.view")
    if len(units) < 2:
        return ()
    card = workspace.scorecards[picks.scorecard or ""]
    keys = metric_keys(workspace, card)
    rests = {unit.key: units_of(workspace, card, unit.key) for unit in units}
    values = desk.values(keys, sorted({at for of in rests.values() for at in of}), picks.span, picks.period)
    found, stamp = [], stamping(desk)
    for unit in units:
        mine = [value for value in values if value.unit in rests[unit.key]]

        def hidden(metrics: list[str], at: tuple[str, ...]) -> list[Value]:
            return desk.unseen(metrics, at, picks.span, picks.period)

        other = () if unit.key == picks.unit else desk.sheets(picks.scorecard or "", unit.key, mine, hidden)
        one = chosen if unit.key == picks.unit else next(iter(other), None)
        rolled = one.rolled if one else None
        counts = tuple((key, rolled.counts.get(key, 0)) for key in ("red", "amber", "green")) if rolled else ()
        found.append(
            Own(
                unit.title,
                picks.to("departments", unit=unit.key),
                unit.key == picks.unit,
                rolled.status if rolled else "no_data",
                rolled.score if rolled else None,
                counts,
                stamp(measured(one, rolled)) if one and rolled else None,
            )
        )
    return tuple(found)


def _beside(desk: Desk, picks: Picks, keys: Sequence[str], units: Sequence[str]) -> dict[tuple[str, str], Value]:
    return {(v.unit, v.metric): v for v in desk.values(keys, units, picks.span, picks.period)}


def _groups(
    desk: Desk,
    picks: Picks,
    now: Sheet,
    known: dict[str, Reading],
    beside: dict[tuple[str, str], Value],
    columns: Sequence[Linked],
) -> list[Group]:
    below = [unit.key for unit in desk.children(picks.unit, min(picks.period.end, desk.as_of))] if beside else []
    groups, stamp = [], stamping(desk)
    for branch in now.rolled.children:
        lines = tuple(
            _line(desk, picks, reading, [beside.get((unit, key)) for unit in below], columns, below, stamp)
            for key, reading in known.items()
            if reading.metric.perspective == branch.key
        )
        groups.append(
            Group(
                desk.workspace.perspectives[branch.key],
                branch.status,
                branch.score,
                halves(now, branch.key, 1),
                lines,
                stamp(measured(now, branch)),
            )
        )
    return groups


def _line(
    desk: Desk,
    picks: Picks,
    reading: Reading,
    beside: Sequence[Value | None],
    columns: Sequence[Linked],
    below: Sequence[str],
    stamp: Stamps,
) -> Line:
    metric, now, form = reading.metric, reading.now, reading.form
    return Line(
        key=metric.key,
        title=metric.title,
        href=picks.to("metric", metric=metric.key),
        rows_href=picks.to("metric", metric=metric.key, by="rows"),
        about=leads(desk.workspace, metric.key) + reading.unit,
        status=now.status,
        reason=reading.reason,
        turned=reading.turned,
        value=reading.value,
        target=reading.target,
        score=score(now.score),
        before=form.value(now.previous),
        change=reading.change,
        year_before=form.value(now.previous_year),
        year_change=form.short_change(now.value, now.previous_year),
        line=reading.line,
        aim=reading.aim,
        signal=reading.signal,
        signal_detail=reading.signal_detail,
        below=tuple(
            Below(
                picks.to("metric", metric=metric.key, unit=unit),
                column.title,
                value.status if value else None,
                f"{form.value(value.value)}, target {form.value(value.target)}" if value else "no part in this metric",
            )
            for unit, column, value in zip(below, columns, beside, strict=False)
        ),
        stamp=stamp([metric.key]),
    )
