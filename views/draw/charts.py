"""Figures of plotly.graph_objects: a metric over time with target, bands and natural limits.

One palette for light and dark: every colour keeps a contrast of 3:1 on both backgrounds; text and grid are the theme's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import plotly.graph_objects as go

LINE, AIM, LIMIT = "#5b7bd5", "#8a94a6", "#8a7fb8"
TONES = {"green": "#2b9a72", "amber": "#c27a14", "red": "#d8504a", "grey": "#8a94a6"}
BANDS = {"red": "rgba(216,80,74,.11)", "amber": "rgba(194,122,20,.10)", "green": "rgba(43,154,114,.11)"}
SYMBOLS = {"green": "circle", "amber": "triangle-up", "red": "square"}


@dataclass(frozen=True)
class Band:
    """A stretch of the value axis with one colour; None reaches to the edge of the chart."""

    tone: str
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


@dataclass(frozen=True)
class Series:
    """A metric over time, oldest first; every tuple has one entry for each date, None where there is nothing.

    values and targets in the shown scale (percent as 87.3); `words` is the hover text; `flagged` marks special causes.
    """

    dates: tuple[date, ...]
    values: tuple[float | None, ...]
    targets: tuple[float | None, ...]
    statuses: tuple[str, ...]
    words: tuple[str, ...]
    flagged: tuple[bool, ...]
    red: tuple[float | None, ...]
    goal: tuple[float | None, ...]
    direction: str
    limits: tuple[float, float, float] | None  # lower, mean, upper
    before: str
    unit: str

    @property
    def banded(self) -> bool:
        """Whether red, amber and green stretches can be drawn behind the line."""
        return self.direction != "band" and any(
            r is not None and g is not None for r, g in zip(self.red, self.goal, strict=True)
        )


def over_time(series: Series, height: int = 320) -> go.Figure:
    """The chart of a metric: bands behind, limits, target, the line, and a mark for each status by shape and colour.

    Its parts are plain data that are not checked one by one, which takes longer than all else on the page; a test does.
    """
    return go.Figure({"data": list(_traces(series)), "layout": _layout(series, height)}, _validate=False)


def _traces(series: Series) -> Iterator[dict[str, Any]]:
    low, high = _range(series)
    dates = [day.isoformat() for day in series.dates]
    for band in _bands(series, low, high):
        yield _edge(dates, band.low)
        yield {**_edge(dates, band.high), "fill": "tonexty", "fillcolor": BANDS[band.tone]}
    if series.limits:
        for name, y, dash in zip(
            ("Lower limit", "Mean", "Upper limit"), series.limits, ("dot", "solid", "dot"), strict=True
        ):
            if low <= y <= high:
                line = {"color": LIMIT, "width": 1, "dash": dash}
                yield _line([dates[0], dates[-1]], [y, y], line, name=name)
    if any(target is not None for target in series.targets):
        yield _line(dates, series.targets, {"color": AIM, "width": 1.5, "dash": "dash", "shape": "hvh"}, name="Target")
    yield {
        "type": "scatter",
        "x": dates,
        "y": list(series.values),
        "mode": "lines+markers",
        "name": "Value",
        "line": {"color": LINE, "width": 2},
        "marker": {
            "opacity": 1,
            "color": [TONES.get(s, TONES["grey"]) for s in series.statuses],
            "size": [9 if flagged else 7 for flagged in series.flagged],
            "symbol": [SYMBOLS.get(s, "circle-open") for s in series.statuses],
            "line": {"width": [2.0 if f else 0.0 for f in series.flagged], "color": LINE},
        },
        "text": list(series.words),
        "hovertemplate": "%{text}<extra></extra>",
        "connectgaps": False,
    }


def _layout(series: Series, height: int) -> dict[str, Any]:
    return {
        "height": height,
        "margin": {"l": 4, "r": 8, "t": 8, "b": 4},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": {"showgrid": False, "fixedrange": True, "tickformat": "%b\n%Y", "nticks": 12},
        "yaxis": {
            "range": list(_range(series)),
            "tickprefix": series.before,
            "ticksuffix": series.unit,
            "fixedrange": True,
            "zeroline": False,
            "nticks": 6,
        },
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
    }


def _line(x: Sequence[str], y: Sequence[float | None], line: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "scatter", "x": list(x), "y": list(y), "mode": "lines", "line": line, "hoverinfo": "skip", **more}


def _edge(dates: Sequence[str], ys: Sequence[float | None]) -> dict[str, Any]:
    return _line(dates, ys, {"width": 0, "shape": "hvh"}, showlegend=False)


def _range(series: Series) -> tuple[float, float]:
    known = [v for v in (*series.values, *series.targets, *(series.limits or ())) if v is not None]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    return low - room, high + room


def _bands(series: Series, low: float, high: float) -> tuple[Band, ...]:
    """Red, amber and green stretches between the anchors; none for bands with two sides or where no anchors hold."""
    known = [r is not None and g is not None for r, g in zip(series.red, series.goal, strict=True)]
    if not series.banded:
        return ()

    def clip(value: float | None) -> float | None:
        return None if value is None else min(max(value, low), high)

    bottom, top = (tuple(edge if k else None for k in known) for edge in (low, high))
    red, goal = tuple(map(clip, series.red)), tuple(map(clip, series.goal))
    if series.direction == "up":
        return Band("red", bottom, red), Band("amber", red, goal), Band("green", goal, top)
    return Band("green", bottom, goal), Band("amber", goal, red), Band("red", red, top)
