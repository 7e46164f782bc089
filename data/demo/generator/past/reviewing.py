"""The reviews of two years: who came, what was said on which number, what was decided, and whether it worked."""

from dataclasses import dataclass
from typing import Any

from data.demo.generator.past.telling import CLARA, INES, JONAS, LEA, MIRA, PAVEL, TOMAS, Teller

Day = tuple[int, int, int]
OPEN = "open review"


@dataclass(frozen=True)
class Said:
    """Minutes on the agenda's item about a metric, of the unit at which the agenda has it."""

    metric: str
    minutes: str
    about: str = "velora"


@dataclass(frozen=True)
class Decided:
    """A decision in a review; on the item about a metric it cites that number. `looked`: (day, verdict, words)."""

    key: str
    title: str
    because: str
    owner: str
    metric: str = ""
    about: str = "velora"
    revisit: Day | None = None
    looked: tuple[Day, str, str] | None = None


@dataclass(frozen=True)
class Acted:
    """An action that was born in a review, on the agenda's item about a metric; what it should do to it."""

    key: str
    metric: str
    title: str
    owner: str
    due: Day
    change: float
    about: str = "velora"


@dataclass(frozen=True)
class Held:
    """One review that was held: on its due day, by whom, who was there, what came of it."""

    cadence: str
    due: Day
    summary: str
    said: tuple[Said, ...] = ()
    decided: tuple[Decided, ...] = ()
    acted: tuple[Acted, ...] = ()


CHAIR = {"board": CLARA, "ops": MIRA, "sales": PAVEL}
THERE = {"board": (CLARA, TOMAS), "ops": (MIRA, JONAS), "sales": (PAVEL,)}
UNITS = {"board": "velora", "ops": "operations", "sales": "commercial"}
HELD = (
    Held("board", (2024, 12, 6), "The year will end below its budget. Growth is there, the margin is not."),
    Held("board", (2025, 1, 6), "Plan 2025 stands. Prices of material are the open flank."),
    Held("sales", (2025, 1, 12), "Dealers order as planned; the shop's relaunch begins in spring."),
    Held("board", (2025, 2, 6), "Care plans start the year below their new goal.", decided=(
        Decided("plans_first", "Care plans come before accessories in all advertising of 2025",
                "A plan is worth more than its price: it brings the bike to our workshop.", PAVEL, revisit=(2025, 9, 1),
                looked=((2025, 9, 8), "worked", "Bikes with a plan went from a sixth to almost a quarter.")),
    )),
    Held("board", (2025, 3, 6), "The result is behind, for freight and material; care plans are behind, for the shop."),
    Held("board", (2025, 4, 6), "Spring sells. Costs of material stay where they are."),
    Held("sales", (2025, 4, 12), "The season begins well; the checkout with care plans comes in June."),
    Held("board", (2025, 5, 6), "No surprises."),
    Held("board", (2025, 6, 6), "Service grows faster than planned.", decided=(
        Decided("service_moves", "Service & care moves to Operations on 1 July",
                "Whoever repairs a bike knows best what to build better.", CLARA, revisit=(2026, 1, 5),
                looked=((2026, 1, 6), "worked", "Service revenue is more than a quarter above the year before.")),
    )),
    Held("board", (2025, 7, 6), "The gap to the budget closes."),
    Held("ops", (2025, 7, 5), "The first review with service at the table."),
    Held("sales", (2025, 7, 12), "Online grows faster than dealers do."),
    Held("board", (2025, 8, 6), "Three accidents in July, where one is the goal: looked at, and found to be chance."),
    Held("board", (2025, 9, 6), "The result is on its way back."),
    Held("board", (2025, 10, 6), "Care plans have reached their goal of the year."),
    Held("sales", (2025, 10, 12), "A good season is over."),
    Held("ops", (2025, 10, 5), "Ideas are answered within a week from now on, in purchasing first."),
    Held("board", (2025, 11, 6), "Preparing the plan of 2026."),
    Held("board", (2025, 12, 6), "The plan of 2026 stands: margin, service, skills."),
    Held("board", (2026, 1, 6), "A good year is closed."),
    Held("ops", (2026, 1, 5), "The line runs well; two cells want a skills matrix."),
    Held("sales", (2026, 1, 12), "Almost a third of the bikes sold online goes with a plan."),
    Held("board", (2026, 2, 6), "Defects of purchased parts left their goal in January; purchasing looks into it."),
    Held("board", (2026, 3, 6), "On plan, but for purchased parts."),
    Held("board", (2026, 4, 6), "On plan; defects rise for the third month."),
    Held("ops", (2026, 4, 5), "Rework grows, for castings that do not fit."),
    Held("sales", (2026, 4, 12), "Market share grows in e-bikes and mountain bikes."),
    Held("board", (2026, 5, 6), "Orders take longer than five days for the first time; customers do not see it yet."),
    Held("board", (2026, 6, 6), "Defects are red now. Suppliers are a priority again.", (
        Said("supplier_defect_rate", "Jonas: one supplier, Gussberg. Their tool is worn, and they know it."),
        Said("supplier_on_time", "The same supplier: its deliveries come late."),
    ), (
        Decided("second_source", "A second source for drive castings is released this year",
                "One foundry holds the whole line; what we lose in quality costs more than a second tool.", JONAS,
                "supplier_defect_rate", revisit=(2026, 10, 1),
                looked=((2026, 10, 6), "too_early", "One of two samples fits; the release test is late.")),
    )),
    Held("board", (2026, 7, 6), "Nothing is red at the customer. That will not last: orders wait.", (
        Said("supplier_defect_rate", "Castings are measured on arrival from August on."),
    )),
    Held("ops", (2026, 7, 5), "Castings first: measure all, order earlier, find a second foundry."),
    Held("sales", (2026, 7, 12), "Dealers ask for dates; more of them than before."),
    Held("board", (2026, 8, 6), "Delivery leaves its goal. Summer hides how much work has piled up.", (
        Said("supplier_defect_rate", "Inspection has begun. As many bad castings come as before."),
        Said("supplier_on_time", "Orders are placed four weeks earlier from September on."),
    )),
    Held("ops", (2026, 8, 5), "Overtime in cell B; people are tired."),
    Held("board", (2026, 9, 6), "Cycle time is red, delivery will be. The cause is known, its remedy is slow.", (
        Said("order_cycle_time", "Mira asks for an expedite cell: ten people who pull overdue e-bikes forward."),
        Said("supplier_defect_rate", "Clara speaks with Gussberg's owner."),
        Said("overdue_share", "Tomas: two chains pay later by contract. Others wait for their bikes."),
    ), (
        Decided("expedite_cell", "An expedite cell for e-bikes until the end of November",
                "Who has waited longest comes first; other bikes are not touched.", MIRA, "order_cycle_time",
                revisit=(2026, 11, 30)),
    ), (
        Acted("expedite", "order_cycle_time", "Pull overdue e-bikes forward in an own cell", MIRA, (2026, 11, 27),
              -0.8),
    )),
    Held("ops", (2026, 9, 5), "The expedite cell starts on the 14th, in cell B.", (
        Said("order_cycle_time", "Henrik: e-bikes wait four days for castings on average.", "logistics"),
    )),
    Held("board", (2026, 10, 6), "On-time delivery is red: what leads it was so in May. Inspection is not enough.", (
        Said("on_time_delivery", "E-bikes alone are late. Other bikes keep the promise."),
        Said("order_cycle_time", "The cell clears what comes in. What has piled up needs a second shift."),
        Said("supplier_defect_rate", "Inspection keeps bad castings from the line, and makes good ones late."),
    ), (
        Decided("honest_dates", "E-bikes are promised in four weeks until the backlog is gone",
                "A late bike costs a customer; a later date costs an order now and then.", PAVEL, "on_time_delivery",
                revisit=(2026, 12, 7)),
        Decided("no_rush", "No rush orders without the word of the expedite cell",
                "Each one delays three others; decided between Commercial and Operations in September.", CLARA),
    ), (
        Acted("honest_dates_told", "on_time_delivery", "Tell everybody who waits for an e-bike an honest date", PAVEL,
              (2026, 11, 13), 0.03),
    )),
    Held("ops", (2026, 10, 5), "A second shift is asked for. Castings at the gate: every two days count.", (
        Said("order_cycle_time", "Saturdays for packing until December.", "logistics"),
    )),
)  # fmt: skip
EVERY_HALF_MONTH = (2026, 6)  # from then on the story needs the clock twice a month


