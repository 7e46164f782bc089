"""A second company, AdventureWorks: 18 KPIs in the engine's own words against values that were computed elsewhere.

A key of the reference is a line of a GROUP BY, so here it is a value with rows behind it; one without any must be zero.
"""

import csv
import math
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from data.calendar import Span
from data.snapshots import Manifest
from flows.refresh import refresh
from metrics.values.reading import Value
from views.desk import Desk
from views.entry import open_desk

FIXTURE = Path(__file__).parents[1] / "fixtures" / "adventureworks"
AFTER_ALL_DATA = "2025-10-01"  # purchase orders, the last to end, end in September 2025
PERSON = "ken_sanchez"
USA, TOP = "usa_operations", "adventure_works"
Answers = Mapping[str, float]


@dataclass(frozen=True)
class Said:
    """Where the engine gives a KPI: one metric at one span, in some units (with the reference's name of each).

    `key` makes the reference's key of unit (or member) and period; `field` is the column of the value table; `by` cuts
    the metric by a dimension; `within` keeps the periods whose names begin so.
    """

    metric: str
    span: Span
    units: Mapping[str, str]
    key: Callable[[str, str], str]
    field: str = "value"
    by: str | None = None
    within: str = ""


def only_period(_unit: str, period: str) -> str:
    """2011-03"""
    return period


def only_unit(unit: str, _period: str) -> str:
    """Production"""
    return unit


def both(unit: str, period: str) -> str:
    """internet|2011"""
    return f"{unit}|{period}"


DEPARTMENTS = {
    name.lower().replace(" ", "_"): name
    for name in (
        "Document Control", "Engineering", "Executive", "Facilities and Maintenance", "Finance", "Human Resources",
        "Information Services", "Marketing", "Production", "Production Control", "Purchasing", "Quality Assurance",
        "Research and Development", "Sales", "Shipping and Receiving", "Tool Design",
    )
}  # fmt: skip


def ledger(metric: str) -> tuple[Said, ...]:
    """Actual (scenario 1) is the metric, budget (scenario 2) its target."""
    return (
        Said(metric, "month", {USA: "1"}, both, within="2011"),
        Said(metric, "month", {USA: "2"}, both, field="target", within="2011"),
    )


def headcount(month: str) -> tuple[Said, ...]:
    """People by department at the end of a month."""
    return (Said("headcount", "month", DEPARTMENTS, only_unit, within=month),)


KPIS: Mapping[str, tuple[Said, ...]] = {
    "fin.internet_revenue_month": (Said("revenue", "month", {"internet": ""}, only_period),),
    "fin.total_revenue_year": (Said("revenue", "year", {TOP: ""}, only_period),),
    "fin.gross_margin_pct_year_channel": (
        Said("gross_margin_share", "year", {"internet": "internet", "reseller": "reseller"}, both),
    ),
    "fin.us_net_sales_2011_actual_vs_budget_month": ledger("net_sales"),
    "fin.us_gross_margin_2011_actual_vs_budget_month": ledger("ledger_gross_margin"),
    "fin.us_operating_expenses_2011_actual_vs_budget_month": ledger("operating_expenses"),
    "fin.us_operating_profit_2011_actual_vs_budget_month": ledger("operating_profit"),
    "cus.new_customers_month": (Said("new_customers", "month", {TOP: ""}, only_period),),
    "cus.survey_responses_category_month": (Said("survey_responses", "month", {TOP: ""}, both, by="category"),),
    "cus.service_grade_by_shift": (Said("abandoned_calls", "month", {TOP: ""}, only_unit, by="shift"),),
    "ops.calls_per_operator_wagetype": (Said("calls_per_operator", "month", {TOP: ""}, only_unit, by="wage_type"),),
    "ops.inventory_value_month_end": (Said("stock_value", "month", {TOP: ""}, only_period),),
    "ops.vendor_lead_time_days_creditrating": (
        Said("vendor_lead_time_long", "month", {TOP: ""}, only_unit, by="credit_rating", within="2025-09"),
    ),
    "ppl.headcount_2009-12-31_by_department": headcount("2009-12"),
    "ppl.headcount_2012-12-31_by_department": headcount("2012-12"),
    "ppl.headcount_2013-12-31_by_department": headcount("2013-12"),
    "ppl.hires_per_year": (Said("hires", "year", {TOP: ""}, only_period),),
    "ppl.avg_pay_rate_current": (Said("average_pay_rate", "month", {TOP: ""}, only_unit, within="2025-09"),),
}  # fmt: skip


