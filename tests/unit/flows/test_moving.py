"""Moves of a metric: steady series rarely move, drifts do, seasons do not; and what two moves say of a link."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from data.calendar import Calendar, Period
from flows.moving import Move, moved, opposite, verdict
from metrics.scoring.anchors import Anchors
from metrics.values.reading import Value

CALENDAR = Calendar()
SERIES = 400


def months(values: Sequence[float | None]) -> list[Value]:
    """Values of months up to October 2026."""
    found = []
    last = CALENDAR.number("month", date(2026, 10, 31))
    for index, value in enumerate(values):
        number = last - len(values) + 1 + index
        end = CALENDAR.last("month", number)
        period = Period("month", end.replace(day=1), end)
        found.append(
            Value("m", "u", period, value, None, Anchors("up"), None, "no_target", "", 1, 1, 1, False, None, None)
        )
    return found


def noise(random: Generator, count: int = 36) -> list[float]:
    return [float(value) for value in random.normal(100, 5, count)]


def test_a_steady_series_moves_about_once_in_twenty() -> None:
    random = default_rng(7)
    found = [moved(months(list(noise(random))), "up", CALENDAR) for _ in range(SERIES)]
    share = sum(move is not None and move.way != 0 for move in found) / SERIES
    assert 0.02 < share < 0.09


def test_a_drift_is_seen_with_its_way_and_taste() -> None:
    random = default_rng(8)
    seen = 0
    for _ in range(100):
        values = noise(random)
        values[-3:] = [value - 20 for value in values[-3:]]
        move = moved(months(list(values)), "up", CALENDAR)
        seen += move is not None and move.way == -1 and move.good is False
    assert seen > 90


def test_a_season_is_no_move() -> None:
    random = default_rng(9)
    wave = [100 + 40 * float(np.sin(2 * np.pi * index / 12)) for index in range(48)]
    found = [moved(months([w + float(random.normal(0, 4)) for w in wave]), "up", CALENDAR) for _ in range(100)]
    assert sum(move is not None and move.way != 0 for move in found) < 15


def test_it_is_looked_at_earlier_by_the_lag() -> None:
    values: list[float | None] = [100.0, 101.0] * 12
    values += [130.0, 131.0, 130.0, 100.0, 101.0, 100.0]
    late, early = moved(months(values), "up", CALENDAR), moved(months(values), "up", CALENDAR, back=3)
    assert late is not None and early is not None
    assert (late.way, early.way) == (-1, 1)
    assert early.last.end == date(2026, 7, 31)


@pytest.mark.parametrize("direction", ["up", "down", "band"])
def test_what_is_good_depends_on_the_direction(direction: str) -> None:
    move = moved(months([100.0, 101.0] * 12 + [120.0, 121.0, 120.0]), direction, CALENDAR)
    assert move is not None
    assert (move.way, move.good) == (1, {"up": True, "down": False, "band": None}[direction])


def test_too_few_months_are_not_judged_and_gaps_are_passed_over() -> None:
    assert moved([], "up", CALENDAR) is None
    assert moved(months([1.0] * 11), "up", CALENDAR) is None
    gaps: list[float | None] = [100.0, 101.0] * 12
    gaps[5] = None
    move = moved(months([*gaps, 120.0, None, 121.0, 120.0]), "up", CALENDAR)
    assert move is not None and move.way == 1
    steady = moved(months([5.0] * 24), "up", CALENDAR)
    assert steady is not None and steady.way == 0


def _move(way: int, good: bool | None = None) -> Move:
    day = date(2026, 10, 31)
    return Move(way, good, 0.0, 0.0, Period("month", day - timedelta(days=30), day))


@pytest.mark.parametrize(
    ("leading", "lagging", "sign", "said"),
    [
        (1, 1, 1, "as_said"),
        (1, -1, 1, "against"),
        (1, -1, -1, "as_said"),
        (-1, -1, -1, "against"),
        (1, 0, 1, "no_effect"),
        (0, 1, 1, "still"),
        (0, 0, -1, "still"),
    ],
)
def test_what_two_moves_say_of_a_link(leading: int, lagging: int, sign: int, said: str) -> None:
    assert verdict(_move(leading), _move(lagging), sign) == said
    assert verdict(None, _move(lagging), sign) == "unknown"
    assert verdict(_move(leading), None, sign) == "unknown"


def test_better_against_worse_pulls_apart() -> None:
    assert opposite(_move(1, True), _move(1, False))
    assert opposite(_move(-1, False), _move(1, True))
    assert not opposite(_move(1, True), _move(-1, True))
    assert not opposite(_move(1, True), _move(0))
    assert not opposite(None, _move(1, True))
