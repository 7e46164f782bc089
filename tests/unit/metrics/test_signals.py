"""XmR charts: the reference vector, one vector per rule, edges, and false alarms on series whose truth is known."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import QueryError
from metrics.signals.independence import lag_one, season_of
from metrics.signals.xmr import RULES, Rebase, Rule, Signals, assurance, variation, xmr

DAYS = [date(2018 + i // 12, 1 + i % 12, 1) for i in range(120)]
CALM = [10, 12, 11, 13, 12, 11, 10, 12, 13, 11, 12, 11]


def chart(values: Sequence[float | None], rebases: Sequence[Rebase] = ()) -> Signals:
    return xmr(list(zip(DAYS, values, strict=False)), rebases)


def fired(signals: Signals) -> dict[Rule, list[int]]:
    found: dict[Rule, list[int]] = {}
    for index, point in enumerate(signals.points):
        for flag in point.flags:
            found.setdefault(flag.rule, []).append(index)
    return found


def test_reference_vector_fires_nothing() -> None:
    signals = chart(CALM)
    assert signals.mean == pytest.approx(11.5)
    assert signals.moving_range == pytest.approx(1.3636, abs=5e-5)
    assert signals.lower == pytest.approx(7.873, abs=5e-4)
    assert signals.upper == pytest.approx(15.127, abs=5e-4)
    assert fired(signals) == {}
    assert signals.applicable
    assert not signals.few
    assert signals.warning is None
    assert signals.verdict == "common cause"


def test_wording_of_the_rules() -> None:
    assert list(RULES.values()) == [
        "a point outside the limits",
        "7 in a row rising or falling",
        "7 in a row on one side of the mean",
        "2 of 3 beyond two thirds of the limit, all three on one side",
    ]


SHIFT = [*CALM, 12, 10, 13, 11, 12, 10, 12.2, 13, 12.1, 13, 12.2, 12.9, 12.1]
TREND = [*CALM, 12, 10, 13, 11, 12, 10.5, 11, 11.4, 11.6, 11.9, 12.3, 12.9]
PAIR = [*CALM, 10, 12, 11, 15.2, 12.5, 15.2]
PAIR_NEXT_TO_EACH_OTHER = [*CALM, 10, 12, 11, 14.9, 14.5, 12]


@pytest.mark.parametrize(
    ("values", "expected", "words"),
    [
        ([*CALM, 16.5], {"outside": [12]}, "above the upper limit"),
        (SHIFT, {"shift": [*range(18, 25)]}, "7 in a row above the mean"),
        (TREND, {"trend": [*range(17, 24)]}, "7 rising in a row"),
        (PAIR_NEXT_TO_EACH_OTHER, {"two_of_three": [15, 16, 17]}, "2 of 3 close to the upper limit"),
        (PAIR, {"two_of_three": [15, 16, 17]}, "2 of 3 close to the upper limit"),
    ],
    ids=["outside", "shift", "trend", "two of three", "two of three, apart"],
)
def test_each_rule_fires_alone_and_mirrored(values: list[float], expected: dict[Rule, list[int]], words: str) -> None:
    signals = chart(values)
    assert fired(signals) == expected
    assert signals.verdict == f"special cause: {words}"
    below = chart([-value for value in values])
    assert fired(below) == expected
    mirrored = (("above the upper", "below the lower"), ("upper", "lower"), ("rising", "falling"), ("above", "below"))
    told = next(words.replace(old, new) for old, new in mirrored if old in words)
    assert below.verdict == f"special cause: {told}"


@pytest.mark.parametrize(
    "values",
    [SHIFT[:-1], TREND[:-1], [*CALM, 10, 12, 11, 15.2, 11, 15.2], [*CALM, 10, 12, 11, 14.9, 12, 12], [*CALM, 15.5]],
    ids=["6 on one side", "6 rising", "third on the other side", "1 of 3 beyond", "inside"],
)
def test_one_less_fires_nothing(values: list[float]) -> None:
    assert fired(chart(values)) == {}


def test_screening_of_moving_ranges() -> None:
    """A spike of 30 makes two ranges of 19 and 18; with them the limit is 26.9 and the last point would hide."""
    signals = chart([10, 12, 11, 13, 12, 11, 30, 12, 13, 11, 12, 10, 20])
    assert signals.moving_range == pytest.approx(2.3)
    assert fired(signals) == {"outside": [6, 12]}


def test_screening_never_leaves_limits_without_width() -> None:
    signals = chart([5.0] * 19 + [6.0])
    assert signals.moving_range == pytest.approx(1 / 19)
    assert fired(signals)["outside"] == [19]


def test_a_constant_series_is_common_cause() -> None:
    signals = chart([0.1] * 30)
    assert (signals.applicable, fired(signals), signals.verdict) == (True, {}, "common cause")


def test_few_points_are_told() -> None:
    signals = chart(CALM[:11])
    assert signals.few
    assert signals.warning == "only 11 points: limits from fewer than 12 are rough"
    for count, words in ((0, "no points"), (1, "only 1 point"), (2, "only 2 points")):
        short = chart(CALM[:count])
        assert not short.applicable
        assert short.verdict == f"not applicable: {words}, and limits need at least 3"


def test_gaps_are_passed_over() -> None:
    gapped: list[float | None] = [*CALM[:4], None, *CALM[4:8], None, None, *CALM[8:], None]
    signals = chart(gapped)
    assert signals.mean == pytest.approx(11.5)
    assert signals.lower == pytest.approx(7.873, abs=5e-4)
    assert [point.value for point in signals.points] == gapped
    assert signals.points[4].upper is None
    assert signals.latest is not None
    assert signals.latest.value == CALM[-1]
    assert chart([None] * 20).why_not == "no points, and limits need at least 3"


def test_dates_must_ascend() -> None:
    with pytest.raises(QueryError, match="ascend"):
        xmr([(DAYS[1], 1.0), (DAYS[0], 2.0)])


def test_a_rebase_starts_limits_anew() -> None:
    values = [*CALM, *[value + 20 for value in CALM[3:] + CALM[:3]]]
    assert not chart(values).applicable, "a step makes neighbours alike"
    signals = chart(values, [Rebase(DAYS[12], "second line opened")])
    assert signals.applicable
    assert signals.points[0].mean == pytest.approx(11.5)
    assert signals.points[12].mean == signals.mean == pytest.approx(31.5)
    assert signals.count == 12
    assert fired(signals) == {}
    assert chart(values[:14], [Rebase(DAYS[12], "second line opened")]).why_not == (
        "only 2 points, and limits need at least 3"
    )
    assert chart(CALM, [Rebase(date(2010, 1, 1), "before"), Rebase(date(2050, 1, 1), "after")]).applicable


def test_a_season_is_taken_out() -> None:
    rng = np.random.default_rng(5)
    season = 20 * np.sin(2 * np.pi * np.arange(48) / 12)
    noise = rng.normal(100, 1, 48)
    signals = chart((noise + season).tolist())
    assert signals.seasonal
    assert signals.applicable
    assert signals.moving_range is not None
    assert signals.moving_range < 2
    july, january = signals.points[3].mean, signals.points[9].mean
    assert july is not None
    assert january is not None
    assert july - january == pytest.approx(40, abs=3)
    noise[40] += 12
    assert "outside" in {flag.rule for flag in chart((noise + season).tolist()).points[40].flags}


def test_neighbours_that_move_together_are_not_applicable() -> None:
    signals = chart([float(i) for i in range(30)])
    assert not signals.applicable
    assert signals.why_not is not None
    assert signals.why_not.startswith("neighbouring periods move together (correlation 0.9")
    assert (signals.upper, fired(signals)) == (None, {})
    assert "against each other" in (chart([1.0, 9.0] * 10).why_not or "")


def test_independence_in_parts() -> None:
    assert lag_one([np.zeros(5)]) == 0
    assert season_of(np.ones(12), range(1, 13)) is None, "under two years nothing can be said"
    exact = np.tile(np.arange(12) - 5.5, 2)
    effects = season_of(exact, [*range(1, 13)] * 2)
    assert effects is not None
    assert effects == pytest.approx(exact)


LOWER, UPPER = 7.873, 15.127


@pytest.mark.parametrize(
    ("target", "up", "down"),
    [
        (UPPER + 0.1, "consistently fails", "consistently passes"),
        (UPPER - 0.1, "hit and miss", "hit and miss"),
        (LOWER + 0.1, "hit and miss", "hit and miss"),
        (LOWER - 0.1, "consistently passes", "consistently fails"),
    ],
)
def test_assurance(target: float, up: str, down: str) -> None:
    signals = chart(CALM)
    assert (assurance(signals, target, "up"), assurance(signals, target, "down")) == (up, down)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (7, 16, "consistently passes"),
        (16, 18, "consistently fails"),
        (1, 7, "consistently fails"),
        (9, 16, "hit and miss"),
    ],
)
def test_assurance_of_a_band(low: float, high: float, expected: str) -> None:
    assert assurance(chart(CALM), low, "band", high) == expected


def test_assurance_that_cannot_be_said() -> None:
    assert assurance(chart(CALM), None, "up") is None
    assert assurance(chart(CALM), 9, "band") is None
    assert assurance(chart([float(i) for i in range(30)]), 9, "up") is None


def test_assurance_with_a_season_holds_for_every_month() -> None:
    noise = np.random.default_rng(5).normal(100, 1, 48)
    signals = chart((noise + 20 * np.sin(2 * np.pi * np.arange(48) / 12)).tolist())
    assert assurance(signals, 95, "up") == "hit and miss"
    assert assurance(signals, 60, "up") == "consistently passes"


def test_variation() -> None:
    high, calm, drift = chart([*CALM, 16.5]), chart(CALM), chart([float(i) for i in range(30)])
    assert [variation(high, direction) for direction in ("up", "down", "band")] == ["improving", "worsening", "special"]
    assert variation(calm, "up") == "common"
    assert variation(drift, "up") is None


numbers = st.lists(st.none() | st.integers(-1000, 1000).map(float), max_size=40)


@given(numbers)
def test_whatever_comes_in_is_told_whole(values: list[float | None]) -> None:
    signals = chart(values)
    assert [point.value for point in signals.points] == values
    assert signals.applicable == (signals.why_not is None) == (signals.upper is not None)
    if signals.applicable and not signals.seasonal:
        for point in signals.points:
            outside = (
                point.value is not None and not (point.lower or 0) - 1e-6 <= point.value <= (point.upper or 0) + 1e-6
            )
            assert not outside or any(flag.rule == "outside" for flag in point.flags)


@given(numbers, st.sampled_from([0.5, 3.0, 1000.0]), st.sampled_from([0.0, 17.0, -4000.0]))
def test_the_chart_does_not_depend_on_the_unit(values: list[float | None], factor: float, shift: float) -> None:
    one = chart(values)
    other = chart([None if value is None else value * factor + shift for value in values])
    if one.applicable and other.applicable:
        assert other.upper == pytest.approx((one.upper or 0) * factor + shift, rel=1e-6, abs=1e-6)


RUNS = 1500


def simulated(phi: float, months: int, season: float = 0.0) -> list[list[float]]:
    """Series of an AR(1) process of unit shocks, in its steady state, with a yearly sine of an amplitude."""
    shocks = np.random.default_rng(20).standard_normal((RUNS, months + 40))
    series = np.zeros_like(shocks)
    for month in range(1, months + 40):
        series[:, month] = phi * series[:, month - 1] + shocks[:, month]
    wave = season * np.sin(2 * np.pi * np.arange(months) / 12)
    found: list[list[float]] = (series[:, 40:] + wave).tolist()
    return found


def alarms(series: list[list[float]]) -> float:
    charts = [chart(values) for values in series]
    return sum(bool(signals.latest and signals.latest.flags) for signals in charts) / len(charts)


def naive(values: list[float]) -> bool:
    """Whether the latest point would be flagged without the test of independence; the rules written anew."""
    x = np.array(values)
    ranges = np.abs(np.diff(x))
    limit = 2.66 * ranges[ranges <= 3.267 * ranges.mean()].mean()
    away, steps = (x - x.mean()) / limit, np.diff(x)[-6:]
    for up in (away, -away):
        if up[-1] > 1 or (up[-7:] > 0).all() or ((up[-3:] > 0).all() and (up[-3:] > 2 / 3).sum() >= 2):
            return True
    return bool((steps > 0).all() or (steps < 0).all())


def test_false_alarms_in_white_noise_are_rare() -> None:
    assert alarms(simulated(0, 36)) == pytest.approx(0.018, abs=0.01)


@pytest.mark.parametrize(("phi", "without", "at_most"), [(0.5, 0.17, 0.04), (0.8, 0.46, 0.02)])
def test_false_alarms_under_correlation_are_far_below_the_naive_rate(
    phi: float, without: float, at_most: float
) -> None:
    series = simulated(phi, 36)
    assert sum(naive(values) for values in series) / RUNS == pytest.approx(without, abs=0.03)
    assert alarms(series) <= at_most


def test_false_alarms_under_a_season_are_as_rare_as_in_noise() -> None:
    series = simulated(0, 36, season=2)
    assert sum(naive(values) for values in series) / RUNS > 0.1
    assert alarms(series) <= 0.035


def test_the_chart_stays_applicable_where_it_should() -> None:
    for series in (simulated(0, 36), simulated(0, 36, season=2), simulated(0, 24)):
        assert sum(chart(values).applicable for values in series) / RUNS >= 0.93
    assert sum(chart(values).applicable for values in simulated(0.8, 36)) / RUNS <= 0.05


def test_a_drift_that_has_begun_is_held_against_the_limits_of_the_steady_time_before() -> None:
    noise = np.random.default_rng(7).normal(size=(200, 48))
    noise[:, -8:] += np.linspace(0.5, 4, 8)
    charts = [chart(values) for values in noise.tolist()]
    caught = [one for one in charts if one.latest is not None and one.latest.flags]
    assert len(caught) / len(charts) >= 0.75
    late = next(one for one in caught if one.until is not None)
    assert late.until == late.points[35].on
    assert late.lower == pytest.approx(late.points[0].lower)


@pytest.mark.parametrize(("phi", "at_most"), [(0.5, 0.04), (0.8, 0.02)])
def test_frozen_limits_do_not_bring_false_alarms_back(phi: float, at_most: float) -> None:
    assert alarms(simulated(phi, 48)) <= at_most
