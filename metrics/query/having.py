"""Conditions on what comes out: rows of an answer whose metrics fulfil them; what is unknown fulfils nothing."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sqlglot import exp

from data.documents import nearest
from data.errors import QueryError
from metrics.language.expressions import columns_of, parse
from metrics.time.grid import Floats
from metrics.values.cells import arithmetic

Bools = npt.NDArray[np.bool_]
Truth = tuple[Bools, Bools]  # where it is true, where it is false; elsewhere unknown

_COMPARED = {
    exp.EQ: np.equal,
    exp.NEQ: np.not_equal,
    exp.GT: np.greater,
    exp.GTE: np.greater_equal,
    exp.LT: np.less,
    exp.LTE: np.less_equal,
}
_NUMBERS = (exp.Column, exp.Literal, exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Identifier)


def parsed(texts: Sequence[str], metrics: Sequence[str]) -> tuple[exp.Expr, ...]:
    """Conditions over the asked metrics. Raises `QueryError` for other names and for what compares no numbers."""
    trees = []
    for text in texts:
        tree = parse(text)
        for name, qualifier in columns_of(tree):
            if qualifier or name not in metrics:
                said = f"{qualifier}.{name}" if qualifier else name
                hint = nearest(said, metrics) or "it speaks of the metrics that are asked, by their keys"
                raise QueryError(f"having: '{said}' in '{text}' is not among the metrics of the question; {hint}")
        _truth(tree, {name: np.zeros(1) for name, _ in columns_of(tree)})
        trees.append(tree)
    return tuple(trees)


def keeps(trees: Sequence[exp.Expr], values: Mapping[str, Floats], count: int) -> Bools:
    """Which rows fulfil all conditions; `values` are the metrics' columns, NaN where there is no value."""
    kept = np.ones(count, dtype=np.bool_)
    for tree in trees:
        kept &= np.broadcast_to(_truth(tree, values)[0], (count,))
    return kept


def _truth(tree: exp.Expr, values: Mapping[str, Floats]) -> Truth:
    if isinstance(tree, exp.Paren):
        return _truth(tree.this, values)
    if isinstance(tree, exp.Not):
        true, false = _truth(tree.this, values)
        return false, true
    if isinstance(tree, exp.And | exp.Or):
        (lt, lf), (rt, rf) = _truth(tree.this, values), _truth(tree.expression, values)
        return (lt & rt, lf | rf) if isinstance(tree, exp.And) else (lt | rt, lf & rf)
    if isinstance(tree, exp.Is) and isinstance(tree.expression, exp.Null):
        missing = np.isnan(_number(tree.this, values))
        return missing, ~missing
    if isinstance(tree, exp.Between):
        value = _number(tree.this, values)
        (lt, lf), (ht, hf) = (
            _compared(value, compare, _number(tree.args[end], values))
            for end, compare in (("low", np.greater_equal), ("high", np.less_equal))
        )
        return lt & ht, lf | hf  # false where one side says so, also if the other is unknown
    compared = next((compare for kind, compare in _COMPARED.items() if isinstance(tree, kind)), None)
    if compared is None:
        raise QueryError(
            f"having: '{tree.sql()}': compare metrics by =, <>, <, <=, >, >=, BETWEEN, IS NULL, AND, OR, NOT"
        )
    return _compared(_number(tree.this, values), compared, _number(tree.expression, values))


def _compared(left: Floats, compare: np.ufunc, right: Floats) -> Truth:
    known = ~(np.isnan(left) | np.isnan(right))
    true = known & compare(left, right)
    return np.asarray(true), np.asarray(known & ~true)


def _number(tree: exp.Expr, values: Mapping[str, Floats]) -> Floats:
    if any(
        not isinstance(node, _NUMBERS) or (isinstance(node, exp.Literal) and node.is_string) for node in tree.walk()
    ):
        raise QueryError(f"having: '{tree.sql()}' is no number; use metrics, numbers, + - * / and parentheses")
    return np.asarray(arithmetic(tree, dict(values)), dtype=np.float64)
