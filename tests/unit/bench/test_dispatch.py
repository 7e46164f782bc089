"""The benchmarks' door: names what there is, and every figure has the one line format."""

import re

import pytest

from bench import Figure, Remark
from bench.__main__ import main, names


def test_a_figure_has_one_format() -> None:
    assert str(Figure("states_vs_scan", 3.14159, "x")) == "figure: states_vs_scan 3.142 x"
    assert re.fullmatch(r"figure: \S+ [0-9.e+-]+ \S+", str(Figure("rows", 1e9, "rows")))


def test_an_unknown_benchmark_is_told_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no_such"]) == 2
    told = capsys.readouterr().err
    assert all(name in told for name in names())


def test_a_remark_is_no_figure() -> None:
    assert str(Remark("MetricFlow was not measured")) == "remark: MetricFlow was not measured"
