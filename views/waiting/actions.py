"""Actions to tell of or to verify, issues that need an action or can be closed."""

from collections.abc import Iterator
from datetime import date, timedelta

from strategy.issues.tables import ALIVE, Action, ActionNews, Issue
from strategy.reading import read
from views.office import Office
from views.own import own_actions, own_issues
from views.place import Place
from views.waiting import Waiting
from views.wording import counted, day

SOON = timedelta(days=7)  # before its day, an action asks how it stands
SILENT = timedelta(days=30)  # after so long without a word it asks, too


def waiting(office: Office) -> Iterator[Waiting]:
    """What waits for the viewer of actions and issues."""
    me = office.viewer.key
    if not office.may("action.own"):
        return
    mine = own_actions(office, Action.state == "open")
    told = {one.action for one in read(office.state, ActionNews, ActionNews.made_by == me)}
    for action in mine:
        if why := asked(office, action, new=action.key not in told):
            link = Place("mine", {"action": action.key}).href
            yield Waiting(action.title, why, action.told_on, link, "update", action.due)
    for action in office.read(Action, Action.state == "done"):
        seen = action.expected_by is None or action.expected_by <= office.today  # before that nobody can tell
        if seen and me == verifier(office, action):
            why = f"{office.name(action.owner)} says it is done"
            link = Place("mine", {"action": action.key}).href
            yield Waiting(action.title, why, action.done_on or action.told_on, link, "verify")
    yield from _issues(office)


def asked(office: Office, action: Action, *, new: bool) -> str:
    """Why an open action asks its owner how it stands; nothing where it does not. `new`: he has said nothing yet."""
    today = office.today
    if action.due < today:
        return f"{counted((today - action.due).days, 'day')} overdue, due {day(action.due)}"
    if new and action.given_by != action.owner:
        return f"new, given by {office.name(action.given_by)}, due {day(action.due)}"
    if action.due - today <= SOON:
        return f"due {'today' if action.due == today else day(action.due)}"
    if today - action.told_on >= SILENT:
        return f"nothing was said since {day(action.told_on)}"
    return ""


def verifier(office: Office, action: Action) -> str:
    """Who is asked whether an action worked: who gave it, or the owner of its issue where that was its owner."""
    if action.given_by != action.owner or action.issue is None:
        return action.given_by
    found = office.read(Issue, Issue.key == action.issue)
    return found[0].owner if found else action.given_by


def _issues(office: Office) -> Iterator[Waiting]:
    own = own_issues(office)
    actions = read(office.state, Action, Action.issue.in_([issue.key for issue in own]))
    for issue in own:
        on = [action for action in actions if action.issue == issue.key]
        if any(action.state in ALIVE for action in on):
            continue
        link = Place("issues", {"issue": issue.key}).href
        helped = [action for action in on if action.worked in ("yes", "partly")]
        if helped:
            since = max(action.verified_on or issue.opened_on for action in helped)
            yield Waiting(issue.title, f"'{helped[-1].title}' worked", since, link, "close")
        else:
            yield Waiting(
                issue.title, f"no action yet, open since {day(issue.opened_on)}", _since(issue, on), link, "plan"
            )


def _since(issue: Issue, on: list[Action]) -> date:
    return max((action.changed_at.date() for action in on), default=issue.opened_on)
