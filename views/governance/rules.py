"""The rules: who decides on what up to how much, and after how long a thing moves up; with the forms to change them."""

from collections.abc import Mapping
from dataclasses import dataclass

from strategy.approvals.clocks import WATCHES, ChangeWaitingClock, EndWaitingClock, SetWaitingClock
from strategy.approvals.tables import WaitingClock
from strategy.commands import Command, new_key
from strategy.duties.kinds import KINDS
from strategy.duties.rights import ChangeDecisionRight, EndDecisionRight, SetDecisionRight
from strategy.duties.tables import DecisionRight
from strategy.reading import read
from views.desk import Desk
from views.governance import people, size, unit_title, who_decides, within
from views.picks import Picks
from views.wording import counted

SELF = "self"


@dataclass(frozen=True)
class RightLine:
    """One line of the table of decision rights; `first` of its kind."""

    kind: str
    first: bool
    unit: str
    reach: str
    decides: str


@dataclass(frozen=True)
class ClockLine:
    """One clock: what it watches, where, after how long, and how many things it has moved up that are open."""

    watches: str
    unit: str
    after: str


@dataclass(frozen=True)
class RulesView:
    """The part of the page; `empty` where nobody has set any rule that counts here."""

    rights: tuple[RightLine, ...]
    clocks: tuple[ClockLine, ...]
    unruled: tuple[str, ...]
    unwatched: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether there are no rules at all."""
        return not (self.rights or self.clocks)


@dataclass(frozen=True)
class Ruling:
    """The forms: units, kinds, who may decide, what can be ended or changed. Deciders are keyed (how, whom)."""

    units: Mapping[str, str]
    kinds: Mapping[str, str]
    measures: Mapping[str, str]
    deciders: Mapping[tuple[str, str], str]
    watches: Mapping[str, str]
    rights: Mapping[tuple[str, int], str]
    clocks: Mapping[tuple[str, int], str]
    lengths: Mapping[tuple[str, int], int]
    empty: bool


def build(desk: Desk, picks: Picks) -> RulesView:
    """The rules that count in the unit that is picked: its own, those of what lies below, and those from above."""
    units = _counting(desk, picks)
    rights = [one for one in _rights(desk) if one.unit in units]
    clocks = [one for one in _clocks(desk) if one.unit in units]
    rights.sort(key=lambda one: (list(KINDS).index(one.kind), units.index(one.unit), _reach(one)))
    clocks.sort(key=lambda one: (list(WATCHES).index(one.watches), units.index(one.unit)))
    return RulesView(
        tuple(
            RightLine(
                KINDS[one.kind].title,
                not at or rights[at - 1].kind != one.kind,
                unit_title(desk, one.unit),
                _up_to(desk, one),
                who_decides(desk, one.decides, one.decider),
            )
            for at, one in enumerate(rights)
        ),
        tuple(
            ClockLine(
                WATCHES[one.watches].title,
                unit_title(desk, one.unit),
                counted(one.after, WATCHES[one.watches].measure),
            )
            for one in clocks
        ),
        tuple(kind.title for kind in KINDS.values() if kind.key not in {one.kind for one in rights}),
        tuple(watch.title for watch in WATCHES.values() if watch.key not in {one.watches for one in clocks}),
    )


def _counting(desk: Desk, picks: Picks) -> list[str]:
    """The unit and what lies above it (rules are inherited and no secret), then what lies below and may be seen."""
    above = desk.opened.tree.ancestors(picks.unit, desk.as_of)
    return list(dict.fromkeys([*reversed(above), *within(desk, picks)]))


def _rights(desk: Desk) -> list[DecisionRight]:
    return read(desk.state, DecisionRight, DecisionRight.ended_at.is_(None), order_by=[DecisionRight.key])


def _clocks(desk: Desk) -> list[WaitingClock]:
    return read(desk.state, WaitingClock, WaitingClock.ended_at.is_(None), order_by=[WaitingClock.key])


def _reach(one: DecisionRight) -> float:
    return float("inf") if one.up_to is None else one.up_to


def _up_to(desk: Desk, one: DecisionRight) -> str:
    if not KINDS[one.kind].measure:
        return ""
    return "any amount" if one.up_to is None else f"up to {size(desk, one.kind, one.up_to)}"


# -- deeds


def ruling(desk: Desk, picks: Picks) -> Ruling | None:
    """The forms for whoever governs the unit that is picked; None for anybody else."""
    governs = desk.office.scope("governance.edit")
    units = {key: title for key, title in within(desk, picks).items() if key in governs}
    if not units:
        return None
    roles = {key: role for key, role in desk.workspace.roles.items() if "approval.decide" in role.may}
    deciders = {(SELF, ""): who_decides(desk, SELF, "")}
    deciders |= {("role", key): f"{role.title} (role)" for key, role in roles.items()}
    deciders |= {("person", key): name for key, name in people(desk).items()}
    rights = [one for one in _rights(desk) if one.unit in units]
    clocks = [one for one in _clocks(desk) if one.unit in units]
    money = desk.workspace.currency
    return Ruling(
        units=units,
        kinds={key: kind.title for key, kind in KINDS.items()},
        measures={key: money if kind.measure == "money" else kind.measure for key, kind in KINDS.items()},
        deciders=deciders,
        watches={key: f"{one.title} ({one.measure}s)" for key, one in WATCHES.items()},
        rights={
            (one.key, one.version): ", ".join(
                filter(
                    None,
                    [
                        KINDS[one.kind].title,
                        unit_title(desk, one.unit),
                        _up_to(desk, one),
                        who_decides(desk, one.decides, one.decider),
                    ],
                )
            )
            for one in rights
        },
        clocks={
            (one.key, one.version): f"{WATCHES[one.watches].title}, {unit_title(desk, one.unit)}" for one in clocks
        },
        lengths={(one.key, one.version): one.after for one in clocks},
        empty=not rights and not clocks,
    )


def set_right(desk: Desk, unit: str, kind: str, decider: tuple[str, str], up_to: float | None) -> None:
    """Add a line to the decision rights, or change who decides in the one that the unit has."""
    same = (unit, kind, up_to)
    there = next((one for one in _rights(desk) if (one.unit, one.kind, one.up_to) == same), None)
    if there is None:
        desk.office.do(SetDecisionRight(new_key("right"), unit, kind, *decider, up_to))
    else:
        desk.office.do(ChangeDecisionRight(there.key, there.version, *decider, up_to))


def end_right(desk: Desk, right: tuple[str, int]) -> None:
    """Take a line out."""
    desk.office.do(EndDecisionRight(*right))


def set_clock(desk: Desk, unit: str, watches: str, after: int) -> None:
    """Start a clock, or change the one that the unit has."""
    there = next((one for one in _clocks(desk) if one.unit == unit and one.watches == watches), None)
    if there is None:
        desk.office.do(SetWaitingClock(new_key("clock"), unit, watches, after))
    else:
        desk.office.do(ChangeWaitingClock(there.key, there.version, after))


def end_clock(desk: Desk, clock: tuple[str, int]) -> None:
    """Stop a clock."""
    desk.office.do(EndWaitingClock(*clock))


USUAL_RIGHTS = (  # kind, up to, how, whom: small money is decided by whoever asks, large money by executives
    ("spending", 5_000.0, SELF, ""),
    ("spending", 50_000.0, "role", "manager"),
    ("spending", None, "role", "executive"),
    ("initiative", 25_000.0, "role", "manager"),
    ("initiative", None, "role", "executive"),
    ("posts", 1.0, "role", "manager"),
    ("posts", None, "role", "executive"),
    ("objective", None, "role", "executive"),
    ("target", None, "role", "executive"),
    ("governance", None, "role", "executive"),
)
USUAL_CLOCKS = (
    ("red", 2),
    ("issue_idle", 14),
    ("action_overdue", 7),
    ("approval_waiting", 5),
    ("cascade_waiting", 14),
)


def begin_usual(desk: Desk, unit: str) -> None:
    """Rules to begin with, where there are none: proposed, to be changed line by line."""
    commands: list[Command] = [
        SetDecisionRight(new_key("right"), unit, kind, decides, decider, up_to)
        for kind, up_to, decides, decider in USUAL_RIGHTS
    ]
    commands += [SetWaitingClock(new_key("clock"), unit, watches, after) for watches, after in USUAL_CLOCKS]
    for command in commands:
        desk.office.do(command)
