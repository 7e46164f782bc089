"""A ratio is recomputed from its parts at every level and period; without a denominator there is no ratio."""

from pathlib import Path

from tests.making import MODEL, SOURCE, make, sales, table, values

SHARE = """\
title: Share of good orders
measured_in: "%"
ratio:
  numerator: {table: sales, function: sum_boolean, expr: ok}
  denominator: {table: sales, function: count}
"""
MARGIN = """\
title: Margin
measured_in: "%"
ratio: {numerator: profit, denominator: revenue}
"""
PROFIT = """\
title: Profit
measured_in: EUR
agg: {table: sales, function: sum, expr: "amount - cost"}
"""
PARTS = {"metrics/financial/margin.yaml": MARGIN, "metrics/financial/profit.yaml": PROFIT}
UNEVEN = sales(
    "2025-01-05,shop,100,50,a,x,true",
    "2025-01-06,web,10,9,b,x,true",
    "2025-01-07,web,10,9,b,x,false",
    "2025-01-08,web,10,9,b,x,false",
    "2025-02-05,shop,10,9,a,x,false",
    "2025-02-06,web,10,9,b,x,false",
    "2025-03-05,shop,10,9,a,x,true",
    "2025-03-06,web,10,9,b,x,true",
)


def test_total_of_units_is_ratio_of_sums_not_mean_of_ratios(tmp_path: Path) -> None:
    folder = make(tmp_path, {"metrics/process/share.yaml": SHARE, "files/sales.csv": UNEVEN})
    month = values(folder, "share")
    assert (month["shop", "2025-01"], month["web", "2025-01"]) == (1.0, 1 / 3)
    assert month["east", "2025-01"] == month["company", "2025-01"] == 2 / 4  # the mean of the ratios would be 2/3


def test_total_of_months_is_ratio_of_sums_not_mean_of_ratios(tmp_path: Path) -> None:
    folder = make(tmp_path, {"metrics/process/share.yaml": SHARE, "files/sales.csv": UNEVEN})
    assert values(folder, "share", "quarter")["company", "2025-03"] == 4 / 8
    assert values(folder, "share", "quarter")["web", "2025-03"] == 2 / 5  # the mean would be 4/9
    assert values(folder, "share", "ytd")["web", "2025-02"] == 1 / 4


def test_ratio_of_metrics_is_recomputed_too(tmp_path: Path) -> None:
    files = {
        "metrics/financial/margin.yaml": MARGIN,
        "metrics/financial/profit.yaml": PROFIT,
        "files/sales.csv": UNEVEN,
    }
    quarter = values(make(tmp_path, files), "margin", "quarter")
    assert quarter["company", "2025-03"] == (50 + 3 + 1 + 1 + 1 + 1) / 170


def test_expression_of_metrics_is_recomputed_too(tmp_path: Path) -> None:
    average = 'title: Average order\nmeasured_in: EUR\nexpr: "revenue / orders"\n'
    orders = "title: Orders\nmeasured_in: count\nagg: {table: sales, function: count}\n"
    files = {
        "metrics/financial/average.yaml": average,
        "metrics/process/orders.yaml": orders,
        "files/sales.csv": UNEVEN,
    }
    assert values(make(tmp_path, files), "average", "quarter")["company", "2025-03"] == 170 / 8


def test_average_is_weighted_by_its_rows(tmp_path: Path) -> None:
    average = "title: Average\nmeasured_in: EUR\nagg: {table: sales, function: average, expr: amount}\n"
    folder = make(tmp_path, {"metrics/financial/average.yaml": average, "files/sales.csv": UNEVEN})
    assert values(folder, "average")["company", "2025-01"] == 130 / 4  # not 55, the mean of the units' averages


def test_zero_denominator_gives_no_value_and_says_so(tmp_path: Path) -> None:
    facts = sales("2025-01-05,shop,0,5,a,x,true", "2025-01-06,web,10,5,b,x,true")
    files = {**PARTS, "files/sales.csv": facts}
    found = table(make(tmp_path, files), "margin")
    shop = found["shop", "month", "2025-01"]
    assert (shop["value"], shop["status"], shop["reason"]) == (None, "no_data", "the denominator is zero")
    assert found["east", "month", "2025-01"]["value"] == 0.0  # -5 and 5 over 10