def lines(past: Teller) -> None:
    """All of it."""
    for month in range(2024 * 12 + 11, 2026 * 12 + 11):
        year, number = divmod(month, 12)
        past.tick((year, number + 1, 2))
        if (year, number + 1) >= EVERY_HALF_MONTH and month < 2026 * 12 + 10:
            past.tick((year, number + 1, 20))
    for one in HELD:
        _held(past, one)
    past.do((2026, 7, 13), CLARA, "ChangeCadence", key="ops", every="month", title="Operations review", day=5)
    nxt = _key(past, "board", (2026, 11, 6))
    for person, answer, words in (
        (TOMAS, "accepted", ""),
        (MIRA, "accepted", ""),
        (LEA, "declined", "At the fair in Cologne; Mira speaks for service."),
    ):
        given = {"key": f"{nxt}:{person}", "answer": answer, "words": words}
        past.do((2026, 11, 2), person, "AnswerInvitation", **given)
    topic = {
        "title": "Cell C has no calm week for its skills matrix",
        "text": "Overtime until December; what gives way?",
    }
    past.do((2026, 11, 2), INES, "BringTopic", key=f"{nxt}:{INES}", **topic)


def _key(past: Teller, cadence: str, due: Day) -> str:
    return f"{cadence}.{past.iso(*due)}"


def _held(past: Teller, one: Held) -> None:
    key, chair, on = _key(past, one.cadence, one.due), CHAIR[one.cadence], past.weekday(*one.due)
    past.do(on, chair, OPEN, key=key)
    for person in THERE[one.cadence]:
        past.do(on, chair, "MarkPresence", key=f"{key}:{person}", presence="present")
    for said in one.said:
        past.do(on, chair, "WriteMinutes", key=_item(key, said.metric, said.about), minutes=said.minutes)
    for decision in one.decided:
        given: dict[str, Any] = {"title": decision.title, "because": decision.because, "owner": decision.owner}
        if decision.metric:
            given["item"] = _item(key, decision.metric, decision.about)
        if decision.revisit:
            given["revisit_on"] = past.iso(*decision.revisit)
        past.do(on, chair, "TakeDecision", key=decision.key, unit=UNITS[one.cadence], review=key, **given)
        if decision.looked is not None:
            when, verdict, words = decision.looked
            again = {"again_on": past.iso(2026, 12, 7)} if verdict == "too_early" else {}
            past.do(when, chair, "LookBack", key=decision.key, verdict=verdict, words=words, **again)
    for action in one.acted:
        asked = {"title": action.title, "owner": action.owner, "due": past.iso(*action.due), "made": action.key}
        item = _item(key, action.metric, action.about)
        past.do(on, chair, "ActOnItem", key=item, expected_change=action.change, **asked)
    past.do(on, chair, "CloseReview", key=key, summary=one.summary)


def _item(review: str, metric: str, about: str) -> dict[str, Any]:
    return {"$key": ["agenda_item", {"review": review, "metric": metric, "about": about}]}
