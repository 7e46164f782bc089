"""What is written as an expression is either refused or becomes one scalar over the row, of allowed parts alone.

FOURFOLD_FUZZ sets how many inputs each test tries (without it 5,000 in CI, else 1,000).
"""

import json
import os
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from metrics.language.expressions import (
    SYNTAX,
    ExpressionError,
    multiplies_rows,
    names_in,
    parse,
    render,
    select_columns,
    table_resolver,
)
from metrics.language.functions import FUNCTIONS
from metrics.language.measured import MeasuredError, read_measured

INPUTS = int(os.environ.get("FOURFOLD_FUZZ", "5000" if os.environ.get("CI") else "1000"))
FUZZ = settings(max_examples=INPUTS, deadline=None, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=max(INPUTS // 10, 100), deadline=None, suppress_health_check=list(HealthCheck))
COLUMNS = ("amount", "day", "status", 'odd"name', "select")
RESOLVE = table_resolver(COLUMNS, lambda _: ("segment",), "orders")
KEPT_OUT = (exp.Query, exp.Table, exp.Command, exp.AggFunc, exp.Window, exp.Star, exp.Placeholder, exp.Parameter,
            exp.Lambda, exp.DDL, exp.Alias, exp.Subquery)  # fmt: skip

NAMES = st.sampled_from(
    ["amount", "day", "status", '"odd""name"', '"select"', "customer.segment", "a.b.segment", "who"]
)
NUMBERS = st.sampled_from(["0", "1", "-1", "1e308", "1e-400", "007", "0x1f", "1_000", "9" * 40, ".5", "5."])
TEXTS = st.sampled_from(
    ["''", "'a'", "'it''s'", "'; drop table orders; --'", "'/*'", "'\\'", "$$a$$", "E'\\n'", "'é\u202e'"]
)
HOSTILE = st.sampled_from(
    """read_csv read_text read_parquet glob getenv current_setting nextval random uuid now today pragma_version query
    query_table sum count avg list arg_max array_agg percentile_cont struct_pack unnest row_number lag error sleep
    pg_read_file pg_sleep java_method reflect version load_extension columns metric""".split()  # noqa: SIM905
)
CALLS = st.one_of(st.sampled_from(sorted(FUNCTIONS)), HOSTILE)
OPERATORS = st.sampled_from(
    """+ - * / % // || = <> < >= and or like ilike is is_not & | << -> ->> ~ ^@ := :: collate in""".split()  # noqa: SIM905
).map(lambda word: word.replace("_", " "))
ENDS = st.sampled_from(
    ["", ";", "; select 1", " -- x", " /* x", " from orders", " where 1", " union select 1", ", 1", " as x", "[1]"]
)


def bigger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Everything that may stand around smaller pieces."""
    listed = st.lists(inner, max_size=4).map(", ".join)
    return st.one_of(
        st.tuples(inner, OPERATORS, inner).map(" ".join),
        st.tuples(CALLS, listed).map(lambda pair: f"{pair[0]}({pair[1]})"),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"(select {text})"),
        inner.map(lambda text: f"not {text}"),
        st.tuples(inner, inner, inner).map(lambda parts: "case when {} then {} else {} end".format(*parts)),
        st.tuples(inner, listed).map(lambda pair: f"{pair[0]} in ({pair[1]})"),
        st.tuples(inner, inner, inner).map(lambda parts: "{} between {} and {}".format(*parts)),
        inner.map(lambda text: f"cast({text} as double)"),
        inner.map(lambda text: f"exists(select {text} from orders)"),
        inner.map(lambda text: f"x -> {text}"),
        inner.map(lambda text: f"[{text}]"),
        inner.map(lambda text: f"{{'a': {text}}}"),
        inner.map(lambda text: f"interval '{text}' day"),
    )


SQL = st.builds(
    lambda start, end: start + end, st.recursive(st.one_of(NAMES, NUMBERS, TEXTS), bigger, max_leaves=8), ENDS
)
SCRAPS = st.lists(
    st.one_of(
        NAMES, NUMBERS, TEXTS, CALLS, OPERATORS, st.sampled_from(["(", ")", ",", "'", '"', "--", "/*", "*/", "$1", "?"])
    ),
    max_size=12,
).map(" ".join)


def held(text: str) -> str | None:
    """The SQL that would reach the engine, held against what may; None where the text is refused."""
    try:
        sql = render(parse(text), RESOLVE)
    except ExpressionError:
        return None
    (select,) = sqlglot.parse(f"SELECT {sql}", read="duckdb")
    assert isinstance(select, exp.Select)
    assert len(select.expressions) == 1
    assert not any(part for name, part in select.args.items() if name != "expressions" and part)
    for node in select.expressions[0].walk():
        assert not isinstance(node, KEPT_OUT), (text, sql)
        if isinstance(node, exp.Func) and not isinstance(node, SYNTAX):
            names = (
                {node.name.lower()} if isinstance(node, exp.Anonymous) else {n.lower() for n in type(node).sql_names()}
            )
            assert names & FUNCTIONS.keys(), (text, sql)
    return sql


@FUZZ
@example("([not floor()])[1]")
@example("date list")
@example('not (date_add(amount, amount, "day + (select 1)"))')
@example("interval 'case when amount then 0 else interval '0' day end' day")
@given(SQL)
def test_hostile_sql_is_refused_or_harmless(text: str) -> None:
    held(text)


@FUZZ
@given(st.one_of(SCRAPS, st.text(max_size=60), st.binary(max_size=40).map(lambda raw: raw.decode("latin-1"))))
def test_scraps_and_noise_crash_nothing(text: str) -> None:
    held(text)


@SOME
@given(st.one_of(SQL, SCRAPS))
def test_the_engine_reads_the_same_single_scalar(text: str) -> None:
    """DuckDB's own parser, not only ours, sees one statement that selects one thing and reads no table."""
    sql = held(text)
    if sql is None:
        return
    with duckdb.connect() as connection:
        (told,) = connection.execute("SELECT json_serialize_sql(?)", [f"SELECT {sql}"]).fetchone() or ("{}",)
    tree = json.loads(told)
    if tree.get("error"):
        return  # no SQL for the engine either: it would say so, and read nothing
    (statement,) = tree["statements"]
    assert statement["node"]["from_table"]["type"] == "EMPTY"
    assert len(statement["node"]["select_list"]) == 1
    assert not kinds(statement["node"]["select_list"]) & {"SUBQUERY", "WINDOW", "LAMBDA", "STAR", "PARAMETER"}


def kinds(tree: Any) -> set[str]:
    """The classes of all expressions in DuckDB's tree."""
    if isinstance(tree, list):
        return set().union(*(kinds(one) for one in tree)) if tree else set()
    if not isinstance(tree, dict):
        return set()
    own = {tree["class"]} if isinstance(tree.get("class"), str) else set()
    return own.union(*(kinds(one) for one in tree.values())) if tree else own


@SOME
@given(st.one_of(SQL, SCRAPS, st.text(max_size=40)))
def test_formulas_models_and_units_are_read_or_refused(text: str) -> None:
    for reading in (names_in, multiplies_rows, lambda given: select_columns(given, ["orders"])):
        try:
            reading(text)
            reading(f"SELECT {text} FROM orders")
        except ExpressionError:
            continue
    try:
        read_measured(text)
    except MeasuredError:
        return


@pytest.mark.parametrize("text", ["amount", "abs(amount) + 1", "case when status in ('a') then 1 else 0 end"])
def test_what_is_meant_is_let_through(text: str) -> None:
    assert held(text) is not None
