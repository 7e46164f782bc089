"""The theme's colours: WCAG AA contrast in light and dark, and statuses that colour-blind eyes can tell apart."""

import tomllib
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from views.draw import charts, style

ROOT = Path(__file__).resolve().parents[3]
THEME: dict[str, Any] = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
MODES = ("light", "dark")
TEXTS = (
    "textColor",
    "linkColor",
    "grayTextColor",
    "redTextColor",
    "orangeTextColor",
    "greenTextColor",
    "blueTextColor",
)
MARKS = ("redColor", "orangeColor", "greenColor", "primaryColor")
STATUSES = ("redColor", "orangeColor", "greenColor")
# Linear RGB as seen with the cone missing (Machado, Oliveira and Fernandes 2009, severity 1).
BLIND = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour: str) -> NDArray[np.float64]:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratios = matrix @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(ratios > 0.008856, np.cbrt(ratios), 7.787 * ratios + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", TEXTS)
def test_text_is_readable_on_every_ground(mode: str, name: str) -> None:
    theme = THEME[mode]
    grounds = [theme["backgroundColor"], theme["secondaryBackgroundColor"], theme["grayBackgroundColor"]]
    base = name.replace("TextColor", "BackgroundColor")
    grounds += [theme[base]] if base in theme and base != name else []
    assert min(contrast(theme[name], ground) for ground in grounds) >= 4.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", MARKS)
def test_marks_and_bars_stand_out(mode: str, name: str) -> None:
    theme = THEME[mode]
    assert min(contrast(theme[name], theme[g]) for g in ("backgroundColor", "secondaryBackgroundColor")) >= 3


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("eyes", BLIND)
def test_statuses_differ_for_colour_blind_eyes(mode: str, eyes: str) -> None:
    seen = {name: lab(np.array(BLIND[eyes]) @ linear(THEME[mode][name])) for name in STATUSES}
    for one, other in combinations(STATUSES, 2):
        assert np.linalg.norm(seen[one] - seen[other]) >= 20, f"{one} and {other} look alike"


@pytest.mark.parametrize("mode", MODES)
def test_chart_colours_hold_on_both_grounds(mode: str) -> None:
    ground = THEME[mode]["secondaryBackgroundColor"]
    for colour in (charts.LINE, *charts.TONES.values()):
        assert contrast(colour, ground) >= 3


def test_the_sheet_speaks_of_colours_as_theme_variables() -> None:
    swatches = ("#5b7bd5", "#8a94a6", "#8a7fb8")  # the legend of a plotly figure has that figure's own colours
    words = "".join(style.sheet(name) for name in style.SHEETS)
    for swatch in swatches:
        words = words.replace(swatch, "")
    assert "#" not in words
