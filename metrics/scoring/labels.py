"""Scores of metrics that report a word: yes or no, low, medium or high, a status text."""

from collections.abc import Mapping
from math import isfinite

from metrics.scoring.anchors import TOP

Label = str | bool | int


def label_score(label: Label | None, scores: Mapping[str, float]) -> float | None:
    """Score of a label, 0 to 10; None without a label and for one that the mapping lacks (`label_fault` tells which).

    Case and outer spaces do not matter; true and false are labels like others.
    """
    return None if label is None else _plain(scores).get(_word(label))


def label_fault(label: Label | None, scores: Mapping[str, float]) -> str | None:
    """Say in words what is wrong with a mapping or a reported label (status *error*); None when nothing is."""
    if not scores:
        return "no label has a score; give each label one from 0 to 10"
    for name, score in scores.items():
        if not (isfinite(score) and 0 <= score <= TOP):
            return f"the label '{name}' scores {score:g}; a score is from 0 to 10"
    if len(_plain(scores)) < len(scores):
        return "two labels differ only in case or spaces; keep one of them"
    if label is not None and _word(label) not in _plain(scores):
        return f"the label '{label}' has no score; known are {', '.join(str(name) for name in scores)}"
    return None


def _plain(scores: Mapping[str, float]) -> dict[str, float]:
    return {_word(name): score for name, score in scores.items()}


def _word(label: Label) -> str:
    return str(label).strip().casefold()
