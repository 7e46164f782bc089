"""Questions: any metrics by any members, within what the asker may see; what would be a wrong number is refused."""

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from access.policy import Refused
from data.errors import QueryError
from flows.asking import answer, ask, scope_of, statements
from flows.opened import Opened, open_current
from flows.refresh import refresh
from metrics.language.refusals import Refusal
from metrics.query.ask import reasons_of
from metrics.query.question import Query
from tests.making import SOURCE, make

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
PEOPLE = """\
people:
  ann: {name: Ann, roles: [{role: analyst, units: [company]}]}
  eva: {name: Eva, roles: [{role: manager, units: [east]}]}
  two: {name: Two, roles: [{role: manager, units: [shop, works]}]}
  off: {name: Off, roles: []}
  boss: {name: Boss, roles: [{role: figures, units: [company]}]}
"""
MORE = """\
  buyers:
    path: buyers.csv
    columns: {name: text, region: text, since: date}
  visits:
    path: visits.csv
    columns: {day: date, unit: text, channel: integer, region: text}
  cases:
    path: cases.csv
    columns: {since: date, until: date, unit: text, channel: text}
  plan:
    path: plan.csv
    columns: {quarter: date, unit: text, amount: decimal}
"""
FILES = {
    "units.yaml": UNITS,
    "people.yaml": PEOPLE,
    "roles.yaml": "roles: {figures: {title: Figures, may: [metric.view], home: executive}}\n",
    "sources/books.yaml": SOURCE + MORE,
    "models/buyers.yaml": "source: buyers\ngrain: [name]\ndimensions: {region: region, since: since}\n",
    "models/sales.yaml": """\
source: sales
grain: [id]
time: {column: day}
unit: {column: unit}
joins: {buyer: {table: buyers, key: customer}}
dimensions: {channel: channel, ok: ok, area: buyer.region, "on": day}
""",
    "models/visits.yaml": "source: visits\ntime: {column: day}\nunit: {column: unit}\n"
    "dimensions: {channel: channel, area: region}\n",
    "models/cases.yaml": "source: cases\nunit: {column: unit}\ndimensions: {channel: channel}\n",
    "models/plan.yaml": "source: plan\ntime: {column: quarter, grain: quarter}\nunit: {column: unit}\n",
    "metrics/process/orders.yaml": "title: Orders\nmeasured_in: count\nagg: {table: sales, function: count}\n",
    "metrics/process/visits.yaml": "title: Visits\nmeasured_in: count\nagg: {table: visits, function: count}\n",
    "metrics/process/hit_rate.yaml": 'title: H\nmeasured_in: "%"\nratio: {numerator: orders, denominator: visits}\n',
    "metrics/process/ticket.yaml": "title: T\nmeasured_in: EUR\nratio: {numerator: revenue, denominator: orders}\n",
    "metrics/people/open.yaml": "title: O\nmeasured_in: count\nstock: {table: cases, opened: since, closed: until}\n",
    "metrics/customer/buyers.yaml": "title: B\nmeasured_in: count\n"
    "agg: {table: sales, function: count_distinct, expr: customer}\n",
    "metrics/process/middle.yaml": "title: M\nmeasured_in: EUR\nagg: {table: sales, function: median, expr: amount}\n",
    "metrics/financial/rolling.yaml": "title: R\nmeasured_in: EUR\nrolling: {metric: revenue, months: 3}\n",
    "metrics/financial/growth.yaml": 'title: G\nmeasured_in: "%"\nchange: {metric: revenue, back: 1 period}\n',
    "metrics/financial/aimed.yaml": "title: A\nmeasured_in: EUR\nagg: {table: sales, function: sum, expr: amount}\n"
    "target: [{value: 500, unit: shop}, {value: 400, unit: web}, {value: 600, unit: works}]\n"
    "anchors: {goal: target, red: 10 % of target}\n",
    "metrics/financial/kept.yaml": "title: K\nmeasured_in: '%'\nmaintain: {metric: aimed, months: 6}\n",
    "metrics/financial/planned.yaml": "title: P\nmeasured_in: EUR\nagg: {table: plan, function: sum, expr: amount}\n",
}
Row = dict[str, Any]


