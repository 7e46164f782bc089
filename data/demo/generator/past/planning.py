"""How Velora's plan lived: named versions, changes with their reasons, cascades, key results and check-ins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.demo.generator.past.telling import CLARA, HENRIK, INES, JONAS, LEA, MIRA, PAVEL, TOMAS, Teller

Day = tuple[int, int, int]


@dataclass(frozen=True)
class Part:
    """An objective that was handed down: offered on a day, answered on another. `aims`: own goal and red flag."""

    key: str
    unit: str
    parent: str
    title: str
    giver: str
    owner: str
    offered: Day
    answered: Day | None
    metrics: Mapping[str, float]
    words: str
    weight: float = 0.0
    aims: Mapping[str, tuple[float, float]] | None = None

    @property
    def measures(self) -> list[dict[str, Any]]:
        """As the command has them."""
        own = self.aims or {}
        return [
            {"metric": metric, "weight": weight, "targeted": True}
            | ({"goal": own[metric][0], "red_flag": own[metric][1]} if metric in own else {})
            for metric, weight in self.metrics.items()
        ]


# Parts of company objectives weigh nothing there: the company's own metrics have their units' figures in them already.
PARTS = (
    Part("promise.operations", "operations", "keep_promise", "Operations keep the delivery promise", CLARA, MIRA,
         (2024, 11, 20), (2024, 11, 21), {"on_time_delivery": 2}, "With service from July on."),
    Part("better.purchasing", "purchasing", "better_every_day", "Purchasing improves every day, too", MIRA, JONAS,
         (2024, 11, 25), (2024, 11, 27), {"ideas_rate": 1}, "Buyers have ideas; nobody has asked yet."),
    Part("plans.online", "online_sales", "win_new_riders", "A care plan with every bike online", CLARA, PAVEL,
         (2024, 12, 2), (2024, 12, 3), {"care_attach_rate": 1}, "The shop's relaunch brings it."),
    Part("cash.finance", "finance", "free_cash", "Dealers pay on time", CLARA, TOMAS,
         (2024, 12, 2), (2024, 12, 2), {"overdue_share": 1}, ""),
    Part("promise.logistics", "logistics", "promise.operations", "Parcels leave on the day they were planned for", MIRA,
         JONAS, (2025, 7, 7), (2025, 7, 9), {"on_time_delivery": 2, "order_cycle_time": 1}, "", 2.0),
    Part("promise.purchasing", "purchasing", "promise.operations", "Parts are there before the line needs them", MIRA,
         JONAS, (2025, 7, 7), (2025, 7, 21), {"supplier_on_time": 1}, "", 1.0),
    Part("promise.assembly", "assembly", "promise.operations", "Bikes pass the final check the first time", MIRA,
         HENRIK, (2025, 7, 7), (2025, 7, 8), {"first_pass_yield": 1}, "", 1.0),
    Part("castings.purchasing", "purchasing", "reliable_suppliers", "Castings without defects", MIRA, JONAS,
         (2026, 6, 15), (2026, 6, 18), {"supplier_defect_rate": 1}, "Gussberg first."),
    Part("skills.assembly", "assembly", "skilled_people", "Every cell has its skills", CLARA, HENRIK,
         (2026, 3, 2), (2026, 3, 5), {"skills_coverage": 1}, "Cell by cell, A first."),
    Part("support.assembly", "assembly", "engaged_people", "Assembly stands behind the change", MIRA, HENRIK,
         (2026, 10, 26), None, {"change_support": 1}, "The pulse falls since summer; what would help you?"),
)  # fmt: skip
RETURNED = (
    "promise.purchasing",
    (2025, 7, 10),
    "Only with a say in the order plan: we hear of changes after the fact.",
)
AGAIN = ((2025, 7, 16), "Purchasing sits in the weekly order plan from August on.")


def lines(past: Teller) -> None:
    """All of it."""
    plan = "Five years of growth were carried by prices; the next ones have to be carried by service and delivery."
    past.do((2024, 11, 18), CLARA, "NamePlan", key="plan.2025", unit="velora", title="Plan 2025", reason=plan)
    _priorities(past)
    _parts(past)
    plan = "The margin is won back; now service grows, and suppliers are watched."
    past.do((2025, 12, 15), CLARA, "NamePlan", key="plan.2026", unit="velora", title="Plan 2026", reason=plan)
    for result in RESULTS:
        _result(past, result)
    _links(past)


def _priorities(past: Teller) -> None:
    reason = "Suppliers deliver as agreed; three priorities are enough for the year."
    past.do((2024, 12, 9), CLARA, "ChangeObjective", key="reliable_suppliers", priority=False, reason=reason)
    defects = past.says("supplier_defect_rate", "velora", (2026, 5), ".2%")
    reason = f"{defects} of castings and other parts were defective in May, twice as many as a year ago."
    past.do((2026, 6, 8), CLARA, "ChangeObjective", key="reliable_suppliers", priority=True, reason=reason)


def _parts(past: Teller) -> None:
    for one in PARTS:
        given = {"parent": one.parent, "owner": one.owner, "title": one.title, "weight": one.weight}
        past.do(
            one.offered, one.giver, "CascadeObjective", key=one.key, unit=one.unit, measures=one.measures, **given
        )  # who offers to himself has accepted by it
        if one.key == RETURNED[0]:
            past.do(RETURNED[1], one.owner, "ReturnCascade", key=one.key, words=RETURNED[2])
            again = {"weight": one.weight, "measures": one.measures}
            past.do(AGAIN[0], one.giver, "OfferAgain", key=one.key, words=AGAIN[1], **again)
        if one.answered is not None and one.giver != one.owner:
            past.do(one.answered, one.owner, "AcceptCascade", key=one.key, words=one.words)


@dataclass(frozen=True)
class Result:
    """A key result and its check-ins: (day, value, confidence 0 to 10, words). A metric's value is looked up."""

    key: str
    objective: str
    title: str
    owner: str
    added: Day
    start: float
    target: float
    measured_in: str
    said: tuple[tuple[Day, float, int, str], ...]
    weight: float = 1.0
    metric: str = ""


