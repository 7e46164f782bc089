"""What lies behind a number adds up to it: rows, members of a dimension, parts of a ratio."""

from pathlib import Path
from random import Random

import pytest

from data.calendar import Period, last_day
from data.errors import QueryError
from flows.refresh import refresh
from metrics.values.reading import Value
from tests.making import MODEL, REVENUE, SOURCE, make, sales
from views.desk import Desk
from views.entry import open_desk

PEOPLE = "people: {ann: {name: Ann, roles: [{role: analyst, units: [company]}]}}\n"
UNITS = """\
levels: [company, division, department]
units:
  - {key: company, title: Company, level: company}
  - {key: east, title: East, level: division, parent: company}
  - {key: west, title: West, level: division, parent: company}
  - {key: shop, title: Shop, level: department, parent: east}
  - {key: web, title: Web, level: department, parent: [{unit: east, to: 2025-03-31}, {unit: west, from: 2025-04-01}]}
  - {key: works, title: Works, level: department, parent: west}
"""
METRICS = {
    "financial/revenue": REVENUE,
    "financial/good": "title: Good\nmeasured_in: EUR\nagg: {table: sales, function: sum, expr: amount, filter: ok}\n",
    "process/orders": "title: Orders\nmeasured_in: count\nagg: {table: sales, function: count}\n",
    "process/ticket": "title: Ticket\nmeasured_in: EUR\nagg: {table: sales, function: average, expr: amount}\n",
    "process/largest": "title: Largest\nmeasured_in: EUR\nagg: {table: sales, function: max, expr: amount}\n",
    "process/share": """\
title: Share
measured_in: "%"
ratio:
  numerator: {table: sales, function: sum, expr: cost}
  denominator: {table: sales, function: sum, expr: amount}
""",
    "customer/buyers": "title: B\nmeasured_in: count\nagg: {table: sales, function: count_distinct, expr: customer}\n",
    "customer/newcomers": "title: N\nmeasured_in: count\nfirst_per: {table: sales, entity: customer, filter: ok}\n",
    "financial/rolling": "title: R\nmeasured_in: EUR\nrolling: {metric: revenue, months: 3}\n",
    "process/stock": "title: S\nmeasured_in: EUR\nagg: {table: balances, function: sum, expr: v, over_time: last}\n",
    "people/open": "title: O\nmeasured_in: count\nstock: {table: cases, opened: since, closed: until}\n",
}
PERIODS = {
    "month": Period("month", last_day(2025 * 12 + 3).replace(day=1), last_day(2025 * 12 + 3)),
    "quarter": Period("quarter", last_day(2025 * 12 + 3).replace(day=1), last_day(2025 * 12 + 5)),
    "ytd": Period("ytd", last_day(2025 * 12).replace(day=1), last_day(2025 * 12 + 4)),
}


