"""Actions past their day, and issues on which nobody does anything."""

from collections.abc import Iterator

from flows.clockwork.world import Late, World, told
from strategy.issues.reading import actions_on, overdue, without_action


def late(world: World) -> Iterator[Late]:
    """Days since an action was due, and since an issue has no action."""
    for action in overdue(world.state, world.today):
        days = (world.today - action.due).days
        why = f"due on {told(action.due)}, {days} days ago"
        place = ("action", action.key, action.due.isoformat(), action.unit, action.title, why)
        yield Late("action_overdue", *place, days, action.owner, world.up(action.unit, action.owner))
    idle = without_action(world.state)
    ended = {one.issue: one.changed_at.date() for one in actions_on(world.state, [issue.key for issue in idle])}
    for issue in idle:
        since = max(issue.opened_on, ended.get(issue.key, issue.opened_on))
        days = (world.today - since).days
        why = f"nobody has done anything about it for {days} days"
        place = ("issue", issue.key, since.isoformat(), issue.unit, issue.title, why)
        yield Late("issue_idle", *place, days, issue.owner, world.up(issue.unit, issue.owner))
