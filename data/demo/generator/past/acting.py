"""What people of Velora did about what was off target, told of it on the way, and found out afterwards: did it work?"""

from dataclasses import dataclass
from typing import Any

from data.demo.generator.past.telling import CLARA, HENRIK, JONAS, MIRA, NORA, PAVEL, TOMAS, Teller

Day = tuple[int, int, int]
Month = tuple[int, int]


@dataclass(frozen=True)
class Deed:
    """What was told of an action on a day: update, done, moved, verified. `more`: further fields of that command."""

    on: Day
    who: str
    command: str
    more: dict[str, Any]


def update(on: Day, who: str, health: str, words: str) -> Deed:
    """How it stands."""
    return Deed(on, who, "UpdateAction", {"health": health, "words": words})


def done(on: Day, who: str, words: str = "") -> Deed:
    """It is done."""
    return Deed(on, who, "FinishAction", {"words": words})


def verified(on: Day, who: str, worked: str, words: str, after: Month) -> Deed:
    """Whether it worked, by the metric's value of a month."""
    return Deed(on, who, "VerifyAction", {"worked": worked, "words": words, "after": after})


@dataclass(frozen=True)
class Given:
    """An action on the issue that is open on a metric of a unit: what it should do to it, and what became of it."""

    key: str
    on: Day
    by: str
    metric: str
    unit: str
    title: str
    owner: str
    due: Day
    change: float
    before: Month
    came: tuple[Deed, ...]
    words: str = ""


@dataclass(frozen=True)
class Ended:
    """How an issue was closed: worked, partly, failed or passed, with the metric's value of a month."""

    on: Day
    by: str
    metric: str
    unit: str
    outcome: str
    words: str
    after: Month


