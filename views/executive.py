"""What the executive screen shows: four perspectives, what needs attention, why the score moved, what goes well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.calendar import Period, Span
from data.errors import QueryError
from flows.workspace import Workspace
from metrics.scoring.rollup import Rolled
from metrics.scoring.status import COLOURS
from metrics.values.reading import Value
from views.answered import answers
from views.attention import (
    FEW,
    ROOM,
    Concern,
    Mention,
    concern_of,
    gap_of,
    gaps,
    strength_of,
    strengths,
    troubled,
)
from views.desk import Desk
from views.picks import Picks
from views.priorities import Priority, priorities
from views.reading import SIGNAL_MONTHS, readings
from views.scorecard import Sheet, find, measured, metric_keys, units_of
from views.stamps import Stamp, Stamps, stamping
from views.why import Why, why
from views.wording import counted, day, period_name, period_short, share, trend_words

TREND: Mapping[Span, int] = {"month": 24, "quarter": 8, "year": 4, "ytd": 24, "r12": 24}


@dataclass(frozen=True)
class Linked:
    """The title of something and where a click on it leads."""

    title: str
    href: str


@dataclass(frozen=True)
class Half:
    """The leading or the lagging indicators of a branch, rolled up apart. score: 0 to 10, None without any."""

    title: str
    score: float | None
    status: str


@dataclass(frozen=True)
class Tile:
    """One perspective. coverage: 0 to 1 of the weight that is due; trend: oldest first, None where no score."""

    title: str
    href: str
    score: float | None
    status: str
    reason: str
    change: str
    change_good: bool | None
    change_up: bool | None
    trend: tuple[float | None, ...]
    halves: tuple[Half, ...]
    counts: Mapping[str, int]
    worst: Linked | None
    scored: int
    due: int
    coverage: float
    stamp: Stamp | None


@dataclass(frozen=True)
class ExecutiveView:
    """Everything on the executive screen."""

    title: str
    subtitle: str
    score: float | None
    status: str
    trend_words: str
    trend_names: tuple[str, ...]
    tiles: tuple[Tile, ...]
    concerns: tuple[Concern, ...]
    concern_count: int
    why: Why
    priorities: tuple[Priority, ...]
    strengths: tuple[Mention, ...]
    strength_count: int
    gaps: tuple[Mention, ...]
    gap_count: int


@dataclass(frozen=True)
class History:
    """The sheets of one unit up to a period (oldest first), its own, the one it is compared with, the months."""

    all: tuple[Sheet, ...]
    now: Sheet | None
    before: Sheet | None
    months: tuple[Value, ...]


def history(desk: Desk, picks: Picks, keys: Sequence[str]) -> History:
    """Read once what a scorecard's screens need: values of the span for scores, of months for lines and signals."""
    workspace, span = desk.workspace, picks.span
    if picks.scorecard is None:
        raise QueryError(
            "no scorecard is made for this unit and your role (see units, levels and roles in scorecards/); "
            "the catalog shows the metrics that it reports"
        )
    card = workspace.scorecards[picks.scorecard]
    month = workspace.calendar.holding("month", min(picks.period.end, desk.as_of))
    units = units_of(workspace, card, picks.unit)
    every = desk.values(keys, units, "month", month, SIGNAL_MONTHS)
    months = [value for value in every if value.unit == picks.unit]
    count = max(TREND[span], workspace.calendar.year_months if span == "ytd" else 1) + 1
    spanned = every if span == "month" else desk.values(keys, units, span, picks.period, count)
    recent = {
        period for period in {value.period for value in spanned} if _within(workspace, period, picks.period, count)
    }
    within = [value for value in spanned if value.period in recent]

    def hidden(metrics: list[str], at: tuple[str, ...]) -> list[Value]:
        every = desk.unseen(metrics, at, span, picks.period, count)
        return [value for value in every if _within(workspace, value.period, picks.period, count)]

    found = desk.sheets(picks.scorecard, picks.unit, within, hidden)
    then = period_before(workspace, picks.period).end
    return History(
        found,
        next((s for s in found if s.period == picks.period), None),
        next((s for s in found if s.period.end == then), None),
        tuple(months),
    )


def _within(workspace: Workspace, period: Period, last: Period, count: int) -> bool:
    calendar = workspace.calendar
    end = calendar.number("month", last.end)
    before = calendar.before(last.span if last.span in ("quarter", "year") else "month", end, count)
    return before < calendar.number("month", period.end) <= end