RESULTS = (
    Result("kr.dealers", "grow_service", "Dealers that sell care plans", LEA, (2026, 1, 12), 20, 210, "dealers", (
        ((2026, 2, 27), 31, 6, "The first chain has signed."),
        ((2026, 3, 31), 48, 6, ""),
        ((2026, 4, 30), 67, 6, ""),
        ((2026, 5, 29), 84, 7, "Fairs help: 17 dealers in a month."),
        ((2026, 6, 30), 102, 7, ""),
        ((2026, 7, 31), 113, 6, "Holidays."),
        ((2026, 8, 31), 121, 5, "Dealers ask about late bikes before they talk of plans."),
        ((2026, 9, 30), 132, 5, ""),
        ((2026, 10, 30), 140, 4, "140 of 420; the target is out of reach before spring."),
    ), 2.0),
    Result("kr.renewals", "grow_service", "Care plans that are renewed", LEA, (2026, 1, 12), 61, 70, "%", (
        ((2026, 3, 31), 63, 7, ""),
        ((2026, 6, 30), 66, 7, "A letter a month before the end works."),
        ((2026, 9, 30), 66.5, 6, ""),
    )),
    Result("kr.cells", "skilled_people", "Cells with a skills matrix", INES, (2026, 3, 2), 0, 3, "cells", (
        ((2026, 5, 29), 1, 8, "Cell A."),
        ((2026, 8, 31), 2, 7, "Cell B, in spite of overtime."),
        ((2026, 10, 30), 2, 6, "Cell C waits for a calm week."),
    )),
    Result("kr.foundry", "reliable_suppliers", "Foundries released as a second source", JONAS, (2026, 8, 3), 0, 2,
        "foundries", (
        ((2026, 8, 31), 0, 7, "Samples from two foundries are on their way."),
        ((2026, 9, 30), 0, 5, "Samples measured; one of two fits."),
        ((2026, 10, 30), 0, 4, "The release test is three weeks late: the test bench was taken by the series."),
    )),
    Result("kr.inspection", "reliable_suppliers", "Castings inspected before they reach the line", HENRIK, (2026, 8, 3),
        0, 100, "%", (
        ((2026, 8, 31), 40, 7, "Gauges are there; two people are trained."),
        ((2026, 9, 30), 90, 8, ""),
        ((2026, 10, 30), 100, 9, "All of them; bad ones go back the same day."),
    )),
)  # fmt: skip


def _result(past: Teller, one: Result) -> None:
    reason = "How far we are should be said in numbers that people can move themselves."
    given = {"title": one.title, "owner": one.owner, "start": one.start, "target": one.target, "weight": one.weight}
    past.do(
        one.added,
        CLARA,
        "AddKeyResult",
        key=one.objective,
        result=one.key,
        measured_in=one.measured_in,
        reason=reason,
        **given,
    )
    for when, value, confidence, words in one.said:
        past.do(when, one.owner, "CheckInKeyResult", key=one.key, value=value, confidence=confidence, words=words)


def _links(past: Teller) -> None:
    """A hypothesis that did not hold was taken off the map, and one was added."""
    past.do(
        (2024, 11, 19),
        CLARA,
        "DrawLink",
        key="free_cash.protect_margin",
        unit="velora",
        cause="free_cash",
        effect="protect_margin",
        because="who pays early is given no discount",
        leading="overdue_share",
        lagging="gross_margin",
        sign=-1,
        lag_months=6,
    )
    learned = "The margin came back by prices and material, whatever dealers paid when; a year shows no trace of it."
    past.do((2026, 1, 8), TOMAS, "EndLink", key="free_cash.protect_margin", reason=learned)