GIVEN = (
    # The result of 2024 and of the spring of 2025
    Given("freight", (2024, 12, 5), CLARA, "ebit_ytd", "velora", "Tender the freight contracts anew", TOMAS,
          (2025, 2, 28), 120_000, (2024, 11), (
        update((2025, 1, 20), TOMAS, "on_track", "Four offers are in."),
        done((2025, 2, 26), TOMAS, "Two carriers from March on, 7 % below the old price."),
        verified((2025, 8, 11), CLARA, "partly", "It pays as promised; the rest was material.", (2025, 7)),
    )),
    Given("parts_prices", (2025, 2, 7), CLARA, "ebit_ytd", "velora", "Raise the prices of parts by 3 %", PAVEL,
          (2025, 4, 1), 90_000, (2025, 1), (
        done((2025, 4, 1), PAVEL),
        verified((2025, 8, 11), TOMAS, "yes", "Quantities did not fall.", (2025, 7)),
    )),
    # Care plans online
    Given("plan_in_checkout", (2025, 3, 20), CLARA, "care_attach_rate", "velora", "Offer the care plan in the checkout",
          PAVEL, (2025, 5, 30), 0.05, (2025, 2), (
        update((2025, 4, 22), PAVEL, "at_risk", "The shop's team is two weeks behind."),
        done((2025, 6, 3), PAVEL, "Live since Monday."),
        verified((2025, 10, 9), CLARA, "yes", "Every fourth bike goes with a plan now.", (2025, 9)),
    )),
    # Ideas in purchasing
    Given("ideas_box", (2025, 3, 25), JONAS, "ideas_rate", "purchasing", "A box for ideas, and a prize each quarter",
          HENRIK, (2025, 4, 30), 15, (2025, 2), (
        done((2025, 4, 28), HENRIK),
        verified((2025, 8, 4), JONAS, "no", "It filled once. Nobody heard what became of his idea.", (2025, 7)),
    )),
    Given("ideas_answered", (2025, 8, 5), MIRA, "ideas_rate", "purchasing", "Answer every idea within a week", JONAS,
          (2025, 10, 31), 25, (2025, 7), (
        update((2025, 9, 12), JONAS, "on_track", "All 14 of August are answered."),
        done((2025, 10, 30), JONAS),
        verified((2026, 4, 9), MIRA, "yes", "Many more, and half of them are built in.", (2026, 3)),
    )),
    # Suppliers
    Given("inspect_castings", (2026, 7, 3), JONAS, "supplier_defect_rate", "purchasing",
          "Measure every casting from Gussberg on arrival", HENRIK, (2026, 8, 31), -0.006, (2026, 6), (
        update((2026, 8, 3), HENRIK, "on_track", "Gauges are there, people are trained."),
        done((2026, 9, 1), HENRIK, "All castings are measured; bad ones go back the same day."),
        verified((2026, 10, 8), JONAS, "partly",
                 "A little better, since Gussberg measures, too. The worn tool is still there.", (2026, 9)),
    )),
    Given("second_source", (2026, 7, 3), MIRA, "supplier_defect_rate", "purchasing",
          "Release a second source for drive castings", JONAS, (2026, 9, 30), -0.01, (2026, 6), (
        update((2026, 8, 14), JONAS, "on_track", "Two foundries have sent samples."),
        update((2026, 9, 21), JONAS, "at_risk", "One of two samples fits; the test bench is busy."),
        Deed((2026, 9, 29), JONAS, "MoveAction", {"due": (2026, 10, 16), "words": "The release test takes longer."}),
    )),
    Given("gussberg_tool", (2026, 7, 8), CLARA, "supplier_defect_rate", "velora",
          "Have Gussberg repair the casting tool at its own cost", JONAS, (2026, 11, 20), -0.008, (2026, 6), (
        update((2026, 8, 10), JONAS, "on_track", "They admit the worn tool; the quote is with their insurer."),
        update((2026, 10, 12), JONAS, "blocked", "The insurer wants an expert. A word from the board would help."),
    )),
    Given("delivery_call", (2026, 7, 6), JONAS, "supplier_on_time", "purchasing",
          "A call each Monday with the five latest suppliers", JONAS, (2026, 12, 18), 0.04, (2026, 6), (
        update((2026, 8, 17), JONAS, "on_track", ""),
        update((2026, 10, 19), JONAS, "at_risk", "Four of five are back in time; Gussberg is not."),
    )),
    Given("order_earlier", (2026, 7, 9), CLARA, "supplier_on_time", "velora", "Order castings a month earlier", JONAS,
          (2026, 10, 30), 0.03, (2026, 6), (
        update((2026, 9, 7), JONAS, "on_track", "In the plan since September."),
        done((2026, 10, 29), JONAS, "All orders up to March are placed."),
    )),
    # Orders wait
    Given("buffer", (2026, 10, 6), MIRA, "order_cycle_time", "logistics", "Pack e-bikes on Saturdays", JONAS,
          (2026, 12, 4), -0.3, (2026, 9), (
        update((2026, 10, 26), JONAS, "on_track", "Two Saturdays, 60 bikes."),
    )),
    # Late payers
    Given("call_late_payers", (2026, 9, 7), TOMAS, "overdue_share", "velora", "Call each dealer who pays late", NORA,
          (2026, 10, 15), -0.02, (2026, 8), (
        done((2026, 10, 14), NORA, "31 calls; most wait for bikes and hold the money."),
        verified((2026, 11, 2), TOMAS, "partly", "Better. Who waits for his bike pays late: the cause is delivery.",
                 (2026, 10)),
    )),
)  # fmt: skip
TOLD = (  # of actions that were born in a review
    ("expedite", update((2026, 9, 28), MIRA, "on_track", "Ten people since the 14th; 40 bikes a week.")),
    ("expedite", update((2026, 10, 19), MIRA, "at_risk", "It clears what comes in; what has piled up stays.")),
    ("honest_dates_told", update((2026, 10, 23), PAVEL, "on_track", "Dealers know; the web shop follows.")),
)
ENDED = (
    Ended((2025, 9, 8), CLARA, "ebit_ytd", "velora", "partly", "On its way; material prices are watched each month.",
          (2025, 8)),
    Ended((2025, 10, 10), PAVEL, "care_attach_rate", "velora", "worked", "", (2025, 9)),
    Ended((2025, 10, 10), PAVEL, "care_attach_rate", "online_sales", "passed",
          "The same as the company's: the shop alone sells bikes online.", (2025, 9)),
    Ended((2026, 4, 10), MIRA, "ideas_rate", "purchasing", "worked", "An answer beats a prize.", (2026, 3)),
)  # fmt: skip


