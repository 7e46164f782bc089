"""The SMART check: which letter of an objective fails, and why (checklist 28)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

LEAST_WORDS, LEAST_TOLD = 2, 5  # words of a title, of a description
VAGUE = frozenset(
    {"better", "best", "improve", "improved", "improving", "optimise", "optimize", "enhance", "enhanced", "strengthen"}
    | {"leverage", "synergy", "various", "some", "more", "less", "good", "great", "excellence", "excellent", "maximise"}
)


@dataclass(frozen=True)
class Facts:
    """What is known of an objective. `targeted`: a metric of it has a target; `baseline`: where it starts is known."""

    title: str
    description: str
    owner: str
    metrics: int
    targeted: bool
    baseline: bool
    start: date | None
    end: date | None


@dataclass(frozen=True)
class Letter:
    """One letter of SMART; `fails` says why, empty when it holds."""

    letter: str
    word: str
    fails: str


def _specific(one: Facts) -> str:
    title = one.title.split()
    told = one.description.split()
    if len(title) < LEAST_WORDS:
        return f"the title has {len(title)} word{'s' if len(title) != 1 else ''}; say what is to be reached in a few"
    if all(word.strip(".,").lower() in VAGUE or len(word) < 4 for word in title):
        return "the title is of words that fit every company; name the thing"
    if len(told) < LEAST_TOLD:
        return f"the description says too little ({len(told)} of at least {LEAST_TOLD} words)"
    return ""


def _measurable(one: Facts) -> str:
    if not one.metrics:
        return "no metric tells whether it is reached"
    return "" if one.targeted else "no metric of it has a target in numbers"


def _achievable(one: Facts) -> str:
    return "" if one.baseline else "no baseline: how far the way is cannot be judged; lay out its way"


def _responsible(one: Facts) -> str:
    return "" if one.owner else "nobody answers for it"


def _timely(one: Facts) -> str:
    return "" if one.end else "it has no date by which it is to be reached"


LETTERS: tuple[tuple[str, str, Callable[[Facts], str]], ...] = (
    ("S", "Specific", _specific),
    ("M", "Measurable", _measurable),
    ("A", "Achievable", _achievable),
    ("R", "Responsible", _responsible),
    ("T", "Time-bound", _timely),
)


def smart(one: Facts) -> tuple[Letter, ...]:
    """The five letters in their order."""
    return tuple(Letter(letter, word, fails(one)) for letter, word, fails in LETTERS)
