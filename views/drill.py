"""From a number down: by unit, by any declared dimension, to the rows behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from data.errors import FourfoldError
from metrics.definitions.metric import Metric
from metrics.values.reading import Value
from views.desk import Desk
from views.picks import Picks
from views.wording import DASH, NumberFormat, counted, day, form_of, score, sentence, status_of, whole

UNIT, ROWS, HISTORY = "unit", "rows", "history"  # ways beside the dimensions
PAGE = 25  # rows


@dataclass(frozen=True)
class Way:
    """One way to look below a number, as a tab."""

    title: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class Share:
    """A unit or a member: its value now and before. `weight`: |value| against the largest beside it, 0 to 1."""

    title: str
    href: str | None
    value: str
    target: str
    status: str | None
    score: str
    before: str
    change: str
    rows: str
    weight: float


@dataclass(frozen=True)
class Rows:
    """A page of the rows behind a number. `numeric`: indexes of columns of numbers; `parts`: a ratio's sides."""

    parts: tuple[Way, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int]
    says: str
    earlier: str | None
    later: str | None


@dataclass(frozen=True)
class DrillView:
    """What lies below one number. Where it cannot be told, `refusal` says why and what to ask instead."""

    ways: tuple[Way, ...]
    chosen: str
    filter: tuple[str, str] | None  # (words, address without it)
    shares: tuple[Share, ...]
    rows: Rows | None
    refusal: str


def build(desk: Desk, picks: Picks, metric: Metric, query: Mapping[str, str]) -> DrillView:
    """The chosen way (`by` in the query) down from a metric of the picked unit and period."""
    dimensions = desk.dimensions(metric.key)
    has_units = bool(desk.children(picks.unit, min(picks.period.end, desk.as_of)))
    titles = {UNIT: "By unit"} if has_units else {}
    titles |= {key: f"By {title[:1].lower()}{title[1:]}" for key, title in dimensions.items()}
    if desk.may("rows.view", picks.unit):
        titles[ROWS] = "Rows"
    titles[HISTORY] = "All periods"
    chosen = query.get("by", "")
    if chosen not in titles:
        chosen = next(iter(titles))
    cut = query.get("dimension")
    where = (cut, query["member"]) if cut in dimensions and "member" in query else None
    shares: tuple[Share, ...] = ()
    rows, refusal = None, ""
    try:
        if chosen == UNIT:
            shares = by_unit(desk, picks, metric)
        elif chosen == ROWS:
            rows = rows_of(desk, picks, metric, where, query)
        elif chosen != HISTORY:
            shares = by_member(desk, picks, metric, chosen)
    except FourfoldError as error:
        refusal = str(error)
    return DrillView(
        ways=tuple(Way(title, _to(picks, metric, by=key), key == chosen) for key, title in titles.items()),
        chosen=chosen,
        shares=shares,
        rows=rows,
        refusal=refusal,
        filter=(f"{dimensions[where[0]]}: {where[1]}", _to(picks, metric, by=ROWS)) if where else None,
    )


def _to(picks: Picks, metric: Metric, **query: str | None) -> str:
    return picks.to("metric", metric=metric.key, **query)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def by_unit(desk: Desk, picks: Picks, metric: Metric) -> tuple[Share, ...]:
    """The unit itself and those directly below it that the viewer may see."""
    below = desk.children(picks.unit, min(picks.period.end, desk.as_of))
    seen = {picks.unit: picks.unit_title, **{unit.key: unit.title for unit in below}}
    keys = list(seen)
    found = {value.unit: value for value in desk.values([metric.key], keys, picks.span, picks.period)}
    form = _format(metric, list(found.values()))
    top = max((abs(v.value) for key, v in found.items() if v.value is not None and key != picks.unit), default=0.0)
    return tuple(
        Share(
            title=seen[key],
            href=None if key == picks.unit else picks.to("metric", metric=metric.key, unit=key),
            value=status_of("withheld").word if value.status == "withheld" else form.value(value.value),
            target=form.value(value.target),
            status=value.status,
            score=score(value.score),
            before=form.value(value.previous),
            change=form.change(value.value, value.previous),
            rows=DASH if value.status == "withheld" else whole(value.rows),
            weight=abs(value.value) / top if value.value is not None and top and key != picks.unit else 0.0,
        )
        for key in keys
        if (value := found.get(key)) is not None
    )


def by_member(desk: Desk, picks: Picks, metric: Metric, dimension: str) -> tuple[Share, ...]:
    """The members of a dimension; each leads to its rows."""
    found = desk.slices(metric.key, picks.unit, picks.period, dimension)
    form = form_of(metric, *(s.value for s in found))
    top = max((abs(s.value) for s in found if s.value is not None), default=0.0)
    return tuple(
        Share(
            title=s.member,
            value=status_of("withheld").word if s.why else form.value(s.value),
            target="",
            status="withheld" if s.why else None,
            score="",
            href=None if s.why else _to(picks, metric, by=ROWS, dimension=dimension, member=s.member),
            before=form.value(s.previous),
            change=form.change(s.value, s.previous),
            rows=DASH if s.why else whole(s.rows),
            weight=abs(s.value) / top if s.value is not None and top else 0.0,
        )
        for s in found
    )


def rows_of(desk: Desk, picks: Picks, metric: Metric, where: tuple[str, str] | None, query: Mapping[str, str]) -> Rows:
    """One page of the rows behind the number: of one part of it, and of one member of a dimension."""
    titles = desk.row_parts(metric.key, picks.period)
    part, offset = min(_number(query.get("part")), max(len(titles) - 1, 0)), _number(query.get("from"))
    dimension, member = where or (None, None)
    page = desk.rows(
        metric.key, picks.unit, picks.period, part=part, dimension=dimension, member=member, limit=PAGE, offset=offset
    )
    numeric = {
        i
        for i in range(len(page.columns))
        if any(isinstance(r[i], int | float | Decimal) for r in page.rows) and not page.columns[i].endswith("_id")
    }

    def at(start: int, of: int = part) -> str:
        return _to(
            picks,
            metric,
            by=ROWS,
            dimension=dimension,
            member=member,
            part=str(of) if of else None,
            **{"from": str(start) if start else None},
        )

    last = min(offset + PAGE, page.total)
    return Rows(
        parts=tuple(Way(title, at(0, i), i == part) for i, title in enumerate(titles)) if len(titles) > 1 else (),
        columns=tuple(sentence(name.rpartition(".")[2].replace("_", " ")) for name in page.columns),
        rows=tuple(tuple(_cell(cell) for cell in row) for row in page.rows),
        numeric=frozenset(numeric),
        says=f"{offset + 1:,} to {last:,} of {counted(page.total, 'row')}" if page.total else "No rows in this period",
        earlier=at(max(offset - PAGE, 0)) if offset else None,
        later=at(offset + PAGE) if last < page.total else None,
    )


def _cell(value: object) -> str:
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{day(value.date())}, {value:%H:%M}"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return f"{value:,.2f}"
    return str(value)


def _format(metric: Metric, values: Sequence[Value]) -> NumberFormat:
    sizes = [v for value in values for v in (value.value, value.target)]
    return form_of(metric, *sizes)
