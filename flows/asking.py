"""Asks a workspace's current snapshot: any metrics by anything they can be cut by, within what the asker may see."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import sqlglot

from access.policy import Policy, Refused
from access.roles import Permission
from access.viewer import Viewer
from data.calendar import SPANS, Calendar, Grain, Period
from data.documents import nearest
from data.errors import QueryError
from data.organisation import History
from flows.lens import asked_catalog, lens_of, narrowed
from flows.opened import Opened, open_current
from metrics.language.catalog import Catalog
from metrics.language.refusals import Refusal
from metrics.query import ask as question
from metrics.query.axes import names_rows
from metrics.query.conditions import names_of_condition
from metrics.query.question import Absent, Query, Sight
from metrics.query.within import Asked
from metrics.time.timeline import Timeline
from metrics.values.reading import periods_in

Text = str | Sequence[str]
_FORMS: dict[Grain, re.Pattern[str]] = {
    "day": re.compile(r"\d{4}-\d\d-\d\d"),
    "week": re.compile(r"\d{4}-W\d\d"),
    "quarter": re.compile(r"\d{4}-Q\d"),
    "year": re.compile(r"\d{4}"),
}
_LONGEST = 400  # days around the turn of a year within which every period bears its name


def ask(  # noqa: PLR0913  a question has as many sides, and people name them
    workspace: str | Path,
    metrics: Text,
    *,
    by: Text = (),
    where: Text = (),
    having: Text = (),
    grain: Grain | None = None,
    start: str | date | None = None,
    end: str | date | None = None,
    order: Text = (),
    limit: int | None = None,
    calendar: str | None = None,
    history: History | None = None,
    absent: Absent | None = None,
    person: str | None = None,
) -> pa.Table:
    """The answer of a workspace's current snapshot as an Arrow table; `.to_pandas()` gives a DataFrame.

    `start` and `end` are days or names of periods (2026-01, 2026-Q1, 2026), both inclusive. `person` is a key of
    people.yaml, and sees what he may see; without one the whole workspace is asked. See `metrics.query.question.Query`
    and docs/query.md. Raises `QueryError` for what cannot be asked, `Refused` for what this person may not.
    """
    opened = open_current(Path(workspace))
    query = question_of(
        opened,
        metrics,
        by=by,
        where=where,
        having=having,
        grain=grain,
        start=start,
        end=end,
        order=order,
        limit=limit,
        calendar=calendar,
        history=history,
        absent=absent,
    )
    if person is None:
        return answer(opened, query)
    opened = seen_by(opened, person)
    return answer(opened, query, scope_of(opened, person, query))


def question_of(  # noqa: PLR0913  as above
    opened: Opened,
    metrics: Text,
    *,
    by: Text = (),
    where: Text = (),
    having: Text = (),
    grain: Grain | None = None,
    start: str | date | None = None,
    end: str | date | None = None,
    order: Text = (),
    limit: int | None = None,
    calendar: str | None = None,
    history: History | None = None,
    absent: Absent | None = None,
) -> Query:
    """A question as people write it, with its days told by its calendar."""
    line = calendar_named(opened, calendar)
    return Query(
        metrics=_many(metrics),
        by=_many(by),
        where=_many(where),
        having=_many(having),
        grain=grain,
        start=day_of(line, start)[0] if isinstance(start, str) else start,
        end=day_of(line, end)[1] if isinstance(end, str) else end,
        order=_many(order),
        limit=limit,
        calendar=calendar,
        history=history,
        absent=absent,
    )


def calendar_named(opened: Opened, name: str | None) -> Calendar:
    """One of the workspace's calendars (None: the default); `QueryError` for one that it does not have."""
    if name is None:
        return opened.workspace.calendar
    known = opened.workspace.calendars
    if name not in known:
        raise QueryError(
            f"'{name}' is none of `calendars:` in workspace.yaml; {nearest(name, known) or 'there is none'}"
        )
    return known[name]


@dataclass(frozen=True)
class Statement:
    """One statement that reads facts: of which table by which time, and its SQL, laid out for reading."""

    table: str
    time: str
    sql: str


def statements(opened: Opened, query: Query, scope: frozenset[str] | None = None) -> list[Statement]:
    """What a question would run, one for each fact table and time role."""
    scans = question.compiled(opened.engine(), sight_of(opened, scope, query), query)
    return [Statement(scan.table, scan.time, pretty(scan.sql())) for scan in scans]


def pretty(sql: str) -> str:
    """A statement laid out for reading."""
    return str(sqlglot.parse_one(sql, read="duckdb").sql(dialect="duckdb", pretty=True))


def answer(opened: Opened, query: Query, scope: frozenset[str] | None = None) -> pa.Table:
    """The answer of an open snapshot, within a viewer's units (None: all)."""
    return question.ask(opened.engine(), sight_of(opened, scope, query), query)


def sight_of(opened: Opened, scope: frozenset[str] | None = None, query: Query | None = None) -> Sight:
    """An open snapshot as a question sees it. Raises `Refused` for a scope without any unit."""
    if scope is not None and not scope:
        raise Refused("no unit may be seen; roles are given in people.yaml")
    tree = opened.tree_of(query.history if query else None)
    calendar = calendar_named(opened, query.calendar if query else None)
    if query and query.calendar:
        tree = tree.within(calendar)
    return Sight(asked_catalog(opened), tree, calendar, opened.manifest.as_of, scope, opened.all.kept_back)


