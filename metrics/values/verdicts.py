"""Scores, statuses and the words why there is no colour, for many values of one metric at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metrics.definitions.metric import Metric
from metrics.scoring.anchors import fault_mask, score_all
from metrics.scoring.labels import label_score
from metrics.scoring.status import COLOURS, STATUSES, State, status_places
from metrics.time.grid import Floats
from metrics.values.cells import BESIDE, CARRIED, GAP, NOT_DUE, REASONS, SMALL, Codes
from metrics.values.targets import Columns

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int32]

ANCHOR_FAULT = "the anchors contradict each other in this period"
STALE = "the data behind it is older than its freshness allows"
RUNNING = "the period is still running, and its target is for the whole of it"
NO_TARGET = "no target is set for this unit and period"
NO_FLAG = "where red begins is not known for this unit and period"
NO_LABEL = "the value is none of the metric's labels"
TEXTS = (*REASONS, ANCHOR_FAULT, STALE, RUNNING, NO_TARGET, NO_LABEL, NO_FLAG)


@dataclass(frozen=True)
class Case:
    """Values of one metric with all that decides their colour; arrays of one length, NaN = none.

    `running` is where a month still runs whose target is for the whole of it, `stale` where the data is too old,
    `waiting` where the days of grace are not over.
    """

    metric: Metric
    value: Floats
    why: Codes
    target: Floats
    anchors: Columns
    running: Bools
    stale: Bools
    waiting: Bools


def judge(case: Case) -> tuple[Floats, Places, Places]:
    """(scores, NaN where there is no colour; places of statuses in STATUSES; of reasons in TEXTS, where one is due)."""
    metric, empty, why = case.metric, np.isnan(case.value), case.why
    running, size = case.running, len(case.value)
    if metric.labels:
        scores = _labelled(case.value, metric)
        fault = ~empty & np.isnan(scores)
    elif case.anchors:
        running = running & ~np.isnan(case.anchors.get("goal", np.full(size, np.nan)))
        scores = score_all(case.value, metric.direction, case.anchors)
        fault = fault_mask(metric.direction, case.anchors, size) & ~empty
    else:
        running, fault = (np.zeros(size, dtype=np.bool_) for _ in range(2))
        scores = np.full(size, np.nan)
    aimless = ~empty & np.isnan(scores) & ~fault
    told: dict[State, Bools] = {
        "withheld": (why == SMALL) | (why == BESIDE),
        "error": fault,
        "not_due": running | ((why == NOT_DUE) & empty) | (empty & case.waiting),
        "no_data": empty,
        "stale": case.stale & ~empty,
        "no_target": aimless,
    }
    states = status_places(scores, told)
    reasons = np.where(empty | (why == CARRIED) | (why == GAP), why, 0).astype(np.int32)
    no_target = states == STATUSES.index("no_target")
    for mask, text in (
        (no_target, NO_TARGET),
        (no_target & ~np.isnan(case.target), NO_FLAG),
        (states == STATUSES.index("stale"), STALE),
        (running & ~fault, RUNNING),
        (fault, NO_LABEL if metric.labels else ANCHOR_FAULT),
    ):
        reasons[mask] = TEXTS.index(text)
    return np.where(states < len(COLOURS), scores, np.nan), states, reasons


def _labelled(values: Floats, metric: Metric) -> Floats:
    words = {label.label: label.score for label in metric.labels}
    out = np.full(len(values), np.nan)
    for label in metric.labels:
        out[np.isclose(values, label.value, rtol=0, atol=1e-9)] = label_score(label.label, words)
    return out
