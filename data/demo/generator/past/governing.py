"""How Velora governs itself: clocks, decision rights, cadences, champions, duties, requests, and two conflicts."""

from data.demo.generator.past.telling import (
    CLARA,
    DAVID,
    HENRIK,
    INES,
    JONAS,
    LEA,
    MIRA,
    NORA,
    PAVEL,
    TOMAS,
    Teller,
)

START = (2024, 11, 4)
CLOCKS = (("red", 2), ("issue_idle", 21), ("action_overdue", 14), ("approval_waiting", 7), ("cascade_waiting", 14))
RIGHTS = (  # kind, up to, who decides
    ("spending", 5_000, "self", ""),
    ("spending", 50_000, "role", "manager"),
    ("spending", None, "role", "executive"),
    ("initiative", 20_000, "role", "manager"),
    ("initiative", None, "role", "executive"),
    ("posts", None, "role", "executive"),
    ("objective", None, "person", CLARA),
    ("target", None, "person", TOMAS),
    ("governance", None, "role", "executive"),
)
CADENCES = (  # key, unit, title, chair, every, day, minutes, from
    ("board", "velora", "Strategy review", CLARA, "month", 6, 60, (2024, 12, 1)),
    ("ops", "operations", "Operations review", MIRA, "quarter", 5, 45, (2025, 7, 1)),
    ("sales", "commercial", "Commercial review", PAVEL, "quarter", 12, 45, (2025, 1, 1)),
)
CHAMPIONS = (  # online sales has none yet: the coverage report says so
    ("velora", NORA), ("commercial", PAVEL), ("operations", MIRA), ("corporate", TOMAS), ("service", LEA),
    ("purchasing", JONAS), ("logistics", JONAS), ("assembly", HENRIK), ("finance", TOMAS), ("people", INES),
    ("dealer_sales", PAVEL),
)  # fmt: skip
WORKS = (  # objective, who works for it, who is asked, who is told
    ("grow_profitably", PAVEL, TOMAS, NORA),
    ("protect_margin", JONAS, PAVEL, CLARA),
    ("free_cash", PAVEL, JONAS, CLARA),
    ("grow_service", PAVEL, HENRIK, CLARA),
    ("win_new_riders", LEA, TOMAS, CLARA),
    ("loyal_customers", LEA, HENRIK, CLARA),
    ("keep_promise", JONAS, HENRIK, PAVEL),
    ("delight_in_service", MIRA, PAVEL, CLARA),
    ("reliable_suppliers", HENRIK, MIRA, TOMAS),
    ("right_first_time", JONAS, INES, MIRA),
    ("fast_orders", HENRIK, JONAS, PAVEL),
    ("dependable_service", MIRA, DAVID, PAVEL),
    ("skilled_people", HENRIK, MIRA, CLARA),
    ("safe_work", HENRIK, INES, CLARA),
    ("engaged_people", MIRA, PAVEL, CLARA),
)  # better_every_day has nobody but its owner: the lint of the strategy says so
METRICS = (  # metric, unit, accountable
    ("supplier_defect_rate", "purchasing", JONAS),
    ("supplier_on_time", "purchasing", JONAS),
    ("first_pass_yield", "assembly", HENRIK),
    ("on_time_delivery", "logistics", JONAS),
    ("overdue_share", "velora", TOMAS),
    ("care_attach_rate", "velora", PAVEL),
)


def lines(past: Teller) -> None:
    """All of it."""
    past.tick(START)
    for watches, after in CLOCKS:
        past.do(START, CLARA, "SetWaitingClock", key=f"clock.{watches}", unit="velora", watches=watches, after=after)
    for number, (kind, up_to, decides, decider) in enumerate(RIGHTS, 1):
        given = {"kind": kind, "up_to": up_to, "decides": decides, "decider": decider}
        past.do(START, CLARA, "SetDecisionRight", key=f"right.{number}", unit="velora", **given)
    for key, unit, title, chair, every, day, minutes, starts in CADENCES:
        given = {"title": title, "chair": chair, "every": every, "day": day, "minutes": minutes}
        when = START if starts < (2025, 6, 1) else (2025, 6, 16)
        past.do(when, CLARA, "SetCadence", key=key, unit=unit, starts=past.iso(*starts), **given)
    for unit, person in CHAMPIONS:
        past.do((2024, 11, 11), CLARA, "NameChampion", key=f"champion.{unit}", unit=unit, person=person)
    _duties(past)
    _requests(past)
    _conflicts(past)