def asked_of(opened: Opened, unit: str, period: Period) -> Asked:
    """A unit and period with the units below it in each month, as far back as anything may look."""
    tree, manifest, calendar = opened.tree_of(None), opened.manifest, opened.workspace.calendar
    end = min(period.end, manifest.as_of)
    oldest = opened.engine().table('SELECT min(period_start) AS d FROM snapshot.main."values"').column("d")[0].as_py()
    first = calendar.number("month", min(oldest, period.start))
    months = range(calendar.back(first, "month", 1, "year"), calendar.number("month", end) + 1)
    cells = {month: tree.descendants(unit, calendar.last("month", month)) for month in months}
    return Asked(period, manifest.as_of, cells, Timeline(calendar).cut(end) if end == manifest.as_of else None)


def period_of(opened: Opened, name: str) -> Period:
    """The period of that name which has values; `QueryError` with the nearest one otherwise."""
    calendar, engine = opened.workspace.calendar, opened.engine()
    known = {calendar.name(period): period for span in SPANS for period in periods_in(engine, span)}
    if name not in known:
        raise QueryError(f"there are no values for the period '{name}'; {nearest(name, known) or 'write 2026-01'}")
    return known[name]


def scope_of(opened: Opened, person: str, query: Query | None = None) -> frozenset[str]:
    """The units whose figures a person of people.yaml may see, or whose rows where a question cuts by entities' keys.

    Of a question those of which he sees all its metrics. Raises `Refused` for one whom people.yaml does not know, and
    for one who may see none.
    """
    return scope_for(opened, policy_in(opened), viewer_in(opened, person), query)


def policy_in(opened: Opened) -> Policy:
    """Who may, with units as they stand on the last day that counts."""
    tree, on = opened.tree, opened.manifest.as_of
    return Policy(opened.workspace.roles, lambda key: tree.descendants(key, on) if key in tree else (), tree.root)


def viewer_in(opened: Opened, person: str) -> Viewer:
    """A person with the roles of people.yaml; `Refused` for one who is not in it."""
    known = opened.workspace.people.get(person)
    if known is None:
        raise Refused(f"'{person}' is not in people.yaml")
    return Viewer(person, known.name, known.title, tuple(grant.grant for grant in known.roles))


def seen_by(opened: Opened, person: str) -> Opened:
    """A snapshot as a person of people.yaml has it: what he does not see does not exist in its definitions."""
    return narrowed(opened.all, lens_of(opened, policy_in(opened), viewer_in(opened, person)))


def scope_for(opened: Opened, policy: Policy, viewer: Viewer, query: Query | None = None) -> frozenset[str]:
    """The units of which a viewer may ask a question. Raises as `scope_of`, and as for metrics that are not there."""
    permission = permission_of(opened.all.catalog, query) if query else "metric.view"
    policy.require(viewer, permission)
    if query is None:
        return policy.scope(viewer, permission)
    lens = lens_of(opened, policy, viewer, permission)
    seen = lens_of(opened, policy, viewer)
    for key in query.metrics:
        if key in opened.all.workspace.metrics and key not in seen.metrics:
            near = narrowed(opened.all, seen).catalog.nearest_metric(key)
            raise Refusal("F108", f"'{key}' is not a metric", near)
    units = lens.units_of([key for key in query.metrics if key in opened.all.workspace.metrics])
    if not units:
        raise Refused(f"{viewer.name} sees no unit for all of {', '.join(query.metrics)}")
    return units


def permission_of(catalog: Catalog, query: Query) -> Permission:
    """What a question needs: to see metrics, or rows where it names single customers, say, by their keys."""
    metrics = [key for key in query.metrics if key in catalog.metrics]
    named = [*query.by, *(name for text in query.where for name in names_of_condition(text))]
    return "rows.view" if names_rows(catalog, metrics, named) else "metric.view"


def day_of(calendar: Calendar, text: str) -> tuple[date, date]:
    """First and last day of a day, week, month, quarter or year by its name; `QueryError` with the forms otherwise."""
    try:
        if _FORMS["day"].fullmatch(text):
            return date.fromisoformat(text), date.fromisoformat(text)
        for grain in ("week", "quarter", "year"):
            if _FORMS[grain].fullmatch(text):
                return _named(calendar, grain, text)
        return calendar.stated(text)
    except ValueError as error:
        forms = "write 2026-01-31, 2026-W05, 2026-01, 2026-Q1 or 2026"
        raise QueryError(f"'{text}' is no day and no period ({error}); {forms}") from None


def _named(calendar: Calendar, grain: Grain, text: str) -> tuple[date, date]:
    turn = date(int(text[:4]), 1, 1)
    low = calendar.number(grain, turn - timedelta(days=_LONGEST))
    for number in range(low, calendar.number(grain, turn + timedelta(days=_LONGEST)) + 1):
        if calendar.grain_name(grain, number) == text:
            return calendar.first(grain, number), calendar.last(grain, number)
    raise ValueError(f"there is no {grain} of that name")


def _many(text: Text) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)
