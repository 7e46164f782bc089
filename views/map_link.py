"""One link of the map: its hypothesis in words, how both metrics moved, what was changed when."""

from collections.abc import Mapping
from dataclasses import dataclass

from access.policy import Refused
from flows.moving import Move
from metrics.definitions.metric import Metric
from strategy.history import Change
from strategy.maps.tables import ACTIVE, Link
from strategy.plan import Objective
from strategy.reading import read
from views.desk import Desk
from views.map_links import UNSAID, VERDICTS, WAYS, Observed, observe, said
from views.picks import Picks
from views.reading import SIGNAL_MONTHS
from views.reading import read as read_metric
from views.strategymap import MetricLine, Neighbour, metric_line
from views.wording import counted, day, form_of, moment, period_name

NEVER = "It names no metrics yet, so it can never be found wrong."
FIELDS = {
    "because": "reason",
    "leading": "leading metric",
    "lagging": "lagging metric",
    "sign": "effect",
    "lag_months": "lag",
    "by": "day by which it shows",
    "ended_because": "why it ended",
}
DEEDS = {"DrawLink": "drawn", "ReviseLink": "said anew", "EndLink": "ended", "RestoreLink": "taken up again"}


@dataclass(frozen=True)
class Told:
    """A change of the link: when, who, what, in words."""

    when: str
    who: str
    what: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class LinkView:
    """A link as it is looked at. `mark` and `word`: what was observed, as a status; `moves` say it, one by one."""

    key: str
    version: int
    title: str
    cause: Neighbour
    effect: Neighbour
    because: str
    says: str
    by: str
    mark: str
    word: str
    moves: tuple[str, ...]
    metrics: tuple[MetricLine, ...]
    history: tuple[Told, ...]
    active: bool
    ended: str
    editable: bool
    close_href: str


def link_of(desk: Desk, key: str) -> Link:
    """A link of the map by its key; `Refused` where there is none."""
    found = read(desk.state, Link, Link.key == key)
    if not found or not desk.lens.tells(found[0].unit):
        raise Refused("there is no such link on the map")
    return found[0]


def build(desk: Desk, picks: Picks, key: str) -> LinkView:
    """The link as this viewer may see it: its words and what was observed at the picked unit."""
    link, workspace = link_of(desk, key), desk.workspace
    month = workspace.calendar.holding("month", min(picks.period.end, desk.as_of))
    names = [m for m in (link.leading, link.lagging) if m is not None and m in workspace.metrics]
    months = desk.values(names, [picks.unit], "month", month, SIGNAL_MONTHS)
    seen = observe(desk, [link], months).get(key)
    word, mark = VERDICTS[seen.verdict] if seen else (UNSAID, "no_target")
    goals = workspace.plan.known
    lines = []
    for name in names:
        rows = [value for value in months if value.metric == name]
        if rows:
            lines.append(metric_line(read_metric(workspace.metrics[name], rows[-1], None, rows), picks))
    return LinkView(
        key=link.key,
        version=link.version,
        title=f"{title_of(goals, link.cause)} \u2192 {title_of(goals, link.effect)}",
        cause=_end(picks, goals, link.cause),
        effect=_end(picks, goals, link.effect),
        because=link.because,
        says=said(workspace.metrics, link.leading, link.lagging, link.sign, link.lag_months) or NEVER,
        by=f"Should show by {day(link.by)}" if link.by else "",
        mark=mark,
        word=word,
        moves=_moves(desk, link, seen),
        metrics=tuple(lines),
        history=_history(desk, link),
        active=link.state == ACTIVE,
        ended=f"Ended {day(link.ended_at.date())}: {link.ended_because}" if link.ended_at else "",
        editable=desk.office.may("strategy.plan", link.unit),
        close_href=picks.to("map", objective=link.cause if link.cause in goals else None),
    )


def title_of(goals: Mapping[str, Objective], key: str) -> str:
    """What an objective is called; its key where the plan does not know it (any more)."""
    return goals[key].title if key in goals else key


def _end(picks: Picks, goals: Mapping[str, Objective], key: str) -> Neighbour:
    return Neighbour(title_of(goals, key), picks.to("map", objective=key), "", "")


def _moves(desk: Desk, link: Link, seen: Observed | None) -> tuple[str, ...]:
    """How each metric moved of late; an observation, and told as such."""
    if seen is None:
        return ()
    pairs = ((link.leading, seen.leading), (link.lagging, seen.lagging))
    return tuple(_move(desk, desk.workspace.metrics[key or ""], move) for key, move in pairs)


def _move(desk: Desk, metric: Metric, move: Move | None) -> str:
    if move is None:
        return f"{metric.title}: too few months here to tell a move from noise"
    form = form_of(metric, move.now, move.before)
    until = period_name(move.last, desk.workspace.calendar)
    if move.way == 0:
        return f"{metric.title}: no move beyond noise in the three months to {until}"
    way = {1: "risen", -1: "fallen"}[move.way]
    taste = {True: ", for the better", False: ", for the worse", None: ""}[move.good]
    steps = f"{form.value(move.before)} to {form.value(move.now)}"
    return f"{metric.title}: {way} from {steps}{taste}, in three months to {until}"


def _history(desk: Desk, link: Link) -> tuple[Told, ...]:
    """Who changed what and when; for those who see the strategy of its unit."""
    if not desk.office.may("strategy.view", link.unit):
        return ()
    return tuple(
        Told(moment(one.at), desk.office.name(one.who), DEEDS.get(one.command, one.command), details_of(desk, one))
        for one in desk.office.history(Link, link.key)
    )


def details_of(desk: Desk, one: Change) -> tuple[str, ...]:
    """The fields that a change set anew, before and after; nothing where it made the link."""
    if one.before is None:
        return ()
    return tuple(
        f"{FIELDS[name]}: {_shown(desk, name, one.before.get(name))} \u2192 {_shown(desk, name, value)}"
        for name, value in (one.after or {}).items()
        if name in FIELDS
    )


def _shown(desk: Desk, name: str, value: object) -> str:
    if value is None or value == "":
        return "\u2013"
    if name == "sign" and isinstance(value, int):
        return WAYS[value]
    if name == "lag_months" and isinstance(value, int):
        return counted(value, "month")
    metric = desk.workspace.metrics.get(str(value)) if name in ("leading", "lagging") else None
    return metric.title if metric else str(value)