def _duties(past: Teller) -> None:
    when = (2024, 11, 12)
    for objective, *people in WORKS:
        for role, person in zip("RCI", people, strict=True):
            given = {"subject_kind": "objective", "subject_key": objective, "person": person, "role": role}
            past.do(when, CLARA, "GiveDuty", key=f"duty.{objective}.{role.lower()}", unit="velora", **given)
    for metric, unit, person in METRICS:
        given = {"subject_kind": "metric", "subject_key": metric, "person": person, "role": "A"}
        past.do(when, CLARA, "GiveDuty", key=f"duty.{metric}.{unit}", unit=unit, **given)
    joined = {"subject_kind": "objective", "subject_key": "reliable_suppliers", "person": LEA, "role": "C"}
    past.do((2025, 7, 1), CLARA, "GiveDuty", key="duty.reliable_suppliers.lea", unit="velora", **joined)


def _requests(past: Teller) -> None:
    def ask(when: tuple[int, int, int], who: str, key: str, unit: str, **given: object) -> None:
        past.do(when, who, "AskApproval", key=key, unit=unit, **given)

    def answer(when: tuple[int, int, int], who: str, key: str, comment: str, *, yes: bool = True) -> None:
        past.do(when, who, "ApproveRequest" if yes else "RejectRequest", key=key, comment=comment)

    title, reason = "Care plan in the checkout, with the app", "Together with the app it pays back within a year."
    ask((2025, 3, 17), PAVEL, "checkout", "commercial", kind="spending", amount=52_000, title=title, reason=reason)
    answer((2025, 3, 19), TOMAS, "checkout", "Agreed; show the share of plans each month.")

    title = "Tool for castings at a second foundry"
    reason = "Without a tool of ours the second foundry cannot send samples before winter."
    ask((2026, 6, 9), JONAS, "castings_tool", "purchasing", kind="spending", amount=18_000, title=title, reason=reason)
    answer((2026, 6, 11), MIRA, "castings_tool", "Yes, and two foundries rather than one.")

    title, reason = "Gauges for the incoming inspection", "Every casting is measured until the second source delivers."
    ask((2026, 7, 7), HENRIK, "gauges", "assembly", kind="spending", amount=3_200, title=title, reason=reason)

    title, reason = "Two posts at the service desk", "Callers ask where their bike is, and wait for an answer."
    ask((2026, 9, 3), LEA, "service_posts", "service", kind="posts", amount=2, title=title, reason=reason)
    comment = "The cause is late delivery: two posts would answer calls that should not come. Ask again in January."
    answer((2026, 9, 9), TOMAS, "service_posts", comment, yes=False)

    title = "Ease the goal for overdue receivables from 12 % to 14 %"
    late = past.says("overdue_share", "velora", (2026, 8))
    reason = f"{late} were overdue in August; two chains pay at 45 days by contract now."
    ask((2026, 9, 28), NORA, "receivables_goal", "velora", kind="target", title=title, reason=reason)
    comment = "From October on, and it is said beside the score: the process has not become better."
    answer((2026, 9, 30), TOMAS, "receivables_goal", comment)

    title = "A second shift in cell B until the end of January"
    reason = "The backlog of e-bikes has to be gone before the season; one shift clears only what comes in."
    ask((2026, 10, 20), MIRA, "night_shift", "operations", kind="spending", amount=85_000, title=title, reason=reason)


def _conflicts(past: Teller) -> None:
    past.do(
        (2026, 9, 16),
        PAVEL,
        "RaiseDispute",
        key="rush_orders",
        unit="commercial",
        other="operations",
        title="Rush orders break the plan of assembly",
        about="Sales promises e-bikes in a week to keep large dealers; each rush order delays three others.",
        arbiter=CLARA,
        metrics=["order_intake_growth", "on_time_delivery"],
    )
    decision = (
        "Until the end of the year no rush order without the word of the expedite cell. Sales names the ten dealers "
        "that count most; they are told honest dates."
    )
    past.do((2026, 9, 22), CLARA, "DecideDispute", key="rush_orders", decision=decision)
    past.do(
        (2026, 10, 27),
        HENRIK,
        "RaiseDispute",
        key="castings_at_gate",
        unit="assembly",
        other="purchasing",
        title="Castings wait at the gate",
        about="Inspecting every casting keeps them from the line for two days; purchasing books them as delivered.",
        arbiter=MIRA,
        metrics=["supplier_on_time", "order_cycle_time"],
    )
