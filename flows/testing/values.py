"""Tests of values: known answers, ranges, reconciliation, sums of parts and of units, identities of drivers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import mul

from data.calendar import Period
from flows.answers import compare_answers
from flows.testing.outcome import SHOWN, Bench, Case, Outcome, Path_, check, number
from metrics.definitions.claims import AddsUp, Everywhere, KnownAnswer, SameAs, SumOf, WithinRange
from metrics.definitions.driver import Driver
from metrics.definitions.metric import Metric

Place = tuple[str, Period]
Known = Mapping[Place, float]
NOTHING = "nothing could be compared: no unit and period has all the values"
IDENTITY = 1e-6  # share by which an identity may miss


@dataclass(frozen=True)
class Claimed:
    """One claim of a metric's file: its place, and what it says in words."""

    metric: Metric
    index: int
    words: str

    def outcome(self, bench: Bench, kind: str, checked: int, wrong: Sequence[Case], note: str = "") -> Outcome:
        """The outcome; a claim that met no value at all does not hold."""
        file = f"metrics/{self.metric.perspective}/{self.metric.key}.yaml"
        line = bench.line(file, ("tests", self.index))
        ok = checked > 0 and not wrong
        told = note or ("" if checked else NOTHING)
        return Outcome(
            kind, self.metric.key, file, line, self.words, ok, checked, len(wrong), tuple(wrong[:SHOWN]), told
        )


def _claims(bench: Bench, kind: type[Everywhere] | type[KnownAnswer]) -> Iterator[tuple[Metric, int, object]]:
    for metric in bench.workspace.metrics.values():
        for index, test in enumerate(metric.tests):
            if isinstance(test, kind):
                yield metric, index, test


@check
def known_answer(bench: Bench) -> Iterator[Outcome]:
    """A value that is known from elsewhere."""
    answers = iter(compare_answers(bench.workspace, bench.values, bench.tree.root))
    for metric, index, _ in _claims(bench, KnownAnswer):
        answer = next(answers)
        words = f"{answer.unit}, {answer.period} is {number(answer.expected)}"
        words += f" ({answer.source})" if answer.source else ""
        found = "no value" if answer.found is None else number(answer.found)
        case = Case(f"{answer.unit}, {answer.period}", found, number(answer.expected))
        yield Claimed(metric, index, words).outcome(bench, "known_answer", 1, () if answer.ok else (case,))


@check
def within_range(bench: Bench) -> Iterator[Outcome]:
    """Every value lies between two ends."""
    for metric, index, test in _claims(bench, WithinRange):
        assert isinstance(test, WithinRange)
        low, high = test.range
        words = f"every value is in [{'' if low is None else number(low)}, {'' if high is None else number(high)}]"
        known = _looked_at(bench.of(metric.key), test)
        wrong = [
            Case(bench.name(*place), number(value), words.removeprefix("every value is "))
            for place, value in known.items()
            if (low is not None and value < low) or (high is not None and value > high)
        ]
        yield Claimed(metric, index, words).outcome(bench, "range", len(known), wrong)


@check
def same_as(bench: Bench) -> Iterator[Outcome]:
    """Two metrics that must agree."""
    for metric, index, test in _claims(bench, SameAs):
        assert isinstance(test, SameAs)
        words = f"equals {test.equals} within {test.within:.4%}"
        yield _compared(
            bench, Claimed(metric, index, words), "reconciliation", test, bench.of(test.equals), test.within
        )


@check
def sum_of(bench: Bench) -> Iterator[Outcome]:
    """A metric that is the sum of others."""
    for metric, index, test in _claims(bench, SumOf):
        assert isinstance(test, SumOf)
        words = f"is the sum of {', '.join(test.sum_of)} within {test.within:.4%}"
        parts = _combined([bench.of(key) for key in test.sum_of], sum)
        yield _compared(bench, Claimed(metric, index, words), "reconciliation", test, parts, test.within)


