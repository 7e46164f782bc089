"""What was said last time: decisions of the last review with what came of them, and those to look back at by now."""

from collections.abc import Iterator

from flows.agenda.sight import Sight
from flows.agenda.telling import counted, day, listed, sentences
from strategy.issues.tables import Action
from strategy.reviews.agenda import Item
from strategy.reviews.tables import Decision

SECTION = "follow_up"
HOW = {"verified": "verified", "withdrawn": "withdrawn", "done": "done, to verify"}


def items(seen: Sight) -> Iterator[Item]:
    """Decisions that are due to be looked back at, then those of the last review, then its actions without one."""
    told: set[str] = set()
    due = [one for one in seen.decisions if one.revisit_on is not None and one.revisit_on <= seen.today]
    for decision in due:
        told |= {action.key for action in _of(seen, decision)}
        yield _item(seen, decision, "did it work?")
    if seen.last is None:
        return
    for decision in seen.decisions:
        if decision.review == seen.last.key and decision not in due:
            told |= {action.key for action in _of(seen, decision)}
            yield _item(seen, decision, f"decided {day(decision.decided_on)}")
    for action in seen.actions:
        if action.review == seen.last.key and action.key not in told and not _stands_elsewhere(seen, action):
            yield Item(
                section=SECTION,
                about=action.unit,
                title=action.title,
                number=_how(seen, action),
                narrative=sentences(f"Given to {seen.name(action.owner)} on {day(action.given_on)}", action.verdict),
                owner=action.owner,
                objective=action.objective or "",
                subject_table="action",
                subject=action.key,
            )


def _item(seen: Sight, decision: Decision, number: str) -> Item:
    actions = _of(seen, decision)
    came = "; ".join(f"\u2018{one.title}\u2019 ({seen.name(one.owner)}) is {_how(seen, one)}" for one in actions)
    cites = [f"{seen.title(one['metric'])} of {seen.unit_title(one['unit'])}" for one in decision.cites]
    return Item(
        section=SECTION,
        about=decision.unit,
        title=decision.title,
        number=number,
        narrative=sentences(
            decision.because,
            f"It rested on {listed(cites)}" if cites else "",
            f"{counted(len(actions), 'action')}: {came}" if came else "No action came of it",
        ),
        owner=decision.owner,
        subject_table="decision",
        subject=decision.key,
    )


def _of(seen: Sight, decision: Decision) -> list[Action]:
    """The actions that came of the same item of the agenda."""
    if decision.item is None:
        return []
    keys = {one.action for one in seen.outcomes if one.item == decision.item}
    return [action for action in seen.actions if action.key in keys]


def _stands_elsewhere(seen: Sight, action: Action) -> bool:
    """Settled before the last review ended, or overdue and so on the agenda by itself."""
    return action.state in ("verified", "withdrawn") or (action.state == "open" and action.due < seen.today)


def _how(seen: Sight, action: Action) -> str:
    if action.state != "open":
        return HOW[action.state]
    late = (seen.today - action.due).days
    return f"{counted(late, 'day')} overdue" if late > 0 else f"due {day(action.due)}"
