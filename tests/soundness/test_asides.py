"""A filter that asks for a metric of the row's customer: the same as a plain recount, however long it looks back."""

from pathlib import Path
from random import Random

import pandas as pd
import pytest

from data.errors import DefinitionError
from flows.refresh import refresh
from tests.making import MODEL, SOURCE, make, sales, values

TICKETS = "  tickets: {path: tickets.csv, columns: {id: integer, day: date, unit: text, who: text, bad: boolean}}\n"
ACCOUNTS = "  accounts: {path: accounts.csv, columns: {account: text, owner: text}}\n"
FILES = {
    "sources/books.yaml": SOURCE + TICKETS + ACCOUNTS,
    "models/sales.yaml": MODEL + "entities: {customer: customer}\n",
    "models/tickets.yaml": "source: tickets\ngrain: [id]\ntime: {column: day}\nunit: {column: unit}\n"
    "entities: {customer: who}\njoins: {holder: {table: accounts, key: who}}\n",
    "models/accounts.yaml": "source: accounts\ngrain: [account]\nentities: {customer: owner}\n",
    "files/accounts.csv": "account,owner\na,a\nb,a\nc,b\n",
    "metrics/customer/typical.yaml": "title: T\nmeasured_in: EUR\n"
    "agg: {table: sales, function: median, expr: amount, filter: ok}\n",
    "metrics/customer/orders.yaml": "title: O\nmeasured_in: count\nagg: {table: sales, function: count}\n",
    "metrics/customer/good.yaml": "title: G\nmeasured_in: count\nagg: {table: sales, function: count, filter: ok}\n",
    "metrics/customer/spent.yaml": "title: S\nmeasured_in: EUR\nagg: {table: sales, function: average, expr: amount}\n",
    "metrics/customer/sorts.yaml": "title: C\nmeasured_in: count\n"
    "agg: {table: sales, function: count_distinct, expr: channel}\n",
    "metrics/customer/share.yaml": 'title: Q\nmeasured_in: "%"\nratio: {numerator: good, denominator: orders}\n',
    "files/tickets.csv": "id,day,unit,who,bad\n1,2025-01-31,shop,a,true\n2,2025-02-28,shop,a,true\n"
    "3,2025-03-01,shop,b,true\n4,2025-03-01,shop,c,false\n",
    "files/sales.csv": sales(
        "2025-01-10,shop,5,1,a,x,true",
        "2025-02-10,shop,6,1,a,y,false",
        "2025-02-11,shop,7,1,b,x,true",
        "2025-03-12,shop,8,1,a,x,true",
    ),
}


def asking(condition: str, table: str = "tickets") -> str:
    return f'title: M\nmeasured_in: count\nagg: {{table: {table}, function: count, filter: "{condition}"}}\n'


def counted(tmp_path: Path, condition: str) -> list[float | None]:
    folder = make(tmp_path, {**FILES, "metrics/customer/m.yaml": asking(condition)})
    found = values(folder, "m")
    return [found["shop", f"2025-0{month}"] for month in (1, 2, 3)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("metric(orders, customer) >= 2", [0, 1, 0]),  # a has one order by January, two by February; b one by March
        ("metric(orders, customer, 'ever') >= 2", [1, 1, 0]),
        ("metric(orders, customer, 'month') >= 1", [1, 1, 0]),
        ("coalesce(metric(orders, customer), 0) = 0", [0, 0, 1]),  # c never ordered
        ("metric(orders, customer) = 0", [0, 0, 0]),  # of whom nothing is known, nothing is said
        ("bad and metric(sorts, customer) = 2", [0, 1, 0]),
        ("metric(spent, customer) > 5", [0, 1, 1]),  # 5; 5.5; b: 7
        ("metric(spent, customer) > 6", [0, 0, 1]),
        ("metric(typical, customer, 'ever') > 6", [1, 1, 1]),  # between a's two good ones, 5 and 8
        ("metric(orders, holder.customer) >= 2", [0, 1, 1]),  # b's account is a's, too
        ("metric(share, customer) < 0.6", [0, 1, 0]),  # good 1 of 2 by February
        ("metric(share, customer, 'ever') > 0.6 and metric(orders, customer, 'ever') = 3", [1, 1, 0]),
    ],
)
def test_a_metric_of_the_customer_of_each_row(tmp_path: Path, condition: str, expected: list[int]) -> None:
    assert counted(tmp_path, condition) == expected


