"""What a metric is measured in: a small algebra, by which a formula that cannot give what it says is refused."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlglot import exp

from metrics.definitions.conversion import Conversion
from metrics.definitions.kinds import Aggregate, Change, FirstPer, InlineStock, Maintain, Operand, Ratio, Stock
from metrics.definitions.metric import Metric
from metrics.language.catalog import Catalog, rates_of
from metrics.language.expressions import ExpressionError, names_in, parse
from metrics.language.unit_words import CURRENCIES, MEANT, PLAIN, QUANTITIES, TIMES, singular

_NUMBER = re.compile(r"^\d+(?:[.,]\d+)?\s*")
COUNTED = "count"


class MeasuredError(Exception):
    """What cannot be added, or a word that means another: `message` says what, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True)
class Measured:
    """Powers of words: {EUR: 1, person: -1}. Things that are counted are words too; a pure number has none.

    `factor` is what numbers in the formula multiply it by; unknown (None) where parts have different ones. `each` tells
    that it was divided by things that are counted, which may have cancelled.
    """

    powers: Mapping[str, int]
    factor: float | None = 1.0
    each: bool = False

    @property
    def hard(self) -> dict[str, int]:
        """Powers of currencies, times and quantities: those that never stand for one another."""
        return {word: power for word, power in self.powers.items() if is_hard(word)}

    @property
    def things(self) -> tuple[int, int]:
        """How many words of counted things stand above and below the line."""
        soft = [power for word, power in self.powers.items() if not is_hard(word)]
        return sum(p for p in soft if p > 0), -sum(p for p in soft if p < 0)

    def __str__(self) -> str:
        above = [word for word, power in self.powers.items() for _ in range(power)]
        below = [word for word, power in self.powers.items() for _ in range(-power)]
        text = "*".join(above) or ("1" if below else "a pure number")
        return "/".join([text, *below])

    def over(self, other: "Measured") -> "Measured":
        """The quotient."""
        below = Measured({word: -power for word, power in other.powers.items()}, _inverse(other.factor))
        return replace(self.times(below), each=self.each or other.things != (0, 0))

    def times(self, other: "Measured") -> "Measured":
        """The product; words that cancel are gone."""
        powers = dict(self.powers)
        for word, power in other.powers.items():
            powers[word] = powers.get(word, 0) + power
        factor = None if self.factor is None or other.factor is None else self.factor * other.factor
        return Measured({word: power for word, power in powers.items() if power}, factor, self.each or other.each)


def _inverse(factor: float | None) -> float | None:
    return 1 / factor if factor else None


def is_hard(word: str) -> bool:
    """Whether a word is a currency, a time or a quantity, perhaps in thousands, and not a thing that is counted."""
    return word in TIMES or word in QUANTITIES or word in CURRENCIES or (len(word) == 4 and word[1:] in CURRENCIES)


@lru_cache(maxsize=1024)
def read_measured(text: str) -> Measured:
    """`EUR/person` and the like as powers; MeasuredError for a word that is not written as it should be."""
    powers: dict[str, int] = {}
    for place, part in enumerate(text.split("/")):
        for word in part.split("*"):
            name = singular(_NUMBER.sub("", word.strip()).strip())
            if name in MEANT:
                raise MeasuredError(f"'{name}' is not a unit that is known", f"write {MEANT[name]}")
            if name and name not in PLAIN:
                powers[name] = powers.get(name, 0) + (-1 if place else 1)
    return Measured({word: power for word, power in powers.items() if power})


PURE = Measured({})
COUNT = Measured({COUNTED: 1})


def measured_of(catalog: Catalog, metric: Metric) -> Measured | None:
    """What the formula of a metric gives, from what its parts say they are; None where only the data can tell.

    Raises `MeasuredError` where it adds what cannot be added.
    """
    body = metric.body
    if isinstance(body, str):
        names_in(body)
        return _expression(catalog, parse(body))
    if isinstance(body, Ratio):
        above, below = _operand(catalog, body.numerator), _operand(catalog, body.denominator)
        return above.over(below) if above and below else None
    if isinstance(body, Aggregate | Stock | FirstPer):
        return _rows(catalog, body)
    if isinstance(body, Conversion):
        return PURE if body.as_ == "rate" else COUNT
    if isinstance(body, Maintain) or (isinstance(body, Change) and body.as_ == "percent"):
        return PURE
    return _named(catalog, body.metric)


