"""Amounts in several currencies add up in one; what has no rate is an error, and never counts one for one."""

from pathlib import Path

import pytest

from data.errors import DefinitionError, QueryError
from flows.refresh import refresh
from tests.making import MODEL, SOURCE, make, sales, values

RATES = "  fx: {path: fx.csv, columns: {code: text, day: date, rate: number}}\n"
FX = "source: fx\nrates: {currency: code, at: day, rate: rate, into: EUR, holds: 3 days}\n"
METRIC = "title: M\nmeasured_in: EUR\nagg: {table: sales, function: sum, expr: amount, convert: {from: channel}}\n"
FILES = {
    "sources/books.yaml": SOURCE + RATES,
    "models/fx.yaml": FX,
    "metrics/customer/m.yaml": METRIC,
    "files/fx.csv": "code,day,rate\nUSD,2025-01-10,0.5\nUSD,2025-01-11,0.6\nUSD,2025-01-31,0.9\nGBP,2025-01-10,2\n",
    "files/sales.csv": sales(
        "2025-01-10,shop,100,1,a,USD,true",  # 0.5
        "2025-01-11,shop,100,1,a,USD,true",  # 0.6
        "2025-01-13,shop,100,1,a,USD,true",  # 0.6 still holds
        "2025-01-12,web,10,1,a,GBP,true",  # 2
        "2025-01-05,web,7,1,a,EUR,true",  # needs no rate
    ),
}


def test_each_amount_takes_the_rate_of_its_day(tmp_path: Path) -> None:
    found = values(make(tmp_path, FILES), "m")
    assert [found[unit, "2025-01"] for unit in ("shop", "web", "east")] == pytest.approx([170, 27, 197])


def test_the_last_rate_of_the_period(tmp_path: Path) -> None:
    text = METRIC.replace("from: channel", "from: channel, at: period_end")
    found = values(make(tmp_path, {**FILES, "metrics/customer/m.yaml": text}), "m")
    assert found["shop", "2025-01"] == pytest.approx(270)


def test_the_last_rate_of_a_running_period_is_that_of_the_last_day_that_counts(tmp_path: Path) -> None:
    files = {
        **FILES,
        "workspace.yaml": "name: Small company\ntoday: 2025-01-20\nopen_period: show\n",
        "metrics/customer/m.yaml": METRIC.replace("from: channel", "from: channel, at: period_end"),
        "files/sales.csv": sales("2025-01-10,shop,100,1,a,USD,true"),
        "files/fx.csv": "code,day,rate\n" + "".join(f"USD,2025-01-{day},{day}\n" for day in range(10, 25)),
    }
    last = 19  # yesterday; no rate of a day to come
    assert values(make(tmp_path, files), "m")["shop", "2025-01"] == 100 * last


def test_the_rates_of_a_plan_for_a_year(tmp_path: Path) -> None:
    plan = "source: plan\nrates: {currency: code, at: day, rate: rate, into: EUR, each: year, inverse: true}\n"
    files = {
        **FILES,
        "sources/books.yaml": SOURCE + RATES + RATES.replace("fx", "plan"),
        "models/plan.yaml": plan,
        "files/plan.csv": "code,day,rate\nUSD,2025-01-01,4\nGBP,2025-07-01,0.5\n",
        "metrics/customer/m.yaml": METRIC.replace("from: channel", "from: channel, rates: plan"),
    }
    found = values(make(tmp_path, files), "m")
    assert (found["shop", "2025-01"], found["web", "2025-01"]) == pytest.approx((75, 27))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("2025-01-14,shop,1,1,a,USD,true", "no rate from USD on 2025-01-14"),  # three days are over
        ("2025-01-09,shop,1,1,a,USD,true", "no rate from USD on 2025-01-09"),
        ("2025-01-10,shop,1,1,a,JPY,true", "no rate from JPY on 2025-01-10"),
        ("2025-01-10,shop,1,1,a,,true", "no rate from an unknown currency on 2025-01-10"),
    ],
)
def test_an_amount_without_a_rate_is_an_error(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(QueryError) as refused:
        refresh(make(tmp_path, {**FILES, "files/sales.csv": sales(row)}))
    assert f"{told} in models/fx.yaml [F118]" in str(refused.value)


def test_rows_that_the_metric_leaves_out_need_no_rate(tmp_path: Path) -> None:
    facts = sales(
        "2025-01-10,shop,100,1,a,USD,true", "2025-01-10,shop,1,1,a,JPY,false", "2025-01-10,shop,,1,a,CHF,true"
    )
    text = METRIC.replace("convert:", "filter: ok, convert:")
    found = values(make(tmp_path, {**FILES, "files/sales.csv": facts, "metrics/customer/m.yaml": text}), "m")
    assert found["shop", "2025-01"] == 50


def test_two_rates_for_one_day_are_an_error(tmp_path: Path) -> None:
    double = str(FILES["files/fx.csv"]) + "USD,2025-01-10,0.51\n"
    with pytest.raises(QueryError, match=r"two rates from USD on 2025-01-10 in models/fx.yaml \[F118\]"):
        refresh(make(tmp_path, {**FILES, "files/fx.csv": double}))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"models/fx.yaml": "source: fx\n"}, r"it is not said which rates are meant.*\[F118\]"),
        ({"metrics/customer/m.yaml": METRIC.replace("channel", "chanel")}, r"'chanel' is not a column of sales"),
        (
            {"metrics/customer/m.yaml": METRIC.replace(": EUR", ": USD")},
            r"the formula gives EUR, and not USD.*\[F107\]",
        ),
        (
            {"metrics/customer/m.yaml": METRIC.replace("function: sum", "function: count")},
            r"what is counted has no curr",
        ),
        ({"models/fx.yaml": FX.replace("rate: rate", "rate: rats")}, r"rates.rate: 'rats' is not a column of fx"),
    ],
)
def test_what_cannot_be_converted_is_refused(tmp_path: Path, changed: dict[str, str], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        refresh(make(tmp_path, {**FILES, **changed, "models/sales.yaml": MODEL}))


def test_a_rate_that_is_mended_changes_what_was_converted_by_it(tmp_path: Path) -> None:
    folder = make(tmp_path, FILES)
    assert values(folder, "m")["web", "2025-01"] == pytest.approx(27)
    mended = str(FILES["files/fx.csv"]).replace("GBP,2025-01-10,2", "GBP,2025-01-10,3")
    (folder / "files" / "fx.csv").write_text(mended, encoding="utf-8")
    assert values(folder, "m")["web", "2025-01"] == pytest.approx(37)