def rows_of_sales() -> list[Row]:
    random = Random(7)
    return [
        {
            "id": number,
            "day": date(2025, 1 + number % 6, 1 + random.randrange(28)),
            "unit": random.choice(["shop", "web", "works"]),
            "amount": random.randrange(1, 90),
            "cost": 1,
            "customer": random.choice("abcde"),
            "channel": random.choice(["x", "y", None]),
            "ok": random.choice([True, False]),
        }
        for number in range(200)
    ]


REGION = {"a": "north", "b": "north", "c": "south", "d": None, "e": "south"}


def csv(rows: list[Row]) -> str:
    def text(value: Any) -> str:
        return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)

    return "\n".join([",".join(rows[0]), *(",".join(text(value) for value in row.values()) for row in rows)]) + "\n"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    visits = "".join(f"2025-0{m}-03,{unit},{m % 2},north\n" for m in range(1, 7) for unit in ("shop", "web", "works"))
    cases = "".join(f"2025-0{m}-04,,{unit},x\n" for m in range(1, 7) for unit in ("shop", "web"))
    files = {
        "files/sales.csv": csv(rows_of_sales()),
        "files/buyers.csv": "name,region,since\na,north,2024-01-05\nb,north,2024-02-07\nc,south,\nd,,2024-02-09\n"
        "e,south,2023-01-01\n",
        "files/visits.csv": "day,unit,channel,region\n" + visits,
        "files/cases.csv": "since,until,unit,channel\n" + cases,
        "files/plan.csv": "quarter,unit,amount\n2025-01-01,shop,5\n2025-04-01,shop,6\n",
    }
    folder = make(tmp_path_factory.mktemp("questions"), FILES | files)
    refresh(folder)
    return open_current(folder)


def told(opened: Opened, *metrics: str, scope: frozenset[str] | None = None, **asked: Any) -> list[Row]:
    found: list[Row] = answer(opened, Query(metrics, **asked), scope).to_pylist()
    return found


def division(row: Row) -> str:
    return "east" if row["unit"] == "shop" or (row["unit"] == "web" and row["day"] <= date(2025, 3, 31)) else "west"


def grouped(key: Any, kept: Any = lambda _row: True) -> dict[Any, float]:
    found: dict[Any, float] = {}
    for row in filter(kept, rows_of_sales()):
        found[key(row)] = found.get(key(row), 0) + row["amount"]
    return found


def test_cut_by_a_dimension_a_joined_one_and_an_entity(opened: Opened) -> None:
    for name, key in (
        ("channel", lambda r: r["channel"]),
        ("area", lambda r: REGION[r["customer"]]),
        ("buyer.region", lambda r: REGION[r["customer"]]),
        ("buyer", lambda r: r["customer"]),
        ("ok", lambda r: r["ok"]),
        ("on.month_of_year", lambda r: r["day"].month),
        ("time.day_of_week", lambda r: r["day"].isoweekday()),
        ("on.quarter", lambda r: date(2025, 1 if r["day"].month < 4 else 4, 1)),
    ):
        assert {row[name]: row["revenue"] for row in told(opened, "revenue", by=(name,))} == grouped(key)


def test_nothing_is_a_member_of_its_own_and_stands_last(opened: Opened) -> None:
    assert [row["channel"] for row in told(opened, "revenue", by=("channel",))] == ["x", "y", None]


def test_units_are_told_as_the_tree_stood(opened: Opened) -> None:
    found = {row["unit.division"]: row["revenue"] for row in told(opened, "revenue", by=("unit.division",))}
    assert found == grouped(division)
    monthly = told(opened, "revenue", by=("unit.division", "channel"), grain="month")
    assert {(r["unit.division"], r["channel"], r["time"].month): r["revenue"] for r in monthly} == grouped(
        lambda r: (division(r), r["channel"], r["day"].month)
    )


def test_stock_is_told_by_the_tree_of_each_month(opened: Opened) -> None:
    found = {(r["unit.division"], r["time"].month): r["open"] for r in
             told(opened, "open", by=("unit.division",), grain="month")}  # fmt: skip
    assert [found["east", month] for month in range(1, 7)] == [2, 4, 6, 4, 5, 6]
    assert [found.get(("west", month)) for month in range(1, 7)] == [None, None, None, 4, 5, 6]


