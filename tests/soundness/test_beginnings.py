"""Tables that begin at different times: one number over all history is told of the time of which all is known."""

from datetime import date

import pytest

from flows.asking import answer
from flows.opened import Opened, open_current
from flows.refresh import refresh
from metrics.query.ask import reasons_of
from metrics.query.question import Absent, Query
from tests.making import SOURCE, make

TABLES = """\
  calls: {path: calls.csv, columns: {day: date, unit: text}}
  news: {path: news.csv, columns: {day: date, unit: text}}
  beds: {path: beds.csv, columns: {since: date, until: date, unit: text}}
"""
PLAIN = "time: {column: day}\nunit: {column: unit}\n"
UNITS = ("shop", "web", "works")
REVENUE = {month: 10 * month for month in range(2, 7)}  # of each unit, from February on
FILES = {
    "sources/books.yaml": SOURCE + TABLES,
    "models/calls.yaml": f"source: calls\n{PLAIN}",
    "models/news.yaml": f"source: news\n{PLAIN}",
    "models/beds.yaml": "source: beds\nunit: {column: unit}\n",
    "metrics/process/calls.yaml": "title: C\nmeasured_in: count\nagg: {table: calls, function: count}\n",
    "metrics/process/news.yaml": "title: N\nmeasured_in: count\nagg: {table: news, function: count}\n",
    "metrics/process/per_call.yaml": "title: P\nmeasured_in: EUR\nratio: {numerator: revenue, denominator: calls}\n",
    "metrics/process/per_news.yaml": "title: P\nmeasured_in: EUR\nratio: {numerator: revenue, denominator: news}\n",
    "metrics/process/answered.yaml": 'title: A\nmeasured_in: "%"\nratio: {numerator: news, denominator: calls}\n',
    "metrics/people/beds.yaml": "title: B\nmeasured_in: count\n"
    "stock: {table: beds, opened: since, closed: until, over_time: mean}\n",
    "files/sales.csv": "id,day,unit,amount,cost,customer,channel,ok\n"
    + "".join(f"{m}{at},2025-0{m}-11,{u},{v},1,a,x,true\n" for m, v in REVENUE.items() for at, u in enumerate(UNITS)),
    "files/calls.csv": "day,unit\n" + "".join(f"2025-0{m}-05,{unit}\n" for m in range(3, 7) for unit in UNITS),
    "files/news.csv": "day,unit\n" + "".join(f"2025-06-05,{unit}\n" for unit in UNITS),
    "files/beds.csv": "since,until,unit\n2025-04-02,,shop\n2025-05-02,,web\n",
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    folder = make(tmp_path_factory.mktemp("beginnings"), FILES)
    refresh(folder, now=date(2025, 7, 1))
    return open_current(folder)


@pytest.mark.parametrize("absent", ["gap", "zero"])
@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("revenue", 3 * sum(REVENUE.values())),
        ("calls", 12),
        ("news", 3),
        ("per_call", sum(REVENUE[month] for month in range(3, 7)) / 4),  # not with February's revenue
        ("per_news", REVENUE[6]),
        ("answered", 1.0),  # nor with calls before June, when nobody counted the news
    ],
)
def test_all_history_is_the_time_of_which_every_part_is_known(
    opened: Opened, absent: Absent, metric: str, expected: float
) -> None:
    (found,) = answer(opened, Query((metric, "revenue"), absent=absent), None).to_pylist()
    assert found == {metric: pytest.approx(expected), "revenue": 3 * sum(REVENUE.values())}


def test_the_mean_of_a_stock_that_began_later_is_unknown_and_says_so(opened: Opened) -> None:
    asked = answer(opened, Query(("beds", "revenue"), absent="gap"), None)
    assert asked.column("beds").to_pylist() == [None]
    assert reasons_of(asked) == {"beds": {"the history is too short for this window": 1}}


def test_a_time_that_is_named_is_asked_as_it_is_named(opened: Opened) -> None:
    """From February on there are months without a call: whoever names them shall not get the rest for the whole."""
    asked = answer(opened, Query(("per_call", "revenue"), start=date(2025, 2, 1), absent="gap"), None)
    assert asked.column("per_call").to_pylist() == [None]
