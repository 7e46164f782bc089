"""A metric's formula in words: what an analyst wrote as YAML, as a sentence that a manager reads."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from metrics.definitions.conversion import Conversion
from metrics.definitions.kinds import (
    Aggregate,
    Change,
    FirstPer,
    InlineStock,
    Maintain,
    Operand,
    Ratio,
    Rolling,
    Running,
    Stock,
    ToDate,
)
from metrics.definitions.metric import Metric, TargetTable
from metrics.definitions.table import Table
from views.wording import counted, share

_FUNCTIONS = {
    "sum": "sum of",
    "count": "number of rows",
    "count_distinct": "number of different",
    "average": "average of",
    "min": "smallest",
    "max": "largest",
    "sum_boolean": "number of rows where",
    "median": "median of",
    "percentile": "percentile of",
}
_OVER_TIME = {
    "last": "at the end of the period",
    "first": "at the start of the period",
    "mean": "averaged over the months",
    "min": "at its lowest month",
    "max": "at its highest month",
}


UNSEEN = "a metric that is not shown here"


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence: plain words, a `code` expression as written, or the title of a `metric` (its key)."""

    words: str
    code: bool = False
    metric: str | None = None


@dataclass(frozen=True)
class Names:
    """The titles by which a formula speaks of metrics and tables; of a metric that is not among them it tells none."""

    metrics: Mapping[str, Metric] | None
    tables: Mapping[str, Table]

    def metric(self, key: str) -> Piece:
        """Another metric by its title; by its key where no metrics are given at all."""
        if self.metrics is None:
            return Piece(key, metric=key)
        found = self.metrics.get(key)
        return Piece(found.title, metric=key) if found else Piece(UNSEEN)

    def table(self, key: str) -> str:
        """A table by its title."""
        found = self.tables.get(key)
        return found.title if found and found.title else key.replace("_", " ")


def formula(metric: Metric, names: Names) -> tuple[Piece, ...]:
    """The sentence, its first letter a capital, without a full stop."""
    pieces = list(_KINDS[metric.kind](metric.body, names))
    first = pieces[0]
    if not first.code and first.metric is None:
        pieces[0] = Piece(first.words[:1].upper() + first.words[1:])
    return tuple(pieces)


def plain(pieces: tuple[Piece, ...]) -> str:
    """The sentence as plain text."""
    return "".join(piece.words for piece in pieces)


def _aggregate(body: Aggregate, names: Names) -> Iterator[Piece]:
    yield Piece(_FUNCTIONS[body.function] if body.percentile is None else f"{share(body.percentile)} percentile of")
    if body.expr:
        yield Piece(" ")
        yield Piece(body.expr, code=True)
    yield Piece(f" in {names.table(body.table)}")
    yield from _where(body.filter)
    if body.time:
        yield Piece(", dated by ")
        yield Piece(body.time, code=True)
    if body.convert:
        day = {None: "its day", "period_end": "the end of the month"}.get(body.convert.at, body.convert.at)
        yield Piece(f", converted by the rate of {day}")
    if body.later:
        yield Piece(f", {body.later} later" if not body.on_first_day else f", told for the {body.later}")
    if body.per is not None:
        yield Piece(f", on the {body.over_time} day of {' and '.join(body.per) or 'all'} in the period")
    elif body.over_time:
        yield Piece(f", {_OVER_TIME[body.over_time]}")


def _where(condition: str | None) -> Iterator[Piece]:
    if condition:
        yield Piece(" where ")
        yield Piece(condition, code=True)


def _stock(body: Stock, names: Names) -> Iterator[Piece]:
    what = {"count": "number open", "sum": "sum of ", "count_distinct": "number of different "}[body.function]
    yield Piece(what)
    if body.expr:
        yield Piece(body.expr, code=True)
    yield Piece(f" in {names.table(body.table)}")
    yield from _where(body.filter)
    yield Piece(", open from ")
    yield Piece(body.opened, code=True)
    yield Piece(" until " if body.inclusive else " until before ")
    yield Piece(body.closed, code=True)
    yield Piece(f", {_OVER_TIME[body.over_time]}")