@pytest.fixture(scope="module")
def company(truth: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The workspace in a folder of its own, its clock still where the file has it, not yet refreshed."""
    if not (truth / "adventureworks").is_dir():
        pytest.skip(f"no reference data: {truth / 'adventureworks'} is no folder; set FOURFOLD_TRUTH")
    folder = Path(shutil.copytree(FIXTURE, tmp_path_factory.mktemp("company") / "adventureworks"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOURFOLD_TRUTH", str(truth))
        yield folder


@pytest.fixture(scope="module")
def at_home(company: Path) -> Desk:
    """The company on the day that its workspace names."""
    refresh(company)
    return open_desk(company, PERSON)


@pytest.fixture(scope="module")
def manifest(company: Path, at_home: Desk) -> Manifest:
    """The company once more, on a day after the latest row of any file."""
    settings = company / "workspace.yaml"
    text, changed = re.subn(r"(?m)^today: \S+", f"today: {AFTER_ALL_DATA}", settings.read_text(encoding="utf-8"))
    assert changed == 1 and at_home.as_of < date.fromisoformat(AFTER_ALL_DATA)
    settings.write_text(text, encoding="utf-8")
    return refresh(company)


@pytest.fixture(scope="module")
def desk(company: Path, manifest: Manifest) -> Desk:
    """What the chief executive sees on that day."""
    found = open_desk(company, PERSON)
    assert found.snapshot == manifest.id
    return found


@pytest.fixture(scope="module")
def expected(truth: Path) -> dict[str, dict[str, float]]:
    """The reference: KPI > key > value."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    with (truth / "adventureworks" / "ground_truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["kpi"]][row["key"]] = float(row["value"])
    return dict(found)


def answered(desk: Desk, said: Said) -> dict[str, float]:
    """What the engine says, by the reference's keys."""
    found: dict[str, float] = {}
    for value in read(desk, said):
        period = desk.workspace.calendar.name(value.period)
        for member, number in members(desk, said, value):
            assert said.key(member, period) not in found
            found[said.key(member, period)] = number
    return found


def members(desk: Desk, said: Said, value: Value) -> Iterator[tuple[str, float]]:
    """The number itself under its unit's name, or what the dimension cuts it into; nothing without rows behind it."""
    number: float | None = getattr(value, said.field)
    if value.rows == 0 and said.field == "value":
        assert not number, f"{said.metric}, {value.unit}, {value.period}: {number} without any rows"
    elif said.by is None and number is not None:
        yield said.units[value.unit], number
    elif said.by is not None:
        for one in desk.slices(said.metric, value.unit, value.period, said.by):
            if one.value is not None:
                assert one.rows > 0
                yield one.member, one.value


def read(desk: Desk, said: Said) -> list[Value]:
    """The rows of the value table that a KPI is taken from."""
    periods = desk.periods(said.span)
    return [
        value
        for value in desk.values([said.metric], list(said.units), said.span, periods[0], len(periods))
        if desk.workspace.calendar.name(value.period).startswith(said.within)
    ]


def test_every_kpi_of_the_reference_is_compared(expected: Mapping[str, Answers]) -> None:
    assert set(KPIS) == set(expected)


@pytest.mark.parametrize("kpi", KPIS)
def test_kpi_is_what_the_reference_says(kpi: str, desk: Desk, expected: Mapping[str, Answers]) -> None:
    found: dict[str, float] = {}
    for said in KPIS[kpi]:
        found |= answered(desk, said)
    assert sorted(found) == sorted(expected[kpi])
    wrong = {key: (found[key], value) for key, value in expected[kpi].items()
             if not math.isclose(found[key], value, rel_tol=1e-6)}  # fmt: skip
    assert not wrong


@pytest.mark.parametrize(
    ("scorecard", "without"),
    [
        ("corporate", {"net_sales": "no_target", "vendor_lead_time": "no_data"}),
        ("regions", {"net_sales": "no_target", "operating_profit": "no_target", "operating_expenses": "no_target"}),
    ],
)
def test_own_day_has_a_colour_for_all_but_what_the_data_lacks(
    scorecard: str, without: Mapping[str, str], at_home: Desk
) -> None:
    """The budget ended in 2011, and no budget is not a budget of zero; purchasing was re-dated and has not begun."""
    card, plan = at_home.workspace.scorecards[scorecard], at_home.workspace.plan
    named = {*card.metrics, *(metric for key in card.objectives for metric in plan.objectives[key].metrics)}
    (month, *_) = at_home.periods("month")
    assert month.end == at_home.as_of
    status = {value.metric: value.status for value in at_home.values(sorted(named), [card.units[0]], "month", month)}
    plain = {metric: status.get(metric, "absent") for metric in named}
    assert {metric: word for metric, word in plain.items() if word not in ("green", "amber", "red")} == without
