"""The status of a score: three colours, and the states that are no colour."""

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.errors import QueryError
from metrics.scoring.anchors import THIRD

Colour = Literal["green", "amber", "red"]
State = Literal["withheld", "error", "not_due", "no_data", "stale", "no_target"]
Status = Literal[
    "green", "amber", "red", "error", "not_due", "no_data", "stale", "no_target", "insufficient", "withheld"
]

COLOURS: tuple[Colour, ...] = get_args(Colour)
PRECEDENCE: tuple[State, ...] = get_args(State)
STATUSES: tuple[Status, ...] = get_args(Status)
TOLERANCE = 1e-9


def colour_of(score: float) -> Colour:
    """Colour a score: red < 10/3 <= amber < 20/3 <= green, to 1e-9, so that sums of floats do not turn goals amber."""
    if score < THIRD - TOLERANCE:
        return "red"
    return "amber" if score < 2 * THIRD - TOLERANCE else "green"


def status_of(score: float | None, *states: State) -> Status:
    """Status of a metric: the first of `states` by precedence, else the colour of the score.

    Raises QueryError when there is neither a score nor a state: a cell without colour must say why.
    """
    for state in PRECEDENCE:
        if state in states:
            return state
    if score is None:
        raise QueryError(f"no score and no state: say which of {', '.join(PRECEDENCE)} it is")
    return colour_of(score)


def status_all(scores: ArrayLike, states: Mapping[State, ArrayLike]) -> NDArray[np.str_]:
    """Statuses of n scores at once, as words; see `status_places`."""
    return np.array(STATUSES)[status_places(scores, states)]


def status_places(scores: ArrayLike, states: Mapping[State, ArrayLike]) -> NDArray[np.int32]:
    """Places in STATUSES of n scores (NaN = none); `states` maps a state to n booleans, highest precedence wins.

    Raises QueryError when a score is missing and no state says why.
    """
    values = np.asarray(scores, dtype=np.float64)
    found = [(state, np.asarray(states[state], dtype=np.bool_)) for state in PRECEDENCE if state in states]
    choices = [mask for _, mask in found]
    untold = np.isnan(values) & ~np.logical_or.reduce([np.zeros(values.shape, np.bool_), *choices])
    if untold.any():
        raise QueryError(f"{int(untold.sum())} of {values.size} cells have no score and no state that says why")
    conditions = [*choices, values < THIRD - TOLERANCE, values < 2 * THIRD - TOLERANCE]
    places = [STATUSES.index(word) for word in (*(state for state, _ in found), "red", "amber")]
    return np.select(conditions, [np.int32(place) for place in places], default=np.int32(STATUSES.index("green")))
