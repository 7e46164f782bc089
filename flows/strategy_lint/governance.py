"""Rules about how decisions are made: every kind has somebody who may decide, at least at the top (checklist 63)."""

from collections.abc import Iterator

from flows.strategy_lint.finding import Case, Hint, rule
from strategy.duties.kinds import KINDS


@rule("warning")
def nobody_decides(case: Case) -> Iterator[Hint]:
    """Each kind of decision has a right for the whole organisation, without a limit."""
    root = case.tree.root
    have = {right.kind for right in case.rights if right.unit == root and right.up_to is None}
    for kind in KINDS.values():
        if kind.key not in have:
            message = "no decision right says who decides on it, whatever the amount"
            yield Hint("decision", kind.key, root, kind.title, message, "add a line to the decision rights")