def build(desk: Desk, picks: Picks) -> ExecutiveView:
    """The executive screen of one unit, period and scorecard; QueryError when there is no scorecard for them."""
    workspace = desk.workspace
    card = workspace.scorecards.get(picks.scorecard or "")
    keys = metric_keys(workspace, card) if card else ()
    past = history(desk, picks, keys)
    if past.now is None:
        raise QueryError(
            f"no metric of this scorecard has been reported for {picks.unit_title} in {picks.period_title}"
        )
    earlier = period_before(workspace, picks.period)
    since, short = period_name(earlier, workspace.calendar), period_short(earlier, workspace.calendar)
    known = readings(workspace, past.now.values, past.before.values if past.before else {}, past.months)
    concerns, well, bare = troubled(known.values()), strengths(known.values()), gaps(known.values())
    done = answers(desk, [r.metric.key for r in concerns[:ROOM]], picks.unit)
    scored = sum(value.status in COLOURS for value in past.now.values.values())
    stamp = stamping(desk)
    return ExecutiveView(
        title=picks.unit_title,
        subtitle=f"{picks.period_title}, {state(desk, picks.period)} \u00b7 compared with {since} \u00b7 "
        f"{scored} of {counted(len(known), 'metric')} scored",
        score=past.now.rolled.score,
        status=past.now.rolled.status,
        trend_words=trend_words(picks.span, workspace.calendar),
        trend_names=tuple(period_name(s.period, workspace.calendar) for s in past.all[-TREND[picks.span] :]),
        tiles=tuple(_tile(desk, picks, past, branch, short, stamp) for branch in past.now.rolled.children),
        concerns=tuple(
            concern_of(workspace, r, picks, done.get(r.metric.key), stamp([r.metric.key])) for r in concerns[:ROOM]
        ),
        concern_count=len(concerns),
        why=why(workspace, past.before, past.now, known, picks, (since, period_name(picks.period, workspace.calendar))),
        priorities=priorities(desk, picks, past.now),
        strengths=tuple(strength_of(workspace, r, picks, short) for r in well[:FEW]),
        strength_count=len(well),
        gaps=tuple(gap_of(workspace, r, picks) for r in bare[:FEW]),
        gap_count=len(bare),
    )


def period_before(workspace: Workspace, period: Period) -> Period:
    """The like period that a period is compared with."""
    calendar = workspace.calendar
    return calendar.period(period.span, calendar.before(period.span, calendar.number("month", period.end)))


def state(desk: Desk, period: Period) -> str:
    """Whether a period is closed; a running one is compared with the same days of the earlier one."""
    return "closed" if period.end <= desk.as_of else f"running, up to {day(desk.as_of)}"


def halves(sheet: Sheet, key: str, depth: int) -> tuple[Half, ...]:
    """Leading and lagging of one branch, rolled up apart."""
    found = zip(("Leading", "Lagging"), (find(half, key, depth) for half in sheet.halves), strict=True)
    return tuple(Half(title, r.score if r else None, r.status if r else "no_data") for title, r in found)


def _tile(desk: Desk, picks: Picks, past: History, branch: Rolled, since: str, stamp: Stamps) -> Tile:
    assert past.now is not None
    old = find(past.before.rolled, branch.key) if past.before else None
    moved = branch.score - old.score if branch.score is not None and old is not None and old.score is not None else None
    flat = moved is None or abs(moved) < 0.05
    worst = past.now.spots[branch.worst] if branch.worst else None
    trend = [found.score if (found := find(one.rolled, branch.key)) else None for one in past.all]
    counts = branch.counts
    return Tile(
        title=desk.workspace.perspectives[branch.key],
        href=picks.to("departments"),
        score=branch.score,
        status=branch.status,
        reason="" if branch.score is not None else f"{share(branch.coverage)} of the weight that is due has a score",
        change="" if moved is None else f"{abs(moved):.1f} vs {since}",
        change_good=None if flat else (moved or 0) > 0,
        change_up=None if flat else (moved or 0) > 0,
        trend=tuple(trend[-TREND[picks.span] :]),
        halves=halves(past.now, branch.key, 1),
        counts=dict(counts.items()),
        worst=Linked(
            desk.workspace.metrics[worst.metric].title, picks.to("metric", metric=worst.metric, unit=worst.unit)
        )
        if worst
        else None,
        scored=sum(counts.get(colour, 0) for colour in COLOURS),
        due=sum(counts.values()) - counts.get("not_due", 0),
        coverage=branch.coverage,
        stamp=stamp(measured(past.now, branch)),
    )
