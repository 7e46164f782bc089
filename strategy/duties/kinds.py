"""The words of accountability: roles of RACI, what they are about, kinds of decisions, who may decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Raci = Literal["R", "A", "C", "I"]
RACI: Mapping[Raci, str] = {"R": "Responsible", "A": "Accountable", "C": "Consulted", "I": "Informed"}
SubjectKind = Literal["objective", "metric", "initiative"]
SUBJECTS: tuple[SubjectKind, ...] = get_args(SubjectKind)
OWNED: tuple[SubjectKind, ...] = ("objective", "initiative")  # the owner is the accountable, and is named there
Decides = Literal["self", "role", "person"]
DECIDES: tuple[Decides, ...] = get_args(Decides)


@dataclass(frozen=True)
class DecisionKind:
    """A kind of decision. `measure`: what an amount counts: money (the workspace's currency), a noun, or nothing."""

    key: str
    title: str
    measure: str = ""


KINDS: Mapping[str, DecisionKind] = {
    kind.key: kind
    for kind in (
        DecisionKind("spending", "Spend money", "money"),
        DecisionKind("initiative", "Start or stop an initiative", "money"),
        DecisionKind("posts", "Open or move posts", "posts"),
        DecisionKind("objective", "Change an objective in mid-cycle"),
        DecisionKind("target", "Move a goal"),
        DecisionKind("governance", "Change duties or champions"),
    )
}
