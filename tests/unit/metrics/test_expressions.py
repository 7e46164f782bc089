"""Analysts' expressions: what may stand in them, what is kept out (each class with a control), what is written."""

import pytest

from data.documents import nearest
from metrics.language.expressions import (
    ExpressionError,
    columns_of,
    multiplies_rows,
    names_in,
    parse,
    render,
    select_columns,
    table_resolver,
)
from metrics.language.functions import FUNCTIONS

COLUMNS = ("amount", "cost", "status", "day", "month", "hours", 'odd"name', "Sales Amount")


def customer(path: str) -> tuple[str, ...]:
    if path != "customer":
        raise ExpressionError(f"'{path}' is not a join of orders", nearest(path, ["customer"]))
    return ("segment", "since")


RESOLVE = table_resolver(COLUMNS, customer, "orders")


def written(text: str) -> str:
    return render(parse(text), RESOLVE)


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("amount", '_t."amount"'),
        ("amount - cost * 2", '_t."amount" - _t."cost" * 2'),
        ("amount / cost", '_t."amount" / NULLIF(_t."cost", 0)'),
        ("amount / (cost / hours)", '_t."amount" / NULLIF(_t."cost" / NULLIF(_t."hours", 0), 0)'),
        ("100 * (amount - cost) / cost", '100 * (_t."amount" - _t."cost") / NULLIF(_t."cost", 0)'),
        ("amount / nullif(cost, 0)", '_t."amount" / NULLIF(_t."cost", 0)'),
        ("customer.segment = 'A'", '"customer"."segment" = \'A\''),
        ("month > hours", '_t."month" > _t."hours"'),  # names of functions and units are names of columns too
        ('"odd""name" + 1', '_t."odd""name" + 1'),
        ('"Sales Amount"', '_t."Sales Amount"'),
        ("status in ('a', 'b')", "_t.\"status\" IN ('a', 'b')"),
        ("status = 'O''Neill'", "_t.\"status\" = 'O''Neill'"),
        ("case when amount > 1 then 1 else 0 end", 'CASE WHEN _t."amount" > 1 THEN 1 ELSE 0 END'),
        ("day::date", 'CAST(_t."day" AS DATE)'),
        ("amount is not null and not status = 'x'", 'NOT _t."amount" IS NULL AND NOT _t."status" = \'x\''),
        ("-amount", '-_t."amount"'),
    ],
)
def test_expressions_are_written_anew_with_every_column_resolved(text: str, sql: str) -> None:
    assert written(text) == sql


def test_parsed_expression_is_never_changed() -> None:
    tree = parse("amount / cost")
    before = tree.sql()
    render(tree, RESOLVE)
    assert parse("amount / cost") is tree
    assert tree.sql() == before


