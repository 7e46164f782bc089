"""Analysts' SQL: parsed, held against an allow-list, resolved against known columns, written anew; never pasted."""

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Literal

import sqlglot
from sqlglot import exp

from data.documents import nearest
from data.errors import FourfoldError
from metrics.language.functions import FUNCTIONS, arity_fault
from metrics.language.growth import MOST_LETTERS, letters, longest
from metrics.language.reach import datasets_in, strange_part

SYNTAX: tuple[type[exp.Expr], ...] = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Paren,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Div,
    exp.Mod,
    exp.IntDiv,
    exp.Neg,
    exp.And,
    exp.Or,
    exp.Not,
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.Is,
    exp.In,
    exp.Between,
    exp.Like,
    exp.ILike,
    exp.Case,
    exp.If,
    exp.Cast,
    exp.TryCast,
    exp.DataType,
    exp.DataTypeParam,
    exp.Coalesce,
    exp.Interval,
    exp.Var,
    exp.DPipe,
    exp.Tuple,
    exp.Distinct,
)
MAX_DEPTH = 60
STUMBLES = (AttributeError, TypeError, ValueError, LookupError)  # of sqlglot itself, over text such as `([not f()])[1]`
UNITS = ("microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade")
PARTS = ("dow", "isodow", "doy", "isoyear", "yearweek", "dayofweek", "dayofyear", "weekday", "epoch", "century")
METRIC = "metric"  # a metric of the row's customer, say: filters alone may ask for it (see calls)
Over = Literal["so_far", "month", "ever"]


class ExpressionError(FourfoldError):
    """An expression that cannot be used; `hint` says what to write instead, `code` why (see refusals)."""

    def __init__(self, message: str, hint: str = "", code: str = "F111") -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.message, self.hint, self.code = message, hint, code


@lru_cache(maxsize=4096)
def parse(text: str) -> exp.Expr:
    """One scalar expression, not to be changed; ExpressionError for what is not one or is not on the allow-list."""
    tree = _scalar(text, text)
    if isinstance(tree, exp.Alias):
        raise ExpressionError(f"'{text}' gives a name with AS", "write the expression alone")
    for node in tree.walk():
        _allowed(node, text)
    for node in _scalar(tree.sql(dialect="duckdb", comments=False), text).walk():  # it reaches the engine as written
        _allowed(node, text)
    if letters(tree) > MOST_LETTERS:
        raise ExpressionError(f"'{text[:40]}...' might make a text of endless length", "replace less, or less often")
    return tree


def _scalar(sql: str, text: str) -> exp.Expr:
    """What is selected, one thing and nothing besides; `text` is what somebody wrote."""
    try:
        trees = sqlglot.parse(f"SELECT {sql}", read="duckdb")
    except sqlglot.errors.SqlglotError as error:
        detail = getattr(error, "errors", None) or [{"description": str(error)}]
        raise ExpressionError(f"'{text}' is not a SQL expression: {detail[0]['description']}") from None
    except RecursionError:
        raise _too_deep(text) from None
    except STUMBLES:
        raise ExpressionError(f"'{text}' is not a SQL expression that can be read") from None
    select = trees[0]
    if len(trees) != 1 or not isinstance(select, exp.Select) or len(select.expressions) != 1:
        raise ExpressionError(f"'{text}' is not one scalar expression")
    if any(part for name, part in select.args.items() if name != "expressions" and part):
        raise ExpressionError(
            f"'{text}' holds more than an expression", "no FROM, WHERE or other clause may stand here"
        )
    found: exp.Expr = select.expressions[0]
    return found


def _too_deep(text: str) -> ExpressionError:
    return ExpressionError(f"'{text[:40]}...' is nested too deeply", f"at most {MAX_DEPTH} levels")


def _allowed(node: exp.Expr, text: str) -> None:
    if node.depth > MAX_DEPTH:
        raise _too_deep(text)
    if isinstance(node, exp.AggFunc):
        raise ExpressionError(
            f"'{node.sql()}' aggregates inside an expression",
            "the metric's `function:` aggregates; the expression sees one row",
            "F110",
        )
    if isinstance(node, exp.Window | exp.Subquery | exp.Select | exp.Star | exp.Placeholder | exp.Parameter):
        raise ExpressionError(f"'{node.sql()}' may not stand in an expression", "only this row's columns can be used")
    if isinstance(node, exp.DataType) and not _plain_type(node):
        raise ExpressionError(f"'{node.sql()}' may not stand in an expression", "a plain type stands in a CAST alone")
    if isinstance(node, exp.Var) and node.name.lower().removesuffix("s") not in (*UNITS, *PARTS):
        raise ExpressionError(f"'{node.name}' is not a part of a date", f"one of {', '.join((*UNITS, *PARTS))}")
    if isinstance(node, exp.Func) and not isinstance(node, SYNTAX):
        _allowed_function(node)
    elif not isinstance(node, SYNTAX):
        raise ExpressionError(f"'{node.sql()}' may not stand in an expression")