def _operand(catalog: Catalog, operand: Operand) -> Measured | None:
    if isinstance(operand, str):
        return _named(catalog, operand)
    return _rows(catalog, operand.stock if isinstance(operand, InlineStock) else operand)


def _named(catalog: Catalog, key: str) -> Measured | None:
    """What another metric says it is; whether that is true is told at its own place."""
    try:
        return read_measured(catalog.metrics[key].measured_in) if key in catalog.metrics else None
    except MeasuredError:
        return None


def _rows(catalog: Catalog, body: Aggregate | Stock | FirstPer) -> Measured | None:
    if isinstance(body, FirstPer) or body.function in ("count", "count_distinct", "sum_boolean"):
        return COUNT
    convert = body.convert if isinstance(body, Aggregate) else None
    rates = rates_of(catalog, convert) if convert else None
    if rates is not None and rates.rates is not None:
        return Measured({rates.rates.into: 1})
    try:
        tree = parse(body.expr or "")
    except ExpressionError:
        return None  # a column with an unusual name, or told at its place
    if isinstance(tree, exp.DateDiff) and tree.args.get("unit") is not None:
        return Measured({singular(tree.args["unit"].name.lower()): 1})
    return None


def _expression(catalog: Catalog, tree: exp.Expr) -> Measured | None:
    tree = tree.unnest()
    if isinstance(tree, exp.Column):
        return _named(catalog, tree.name)
    if isinstance(tree, exp.Literal):
        return Measured({}, float(tree.this))
    if isinstance(tree, exp.Neg):
        return _expression(catalog, tree.this)
    left, right = _expression(catalog, tree.this), _expression(catalog, tree.expression)
    if isinstance(tree, exp.Add | exp.Sub):
        return _sum(tree, left, right)
    if left is None or right is None:
        return None
    return left.times(right) if isinstance(tree, exp.Mul) else left.over(right)


def _sum(tree: exp.Expr, left: Measured | None, right: Measured | None) -> Measured | None:
    if isinstance(tree.this.unnest(), exp.Literal) or isinstance(tree.expression.unnest(), exp.Literal):
        known = right if isinstance(tree.this.unnest(), exp.Literal) else left
        return Measured(known.powers, None, known.each) if known else None
    if left is None or right is None:
        return None
    if _compared(left, right) != _compared(right, left):
        verb = "adds" if isinstance(tree, exp.Add) else "subtracts"
        raise MeasuredError(f"{verb} {left} and {right}", "convert one of them first, or take another metric")
    powers = left.powers if left.powers == right.powers else {**left.hard, **({} if left.hard else COUNT.powers)}
    return Measured(powers, left.factor if left.factor == right.factor else None, left.each and right.each)


def _compared(one: Measured, other: Measured) -> dict[str, int]:
    """What must agree: times only where no number may have converted them."""
    converted = one.factor not in (1.0, 100.0) or other.factor not in (1.0, 100.0)
    return {word: power for word, power in one.hard.items() if not (converted and word in TIMES)}


def measured_faults(catalog: Catalog, metric: Metric) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """(field, message, hint) for each way in which `measured_in` and the formula of a metric disagree."""
    try:
        said = read_measured(metric.measured_in)
    except MeasuredError as error:
        yield ("measured_in",), error.message, error.hint
        return
    try:
        given = measured_of(catalog, metric)
    except MeasuredError as error:
        yield (metric.kind,), error.message, error.hint
        return
    except ExpressionError:
        return  # told where the expression stands
    if given is None:
        return
    share = metric.measured_in.strip() == "%"
    above, below = given.things
    if _compared(given, said) != _compared(said, given):
        yield (
            ("measured_in",),
            f"the formula gives {given}, and not {metric.measured_in}",
            f"write {given if given.hard or any(given.things) else 'number'}",
        )
    elif share and given.factor == 100 and not given.hard:
        message = "the formula gives a hundred times a share, and % is shown for a fraction"
        yield ("measured_in",), message, "leave out the 100"
    elif share and not given.hard and above > below:
        yield ("measured_in",), f"the formula gives {given}, and % needs a share of it in something", "make a ratio"
    elif said.things[1] and not (below or given.each or _spread(given)):
        yield (
            ("measured_in",),
            f"the formula gives {given}, and divides by nothing",
            "make a ratio, or write what it gives",
        )


def _spread(given: Measured) -> bool:
    """Whether a number in the formula may have divided it."""
    return given.factor not in (1.0, 100.0)