def test_missing_denominator_gives_no_value(tmp_path: Path) -> None:
    facts = sales("2025-01-05,shop,,5,a,x,true", "2025-02-05,shop,10,5,a,x,true")
    files = {**PARTS, "files/sales.csv": facts}
    margin = values(make(tmp_path, files), "margin")
    assert margin["shop", "2025-01"] is None
    assert margin["shop", "2025-02"] == 0.5


def test_zero_of_many_is_zero_and_not_missing(tmp_path: Path) -> None:
    facts = sales("2025-01-05,shop,10,5,a,x,false", "2025-02-05,shop,10,5,a,x,true")
    filtered = SHARE.replace(
        "{table: sales, function: sum_boolean, expr: ok}", "{table: sales, function: count, filter: ok}"
    )
    share = values(make(tmp_path, {"metrics/process/share.yaml": filtered, "files/sales.csv": facts}), "share")
    assert share["shop", "2025-01"] == 0.0


def test_division_by_zero_inside_a_row_is_unknown_and_never_infinite(tmp_path: Path) -> None:
    facts = sales("2025-01-05,shop,10,0,a,x,true", "2025-01-06,shop,10,5,a,x,true", "2025-02-06,shop,10,0,a,x,true")
    markup = 'title: Markup\nmeasured_in: "%"\nagg: {table: sales, function: average, expr: "amount / cost"}\n'
    found = values(make(tmp_path, {"metrics/financial/markup.yaml": markup, "files/sales.csv": facts}), "markup")
    assert found["shop", "2025-01"] == 2.0
    assert found["shop", "2025-02"] is None


def test_division_by_zero_between_metrics_is_told(tmp_path: Path) -> None:
    facts = sales("2025-01-05,shop,10,10,a,x,true")
    odd = 'title: Odd\nmeasured_in: points\nexpr: "revenue / (revenue - revenue)"\n'
    found = table(make(tmp_path, {"metrics/financial/odd.yaml": odd, "files/sales.csv": facts}), "odd")
    shop = found["shop", "month", "2025-01"]
    assert (shop["value"], shop["status"], shop["reason"]) == (None, "no_data", "the denominator is zero")


def test_change_from_zero_has_no_percentage_and_from_negative_keeps_its_sign(tmp_path: Path) -> None:
    growth = 'title: Growth\nmeasured_in: "%"\nchange: {metric: revenue, back: 1 period, as: percent}\n'
    facts = sales("2025-01-05,shop,0,1,a,x,true", "2025-02-05,shop,-2,1,a,x,true", "2025-03-05,shop,3,1,a,x,true")
    found = values(make(tmp_path, {"metrics/financial/growth.yaml": growth, "files/sales.csv": facts}), "growth")
    assert found["shop", "2025-02"] is None
    assert found["shop", "2025-03"] == 2.5  # from -2 to 3: up, and not minus 250 %


def test_division_by_zero_inside_a_division_is_unknown_and_not_zero(tmp_path: Path) -> None:
    facts = sales("2025-01-05,shop,10,0,a,x,true")
    nested = "title: N\nmeasured_in: points\nagg: {table: sales, function: sum, expr: 'amount / (amount / cost)'}\n"
    found = values(make(tmp_path, {"metrics/financial/nested.yaml": nested, "files/sales.csv": facts}), "nested")
    assert found["shop", "2025-01"] is None  # 10 / 0 is no infinity, and 10 by it is not 0


def test_column_of_a_division_is_that_of_the_table_and_not_of_a_join(tmp_path: Path) -> None:
    source = SOURCE + "  shops:\n    path: shops.csv\n    columns: {shop: text, cost: number}\n"
    joined = MODEL + "joins: {place: {table: shops, key: unit}}\n"
    share = 'title: S\nmeasured_in: "%"\nagg: {table: sales, function: average, expr: "cost / amount"}\n'
    files = {
        "sources/books.yaml": source,
        "models/sales.yaml": joined,
        "models/shops.yaml": "source: shops\ngrain: [shop]\n",
        "metrics/financial/share.yaml": share,
        "files/sales.csv": sales("2025-01-05,shop,10,5,a,x,true"),
        "files/shops.csv": "shop,cost\nshop,1000\n",
    }
    assert values(make(tmp_path, files), "share")["shop", "2025-01"] == 0.5