def lines(past: Teller) -> None:
    """All of it."""
    past.do(
        (2026, 9, 3),
        TOMAS,
        "OpenIssue",
        key="late_payers",
        unit="velora",
        metric="overdue_share",
        title="Dealers pay late",
        owner=TOMAS,
        since_period=past.period(2026, 7),
        value=past.value("overdue_share", "velora", (2026, 8)),
        target=past.value("overdue_share", "velora", (2026, 8), "target"),
        objective="free_cash",
        cause="Two chains pay at 45 days by contract; others hold money back until their bikes come.",
    )
    for one in GIVEN:
        _given(past, one)
    for key, deed in TOLD:
        past.do(deed.on, deed.who, deed.command, key=key, **deed.more)
    for one_ended in ENDED:
        _ended(past, one_ended)
    _causes(past)


def _given(past: Teller, one: Given) -> None:
    past.do(
        one.on,
        one.by,
        "GiveAction",
        key=one.key,
        unit=one.unit,
        title=one.title,
        owner=one.owner,
        due=past.iso(*one.due),
        issue=past.issue(one.metric, one.unit),
        words=one.words,
        expected_metric=one.metric,
        expected_change=one.change,
        value_before=past.value(one.metric, one.unit, one.before),
        period_before=past.period(*one.before),
    )
    for deed in one.came:
        more = dict(deed.more)
        if "due" in more:
            more["due"] = past.iso(*more["due"])
        if (after := more.pop("after", None)) is not None:
            more |= {"value_after": past.value(one.metric, one.unit, after), "period_after": past.period(*after)}
        past.do(deed.on, deed.who, deed.command, key=one.key, **more)


def _ended(past: Teller, one: Ended) -> None:
    past.do(
        one.on,
        one.by,
        "CloseIssue",
        key=past.issue(one.metric, one.unit),
        outcome=one.outcome,
        words=one.words,
        value_after=past.value(one.metric, one.unit, one.after),
        period_after=past.period(*one.after),
    )


def _causes(past: Teller) -> None:
    """What was found behind the issues, and answers to what had moved up."""
    found = (
        ((2025, 3, 24), JONAS, "ideas_rate", "purchasing", "Nobody answered the ideas of last year."),
        ((2026, 7, 13), JONAS, "supplier_defect_rate", "velora",
         "One supplier, Gussberg Castings: its casting tool is worn, and it knows."),
        ((2026, 7, 13), JONAS, "supplier_on_time", "velora", "Gussberg again: its deliveries come later and later."),
        ((2026, 10, 7), MIRA, "order_cycle_time", "velora", "Rework and missing castings stop e-bikes in cell B."),
    )  # fmt: skip
    for when, who, metric, unit, cause in found:
        past.do(when, who, "ExplainIssue", key=past.issue(metric, unit), cause=cause)
    about = {"subject_table": "issue", "watches": "red", "unit": "velora", "level": 1}
    past.do(
        (2026, 9, 4),
        CLARA,
        "AnswerEscalation",
        key={"$key": ["escalation", {**about, "subject_key": past.issue("supplier_defect_rate", "velora")}]},
        answer="I call Gussberg's owner this week; Jonas keeps the second source going in the meantime.",
    )
    text = "Who calls us asks where the bike is. Advice and repair are marked as well as ever."
    given = {"metric": "nps", "unit": "commercial", "period": past.period(2026, 8), "text": text}
    past.do((2026, 9, 10), PAVEL, "WriteNote", **given)
    text = "E-bikes wait for castings; other bikes go through in four days as before."
    given = {"metric": "order_cycle_time", "unit": "operations", "period": past.period(2026, 9), "text": text}
    past.do((2026, 10, 7), MIRA, "WriteNote", **given)