def _allowed_function(node: exp.Func) -> None:
    if isinstance(node, exp.Anonymous):
        name = str(node.this).lower()
        if name not in FUNCTIONS and name != METRIC:
            raise ExpressionError(f"the function '{name}' may not be used", nearest(name, FUNCTIONS))
        return
    names = {name.lower() for name in type(node).sql_names()}
    known = sorted(names & FUNCTIONS.keys())
    if not known:
        raise ExpressionError(
            f"the function '{min(names)}' may not be used", "allowed: " + ", ".join(sorted(FUNCTIONS))
        )
    wrong = arity_fault(known[0], node)
    if wrong:
        raise ExpressionError(wrong)


def _plain_type(node: exp.DataType) -> bool:
    """Whether a type is what a CAST makes; elsewhere it would be written as a call, `DATE LIST` as an aggregate."""
    inside = isinstance(node.parent, exp.Cast | exp.TryCast) and node.arg_key == "to"
    own = node.this is exp.DataType.Type.USERDEFINED  # a name in quotes
    return inside and not own and not node.args.get("nested") and isinstance(node.this, exp.DataType.Type)


Resolver = Callable[[str, str | None], str]  # (column, qualifier or None) > SQL of the column; raises ExpressionError


def render(tree: exp.Expr, resolve: Resolver, told: Callable[[exp.Expr], str] | None = None) -> str:
    """The expression in DuckDB's dialect, every column resolved and quoted, every division guarded against zero.

    `told` gives the SQL of a metric that is asked for; where none may be, `ExpressionError`.
    """
    whole = exp.Paren(this=tree.copy())  # so that the expression itself can be replaced too
    for column in [one for one in whole.find_all(exp.Column) if not _in_call(one)]:
        qualifier = ".".join(part.name for part in column.parts[:-1]) or None
        column.replace(sqlglot.parse_one(resolve(column.name, qualifier), read="duckdb"))
    for call in [node for node in whole.find_all(exp.Anonymous) if str(node.this).lower() == METRIC]:
        if told is None:
            raise ExpressionError(f"'{call.sql()}' may not stand here", "a filter may ask for a metric", "F119")
        call.replace(sqlglot.parse_one(told(call), read="duckdb"))
    for division in list(whole.find_all(exp.Div)):
        divisor = division.expression.unnest()
        if not isinstance(divisor, exp.Nullif):
            division.set("expression", exp.Nullif(this=divisor, expression=exp.Literal.number(0)))
        division.set("safe", False)
    return str(whole.this.sql(dialect="duckdb", comments=False))


def column_or_parse(text: str, columns: Collection[str] | None) -> exp.Expr:
    """The column that bears exactly this name, whatever its letters; else `parse`."""
    if columns is not None and text in columns:
        return exp.column(exp.to_identifier(text, quoted=True))
    return parse(text)


def columns_of(tree: exp.Expr) -> list[tuple[str, str | None]]:
    """The columns that an expression reads, as (name, qualifier)."""
    return [
        (c.name, ".".join(part.name for part in c.parts[:-1]) or None)
        for c in tree.find_all(exp.Column)
        if not _in_call(c)
    ]


def _in_call(column: exp.Column) -> bool:
    above = column.find_ancestor(exp.Anonymous)
    return above is not None and str(above.this).lower() == METRIC


def names_in(text: str) -> list[str]:
    """The names that arithmetic over metrics reads, each once; ExpressionError for anything else in it."""
    tree = parse(text)
    for node in tree.walk():
        if not isinstance(
            node,
            exp.Column | exp.Identifier | exp.Literal | exp.Paren | exp.Add | exp.Sub | exp.Mul | exp.Div | exp.Neg,
        ) or (isinstance(node, exp.Literal) and node.is_string):
            raise ExpressionError(
                f"'{node.sql()}' may not stand between metrics", "use + - * / parentheses and numbers"
            )
    names = columns_of(tree)
    for name, qualifier in names:
        if qualifier:
            raise ExpressionError(f"'{qualifier}.{name}' is not a metric", "write the metric's key alone")
    return list(dict.fromkeys(name for name, _ in names))


