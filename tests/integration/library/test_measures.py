"""The demo's lagging, financial, people and customer measures of the library, against plain pandas over its files."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.calendar import Span
from flows.asking import ask
from flows.opened import open_current
from metrics.signals.xmr import xmr
from metrics.values.reading import Value, read_values
from tests.integration.demo_answers import Files
from views.entry import open_desk
from views.metric import build
from views.picks import picks_of

LAST = date(2026, 10, 31)
Answers = Mapping[Any, float]


@pytest.fixture(scope="module")
def files(demo: Path) -> Any:
    return Files(demo / "files")


def csv(demo: Path, name: str, *days: str) -> Any:
    return pd.read_csv(demo / "files" / f"{name}.csv", parse_dates=list(days))


def values(demo: Path, metric: str, span: Span, unit: str = "velora") -> dict[date, Value]:
    """The published values of a metric by the period's last day."""
    opened = open_current(demo)
    stretch = (date(2022, 11, 1), date(2027, 1, 1))
    found = read_values(opened.engine(), dict(opened.workspace.metrics), [metric], [unit], span, *stretch)
    return {value.period.end: value for value in found}


def agree(demo: Path, metric: str, span: Span, wanted: Answers, least: int) -> None:
    """Every value that pandas has is published so; at least so many."""
    found = values(demo, metric, span)
    assert len(wanted) >= least
    for period, value in wanted.items():
        end = period.end_time.date()
        assert found[end].value == pytest.approx(value, rel=1e-9), (metric, period)


def by(frame: Any, day: str, column: str, freq: str = "M") -> Any:
    return frame.groupby(frame[day].dt.to_period(freq))[column].sum()


# -- lagging: revenue growth, market share, customer satisfaction


def test_revenue_growth(demo: Path, files: Any) -> None:
    revenue = by(files.ledger[files.ledger["account_group"] == "revenue"], "posted_on", "amount")
    agree(demo, "revenue_growth", "month", (revenue / revenue.shift(12) - 1).dropna().to_dict(), 36)


def test_market_share_and_its_change(demo: Path) -> None:
    market = csv(demo, "market", "quarter_end")
    own, every = by(market, "quarter_end", "own_sales", "Q"), by(market, "quarter_end", "market_sales", "Q")
    share = own / every
    agree(demo, "market_share", "quarter", share.to_dict(), 15)
    agree(demo, "market_share_change", "quarter", (share - share.shift(4)).dropna().to_dict(), 11)
    assert share.iloc[-1] > share.iloc[0], "Velora gains share"


def test_own_sales_of_the_market_are_those_of_the_order_book(demo: Path, files: Any) -> None:
    lines = files.order_lines
    bikes = lines[(lines["product_group"] == "bike") & (lines["status"] != "cancelled")]
    booked = by(bikes, "ordered_on", "amount", "Q")
    own = by(csv(demo, "market", "quarter_end"), "quarter_end", "own_sales", "Q")
    broken = 0.001  # rows that the order book's contract sets aside
    assert own.to_dict() == pytest.approx(booked.loc[own.index].to_dict(), rel=broken)


def test_customer_satisfaction(demo: Path) -> None:
    feedback = csv(demo, "feedback", "answered_on").assign(one=1.0)
    pleased = by(feedback[feedback["satisfaction"] >= 4], "answered_on", "one")
    agree(demo, "satisfied_customers", "month", (pleased / by(feedback, "answered_on", "one")).to_dict(), 48)


# -- financial: return on initiatives, savings, margin, direct and opportunity cost


def test_return_on_initiatives(demo: Path) -> None:
    cost = by(csv(demo, "strategy/initiative_costs", "month"), "month", "amount")
    came = by(csv(demo, "strategy/benefits", "month"), "month", "realised")
    months = pd.period_range("2022-11", "2026-10", freq="M")
    spent, brought = (one.reindex(months, fill_value=0.0).rolling(12).sum() for one in (cost, came))
    roi = ((brought - spent) / spent)["2026-03":]
    agree(demo, "initiative_roi", "month", roi.to_dict(), 8)


def test_savings_margin_and_benefits(demo: Path, files: Any) -> None:
    benefits = csv(demo, "strategy/benefits", "month")
    agree(demo, "cost_savings", "month", by(benefits[benefits["saving"]], "month", "realised").to_dict(), 10)
    kept = by(benefits, "month", "realised") / by(benefits, "month", "planned")
    agree(demo, "benefit_realisation", "month", kept.to_dict(), 18)
    book = files.ledger
    revenue = by(book[book["account_group"] == "revenue"], "posted_on", "amount")
    agree(demo, "operating_margin", "month", (by(book, "posted_on", "amount") / revenue).to_dict(), 48)


def test_direct_and_opportunity_cost(demo: Path) -> None:
    costs = csv(demo, "strategy/initiative_costs", "month")
    costs = costs.assign(forgone=costs["people_hours"] * costs["value_per_hour"])
    direct, forgone = by(costs, "month", "amount"), by(costs, "month", "forgone")
    agree(demo, "initiative_cost", "month", direct.to_dict(), 20)
    agree(demo, "initiative_opportunity_cost", "month", forgone.to_dict(), 20)
    agree(demo, "initiative_full_cost", "month", (direct + forgone).to_dict(), 20)
    agree(demo, "opportunity_cost_share", "month", (forgone / (direct + forgone)).to_dict(), 20)


