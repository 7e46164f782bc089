"""The catalogue of breakages: which code is broken, in which ways, and which breakages change nothing that can be seen.

A breakage is either of Python (an operator, a bound, a branch) or of the SQL that stands in Python's strings.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

AREAS: Mapping[str, tuple[str, ...]] = {
    "rewrite rules": ("metrics/language/expressions.py",),
    "joins, windows and filters of the compiler": ("metrics/states/*.py",),
    "windows and roll-up over units": ("metrics/time/*.py",),
    "kinds, merges and verdicts": (
        "metrics/values/cells.py",
        "metrics/values/evaluate.py",
        "metrics/values/targets.py",
        "metrics/values/verdicts.py",
        "metrics/values/table.py",
    ),
    "scoring": ("metrics/scoring/*.py",),
    "the query road": ("metrics/query/*.py",),
}

SQL_SWAPS: tuple[tuple[str, str, str], ...] = (
    ("join", "LEFT JOIN ", "JOIN "),
    ("join", " ON ", " ON NOT "),
    ("filter", "FILTER (WHERE ", "FILTER (WHERE NOT "),
    ("filter", "IS NOT NULL", "IS NULL"),
    ("filter", " AND ", " OR "),
    ("filter", " <= ", " < "),
    ("filter", " < ", " <= "),
    ("filter", " >= ", " > "),
    ("filter", " > ", " >= "),
    ("merge", "sum(", "max("),
    ("merge", "min(", "max("),
    ("merge", "max(", "min("),
    ("merge", "count(DISTINCT ", "count("),
    ("merge", "DISTINCT ", ""),
    ("merge", "arg_max", "arg_min"),
    ("merge", "UNION ALL", "UNION"),
    ("merge", "greatest(", "least("),
    ("window", " + 1", ""),
    ("window", " - 1", ""),
    ("window", " BETWEEN ", " NOT BETWEEN "),
)

COMPARISONS: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
NAMES: Mapping[str, str] = {
    "minimum": "maximum",
    "maximum": "minimum",
    "fmin": "fmax",
    "fmax": "fmin",
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "add": "subtract",
    "cumsum": "asarray",
    "logical_or": "logical_and",
    "logical_and": "logical_or",
}


@dataclass(frozen=True)
class Way:
    """One way to break a node: `kind` names the row of the catalogue, `broken` gives what stands there instead."""

    kind: str
    told: str
    broken: Callable[[], ast.AST]


ANCHORS, BITMAPS, GRID = "metrics/scoring/anchors.py", "metrics/states/bitmaps.py", "metrics/time/grid.py"
CELLS = "metrics/values/cells.py"
AT_A_TIME = "how many things are counted at a time, always whole words of bits; the sum is the same"
BASE_FIRST = "of a conversion the base events come first"
# Breakages that no result can show, each with the reason: (file, what was broken as the list of survivors tells it);
# ` #1` is the second of that name in the file, where others can be noticed.
EQUIVALENT: Mapping[tuple[str, str], str] = {
    (ANCHORS, "_side: part < 0 > part <= 0"): "at the red flag both lines give 10/3",
    (ANCHORS, "_side: part > 1 > part >= 1"): "at the goal both lines give 20/3",
    (ANCHORS, "anchor_fault: 1 > 2"): "one set of anchors spread over two places; the first is read",
    (
        "metrics/scoring/rollup.py",
        "_roll: coverage >= rules.minimum_coverage - TOLERANCE > coverage > rules.minimum_coverage - TOLERANCE",
    ): "a coverage that lies below the minimum by the tolerance to the last bit",
    ("metrics/scoring/waterfall.py", "waterfall: abs(part.amount) > DUST > abs(part.amount) >= DUST"): (
        "a part that is as large as rounding to the last bit"
    ),
    ("metrics/scoring/waterfall.py", "parts: one is None or other is None > one is None and other is None"): (
        "each is the other side's where its own is missing: both are missing or none"
    ),
    (BITMAPS, "each: 1 > 2 #0"): AT_A_TIME,
    (BITMAPS, "each: 1 > 2 #1"): AT_A_TIME,
    (BITMAPS, "each: 8 > 9"): AT_A_TIME,
    (BITMAPS, "each: 1 / 8 > 1 * 8"): AT_A_TIME,
    (BITMAPS, "flagged: (width + 63) // 64 > (width + 63) * 64"): "more words, of no bits",
    (BITMAPS, "flagged: 63 > 64 #0"): "one more word, of no bits",
    (
        BITMAPS,
        "distinct_counts: int(AT_ONCE / max(rows * columns, 1) / things.each) // 64 > "
        "int(AT_ONCE / max(rows * columns, 1) / things.each) * 64",
    ): AT_A_TIME,
    (
        BITMAPS,
        "distinct_counts: AT_ONCE / max(rows * columns, 1) / things.each > "
        "AT_ONCE / max(rows * columns, 1) * things.each",
    ): AT_A_TIME,
    (BITMAPS, "distinct_counts: AT_ONCE / max(rows * columns, 1) > AT_ONCE * max(rows * columns, 1)"): AT_A_TIME,
    (BITMAPS, "distinct_counts: max(rows * columns, 1) > min(rows * columns, 1)"): AT_A_TIME,
    (BITMAPS, "distinct_counts: rows * columns > rows / columns"): AT_A_TIME,
    (BITMAPS, "distinct_counts: 1 > 2"): AT_A_TIME,
    (BITMAPS, "distinct_counts: 64 > 65 #1"): AT_A_TIME,
    (BITMAPS, "distinct_counts: things.count - low > things.count + low"): "beyond the last thing there is none",
    (BITMAPS, "_merged: start < column > start <= column"): "no months OR to no bits",
    ("metrics/states/bits.py", "binary: 1 > 2 #0"): "one offset more than rows; no row reads it",
    (
        "metrics/states/compiler.py",
        "first_query: False > True",
    ): "both ways find the same first events, which is tested",
    ("metrics/states/compiler.py", "digest: 16 > 17"): "any length that tells texts apart",
    (GRID, "build_grid: (n := timeline.since(day)) > first > (n := timeline.since(day)) >= first"): (
        "the first column is an edge anyway"
    ),
    (GRID, "at_cadence: 1 > 2"): "a metric has a value every 1, 3 or 12 months",
    ("metrics/time/timeline.py", "_starts: number > high > number >= high"): "the last day of a period finds it again",
    ("metrics/time/timeline.py", "_starts: 1 > 2 #0"): "anything before the first period makes it look",
    ("metrics/time/daysql.py", "choose: 2 > 3"): "where the bounds are parted is a matter of speed",
    ("metrics/time/daysql.py", "choose: 1 > 2 #0"): "a step more than the lower half reaches",
    ("metrics/language/expressions.py", "column_or_parse: True > False"): "a resolver quotes the name again",
    ("metrics/query/plain.py", "cells: False > True"): "plain answers know no first days; the switch is not looked at",
    ("metrics/query/plain.py", "_running: True > False #1"): "a window that is counted in days is aligned by them",
    ("metrics/query/plain.py", "_rows_at: False > True #1"): "a group is one cell: no unit below it can be missing",
    (
        "metrics/query/plain.py",
        "_conversion:  for own in self.catalog.own_aggregates(key) if isinstance(own, Aggreg >  for own in "
        "self.catalog.own_aggregates(key)",
    ): BASE_FIRST,
    (
        "metrics/query/plain.py",
        "_quotient:  for side in (body.numerator, body.denominator) if isinstance(side, st >  for side in "
        "(body.numerator, body.denominator)",
    ): "a stock there is an error either way",
    (
        "metrics/values/evaluate.py",
        "_rows:  for own in self.catalog.own_aggregates(metric.key) if own is not body >  for own in "
        "self.catalog.own_aggregates(metric.key)",
    ): BASE_FIRST,
    ("metrics/states/conversion.py", "conversion_sql: < > <= in '<' #0"): (
        "a base event after the last day is after every conversion that counts"
    ),
    ("metrics/query/ask.py", "_less: 0 > 1 #1"): "the codes of what is withheld are 8 and 9",
    ("metrics/query/having.py", "parsed: 1 > 2"): "a condition is tried on a row, to find what compares no numbers",
    (CELLS, "carried: 1 > 2"): "anything below 0 is no column",
    (CELLS, "at_grain: 0 > 1 #1"): "one month is less than any stretch of several",
    (GRID, "_column: 1 > 2"): "anything below 0 lies before the grid",
}


def ways(node: ast.AST) -> list[Way]:
    """Every way in which the catalogue can break this node; the node itself is left alone."""
    found: list[Way] = []
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
        other = COMPARISONS[type(node.ops[0])]
        found.append(_way("comparison", node, lambda: ast.Compare(node.left, [other()], node.comparators)))
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC and not _text(node):
        swapped = ARITHMETIC[type(node.op)]
        found.append(_way("arithmetic", node, lambda: ast.BinOp(node.left, swapped(), node.right)))
    if isinstance(node, ast.BoolOp):
        turned = ast.Or if isinstance(node.op, ast.And) else ast.And
        found.append(_way("condition", node, lambda: ast.BoolOp(turned(), node.values)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert | ast.USub):
        found.append(_way("negation", node, lambda: node.operand))
    if isinstance(node, ast.IfExp):
        found.append(_way("branch", node, lambda: ast.IfExp(node.test, node.orelse, node.body)))
    if isinstance(node, ast.comprehension) and node.ifs:
        found.append(_way("filter", node, lambda: ast.comprehension(node.target, node.iter, [], node.is_async)))
    if isinstance(node, ast.Constant):
        found += _constants(node)
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        found.append(_way("merge", node, lambda: ast.Attribute(node.value, NAMES[node.attr], node.ctx)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMES:
        called = NAMES[node.func.id]
        found.append(_way("merge", node, lambda: ast.Call(ast.Name(called, ast.Load()), node.args, node.keywords)))
    return found


def _constants(node: ast.Constant) -> list[Way]:
    if node.value is True or node.value is False:
        return [_way("switch", node, lambda: ast.Constant(not node.value))]
    if isinstance(node.value, int):
        value = node.value
        return [_way("bound", node, lambda: ast.Constant(value + 1))]
    if not isinstance(node.value, str):
        return []
    text = node.value
    return [
        Way(
            f"SQL {kind}",
            f"{old.strip()} > {new.strip() or 'nothing'} in {text.strip()[:50]!r}",
            _replaced(text, old, new),
        )
        for kind, old, new in SQL_SWAPS
        if old in text and _is_sql(text)
    ]


def _replaced(text: str, old: str, new: str) -> Callable[[], ast.AST]:
    return lambda: ast.Constant(text.replace(old, new, 1))


def _is_sql(text: str) -> bool:
    """Whether a string is SQL rather than words for people: people's words have no capital keywords and brackets."""
    return any(mark in text for mark in ("SELECT", "FROM", "WHERE", "CASE", "JOIN", "(", "NULL", " AND ", " <", " >"))


def _text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(
        isinstance(s, ast.JoinedStr) or (isinstance(s, ast.Constant) and isinstance(s.value, str)) for s in sides
    )


def _way(kind: str, node: ast.AST, broken: Callable[[], ast.AST]) -> Way:
    return Way(kind, f"{ast.unparse(node)[:70]} > {ast.unparse(broken())[:70]}", broken)
