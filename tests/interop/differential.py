"""One seed, one world, some questions: what MetricFlow and Fourfold say to each, and whether it is the same."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from data.errors import QueryError
from metrics.interop.carry import NotCarried
from metrics.interop.filters import FilterError
from metrics.interop.questions import Asked
from tests.interop.asking import World, differences, fourfold, metricflow, world
from tests.interop.manifests import CONDITIONS, manifest
from tests.interop.oracle import Oracle, Refused
from tests.interop.worlds import FIRST, LAST, build

QUESTIONS = 10  # of each world
AMBIGUOUS = ("visit", "badge")
"""Of visits of one customer on one day MetricFlow credits any one with a conversion: it does not say which."""


@dataclass
class Tally:
    """What became of many questions."""

    agreed: int = 0
    beyond: int = 0  # MetricFlow itself does not answer
    refused: Counter[str] = field(default_factory=Counter)
    differing: list[str] = field(default_factory=list)
    metrics: Counter[str] = field(default_factory=Counter)

    @property
    def asked(self) -> int:
        """The questions that MetricFlow answers."""
        return self.agreed + sum(self.refused.values()) + len(self.differing)


def ask_world(oracle: Oracle, seed: int, tally: Tally, wanted: int) -> None:
    """Ask questions of one world until `wanted` were answered by MetricFlow, or none is left."""
    random = Random(seed)
    definitions = manifest(random)
    connection = build(random)
    oracle.ask("load", manifest=definitions)
    at = world(connection, definitions)
    names = [metric["name"] for metric in definitions["metrics"]]
    kinds = {metric["name"]: metric["type"] for metric in definitions["metrics"]}
    for number, metrics in zip(range(3 * QUESTIONS), _chosen(random, names), strict=False):
        if tally.asked >= wanted or (number >= QUESTIONS and tally.asked):
            break
        asked, by = question(random, oracle, at, metrics)
        try:
            theirs = metricflow(oracle, at, asked, by)
        except Refused:
            tally.beyond += 1
            continue
        tally.metrics.update(kinds[name] for name in metrics)
        try:
            ours = fourfold(at, asked)
        except (NotCarried, FilterError, QueryError) as error:
            tally.refused[reason_of(error)] += 1
            continue
        found = differences(ours, theirs, len(asked.by))
        if found:
            written = {name: at.carrier.written.get(name) for name in metrics}
            tally.differing.append(f"seed {seed}: {asked}\n  {written}\n  " + "\n  ".join(found[:4]))
        else:
            tally.agreed += 1
    connection.close()


def reason_of(error: NotCarried | FilterError | QueryError) -> str:
    """Why a question or a definition is refused, without the names in it: one of the few reasons that are allowed."""
    text = f"{error.what}: {error.why}" if isinstance(error, NotCarried) else str(error)
    code = getattr(error, "code", "")
    return next((reason for reason in ALLOWED if reason in text), f"{code} {text}")


ALLOWED: dict[str, str] = {
    "cumulative non-additive": "a level is told for the period asked for; a window has none of its own",
    "changes in time": "what runs day by day is cut by what held when a row happened, not at the end of the window",
    "an offset of": "an offset of an offset, or of a conversion",
    "parts of a date": "a metric that shows every period is asked by one grain of time, not by parts of dates",
    "an order by two grains": "one column holds both; order by the finer one",
    "rows cannot be picked by time": "a condition on time under a metric that looks back would cut its window",
    "needs an entity that all": "a condition on a metric is told for an entity of the rows",
}


def _chosen(random: Random, names: list[str]) -> Iterator[tuple[str, ...]]:
    while True:
        order = random.sample(names, len(names))
        for name in order:
            yield (name,) if random.random() < 0.75 else tuple(random.sample(names, 2))


def question(random: Random, oracle: Oracle, at: World, metrics: tuple[str, ...]) -> tuple[Asked, list[dict[str, Any]]]:
    """A random question about some metrics, and its group-bys as MetricFlow takes them."""
    possible = [one for one in oracle.ask("by", metrics=list(metrics))["by"] if one["type"] != "metric"]
    if any(at.carrier.semantics.metrics[name].body.__class__.__name__ == "Conversion" for name in metrics):
        possible = [one for one in possible if not _of_visit_alone(one)]
    chosen = _some(random, possible)
    by = tuple(one["name"] for one in chosen)
    where = tuple(random.sample(CONDITIONS, 1)) if random.random() < 0.2 else ()
    filled = any(at.carrier.spined(name) for name in metrics)
    dated = filled or random.random() < 0.15
    order: tuple[str, ...] = ()
    limit = None
    if by and random.random() < 0.15:
        order, limit = tuple(random.choice(["", "-"]) + name for name in by), random.randint(1, 12)
    start, end = (FIRST, LAST) if dated else (None, None)
    return Asked(metrics, by, where, start, end, order, limit), [_parameter(one) for one in chosen]


def _of_visit_alone(one: dict[str, Any]) -> bool:
    """Whether a group-by is a property of the visit, but for its time."""
    own = bool({*one["links"], one["element"]} & set(AMBIGUOUS))
    return "badge" in one["name"] or (own and one["type"] != "time_dimension")


def _some(random: Random, possible: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Up to three group-bys, time by its grain more often than chance would have it."""
    grains = [one for one in possible if one["element"] == "metric_time" and not one["part"]]
    chosen = [random.choice(grains)] if grains and random.random() < 0.6 else []
    rest = [one for one in possible if one not in chosen]
    return chosen + random.sample(rest, min(len(rest), random.choice([0, 1, 1, 2])))


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    name = "__".join([*one["links"], one["element"]])
    if one["type"] != "time_dimension":
        return {"kind": one["type"], "name": name}
    return {"kind": one["type"], "name": name, "grain": None if one["part"] else one["grain"], "part": one["part"]}