def test_both_costs_are_told_for_each_initiative(demo: Path) -> None:
    keys = ["initiative_cost", "initiative_opportunity_cost"]
    rows = ask(demo, keys, by="initiative", grain="year", start="2026", end="2026-10").to_pylist()
    costs = csv(demo, "strategy/initiative_costs", "month")
    this_year = costs[costs["month"].dt.year == 2026]
    this_year = this_year.assign(forgone=this_year["people_hours"] * this_year["value_per_hour"])
    wanted = this_year.groupby("initiative")[["amount", "forgone"]].sum()
    found = {row["initiative"]: (row[keys[0]], row[keys[1]]) for row in rows if row[keys[0]]}
    assert set(found) == set(wanted.index)
    assert found["expedite_cell_b"][1] > found["expedite_cell_b"][0], "scarce hands: what they leave undone costs more"
    for key, (amount, forgone) in found.items():
        assert (amount, forgone) == pytest.approx(tuple(wanted.loc[key])), key


# -- people: engagement, growth of skills, early signs of resistance


def test_engagement_and_its_dips(demo: Path, files: Any) -> None:
    survey = files.survey
    mean = survey.groupby(survey["answered_on"].dt.to_period("Q"))["engagement"].mean()
    agree(demo, "engagement", "quarter", mean.to_dict(), 16)
    agree(demo, "engagement_change", "quarter", (mean - mean.shift(1)).loc["2023Q2":].to_dict(), 14)  # 2022 is cut


def test_growth_of_skills(demo: Path) -> None:
    skills = csv(demo, "strategy/skills", "rated_on")
    mean = skills.groupby(skills["rated_on"].dt.to_period("Q"))["grade"].mean()
    agree(demo, "skill_growth", "quarter", (mean - mean.shift(4)).loc["2024Q1":].to_dict(), 11)  # 2022 is cut
    assert (values(demo, "skill_growth", "quarter")[date(2026, 9, 30)].value or 0) > 0.1


def test_missed_check_ins_and_support_show_resistance_before_engagement_does(demo: Path) -> None:
    """Assembly: a signal by the rules in check-ins within three months, while the last survey still rises."""
    check_ins = csv(demo, "strategy/check_ins", "due_on", "done_on")
    mine = check_ins[check_ins["department"] == "assembly"].assign(one=1.0)
    missed = by(mine[mine["done_on"].isna()], "due_on", "one") / by(mine, "due_on", "one")
    found = values(demo, "missed_check_ins", "month", "assembly")
    assert found[LAST].value == pytest.approx(missed[pd.Period("2026-10")])
    signs = {metric: signal_of(demo, metric, "assembly") for metric in ("missed_check_ins", "change_support")}
    assert signs["missed_check_ins"][0] <= date(2026, 9, 30)
    assert signs["missed_check_ins"][1] == "high"
    assert signs["change_support"][1] == "low"
    quiet = values(demo, "missed_check_ins", "month", "purchasing")[LAST]
    assert quiet.value is not None and quiet.value < 0.21
    assert (values(demo, "engagement_change", "quarter")[date(2026, 9, 30)].value or 0) > 0


def signal_of(demo: Path, metric: str, unit: str) -> tuple[date, str]:
    """When a signal first stood in 2026, and on which side."""
    series = [(end, value.value) for end, value in sorted(values(demo, metric, "month", unit).items())]
    points = xmr(series).points
    flagged = [(point.on, point.flags[0].where) for point in points if point.flags and point.on >= date(2026, 6, 1)]
    assert flagged, f"{metric} of {unit} shows no signal"
    return flagged[0]


# -- customer: satisfaction, market position over time, themes of feedback


def test_market_position_over_time_and_by_segment(demo: Path) -> None:
    market = csv(demo, "market", "quarter_end")
    best = market.groupby(market["quarter_end"].dt.to_period("Q"))["own_rank"].min()
    agree(demo, "market_position", "quarter", best.astype(float).to_dict(), 15)
    rows = ask(demo, ["market_position", "market_share"], by="segment", grain="quarter", start="2023-Q1", end="2026-Q3")
    found = {(row["segment"], row["time"]): row for row in rows.to_pylist()}
    assert len(found) == 60
    for row in market.itertuples():
        mine = found[row.segment, pd.Period(row.quarter_end, "Q").start_time.date()]
        assert mine["market_position"] == row.own_rank
        assert mine["market_share"] == pytest.approx(row.own_sales / row.market_sales)
    places = [found["e_bike", day]["market_position"] for day in (date(2023, 1, 1), date(2026, 7, 1))]
    assert places == [4, 3], "with e-bikes Velora moved up a place"


def test_themes_of_feedback(demo: Path) -> None:
    feedback = csv(demo, "feedback", "answered_on")
    rows = ask(demo, "negative_feedback_share", by="theme", grain="quarter", start="2025-Q3", end="2026-Q3").to_pylist()
    quarter = feedback["answered_on"].dt.to_period("Q")
    wanted = feedback.groupby([feedback["theme"], quarter])["critical"].mean()
    assert len(rows) == 5 * 5
    for row in rows:
        place = (row["theme"], pd.Period(row["time"], "Q"))
        assert row["negative_feedback_share"] == pytest.approx(wanted[place]), place
    now = {row["theme"]: row["negative_feedback_share"] for row in rows if row["time"] == date(2026, 7, 1)}
    assert max(now, key=lambda theme: now[theme]) == "Delivery", "what customers criticise"


@pytest.mark.parametrize("metric", ["market_share", "negative_feedback_share", "initiative_roi", "missed_check_ins"])
def test_they_stand_on_pages_with_target_score_and_formula(metric: str, demo: Path) -> None:
    desk = open_desk(demo, "clara_winther")
    period = "2026-Q3" if metric == "market_share" else "2026-10"
    view = build(desk, picks_of(desk, {"unit": "velora", "period": period}, "metric.view"), metric)
    assert view.status in {"green", "amber", "red"}
    assert view.score != ""
    assert view.formula
