"""The scorecard in a terminal: which values are asked for, read from the current snapshot, as table or as JSON.

Whoever may run this can read the files of the workspace, so a viewer's scope is put into the query only where `--as`
names one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from data.calendar import SPANS, Period, Span
from data.documents import nearest
from data.errors import CommandError
from flows.opened import Opened
from metrics.scoring.rollup import Rolled
from metrics.values.reading import Value, periods_in
from strategy.plan import Scorecard
from views.desk import Desk
from views.scorecard import Sheet, find, metric_keys, sheets, units_of
from views.wording import form_of, period_name, share, status_of
from views.wording import score as score_words

EVERY = "all"


@dataclass(frozen=True)
class Question:
    """What was asked for: None means the usual one (top unit, newest period, every scorecard), `all` all."""

    unit: str | None = None
    period: str | None = None
    span: Span | None = None
    scorecard: str | None = None


@dataclass(frozen=True)
class Found:
    """The values that answer a question, by unit, period and metric, and the scorecards that they belong to.

    `rests`: these, and those of the units that took parts of the scorecards' objectives on.
    """

    opened: Opened
    cards: tuple[str, ...]
    units: tuple[str, ...]
    values: tuple[Value, ...]
    rests: tuple[Value, ...]
    desk: Desk | None = None


def answer(opened: Opened, question: Question, desk: Desk | None = None) -> Found:
    """Read what was asked for, as the desk's viewer sees it where there is one.

    CommandError with the nearest right name for what there is not.
    """
    cards = _cards(opened, question.scorecard)
    units = _units(opened, question.unit) if desk is None else _units_of(desk, question.unit)
    keys = _metrics(opened, [opened.workspace.scorecards[card] for card in cards])
    every = [
        at
        for card in cards
        for unit in units
        for at in units_of(opened.workspace, opened.workspace.scorecards[card], unit)
    ]
    read = [at for at in dict.fromkeys([*units, *every]) if desk is None or at in desk.lens.by_unit]
    values: list[Value] = []
    for period in _periods(opened, question.period, question.span):
        read_now = opened.values(keys, read, period.span, period.end, period.end)
        values += read_now if desk is None else [one for one in read_now if desk.lens.sees(one.metric, one.unit)]
    order = {key: place for place, key in enumerate(keys)}
    values.sort(key=lambda v: (read.index(v.unit), SPANS.index(v.period.span), v.period.end, order[v.metric]))
    return Found(opened, cards, units, tuple(v for v in values if v.unit in units), tuple(values), desk)


def as_content(found: Found) -> dict[str, Any]:
    """For a machine: one entry for each metric, unit and period. A `%` is a fraction; None where there is no number."""
    workspace = found.opened.workspace
    return {
        "workspace": workspace.name,
        "snapshot": found.opened.id,
        "as_of": found.opened.manifest.as_of.isoformat(),
        "metrics": [
            {
                "key": value.metric,
                "title": workspace.metrics[value.metric].title,
                "perspective": workspace.metrics[value.metric].perspective,
                "indicator": workspace.metrics[value.metric].indicator,
                "unit": value.unit,
                "span": value.period.span,
                "period": workspace.calendar.name(value.period),
                "value": value.value,
                "measured_in": workspace.metrics[value.metric].measured_in,
                "target": value.target,
                "score": value.score,
                "status": value.status,
                "reason": value.reason,
            }
            for value in found.values
        ],
    }


def show(found: Found, console: Console) -> None:
    """For a human: a table for each unit, period and scorecard, with the roll-up of every perspective."""
    workspace = found.opened.workspace
    if not workspace.scorecards:
        console.print(_table(found, "All metrics (the workspace has no scorecard)", found.values, None))
    for name in found.cards:
        card = workspace.scorecards[name]
        for unit in found.units:
            rests = units_of(workspace, card, unit)
            mine = [value for value in found.rests if value.unit in rests]
            if not _is_for(found.opened, card, unit):
                continue
            for sheet in _sheets(found, name, mine, unit):
                title = f"{card.title}: {found.opened.tree.units[unit].title}, " + period_name(
                    sheet.period, workspace.calendar
                )
                console.print(_table(found, title, list(sheet.values.values()), sheet))


def _sheets(found: Found, card: str, values: list[Value], unit: str) -> tuple[Sheet, ...]:
    """The sheets of a scorecard, by the desk where there is one: scores are the same for all, what is hidden is not."""
    if found.desk is None:
        return sheets(found.opened.workspace, found.opened.workspace.scorecards[card], values, unit)
    desk, periods = found.desk, dict.fromkeys(value.period for value in values)

    def hidden(metrics: list[str], units: tuple[str, ...]) -> list[Value]:
        return [value for one in periods for value in desk.unseen(metrics, units, one.span, one)]

    return desk.sheets(card, unit, values, hidden)


def _table(found: Found, title: str, values: Sequence[Value], sheet: Sheet | None) -> Table:
    workspace = found.opened.workspace
    table = Table(title=title, title_justify="left", title_style="bold", header_style="", box=None, pad_edge=False)
    for heading in ("", "Indicator", "Value", "Target", "Score", "Status", "Coverage"):
        right = heading in {"Value", "Target", "Score", "Coverage"}
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    if sheet is not None:
        table.add_row("Whole scorecard", *_rolled(sheet.rolled), style="bold")
    for perspective, words in workspace.perspectives.items():
        mine = [value for value in values if workspace.metrics[value.metric].perspective == perspective]
        if not mine:
            continue
        branch = find(sheet.rolled, perspective) if sheet is not None else None
        table.add_row(words, *(_rolled(branch) if branch else ()), style="bold")
        for value in mine:
            table.add_row(*_cells(found, value))
    return table


def _cells(found: Found, value: Value) -> tuple[str, ...]:
    metric = found.opened.workspace.metrics[value.metric]
    form = form_of(metric, value.value, value.target)
    target = form.value(value.target) if value.target is not None else ""
    shown = (form.value(value.value), target, score_words(value.score), _status(value.status))
    return (f"  {metric.title}", metric.indicator, *shown)


def _rolled(rolled: Rolled) -> tuple[str, ...]:
    return ("", "", "", score_words(rolled.score), _status(rolled.status), share(rolled.coverage))


def _status(key: str) -> str:
    word = status_of(key)
    return f"{word.shape} {word.word}"


def _is_for(opened: Opened, card: Scorecard, unit: str) -> bool:
    return (card.units == "all" or unit in card.units) and (
        not card.levels or opened.tree.units[unit].level in card.levels
    )


def _cards(opened: Opened, asked: str | None) -> tuple[str, ...]:
    known = opened.workspace.scorecards
    if asked in {None, EVERY}:
        return tuple(known)
    if asked not in known:
        raise CommandError(f"'{asked}' is not a scorecard of this workspace; {nearest(str(asked), known)}")
    return (str(asked),)


def _metrics(opened: Opened, cards: Iterable[Scorecard]) -> list[str]:
    """Every metric of the scorecards, perspective by perspective; all metrics where there is no scorecard at all."""
    keys = dict.fromkeys(key for card in cards for key in metric_keys(opened.workspace, card))
    known = list(keys) or list(opened.workspace.metrics)
    order = list(opened.workspace.perspectives)
    return sorted(known, key=lambda key: order.index(opened.workspace.metrics[key].perspective))


def _units(opened: Opened, asked: str | None) -> tuple[str, ...]:
    tree = opened.tree
    if asked is None:
        return (tree.root,)
    if asked == EVERY:
        return tuple(tree.units)
    if asked not in tree:
        raise CommandError(f"'{asked}' is not a unit of this workspace; {nearest(asked, tree.units)}")
    return (asked,)


def _units_of(desk: Desk, asked: str | None) -> tuple[str, ...]:
    """As `_units`, of a viewer's: those where he begins, all of his, or one that is his."""
    if asked is None:
        return tuple(unit.key for unit in desk.tops(desk.as_of))
    if asked == EVERY:
        return tuple(unit.key for unit in desk.units(desk.as_of))
    return (desk.unit(asked).key,)


def _periods(opened: Opened, asked: str | None, span: Span | None) -> list[Period]:
    """The newest period of the span (month by default), the named one, or all; a name alone also tells its span."""
    spans = (span,) if span else ("month",) if asked in {None, EVERY} else SPANS
    known = [period for one in spans for period in periods_in(opened.engine(), one)]
    if not known:
        raise CommandError(f"the snapshot has no {spans[0]}; are there any facts before {opened.manifest.as_of}?")
    if asked is None:
        return known[:1]
    if asked == EVERY:
        return known
    names = {opened.workspace.calendar.name(period): period for period in known}
    if asked not in names:
        raise CommandError(f"there are no values for the period '{asked}'; {_example(asked, list(names))}")
    return [names[asked]]


def _example(asked: str, names: Sequence[str]) -> str:
    return nearest(asked, names) or f"write it like {names[0]}, or all"