def test_conditions_keep_rows(opened: Opened) -> None:
    for where, kept in (
        (("channel = 'x'",), lambda r: r["channel"] == "x"),
        (("channel = 'x' OR ok",), lambda r: r["channel"] == "x" or r["ok"]),
        (("buyer.region = 'north'", "NOT ok"), lambda r: REGION[r["customer"]] == "north" and not r["ok"]),
        (("unit = 'east'",), lambda r: division(r) == "east"),
        (("unit.division = 'east' AND channel = 'y'",), lambda r: division(r) == "east" and r["channel"] == "y"),
        (("unit IN ('shop', 'works')",), lambda r: r["unit"] != "web"),
        (("NOT unit.division = 'east'",), lambda r: division(r) == "west"),
        (("time >= '2025-02-10' AND time.day_of_week < 6",), lambda r: r["day"] >= date(2025, 2, 10)
         and r["day"].isoweekday() < 6),
    ):  # fmt: skip
        (row,) = told(opened, "revenue", where=where)
        assert row["revenue"] == grouped(lambda _: 0, kept)[0], where


def test_members_of_two_tables_meet_by_name(opened: Opened) -> None:
    found = {row["area"]: row for row in told(opened, "hit_rate", "orders", "visits", by=("area",))}
    orders = {key: sum(REGION[r["customer"]] == key for r in rows_of_sales()) for key in ("north", "south", None)}
    assert {key: row["orders"] for key, row in found.items()} == orders
    assert found["north"]["hit_rate"] == orders["north"] / 18
    assert found["south"]["hit_rate"] is None  # nobody of the south was seen to visit


def test_ratio_distinct_count_and_median_are_computed_from_rows(opened: Opened) -> None:
    def half(numbers: list[int]) -> float:
        ordered = sorted(numbers)
        return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2

    for row in told(opened, "ticket", "buyers", "middle", by=("channel", "unit.division"), grain="quarter"):
        rows = [r for r in rows_of_sales() if (r["channel"], division(r)) == (row["channel"], row["unit.division"])
                and (r["day"].month > 3) == (row["time"].month > 3)]  # fmt: skip
        assert row["ticket"] == pytest.approx(sum(r["amount"] for r in rows) / len(rows))
        assert row["buyers"] == len({r["customer"] for r in rows})
        assert row["middle"] == half([r["amount"] for r in rows])


def test_windows_look_back_beyond_the_start(opened: Opened) -> None:
    monthly = grouped(lambda r: r["day"].month)
    found = told(opened, "rolling", "growth", grain="month", start=date(2025, 4, 1), end=date(2025, 5, 31))
    assert [row["rolling"] for row in found] == [sum(monthly[m - n] for n in range(3)) for m in (4, 5)]
    assert [row["growth"] for row in found] == pytest.approx([monthly[m] / monthly[m - 1] - 1 for m in (4, 5)])


def test_days_and_weeks(opened: Opened) -> None:
    daily = {row["time"]: row["revenue"] for row in told(opened, "revenue", grain="day", absent="zero")}
    assert daily == grouped(lambda r: r["day"])
    weekly = {row["time"]: row["revenue"] for row in told(opened, "revenue", grain="week", absent="zero")}
    assert weekly == grouped(lambda r: date.fromordinal(r["day"].toordinal() - r["day"].weekday()))
    (some,) = told(opened, "revenue", start=date(2025, 2, 11), end=date(2025, 4, 9), absent="zero")
    assert some["revenue"] == grouped(lambda _: 0, lambda r: date(2025, 2, 11) <= r["day"] <= date(2025, 4, 9))[0]


def test_period_that_is_cut_says_so(opened: Opened) -> None:
    found = told(opened, "revenue", grain="month", end=date(2025, 3, 20))
    assert [row["partial"] for row in found] == [False, False, True]
    assert found[-1]["revenue"] == grouped(
        lambda _: 0, lambda r: r["day"].month == 3 and r["day"].day <= 20
    )[0]  # fmt: skip
    with pytest.raises(QueryError, match="start 2025-03-05 cuts the month that begins on 2025-03-01"):
        told(opened, "revenue", grain="month", start=date(2025, 3, 5))


