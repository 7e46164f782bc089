"""What a dialect needs beyond translation, and which functions it lacks, found by comparing answers one by one.

`tests/integration/test_functions.py` runs every function that an analyst may write on every engine and compares.
"""

from collections.abc import Callable, Mapping

from sqlglot import exp

Rule = Callable[[exp.Expr], exp.Expr]


def _as_double(node: exp.Expr) -> exp.Expr:
    return exp.Cast(this=node, to=exp.DataType.build("DOUBLE"))


def _pg_round(node: exp.Expr) -> exp.Expr:
    """PostgreSQL rounds halves of doubles to even, and a double to no decimals at all; of numerics as DuckDB does."""
    if not isinstance(node, exp.Round) or isinstance(node.this, exp.Cast):
        return node
    exact = exp.Cast(this=node.this, to=exp.DataType.build("DECIMAL"))
    return _as_double(exp.Round(this=exact, decimals=node.args.get("decimals")))


def _pg_contains(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Contains):
        return exp.GT(this=exp.StrPosition(this=node.this, substr=node.expression), expression=exp.Literal.number(0))
    return node


def _pg_parts(node: exp.Expr) -> exp.Expr:
    """Parts of dates by the names that PostgreSQL has for them."""
    if isinstance(node, exp.Quarter):
        return exp.Extract(this=exp.var("QUARTER"), expression=node.this)
    if isinstance(node, exp.Extract):
        names = {"DAYOFWEEK": "DOW", "DAYOFYEAR": "DOY", "DAYOFWEEKISO": "ISODOW"}
        name = node.this.name.upper()
        if name in names:
            return exp.Extract(this=exp.var(names[name]), expression=node.expression)
    return node


def _pg_trunc(node: exp.Expr) -> exp.Expr:
    """Without the cast a date would become an instant in the server's time zone."""
    if isinstance(node, exp.DateTrunc | exp.TimestampTrunc) and not isinstance(node.this, exp.Cast):
        node.set("this", exp.Cast(this=node.this, to=exp.DataType.build("TIMESTAMP")))
    return node


def _pg_nan(node: exp.Expr) -> exp.Expr:
    return exp.EQ(this=node.this, expression=exp.Literal.string("NaN")) if isinstance(node, exp.IsNan) else node


def _spark_parts(node: exp.Expr) -> exp.Expr:
    """Spark numbers the days of a week from 1, and has another name for ISO's."""
    if isinstance(node, exp.Extract):
        name = node.this.name.upper()
        if name == "DAYOFWEEK":
            return exp.Paren(this=exp.Sub(this=exp.DayOfWeek(this=node.expression), expression=exp.Literal.number(1)))
        names = {"ISODOW": "DAYOFWEEK_ISO", "DAYOFWEEKISO": "DAYOFWEEK_ISO", "DAYOFYEAR": "DOY"}
        if name in names:
            return exp.Extract(this=exp.var(names[name]), expression=node.expression)
    return node


def _spark_months(node: exp.Expr) -> exp.Expr:
    """DuckDB counts the turns of months or years between two days, Spark the whole months that have passed."""
    if not isinstance(node, exp.DateDiff):
        return node
    unit, ends = node.text("unit").lower().strip("'"), (node.this, node.expression)
    if unit == "year":
        return _minus(*(exp.Year(this=end) for end in ends))
    parts: dict[str, tuple[int, type[exp.Func]]] = {"month": (12, exp.Month), "quarter": (4, exp.Quarter)}
    if unit in parts:
        return _minus(*(_numbered(end, *parts[unit]) for end in ends))
    return node


def _numbered(day: exp.Expr, in_a_year: int, part: type[exp.Func]) -> exp.Expr:
    years = exp.Mul(this=exp.Year(this=day.copy()), expression=exp.Literal.number(in_a_year))
    return exp.Paren(this=exp.Add(this=years, expression=part(this=day.copy())))


def _minus(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.Paren(this=exp.Sub(this=left, expression=right))


def _spark_nan(node: exp.Expr) -> exp.Expr:
    """Spark calls nothing no NaN; DuckDB says nothing of nothing."""
    if isinstance(node, exp.IsNan) and not isinstance(node.parent, exp.If):
        known = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null()))
        return exp.Case(ifs=[exp.If(this=known, true=node.copy())])
    return node


def _spark_division(node: exp.Expr) -> exp.Expr:
    """Spark divides decimals to a few digits behind the point; DuckDB to a double."""
    if isinstance(node, exp.Div) and not isinstance(node.this, exp.Cast):
        node.set("this", _as_double(node.this))
    return node


RULES: Mapping[str, tuple[Rule, ...]] = {
    "postgres": (_pg_round, _pg_contains, _pg_parts, _pg_trunc, _pg_nan),
    "spark": (_spark_division, _spark_parts, _spark_months, _spark_nan),
}

# What an analyst may not write where facts stay in that engine: function > why, and what to write instead.
LACKS: Mapping[str, Mapping[str, str]] = {
    "postgres": {
        "try_cast": "PostgreSQL has no cast that gives nothing where it fails; mend the text in a view there",
        "date_diff week": "PostgreSQL counts other weeks; divide the days by 7",
        "upper": "PostgreSQL's depends on the locale of its database (for instance for ß); use lower",
    },
    "spark": {
        "upper": "Spark makes two letters of one (for instance of ß); use lower",
        "cast to integer": "Spark cuts a fraction off where the others round; use round, floor or ceil",
        "extract epoch": "Spark has no such part; use date_diff",
    },
}


def lacking(tree: exp.Expr, dialect: str) -> list[str]:
    """What an analyst's expression holds that may not be written where its facts stay in this dialect's engine."""
    lacks = LACKS.get(dialect, {})
    found = {name: f"{name}: {lacks[name]}" for node in tree.walk() for name in _names(node) if name in lacks}
    return list(found.values())


def _names(node: exp.Expr) -> list[str]:
    """What the table LACKS may call a node."""
    names = [name.lower() for name in type(node).sql_names()] if isinstance(node, exp.Func) else []
    if isinstance(node, exp.TryCast):
        names.append("try_cast")
    elif isinstance(node, exp.Cast) and node.to.is_type(*exp.DataType.INTEGER_TYPES):
        names.append("cast to integer")
    if isinstance(node, exp.Extract):
        names.append(f"extract {node.this.name.lower()}")
    if isinstance(node, exp.DateDiff):
        names.append(f"date_diff {node.text('unit').lower()}")
    return names