HOSTILE = {
    "a query inside": ("(select max(amount) from salaries)", "(amount)"),
    "a query in a list": ("amount in (select 1)", "amount in (1, 2)"),
    "whether a query finds something": ("exists(select 1)", "amount is null"),
    "a second statement": ("amount; drop table orders", "amount;"),
    "another clause": ("amount from salaries", "amount"),
    "a condition": ("amount where 1 = 1", "case when amount = 1 then 1 end"),
    "an aggregation": ("sum(amount)", "abs(amount)"),
    "an aggregation by another name": ("arg_max(amount, day)", "greatest(amount, cost)"),
    "a window": ("row_number() over ()", "round(amount, 2)"),
    "a file": ("read_text('/etc/passwd')", "replace(status, 'a', 'b')"),
    "a table of a file": ("read_csv('/etc/passwd')", "substring(status, 1, 2)"),
    "the environment": ("getenv('HOME')", "lower(status)"),
    "a setting of the engine": ("current_setting('threads')", "upper(status)"),
    "the clock": ("current_date", "day"),
    "the clock as a function": ("today()", "date_diff('day', day, day)"),
    "chance": ("random()", "sign(amount)"),
    "a sequence": ("nextval('s')", "length(status)"),
    "a function of another schema": ("main.abs(amount)", "abs(amount)"),
    "all columns": ("columns(*)", "amount"),
    "a star": ("*", "amount * 2"),
    "a parameter": ("?", "'?'"),
    "a parameter by number": ("$1", "1"),
    "an anonymous function": ("list_transform(amount, x -> x)", "trim(status)"),
    "a list": ("[amount for amount in status]", "(amount)"),
    "a part of a value": ("status['a']", "left(status, 1)"),
    "a name for the result": ("amount as total", "amount"),
    "two expressions": ("amount, cost", "amount + cost"),
    "a type that is written as a call": ("date list", "cast(day as date)"),
    "a type of many": ("cast(amount as integer[])", "cast(amount as integer)"),
    "bits": ("amount & 1", "amount % 2"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_expression_is_refused_and_its_control_is_not(kind: str) -> None:
    hostile, control = HOSTILE[kind]
    with pytest.raises(ExpressionError):
        written(hostile)
    assert written(control)


@pytest.mark.parametrize(
    "text", ["amount -- */ ; drop table orders", "amount /* '; drop table orders; -- */", "amount -- x"]
)
def test_comments_are_left_behind(text: str) -> None:
    assert written(text) == '_t."amount"'


@pytest.mark.parametrize("text", ["'; drop table orders; --'", "'a'' or 1 = 1 --'"])
def test_text_stays_text(text: str) -> None:
    sql = written(f"status = {text}")
    assert sql == f'_t."status" = {text}'


@pytest.mark.parametrize("text", ["", "   ", "(amount", "amount +", "amount )", "'open", "select", "1 +* 2"])
def test_what_is_no_expression_says_so(text: str) -> None:
    with pytest.raises(ExpressionError):
        written(text)


@pytest.mark.parametrize(
    "text", ["(" * 4000 + "1" + ")" * 4000, "abs(" * 200 + "1" + ")" * 200, "+".join(["1"] * 3000)]
)
def test_endless_nesting_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(ExpressionError, match="is nested too deeply"):
        parse(text)
    assert written("((((amount))))") == '((((_t."amount"))))'


def test_nesting_ends_after_sixty_levels() -> None:
    most = 60 - max(node.depth for node in parse("1 + 1").walk()) + 2
    assert parse(" + ".join(["1"] * most)).depth == 1
    with pytest.raises(ExpressionError, match="at most 60 levels"):
        parse(" + ".join(["1"] * (most + 1)))


@pytest.mark.parametrize("text", ["CAST(DATE LIST AS INT)", "CAST(INT[] AS DATE)", "CAST(amount AS INT[])"])
def test_a_type_stands_only_where_a_cast_names_it(text: str) -> None:
    with pytest.raises(ExpressionError, match="a plain type stands in a CAST alone"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("amonut", "'amonut' is not a column of orders (did you mean 'amount'?)"),
        ("AMOUNTS + 1", "'AMOUNTS' is not a column of orders"),
        ("customer.segmnt", "'segmnt' is not a column of customer (did you mean 'segment'?)"),
        ("custmer.segment", "'custmer' is not a join of orders (did you mean 'customer'?)"),
        ("a.b.amount", "'a.b' is not a join of orders"),
        ("rond(amount)", "the function 'rond' may not be used (did you mean 'round'?)"),
        ("ceil(amount, 2)", "'ceil' takes 1 argument, and 2 stand here"),
        ("replace(status, 'a')", "'replace' takes 3 arguments, and 2 stand here"),
        ("sum(amount)", "'SUM(amount)' aggregates inside an expression (the metric's `function:` aggregates"),
    ],
)
def test_wrong_names_are_told_with_the_nearest_right_one(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        written(text)
    assert message in str(refused.value)


def test_columns_that_only_the_data_can_tell_are_let_through() -> None:
    unknown = table_resolver(None, lambda _: None, "orders")
    assert render(parse("anything + customer.any"), unknown) == '_t."anything" + "customer"."any"'


def test_columns_of_an_expression() -> None:
    assert columns_of(parse("amount + customer.segment")) == [("amount", None), ("segment", "customer")]


def test_allowed_functions_neither_aggregate_nor_read() -> None:
    kept_out = {"sum", "count", "avg", "list", "read_csv", "getenv", "random", "now", "today", "nextval"}
    assert not FUNCTIONS.keys() & kept_out


# -- expressions over metrics


def test_names_of_metrics_each_once() -> None:
    assert names_in("(revenue - costs) / revenue * 100 - -1") == ["revenue", "costs"]


@pytest.mark.parametrize(
    "text", ["abs(revenue)", "revenue > 1", "'revenue'", "revenue || costs", "case when a then 1 end", "a.b"]
)
def test_between_metrics_only_arithmetic_may_stand(text: str) -> None:
    with pytest.raises(ExpressionError):
        names_in(text)


# -- a model's SQL


def test_a_select_gives_its_datasets_and_columns() -> None:
    text = (
        "WITH paid AS (SELECT * FROM orders WHERE paid) SELECT id, p.a + 1 AS b FROM paid p JOIN customers USING (id)"
    )
    assert select_columns(text, ["orders", "customers"]) == (["customers", "orders"], ["id", "b"])
    assert select_columns("SELECT * FROM orders", ["orders"]) == (["orders"], None)
    assert select_columns("SELECT id FROM orders;;", ["orders"]) == (["orders"], ["id"])


def test_a_column_without_a_name_hides_the_columns() -> None:
    text = "SELECT id, extract(year FROM day) FROM orders"
    assert select_columns(text, ["orders"]) == (["orders"], None)


@pytest.mark.parametrize("name", ["main.orders", "other.main.orders", "orders()", "read_csv('orders')"])
def test_a_dataset_is_named_alone(name: str) -> None:
    with pytest.raises(ExpressionError, match="name datasets alone, without schema or function"):
        select_columns(f"SELECT id FROM {name}", ["orders"])


HOSTILE_MODELS = {
    "a change": ("DELETE FROM orders", "SELECT id FROM orders"),
    "a new table": ("CREATE TABLE x AS SELECT 1", "SELECT 1 AS one FROM orders"),
    "two statements": ("SELECT id FROM orders; DROP TABLE orders", "SELECT id FROM orders;"),
    "a copy to a file": ("COPY orders TO '/tmp/x'", "SELECT id FROM orders"),
    "an attachment": ("ATTACH 'x.duckdb'", "SELECT id FROM orders"),
    "a setting": ("SET threads = 1", "SELECT id FROM orders"),
    "a file by function": ("SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM orders"),
    "a file by name": ("SELECT * FROM '/etc/passwd'", "SELECT * FROM orders"),
    "a schema": ("SELECT * FROM information_schema.tables", "SELECT * FROM orders"),
    "an unknown dataset": ("SELECT * FROM order", "SELECT * FROM orders"),
    "no dataset": ("SELECT 1 AS one", "SELECT 1 AS one FROM orders"),
    "an aggregation": ("SELECT sum(a) AS a FROM orders", "SELECT abs(a) AS a FROM orders"),
    "a group": ("SELECT a FROM orders GROUP BY a", "SELECT a FROM orders"),
    "a window": ("SELECT lag(a) OVER () AS a FROM orders", "SELECT a FROM orders"),
    "distinct rows": ("SELECT DISTINCT a FROM orders", "SELECT a FROM orders"),
    "some rows": ("SELECT a FROM orders LIMIT 5", "SELECT a FROM orders WHERE a < 5"),
    "all but some rows": ("SELECT a FROM orders OFFSET 5", "SELECT a FROM orders WHERE a > 5"),
    "rows by chance": ("SELECT a FROM orders TABLESAMPLE 10%", "SELECT a FROM orders"),
    "a union that loses rows": (
        "SELECT a FROM orders UNION SELECT a FROM orders",
        "SELECT a FROM orders UNION ALL SELECT a FROM orders",
    ),
    "a difference": ("SELECT a FROM orders EXCEPT SELECT a FROM orders", "SELECT a FROM orders"),
    "no end": (
        "WITH RECURSIVE t AS (SELECT a FROM orders UNION ALL SELECT a FROM t) SELECT a FROM t",
        "WITH t AS (SELECT a FROM orders) SELECT a FROM t",
    ),
    "an aggregation in a part": (
        "SELECT a FROM (SELECT max(a) AS a FROM orders)",
        "SELECT a FROM (SELECT a FROM orders)",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE_MODELS)
def test_hostile_model_is_refused_and_its_control_is_not(kind: str) -> None:
    hostile, control = HOSTILE_MODELS[kind]
    with pytest.raises(ExpressionError):
        select_columns(hostile, ["orders"])
    assert select_columns(control, ["orders"])[0] == ["orders"]


def test_unknown_dataset_is_told_with_the_nearest_name() -> None:
    with pytest.raises(ExpressionError, match=r"'order' is not a dataset \(did you mean 'orders'\?\)"):
        select_columns("SELECT * FROM order AS o", ["orders"])


@pytest.mark.parametrize(
    ("text", "multiplies"),
    [
        ("SELECT a FROM orders", False),
        ("SELECT a FROM orders UNION ALL SELECT a FROM more", False),
        ("SELECT a FROM orders JOIN more USING (id)", True),
        ("SELECT o.a FROM orders o, more m", True),
        ("SELECT unnest(a) AS a FROM orders", True),
    ],
)
def test_what_may_multiply_rows_is_known(text: str, multiplies: bool) -> None:
    assert multiplies_rows(text) is multiplies


@pytest.mark.parametrize("text", ['amount :: "select"', 'CAST(amount AS "select")', 'TRY_CAST(amount AS "mood")'])
def test_a_type_of_ones_own_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="a plain type stands in a CAST alone"):
        parse(text)