@pytest.mark.parametrize(("today", "expected"), [("2025-04-01", 0), ("2025-04-02", 1)])
def test_what_happens_after_the_last_day_is_not_known_of_a_customer(tmp_path: Path, today: str, expected: int) -> None:
    """A fourth order on the first of April: on that day the last that counts is the day before."""
    files = {
        **FILES,
        "workspace.yaml": f"name: Small company\ntoday: {today}\nopen_period: show\n",
        "files/sales.csv": f"{FILES['files/sales.csv']}5,2025-04-01,shop,9,1,a,x,true\n",
        "metrics/customer/m.yaml": asking("metric(orders, customer, 'ever') = 4"),
    }
    found = values(make(tmp_path, files), "m")
    assert [found["shop", month] for month in ("2025-01", "2025-02")] == [expected, expected]


@pytest.mark.parametrize("seed", range(3))
def test_random_facts_agree_with_pandas(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    drawn = [
        (f"2025-{random.randint(1, 6):02}-{random.randint(1, 28):02}", random.choice("abcd"), random.randint(1, 9))
        for _ in range(80)
    ]
    facts = sales(*(f"{day},shop,{amount},1,{who},x,true" for day, who, amount in drawn))
    text = asking("metric(total, customer) > 60 and metric(least, customer, 'month') < 4", "sales")
    total = "title: T\nmeasured_in: EUR\nagg: {table: sales, function: sum, expr: amount}\n"
    files = {**FILES, "files/sales.csv": facts, "metrics/customer/m.yaml": text,
             "metrics/customer/total.yaml": total,
             "metrics/customer/least.yaml": total.replace("sum", "min")}  # fmt: skip
    found = values(make(tmp_path, files), "m")
    frame = pd.DataFrame(drawn, columns=["day", "who", "amount"])
    frame["month"] = frame["day"].str[:7]
    expected = {}
    for month in sorted(set(frame["month"])):
        so_far = frame[frame["month"] <= month].groupby("who")["amount"].sum()
        least = frame[frame["month"] == month].groupby("who")["amount"].min()
        within = frame[frame["month"] == month]
        expected[month] = sum(so_far[who] > 60 and least[who] < 4 for who in within["who"])
    assert {month: found["shop", month] for month in expected} == expected


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("metric(order, customer) > 1", r"'order' is not a metric \(did you mean 'orders'\?\).*\[F108\]"),
        ("metric(orders, client) > 1", r"tickets does not know 'client'.*\[F119\]"),
        ("metric(revenue_growth, customer) > 1", r"rests on what cannot be told for each customer alone.*\[F119\]"),
        ("metric(orders) > 1", r"does not say which metric of whom.*\[F119\]"),
        ("metric(orders, customer, 'never') > 1", r"'never' is no time over which.*\[F119\]"),
        ("metric(middle, customer) > 1", r"'middle' is a median, which is not told so far.*\[F119\]"),
        ("metric(m, customer) > 1", r"is computed from itself: m > m.*\[F109\]"),
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path: Path, condition: str, message: str) -> None:
    files = {
        **FILES,
        "metrics/customer/m.yaml": asking(condition),
        "metrics/customer/revenue_growth.yaml": 'title: R\nmeasured_in: "%"\nchange: {metric: orders, back: 1 year}\n',
        "metrics/customer/middle.yaml": str(FILES["metrics/customer/spent.yaml"]).replace("average", "median"),
    }
    with pytest.raises(DefinitionError, match=message):
        refresh(make(tmp_path, files))


def test_only_a_filter_may_ask_for_a_metric(tmp_path: Path) -> None:
    text = "title: M\nmeasured_in: EUR\nagg: {table: sales, function: sum, expr: 'metric(orders, customer)'}\n"
    with pytest.raises(DefinitionError, match=r"metric\(orders, customer\) may not stand here.*\[F119\]"):
        refresh(make(tmp_path, {**FILES, "metrics/customer/m.yaml": text}))


def test_a_refresh_of_what_changed_is_as_good_as_a_whole_one(tmp_path: Path) -> None:
    text = asking("metric(orders, customer) >= 2")
    folder = make(tmp_path / "kept", {**FILES, "metrics/customer/m.yaml": text})
    values(folder, "m")
    later = str(FILES["files/sales.csv"]) + "5,2025-01-15,shop,1,1,a,x,true\n"  # now a has two by January
    (folder / "files" / "sales.csv").write_text(later, encoding="utf-8")
    again = make(tmp_path / "anew", {**FILES, "metrics/customer/m.yaml": text, "files/sales.csv": later})
    found = values(folder, "m")
    assert found == values(again, "m")
    assert found["shop", "2025-01"] == 1