@pytest.fixture(scope="module", params=["closed", "running"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Six months of three departments, one of which moves; once with a month that still runs."""
    random = Random(5)
    unit_months = [(unit, month) for unit in ("shop", "web", "works") for month in range(1, 7)]
    facts = [
        f"2025-{month:02}-{random.randint(1, 14):02},{unit},{random.randint(1, 90)},{random.randint(1, 20)},"
        f"{random.choice('abcdef')},{random.choice(['x', 'y', ''])},{random.choice(['true', 'false'])}"
        for unit, month in unit_months
        for _ in range(6)
    ]
    balances = "".join(f"2025-{m:02}-{d},{u},{random.choice('xy')},{m}\n" for u, m in unit_months for d in (10, 14))
    cases = "".join(f"2025-0{random.randint(1, 6)}-04,{random.choice(['', '2025-06-30'])},shop,x\n" for _ in range(9))
    more = {
        "balances": "{day: date, unit: text, channel: text, v: number}",
        "cases": "{since: date, until: date, unit: text, channel: text}",
    }
    source = SOURCE + "".join(f"  {name}:\n    path: {name}.csv\n    columns: {cols}\n" for name, cols in more.items())
    common = "unit: {column: unit}\ndimensions: {channel: channel}\n"
    running = "today: 2025-06-15\nopen_period: show\n" if request.param == "running" else "today: 2025-07-05\n"
    folder = make(
        tmp_path_factory.mktemp(request.param),
        {
            "workspace.yaml": "name: Small company\n" + running,
            "units.yaml": UNITS,
            "people.yaml": PEOPLE,
            "sources/books.yaml": source,
            "models/balances.yaml": "source: balances\ntime: {column: day}\n" + common,
            "models/cases.yaml": "source: cases\n" + common,
            "files/sales.csv": sales(*facts),
            "files/balances.csv": "day,unit,channel,v\n" + balances,
            "files/cases.csv": "since,until,unit,channel\n" + cases,
            **{f"metrics/{key}.yaml": text for key, text in METRICS.items()},
        },
    )
    refresh(folder)
    return open_desk(folder, "ann")


def value(desk: Desk, metric: str, unit: str, span: str) -> Value:
    (found,) = desk.values([metric], [unit], PERIODS[span].span, PERIODS[span])
    return found


CUT = ("revenue", "good", "orders", "ticket", "largest", "buyers", "stock", "open")
UNIT_KEYS = ("company", "east", "west", "shop", "web")


@pytest.mark.parametrize("span", PERIODS)
@pytest.mark.parametrize("metric", [*CUT, "newcomers"])
def test_as_many_rows_as_the_value_says(desk: Desk, metric: str, span: str) -> None:
    units = ("company", "east", "shop") if metric == "open" else UNIT_KEYS
    for unit in units:
        assert desk.rows(metric, unit, PERIODS[span]).total == value(desk, metric, unit, span).rows


@pytest.mark.parametrize("span", PERIODS)
@pytest.mark.parametrize(("metric", "column"), [("revenue", "amount"), ("good", "amount"), ("rolling", "amount")])
def test_rows_add_up_to_their_value(desk: Desk, metric: str, column: str, span: str) -> None:
    for unit in UNIT_KEYS:
        page = desk.rows(metric, unit, PERIODS[span], limit=10_000)
        at = page.columns.index(column)
        assert sum(float(str(row[at])) for row in page.rows) == pytest.approx(value(desk, metric, unit, span).value)


def test_parts_of_a_ratio_give_the_ratio(desk: Desk) -> None:
    totals = []
    for part, column in enumerate(("cost", "amount")):
        page = desk.rows("share", "west", PERIODS["quarter"], part=part, limit=10_000)
        totals.append(sum(float(str(row[page.columns.index(column)])) for row in page.rows))
    assert totals[0] / totals[1] == pytest.approx(value(desk, "share", "west", "quarter").value)


def test_pages_of_rows_do_not_overlap(desk: Desk) -> None:
    whole = desk.rows("revenue", "company", PERIODS["ytd"], limit=10_000)
    pages = [desk.rows("revenue", "company", PERIODS["ytd"], limit=7, offset=at) for at in range(0, whole.total, 7)]
    assert sorted(str(row[0]) for page in pages for row in page.rows) == sorted(str(row[0]) for row in whole.rows)


@pytest.mark.parametrize("span", PERIODS)
@pytest.mark.parametrize("metric", ["revenue", "good", "orders", "rolling", "open"])
def test_members_add_up_to_the_total(desk: Desk, metric: str, span: str) -> None:
    for unit in ("company", "east", "shop") if metric == "open" else UNIT_KEYS:
        members = desk.slices(metric, unit, PERIODS[span], "channel")
        whole = value(desk, metric, unit, span)
        assert sum(m.value or 0 for m in members) == pytest.approx(whole.value)
        assert sum(m.rows for m in members) == whole.rows


@pytest.mark.parametrize("metric", ["revenue", "orders"])
def test_members_add_up_to_the_earlier_total_too(desk: Desk, metric: str) -> None:
    for span in ("month", "quarter"):
        members = desk.slices(metric, "company", PERIODS[span], "channel")
        assert sum(m.previous or 0 for m in members) == pytest.approx(value(desk, metric, "company", span).previous)


@pytest.mark.parametrize("span", PERIODS)
@pytest.mark.parametrize(("metric", "weight"), [("share", "revenue"), ("ticket", "orders")])
def test_ratios_of_members_weighted_give_the_total(desk: Desk, metric: str, weight: str, span: str) -> None:
    for unit in UNIT_KEYS:
        weights = {m.member: m.value or 0 for m in desk.slices(weight, unit, PERIODS[span], "channel")}
        parts = {m.member: m.value or 0 for m in desk.slices(metric, unit, PERIODS[span], "channel")}
        mean = sum(parts[name] * weights[name] for name in parts) / sum(weights.values())
        assert mean == pytest.approx(value(desk, metric, unit, span).value)


def test_largest_of_members_is_the_largest(desk: Desk) -> None:
    members = desk.slices("largest", "company", PERIODS["quarter"], "channel")
    assert max(m.value or 0 for m in members) == value(desk, "largest", "company", "quarter").value


def test_rows_of_a_member_are_those_of_its_slice(desk: Desk) -> None:
    for member in desk.slices("revenue", "company", PERIODS["quarter"], "channel"):
        page = desk.rows("revenue", "company", PERIODS["quarter"], dimension="channel", member=member.member)
        assert page.total == member.rows


def test_rows_without_a_member_are_a_member_of_their_own(desk: Desk) -> None:
    assert "(none)" in {m.member for m in desk.slices("revenue", "company", PERIODS["ytd"], "channel")}


def test_dimension_that_half_of_a_metric_lacks_is_refused(tmp_path: Path) -> None:
    mixed = 'title: M\nmeasured_in: "%"\nratio:\n  numerator: {table: sales, function: sum, expr: amount}\n'
    mixed += "  denominator: {table: plain, function: sum, expr: amount}\n"
    plain = MODEL.replace("dimensions: {channel: channel}\n", "")
    folder = make(tmp_path, {"models/plain.yaml": plain, "metrics/process/mixed.yaml": mixed, "people.yaml": PEOPLE})
    refresh(folder)
    desk = open_desk(folder, "ann")
    assert desk.dimensions("mixed") == {}
    with pytest.raises(QueryError, match=r"M cannot be cut by 'channel': plain has no such dimension"):
        desk.slices("mixed", "company", PERIODS["month"], "channel")


def test_young_unit_is_cut_over_the_same_window_as_its_value(tmp_path: Path) -> None:
    facts = [f"{2024 + m // 12}-{m % 12 + 1:02}-05,shop,10,1,a,x,true" for m in range(18)]
    facts += ["2025-05-05,web,4,1,a,x,true", "2025-06-05,web,3,1,a,y,true"]
    folder = make(tmp_path, {"files/sales.csv": sales(*facts), "people.yaml": PEOPLE})
    refresh(folder)
    desk = open_desk(folder, "ann")
    year = Period("r12", last_day(2024 * 12 + 6).replace(day=1), last_day(2025 * 12 + 5))
    (whole,) = desk.values(["revenue"], ["web"], "r12", year)
    members = desk.slices("revenue", "web", year, "channel")
    assert whole.value == 7
    assert {m.member: m.value for m in members} == {"x": 4, "y": 3}


MOVING_STOCK = {
    "people/mean": "title: M\nmeasured_in: people\n"
    "stock: {table: cases, opened: since, closed: until, over_time: mean}\n",
    "people/heads": "title: H\nmeasured_in: count\nstock: {table: cases, opened: since, closed: until}\n",
    "people/more": "title: C\nmeasured_in: count\nchange: {metric: heads, back: 3 months, as: absolute}\n",
}


@pytest.fixture
def staff(tmp_path: Path) -> Desk:
    """Two people each in shop and web, of whom the web shop moves from east to west in April."""
    source = (
        SOURCE + "  cases:\n    path: cases.csv\n    columns: {since: date, until: date, unit: text, channel: text}\n"
    )
    cases = "".join(f"2025-0{m}-04,,{unit},{c}\n" for m, c in ((1, "x"), (2, "y")) for unit in ("shop", "web"))
    facts = sales(*(f"2025-{month:02}-04,shop,1,1,a,x,true" for month in range(1, 7)))
    folder = make(
        tmp_path,
        {
            "units.yaml": UNITS,
            "people.yaml": PEOPLE,
            "sources/books.yaml": source,
            "models/cases.yaml": "source: cases\nunit: {column: unit}\ndimensions: {channel: channel}\n",
            "files/sales.csv": facts,
            "files/cases.csv": "since,until,unit,channel\n" + cases,
            **{f"metrics/{key}.yaml": text for key, text in MOVING_STOCK.items()},
        },
    )
    refresh(folder)
    return open_desk(folder, "ann")


def test_stock_is_cut_as_its_unit_is_at_the_end(staff: Desk) -> None:
    for unit, expected in (("east", 2), ("west", 2), ("company", 4)):
        members = staff.slices("heads", unit, PERIODS["month"], "channel")
        assert sum(m.value or 0 for m in members) == value(staff, "heads", unit, "month").value == expected


def test_stock_of_a_unit_that_changed_is_compared_with_what_it_was(staff: Desk) -> None:
    for unit, before in (("east", 4), ("company", 4)):
        members = staff.slices("heads", unit, PERIODS["month"], "channel")
        assert sum(m.previous or 0 for m in members) == value(staff, "heads", unit, "month").previous == before
    assert {m.previous for m in staff.slices("heads", "west", PERIODS["month"], "channel")} <= {None, 0}


@pytest.mark.parametrize("metric", ["mean", "more"])
def test_stock_that_looks_back_past_a_move_is_cut_by_the_tree_of_each_month(staff: Desk, metric: str) -> None:
    year = PERIODS["ytd"]
    for unit in ("east", "west", "company"):
        told = [m.value for m in staff.slices(metric, unit, year, "channel") if m.value is not None]
        assert (sum(told) if told else None) == pytest.approx(value(staff, metric, unit, "ytd").value)


@pytest.mark.parametrize("over", ["last", "first", "mean"])
def test_levels_are_cut_by_the_tree_of_their_days(tmp_path: Path, over: str) -> None:
    balances = "".join(f"2025-0{m}-15,{unit},x,{m}\n" for m in range(1, 7) for unit in ("shop", "web", "works"))
    source = SOURCE + "  balances:\n    path: b.csv\n    columns: {day: date, unit: text, channel: text, v: number}\n"
    level = f"title: L\nmeasured_in: EUR\nagg: {{table: balances, function: sum, expr: v, over_time: {over}}}\n"
    model = "source: balances\ntime: {column: day}\nunit: {column: unit}\ndimensions: {channel: channel}\n"
    folder = make(
        tmp_path,
        {
            "units.yaml": UNITS,
            "people.yaml": PEOPLE,
            "sources/books.yaml": source,
            "models/balances.yaml": model,
            "metrics/process/level.yaml": level,
            "files/b.csv": "day,unit,channel,v\n" + balances,
        },
    )
    refresh(folder)
    desk = open_desk(folder, "ann")
    for span in ("month", "ytd"):
        for unit in ("east", "west", "company"):
            (member,) = desk.slices("level", unit, PERIODS[span], "channel")
            whole = value(desk, "level", unit, span)
            assert (member.value, member.rows) == (whole.value, whole.rows)
            assert desk.rows("level", unit, PERIODS[span]).total == whole.rows


def test_unit_that_leaves_and_comes_back_is_counted_while_it_was_there(tmp_path: Path) -> None:
    there = (
        "[{unit: east, to: 2025-02-28}, {unit: west, from: 2025-03-01, to: 2025-04-30}, {unit: east, from: 2025-05-01}]"
    )
    units = UNITS.replace("[{unit: east, to: 2025-03-31}, {unit: west, from: 2025-04-01}]", there)
    facts = sales(
        *(f"2025-0{m}-05,{unit},{10**n},1,a,x,true" for m in range(1, 7) for n, unit in enumerate(("shop", "web")))
    )
    folder = make(tmp_path, {"units.yaml": units, "people.yaml": PEOPLE, "files/sales.csv": facts})
    refresh(folder)
    desk = open_desk(folder, "ann")
    for unit, expected in (("east", 5 + 10 * 3), ("west", 10 * 2)):
        (member,) = desk.slices("revenue", unit, PERIODS["ytd"], "channel")
        page = desk.rows("revenue", unit, PERIODS["ytd"])
        at = page.columns.index("amount")
        assert member.value == value(desk, "revenue", unit, "ytd").value == expected
        assert sum(float(str(row[at])) for row in page.rows) == expected