def _operand(operand: Operand, names: Names) -> Iterator[Piece]:
    if isinstance(operand, str):
        yield names.metric(operand)
    elif isinstance(operand, InlineStock):
        yield from _stock(operand.stock, names)
    else:
        yield from _aggregate(operand, names)


def _ratio(body: Ratio, names: Names) -> Iterator[Piece]:
    yield from _operand(body.numerator, names)
    yield Piece(" ÷ ")
    yield from _operand(body.denominator, names)


def _expression(body: str, names: Names) -> Iterator[Piece]:
    signs = {"*": "×", "/": "÷", "-": "−", "+": "+"}
    for word in re.findall(r"[A-Za-z_]\w*|\d+(?:\.\d+)?|[-+*/()]", body):
        if word in signs:
            yield Piece(f" {signs[word]} ")
        else:
            yield names.metric(word) if word[0].isalpha() or word[0] == "_" else Piece(word)


def _change(body: Change, names: Names) -> Iterator[Piece]:
    yield names.metric(body.metric)
    then = f"the {body.back.text}" if body.back.start else f"{body.back.text} earlier"
    yield Piece(f" against {then}, {'in percent' if body.as_ == 'percent' else 'as a difference'}")


def _to_date(body: ToDate, names: Names) -> Iterator[Piece]:
    yield names.metric(body.metric)
    yield Piece(f" since the start of the {body.since}")


def _rolling(body: Rolling, names: Names) -> Iterator[Piece]:
    yield names.metric(body.metric)
    count, grain = body.reach
    yield Piece(f" over the last {counted(count, grain)}" + (", by days" if body.align == "day" else ""))


def _running(body: Running, names: Names) -> Iterator[Piece]:
    yield names.metric(body.metric)
    since = "since ever" if body.since == "ever" else f"since the start of the {body.since}"
    yield Piece(f" over the last {body.window}" if body.window else f" {since}")
    yield Piece(f", day by day; a longer period shows its {body.read} day")


def _first_per(body: FirstPer, names: Names) -> Iterator[Piece]:
    yield Piece("number of ")
    yield Piece(body.entity, code=True)
    yield Piece(f" whose first event in {names.table(body.table)}")
    yield from _where(body.filter)
    yield Piece(" falls into the period")


def _conversion(body: Conversion, names: Names) -> Iterator[Piece]:
    yield Piece("share of events" if body.as_ == "rate" else "number of conversions of events")
    yield Piece(f" in {names.table(body.base.table)}")
    yield from _where(body.base.filter)
    yield Piece(f" that led to one in {names.table(body.converted.table)}")
    yield from _where(body.converted.filter)
    yield Piece(" of the same ")
    yield Piece(body.entity, code=True)
    if body.window:
        yield Piece(f" in less than {body.window}")


def _maintain(body: Maintain, names: Names) -> Iterator[Piece]:
    yield Piece(f"share of the last {counted(body.months, 'month')} in which ")
    yield names.metric(body.metric)
    yield Piece(f" met its target, {share(body.tolerance)} tolerance")


_KINDS: dict[str, Callable[[Any, Names], Iterator[Piece]]] = {
    "agg": _aggregate,
    "ratio": _ratio,
    "expr": _expression,
    "change": _change,
    "to_date": _to_date,
    "rolling": _rolling,
    "running": _running,
    "stock": _stock,
    "first_per": _first_per,
    "conversion": _conversion,
    "maintain": _maintain,
}


def components(metric: Metric) -> tuple[str, ...]:
    """The keys of the metrics that the formula names, in its order, each once."""
    names = Names(None, {})
    if isinstance(metric.body, str):
        return tuple(dict.fromkeys(re.findall(r"[A-Za-z_]\w*", metric.body)))
    return tuple(dict.fromkeys(piece.metric for piece in _KINDS[metric.kind](metric.body, names) if piece.metric))


def target_rule(metric: Metric, names: Names) -> str:
    """Where a metric's target comes from, in a few words."""
    target = metric.target
    if target is None:
        return "none"
    if target == "components":
        return "from the targets of its parts"
    if isinstance(target, TargetTable):
        return f"from {names.table(target.table)}"
    return "by period and unit, in its file" if isinstance(target, tuple) else "one value, in its file"
