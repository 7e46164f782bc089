"""The chart of a metric is put together as plain data, which nothing checks on the way to the page: here it is."""

import json
from datetime import date

import plotly.graph_objects as go
import plotly.io
import pytest

from views.draw.charts import Series, over_time


def series(direction: str, limits: tuple[float, float, float] | None) -> Series:
    """A year of a metric with a gap and every kind of status."""
    months = tuple(date(2026, month, 1) for month in range(1, 13))
    every = range(len(months))
    return Series(
        dates=months,
        values=tuple(None if n == 4 else 50.0 + n % 7 for n in every),
        targets=tuple(55.0 for _ in every),
        statuses=tuple(("green", "amber", "red", "no_data")[n % 4] for n in every),
        words=tuple(f"month {n}" for n in every),
        flagged=tuple(n % 5 == 0 for n in every),
        red=tuple(40.0 for _ in every),
        goal=tuple(60.0 for _ in every),
        direction=direction,
        limits=limits,
        before="",
        unit="%",
    )


@pytest.mark.parametrize("direction", ["up", "down", "band"])
@pytest.mark.parametrize("limits", [None, (48.0, 52.0, 57.0)])
def test_the_figure_is_one_that_plotly_accepts_as_it_stands(
    direction: str, limits: tuple[float, float, float] | None
) -> None:
    figure = over_time(series(direction, limits))
    checked = go.Figure(figure.to_dict())  # raises for a name or a word that plotly does not know
    assert json.loads(plotly.io.to_json(figure)) == json.loads(plotly.io.to_json(checked))
    bands = 0 if direction == "band" else 6
    assert len(checked.data) == bands + (3 if limits else 0) + 2
    assert checked.data[-1].y[4] is None
