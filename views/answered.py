"""What is being done about a metric that is off: the open issue on it, its next action and who answers."""

from collections.abc import Iterable
from dataclasses import dataclass

from strategy.issues.tables import Action, Issue
from views.actions import Stand
from views.desk import Desk, below
from views.issues import ISSUE_STANDS, issue_line, rank, stand_of_issue


@dataclass(frozen=True)
class Answer:
    """The answer to a metric that is off: how it stands, what is done, by whom; `href` opens its issue."""

    stand: Stand
    title: str
    who: str
    href: str


def answers(desk: Desk, metrics: Iterable[str], unit: str) -> dict[str, Answer]:
    """By metric, the answer that stands worst among the open issues on it in a unit and below; none where none is open.

    Nothing for who may not see issues.
    """
    office = desk.office
    if not office.may("strategy.view"):
        return {}
    units = sorted(set(below(desk.opened.tree, desk.as_of, unit)) & office.scope())
    opened = office.read(Issue, Issue.metric.in_(sorted(metrics)), Issue.unit.in_(units), Issue.state == "open")
    actions = office.read(Action, Action.issue.in_([issue.key for issue in opened]))
    found: dict[str, tuple[tuple[bool, int], Answer]] = {}
    for issue in opened:
        on = [action for action in actions if action.issue == issue.key]
        key = stand_of_issue(issue, on, office.today)
        line = issue_line(desk, issue, on, None)
        answer = Answer(ISSUE_STANDS[key], line.action or ISSUE_STANDS[key].word, line.owner, line.href)
        place = (issue.unit != unit, rank(key))
        if issue.metric not in found or place < found[issue.metric][0]:
            found[issue.metric] = (place, answer)
    return {metric: answer for metric, (_, answer) in found.items()}
