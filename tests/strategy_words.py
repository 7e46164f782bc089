"""What random commands are made of: names that mean a person or a table, words by field, hostile texts, hints."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.strategy_walk import Walk

Hint = Callable[["Walk", Mapping[str, Any]], Any]

OF_PEOPLE = frozenset(
    {
        "owner",
        "person",
        "people",
        "arbiter",
        "champion",
        "chair",
        "invitee",
        "invitees",
        "by",
        "to",
        "asked",
        "to_person",
    }
)
ALIASES: Mapping[str, str] = {  # fields that point to a table without being named like it
    "parent": "objective",
    "cause": "objective",
    "effect": "objective",
}
METRICS = ("revenue", "on_time_delivery", "satisfaction", "nothing_of_that_name")
WORDS: Mapping[str, tuple[str, ...]] = {
    "metric": METRICS,
    "metrics": METRICS,
    "leading": METRICS,
    "lagging": METRICS,
    "expected_metric": METRICS,
    "perspective": ("financial", "customer", "process", "people", "elsewhere"),
    "period": ("2026-10", "2026-09", "never"),
    "since_period": ("2026-10", "2026-09", "never"),
    "since": ("2026-10", "2026-09", "never"),
    "theme": ("Growth", "Delivery", ""),
    "subject_kind": ("objective", "metric", "initiative"),
    "role": ("R", "A", "C", "I"),
    "kind": ("spending", "posts", "objective", "target"),
    "decides": ("self", "role", "person"),
    "decider": ("", "executive", "manager", "clara", "mira"),
    "watches": ("red", "issue_idle", "action_overdue", "approval_waiting", "cascade_waiting"),
    "subject_table": ("objective", "issue", "request", "action"),
    "outcome": ("worked", "partly", "failed", "passed", "done", "dropped"),
    "answer": ("accepted", "declined", "We do it"),
    "verdict": ("worked", "failed", "too_early"),
    "presence": ("present", "absent"),
    "health": ("on_track", "at_risk", "blocked"),
    "worked": ("yes", "partly", "no"),
    "every": ("week", "month", "quarter"),
    "span": ("month", "r12", "week"),
    "state": ("draft", "active", "retired", "open", "done"),
}
NUMBERS: Mapping[str, tuple[int, ...]] = {
    "sign": (1, -1, 1, -1, 0),
    "day": (1, 2, 5, 28, 31),
    "minutes": (30, 60, 0),
    "after": (1, 3, 14, 0),
    "confidence": (0, 5, 10, 11),
    "lag_months": (0, 1, 6, 61),
}
NASTY = (
    "",
    "   ",
    "x" * 60_000,
    "nul\x00inside",
    "'; DROP TABLE audit; --",
    "<script>alert(1)</script>",
    "Zürich – 日本語 \U0001f6b2",
    "\ud83d",  # half of a surrogate pair: no text at all
    "=1+1",
    "{{7*7}}",
)


def kept(walk: "Walk", _row: Mapping[str, Any]) -> dict[str, Any]:
    """A weight for all times, as records keep it."""
    return {"steps": [{"value": walk.random.choice([0.0, 1.0, 2.5]), "from": None, "to": None}]}


def by(names: Callable[["Walk"], str | None], value: Hint) -> Hint:
    """{name: value} for one to three names."""

    def made(walk: "Walk", row: Mapping[str, Any]) -> dict[str, Any]:
        return {names(walk) or "nowhere": value(walk, row) for _ in range(walk.random.randint(1, 3))}

    return made


def metric(walk: "Walk") -> str:
    return walk.random.choice(METRICS)


def objective(walk: "Walk") -> str | None:
    return walk.key_of("objective")


def part(walk: "Walk", row: Mapping[str, Any]) -> dict[str, float]:
    parts = [key for key, one in walk.state.get("objective", {}).items() if one["parent"] == row.get("key")]
    return {key: walk.random.choice([0.5, 1.0, 2.0]) for key in parts or ["nowhere"]}


def weight(walk: "Walk", _row: Mapping[str, Any]) -> float:
    return walk.random.choice([0.0, 1.0, 2.0, -1.0])


def carried(walk: "Walk", _row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    command = walk.command()
    return type(command).__name__, command.payload()


HINTS: Mapping[str, Hint] = {  # "Command.field": where the type and the name alone would hardly ever make sense
    "BeginObjective.weights": kept,
    "BeginObjective.scorecards": by(lambda _: "corporate", kept),
    "BeginObjective.measures": by(metric, kept),
    "BeginObjective.aims": lambda walk, _: {metric(walk): [0.9, 0.8]},
    "BeginScorecard.weights": by(objective, kept),
    "WeighParts.weights": part,
    "PlaceOnScorecards.weights": by(lambda _: "corporate", weight),
}


def hinted(command: str, name: str) -> Iterator[Hint]:
    """Ways to make a value for a field, the most special first."""
    for key in (f"{command}.{name}", name):
        if key in HINTS:
            yield HINTS[key]
