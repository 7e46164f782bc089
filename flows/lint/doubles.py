"""Rules of the lint about two metrics that mean the same: one formula under two keys, titles too much alike."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from sqlglot import exp

from flows.lint.finding import Case, Hint, at, rule
from metrics.definitions.kinds import Aggregate, InlineStock, Operand, Ratio
from metrics.language.catalog import Catalog
from metrics.language.expressions import ExpressionError, parse

EMPTY_WORDS = frozenset({"the", "a", "an", "of", "in", "per", "by", "and", "to", "for", "at", "on"})
LONG_ENOUGH = 8  # letters from which a title with one letter more or less is taken for a slip
COMMUTES = (exp.Add, exp.Mul, exp.And, exp.Or)
MIRRORED: dict[type[exp.Expr], str] = {exp.LT: ">", exp.LTE: ">="}
SYMMETRIC = (exp.EQ, exp.NEQ)


@rule("warning")
def same_formula(case: Case) -> Iterator[Hint]:
    """A formula stands under one key, however it is written."""
    first: dict[Any, str] = {}
    for metric in case.workspace.metrics.values():
        meaning = (meaning_of(case.workspace.catalog, metric.key), metric.cadence, metric.nulls)
        other = first.setdefault(meaning, metric.key)
        if other != metric.key:
            title = case.workspace.metrics[other].title
            message = f"it is computed as '{title}' ({other}) is: one meaning under two keys"
            yield at(metric, (metric.kind,), message, f"use {other}, or say in the formula what differs")


@rule("warning")
def similar_title(case: Case) -> Iterator[Hint]:
    """A title can be told from every other one."""
    first: dict[tuple[Any, ...], str] = {}
    for metric in case.workspace.metrics.values():
        for likeness in _likenesses(metric.title):
            other = first.setdefault(likeness, metric.key)
            if other != metric.key:
                title = case.workspace.metrics[other].title
                message = f"'{metric.title}' can hardly be told from '{title}' ({other})"
                yield at(metric, ("title",), message, "say in the title what differs")
                break


def _likenesses(title: str) -> Iterator[tuple[Any, ...]]:
    """Everything by which two titles are found alike: the same words, or one letter more or less or another one."""
    words = [word for word in re.findall(r"\w+", title.casefold()) if word not in EMPTY_WORDS]
    numbers = tuple(sorted(word for word in words if any(letter.isdigit() for letter in word)))
    letters = sorted(word.removesuffix("s") for word in words if word not in numbers)
    yield ("words", tuple(letters), numbers)
    text = " ".join(letters)
    if len(text) >= LONG_ENOUGH:
        for place in range(len(text)):
            yield ("slip", place, len(text), text[:place] + text[place + 1 :], numbers)
            yield ("short", text[:place] + text[place + 1 :], numbers)
        yield ("short", text, numbers)


def meaning_of(catalog: Catalog, key: str) -> Any:
    """What a metric computes, in a form that is equal for all ways of writing the same."""
    body = catalog.metrics[key].body
    if isinstance(body, str):
        return _arithmetic(catalog, parse(body))
    if isinstance(body, Ratio):
        return "/", _operand(catalog, body.numerator), _operand(catalog, body.denominator)
    return _fields(catalog, body)


def _operand(catalog: Catalog, operand: Operand) -> Any:
    if isinstance(operand, str):
        return meaning_of(catalog, operand)
    return _fields(catalog, operand.stock if isinstance(operand, InlineStock) else operand)


def _fields(catalog: Catalog, body: BaseModel) -> Any:
    """A kind with its fields: expressions in their plainest form, what is the default anyway left out."""
    found = []
    for name, field in type(body).model_fields.items():
        value = getattr(body, name)
        if name == "metric":
            value = meaning_of(catalog, value)
        elif name in ("expr", "filter") and value is not None:
            value = _plainest(value)
        elif name == "time" and isinstance(body, Aggregate) and value is not None:
            time = catalog.tables[body.table].time
            value = None if time and time.column == value else value
        if value != field.default:
            found.append((name, value if isinstance(value, str | int | float | bool | tuple) else str(value)))
    return type(body).__name__, *found


def _arithmetic(catalog: Catalog, tree: exp.Expr) -> Any:
    tree = tree.unnest()
    if isinstance(tree, exp.Column):
        return meaning_of(catalog, tree.name)
    if isinstance(tree, exp.Literal):
        return float(tree.this)
    if isinstance(tree, exp.Neg):
        return "-", _arithmetic(catalog, tree.this)
    if isinstance(tree, exp.Div):
        return "/", _arithmetic(catalog, tree.this), _arithmetic(catalog, tree.expression)
    sides = [_arithmetic(catalog, side) for side in _flat(tree)]
    return type(tree).__name__, *(sorted(sides, key=repr) if isinstance(tree, COMMUTES) else sides)


@lru_cache(maxsize=4096)
def _plainest(text: str) -> str:
    """A row's expression without brackets, its commuting parts in one order."""
    try:
        return _written(parse(text))
    except ExpressionError:  # the bare name of a column with blanks, which the workspace has found sound
        return text


def _written(tree: exp.Expr) -> str:
    tree = tree.unnest()
    if isinstance(tree, COMMUTES):
        return f"({f' {type(tree).__name__} '.join(sorted(_written(side) for side in _flat(tree)))})"
    if isinstance(tree, exp.Binary):
        left, right = _written(tree.this), _written(tree.expression)
        if type(tree) in MIRRORED:
            return f"({right} {MIRRORED[type(tree)]} {left})"
        if isinstance(tree, SYMMETRIC):
            left, right = sorted((left, right))
        sign = {exp.GT: ">", exp.GTE: ">="}.get(type(tree), type(tree).__name__)
        return f"({left} {sign} {right})"
    return str(tree.sql(dialect="duckdb", comments=False))


def _flat(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The sides of a chain of one commuting operator; of any other, its two sides."""
    for side in (tree.this, tree.expression):
        plain = side.unnest()
        if isinstance(tree, COMMUTES) and type(plain) is type(tree):
            yield from _flat(plain)
        else:
            yield plain