def test_rows_are_kept_by_a_metric_of_their_customer(opened: Opened) -> None:
    sums = grouped(lambda r: r["customer"])
    middle = sorted(sums.values())[2]
    where = (f"metric(revenue, customer, 'ever') >= {middle} AND channel = 'x'",)
    (row,) = told(opened, "revenue", where=where)
    assert row["revenue"] == grouped(lambda _: 0, lambda r: sums[r["customer"]] >= middle and r["channel"] == "x")[0]
    with pytest.raises(Refusal, match="over the rows of all units"):
        told(opened, "revenue", where=where, scope=scope_of(opened, "eva"))
    with pytest.raises(Refusal, match="'revenu' is not a metric"):
        told(opened, "revenue", where=("metric(revenu, customer) > 3",))


def test_order_limit_and_having(opened: Opened) -> None:
    found = told(opened, "revenue", by=("buyer",), order=("-revenue",), limit=2)
    assert [row["revenue"] for row in found] == sorted(grouped(lambda r: r["customer"]).values(), reverse=True)[:2]
    most = told(opened, "revenue", "orders", by=("buyer",), having=("revenue > 1500 AND orders >= 1",))
    assert {r["buyer"] for r in most} == {k for k, v in grouped(lambda r: r["customer"]).items() if v > 1500}


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        ({"metrics": ("revenu",)}, "F108", "did you mean 'revenue'"),
        ({"by": ("chanel",)}, "F108", "did you mean 'channel'"),
        ({"by": ("unit.divison",)}, "F108", "did you mean 'division'"),
        ({"metrics": ("hit_rate",), "by": ("ok",)}, "F120", "visits has no such dimension"),
        ({"where": ("ok",), "metrics": ("hit_rate",)}, "F120", "visits has no such dimension"),
        ({"order": ("revenu",)}, "F108", "did you mean 'revenue'"),
        ({"metrics": ("rolling",), "by": ("time.month_of_year",)}, "F106", "looks back in time"),
        ({"metrics": ("open",), "where": ("time > '2025-01-01'",)}, "F106", "looks back in time"),
        ({"metrics": ("planned",), "grain": "day"}, "F106", "stands for a whole quarter"),
        ({"where": ("unit = 'shob'",)}, "F108", "did you mean 'shop'"),
        ({"metrics": ("orders",), "by": ("orders",)}, "F103", "two columns of the answer"),
    ],
)
def test_what_would_be_wrong_is_refused(opened: Opened, asked: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(QueryError) as refused:
        answer(opened, Query(**{"metrics": ("revenue",)} | asked))
    assert words in str(refused.value)
    assert isinstance(refused.value, Refusal) and refused.value.code == code


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"where": ("revenue > 5",)}, "stands in `having`"),
        ({"where": ("unit = 'shop' OR ok",)}, "mixes units with ok"),
        ({"where": ("unit LIKE 's%'",)}, "units are compared by"),
        ({"where": ("sum(amount) > 5",)}, "aggregates inside an expression"),
        ({"where": ("ok; DROP TABLE x",)}, "not one scalar expression"),
        ({"where": ("read_text('/etc/passwd') = ''",)}, "may not be used"),
        ({"having": ("channel = 'x'",)}, "not among the metrics"),
        (
            {"metrics": ("orders", "visits"), "by": ("channel",)},
            "'channel' is",
        ),  # text in one table, a number in the other
        ({"start": date(2026, 1, 1)}, "lies after 2025-06-30"),
        ({"limit": -1}, "less than nothing"),
    ],
)
def test_what_cannot_be_meant_is_refused(opened: Opened, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(Exception, match=words.replace("(", r"\(")):
        answer(opened, Query(**{"metrics": ("revenue",)} | asked))


def test_manager_sees_his_units_alone(opened: Opened) -> None:
    mine = scope_of(opened, "eva")
    assert mine == {"east", "shop"}
    (row,) = told(opened, "revenue", scope=mine)
    assert row["revenue"] == grouped(division)["east"]  # with what hung below it then
    found = {r["unit"]: r["revenue"] for r in told(opened, "revenue", by=("unit",), scope=mine)}
    assert found == {"shop": grouped(lambda r: r["unit"])["shop"]}  # web is not hers any more
    assert told(opened, "revenue", by=("unit.company",), scope=mine) == []
    for unit in ("works", "nowhere"):  # which of the two does not exist is not told
        with pytest.raises(Refusal, match=f"'{unit}' in .* is no unit"):
            told(opened, "revenue", where=(f"unit = '{unit}'",), scope=mine)
    found = {r["channel"]: r["revenue"] for r in told(opened, "revenue", by=("channel",), scope=mine)}
    assert found == grouped(lambda r: r["channel"], lambda r: division(r) == "east")


def test_manager_of_two_units_sees_both_together(opened: Opened) -> None:
    (row,) = told(opened, "revenue", scope=scope_of(opened, "two"))
    assert row["revenue"] == grouped(lambda _: 0, lambda r: r["unit"] != "web")[0]


def test_scope_goes_below_everything(opened: Opened) -> None:
    """No statement reads another unit's rows; only a stock is read whole, to know since when it is known."""
    for asked in (
        {},
        {"by": ("channel",)},
        {"where": ("unit = 'shop' OR unit.company = 'east'",)},
        {"by": ("unit", "buyer")},
    ):
        for one in statements(opened, Query(("revenue", "buyers"), **asked), scope_of(opened, "eva")):
            assert "'works'" not in one.sql
            assert '_t."unit" IN' in one.sql or "FALSE" in one.sql


def test_keys_of_entities_are_for_who_may_see_rows(opened: Opened) -> None:
    for by, where in ((("buyer",), ()), (("channel",), ("buyer = 'a'",))):
        with pytest.raises(Refused, match=r"may not rows\.view"):
            scope_of(opened, "boss", Query(("revenue",), by=by, where=where))
        assert scope_of(opened, "eva", Query(("revenue",), by=by, where=where)) == {"east", "shop"}
    assert "works" in scope_of(opened, "boss", Query(("revenue",), by=("area", "buyer.region")))


def test_person_without_a_role_is_refused(opened: Opened) -> None:
    for person in ("off", "nobody"):
        with pytest.raises(Refused):
            scope_of(opened, person)


def test_ask_by_hand(opened: Opened) -> None:
    folder = opened.workspace.folder.parents[3]  # its definitions lie in var/snapshots/<id>/definitions
    table = ask(folder, "revenue", by="unit.division", grain="quarter", start="2025-Q2", end="2025-06", person="ann")
    assert isinstance(table, pa.Table)
    assert table.column_names == ["unit.division", "time", "partial", "revenue"]
    assert pc.sum(table.column("revenue")).as_py() == grouped(lambda _: 0, lambda r: r["day"].month > 3)[0]
    with pytest.raises(QueryError, match="write 2026-01-31, 2026-W05, 2026-01, 2026-Q1 or 2026"):
        ask(folder, "revenue", start="2025-Q7")


@pytest.fixture
def silent(tmp_path: Path) -> Opened:
    facts = "id,day,unit,amount,cost,customer,channel,ok\n"
    told_months = [(m, n, u) for m in range(1, 7) for n, u in enumerate(("shop", "web")) if (m, u) != (3, "web")]
    facts += "".join(f"{m}{n},2025-0{m}-05,{u},1,1,a,x,true\n" for m, n, u in told_months)
    folder = make(tmp_path, {"files/sales.csv": facts})
    refresh(folder)
    return open_current(folder)


def test_silent_unit_is_unknown_by_unit_and_nothing_by_member(silent: Opened) -> None:
    by_unit = {(r["unit"], r["time"].month): r["revenue"] for r in told(silent, "revenue", by=("unit",), grain="month")}
    assert by_unit["web", 3] is None
    assert [r["revenue"] for r in told(silent, "revenue", grain="month")] == [2, 2, None, 2, 2, 2]
    why = reasons_of(answer(silent, Query(("revenue",), grain="month", order=("-revenue",))))
    assert why == {"revenue": {"some units or months that were due have not reported": 1}}
    assert [r["revenue"] for r in told(silent, "revenue", grain="month", absent="zero")] == [2, 2, 1, 2, 2, 2]
    assert [r["revenue"] for r in told(silent, "revenue", by=("channel",), grain="month")] == [2, 2, 1, 2, 2, 2]