METRICS_ONLY: tuple[type[exp.Expr], ...] = (
    exp.AggFunc,
    exp.Group,
    exp.Window,
    exp.Distinct,
    exp.Limit,
    exp.Offset,
    exp.Fetch,
    exp.Having,
    exp.Qualify,
)
ROWS_LOST: tuple[type[exp.Expr], ...] = (exp.Except, exp.Intersect, exp.TableSample, exp.Pivot)


def _select(text: str) -> exp.Query:
    try:
        trees = [tree for tree in sqlglot.parse(text, read="duckdb") if tree is not None]
    except sqlglot.errors.SqlglotError as error:
        raise ExpressionError(f"is not valid SQL: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise _too_deep(text) from None
    except STUMBLES:
        raise ExpressionError("is not SQL that can be read") from None
    if len(trees) != 1 or not isinstance(trees[0], exp.Select | exp.SetOperation):
        raise ExpressionError("must be exactly one SELECT")
    return trees[0]


def multiplies_rows(text: str) -> bool:
    """Whether a model's SELECT joins or unnests, so that a row of a dataset may stand in it more than once."""
    return _select(text).find(exp.Join, exp.Unnest, exp.Explode, exp.Lateral) is not None


def select_columns(text: str, datasets: Collection[str]) -> tuple[list[str], list[str] | None]:
    """A model's SELECT checked: (datasets it reads, the columns it gives or None when a star hides them).

    Only SELECT, FROM, JOIN, WHERE, UNION ALL and CTEs may stand in it; aggregates and windows are metrics, and refused.
    """
    tree = _select(text)
    if tree.find(*METRICS_ONLY):
        raise ExpressionError("aggregates, windows, DISTINCT and LIMIT may not stand in a model", "those are metrics")
    if tree.find(*ROWS_LOST) or any(union.args.get("distinct") for union in tree.find_all(exp.Union)):
        raise ExpressionError(
            "UNION, EXCEPT, INTERSECT, samples and pivots may not stand in a model: they lose rows in silence",
            "use UNION ALL",
        )
    if any(part.args.get("recursive") for part in tree.find_all(exp.With)):
        raise ExpressionError("a recursive WITH may not stand in a model", "it might never end")
    _of_listed_parts(tree, text)
    reads = sorted({table.name for table in datasets_in(tree)})
    for name in reads:
        if name not in datasets:
            raise ExpressionError(f"'{name}' is not a dataset", nearest(name, datasets))
    names = tree.named_selects
    return reads, None if "*" in names or not all(names) else list(names)


def _of_listed_parts(tree: exp.Query, text: str) -> None:
    """Refuses what is no dataset by its name alone, what is not on the list, and texts without end."""
    if tree.find(exp.Table) is None:
        raise ExpressionError("reads no dataset")
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier) or table.db or table.catalog:
            raise ExpressionError(
                f"'{table.sql()}' is not a dataset", "name datasets alone, without schema or function"
            )
    strange = strange_part(tree, SYNTAX) or strange_part(_select(tree.sql(dialect="duckdb")), SYNTAX)
    if strange:
        raise ExpressionError(strange, "rows are selected, joined, filtered, renamed and cast by functions of one row")
    try:
        if longest(tree) > MOST_LETTERS:
            raise ExpressionError("might make texts of endless length", "join and replace less, or less often")
    except RecursionError:
        raise _too_deep(text) from None


def table_resolver(
    own: Collection[str] | None, joined: Callable[[str], Collection[str] | None], title: str
) -> Resolver:
    """Resolves `column` to the table `_t` and `join.column` to the joined table; columns None: not known yet.

    `joined` gives the columns at the end of a path of joins, or raises `ExpressionError` where there is none.
    """

    def resolve(column: str, qualifier: str | None) -> str:
        if qualifier is None:
            if own is not None and column not in own:
                raise ExpressionError(f"'{column}' is not a column of {title}", nearest(column, own), "F108")
            return f'_t."{_escaped(column)}"'
        if own is not None and f"{qualifier}.{column}" in own:
            return f'_t."{_escaped(f"{qualifier}.{column}")}"'
        known = joined(qualifier)
        if known is not None and column not in known:
            raise ExpressionError(f"'{column}' is not a column of {qualifier}", nearest(column, known), "F108")
        return f'"{_escaped(qualifier)}"."{_escaped(column)}"'

    return resolve


def _escaped(name: str) -> str:
    return name.replace('"', '""')