@check
def adds_up(bench: Bench) -> Iterator[Outcome]:
    """A unit's value is the sum of those of the units directly below it."""
    for metric, index, test in _claims(bench, AddsUp):
        assert isinstance(test, AddsUp)
        own = bench.of(metric.key)
        sums: dict[Place, float] = {}
        for unit, period in own:
            children = bench.tree.children(unit, period.end)
            values = [own.get((child, period)) for child in children]
            known = [value for value in values if value is not None]
            if known and len(known) == len(values):
                sums[unit, period] = sum(known)
        words = f"is the sum of the units below it within {test.within:.4%}"
        compared = {place: value for place, value in own.items() if bench.tree.children(place[0], place[1].end)}
        yield _compared(bench, Claimed(metric, index, words), "adds_up", test, sums, test.within, compared)


@check
def component(bench: Bench) -> Iterator[Outcome]:
    """A driver of kind component: a metric that its parts make up, as a sum, difference, product or quotient."""
    for index, driver in enumerate(bench.workspace.catalog.drivers):
        if driver.kind == "component":
            yield _identity(bench, index, driver)


FORMS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "+": sum,
    "-": lambda parts: parts[0] - sum(parts[1:]),
    "*": lambda parts: reduce(mul, parts),
    "/": lambda parts: reduce(lambda a, b: a / b if b else float("nan"), parts),
}


def _identity(bench: Bench, index: int, driver: Driver) -> Outcome:
    """The form that fits best; an identity that none fits is none."""
    own = bench.of(driver.to)
    best: tuple[int, str, int, list[Case]] | None = None
    for sign, form in FORMS.items():
        made = _combined([bench.of(key) for key in driver.from_], form)
        checked, wrong = _differences(bench, own, made, IDENTITY)
        if checked and (best is None or len(wrong) < best[0]):
            best = (len(wrong), sign, checked, wrong)
    count, sign, checked, wrong = best or (0, "+", 0, [])
    words = f"{driver.to} = {f' {sign} '.join(driver.from_)}"
    path: Path_ = (index,)
    note = NOTHING if not checked else "no sum, difference, product or quotient of the parts gives it" if wrong else ""
    ok = checked > 0 and not wrong
    line = bench.line("drivers.yaml", path)
    return Outcome("component", driver.to, "drivers.yaml", line, words, ok, checked, count, tuple(wrong[:SHOWN]), note)


def _compared(
    bench: Bench,
    claimed: Claimed,
    kind: str,
    test: Everywhere,
    other: Known,
    within: float,
    own: Known | None = None,
) -> Outcome:
    known = _looked_at(bench.of(claimed.metric.key) if own is None else own, test)
    checked, wrong = _differences(bench, known, other, within)
    alone = len(known) - checked
    note = f"{alone} of {len(known)} values have nothing to be compared with" if alone and checked else ""
    return claimed.outcome(bench, kind, checked, wrong, note)


def _differences(bench: Bench, own: Known, other: Known, within: float) -> tuple[int, list[Case]]:
    """(how many places have both values, where they differ by more than a share of the larger one)."""
    both = [(place, value, other[place]) for place, value in own.items() if place in other]
    wrong = [
        (abs(value - claim), Case(bench.name(*place), number(value), number(claim)))
        for place, value, claim in both
        if not abs(value - claim) <= within * max(abs(value), abs(claim)) + 1e-9
    ]
    return len(both), [case for _, case in sorted(wrong, key=lambda one: -one[0])]


def _combined(parts: Sequence[Known], form: Callable[[Sequence[float]], float]) -> dict[Place, float]:
    """The parts put together wherever all of them have a value."""
    places = set(parts[0]).intersection(*parts[1:]) if parts else set()
    return {place: form([part[place] for part in parts]) for place in places}


def _looked_at(known: Known, test: Everywhere) -> dict[Place, float]:
    return {
        (unit, period): value
        for (unit, period), value in known.items()
        if test.unit in (None, unit) and test.span in (None, period.span)
    }
