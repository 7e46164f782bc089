"""What the page of issues lists: open and closed issues, all actions, and which reds nobody answers for yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from strategy.issues.tables import ALIVE, Action, Issue
from views.actions import ActionLine, Stand, lines, stand_of
from views.desk import Desk, below
from views.picks import Picks
from views.place import Place
from views.reading import Reading
from views.standings import Pair, period_words, reds, standings
from views.wording import DASH, NumberFormat, counted, day

SHOWS = ("open", "closed", "actions", "reds")
ISSUE_STANDS: Mapping[str, Stand] = {
    "none": Stand("red", "No action"),
    "overdue": Stand("red", "Action overdue"),
    "blocked": Stand("red", "Action blocked"),
    "at_risk": Stand("amber", "Action at risk"),
    "done": Stand("insufficient", "To verify"),
    "awaited": Stand("not_due", "Effect awaited"),
    "on_track": Stand("green", "In hand"),
    "ready": Stand("green", "Ready to close"),
    "worked": Stand("green", "Worked"),
    "partly": Stand("amber", "Worked in part"),
    "failed": Stand("red", "Did not work"),
    "passed": Stand("no_target", "Passed by itself"),
}
OUTCOME_WORDS = {
    "worked": "Yes, it worked",
    "partly": "In part",
    "failed": "No; it stays as it is",
    "passed": "It passed by itself",
}
ORIGINS = {"clock": "by the clock", "person": "by", "review": "in a review by"}
_WORST = tuple(ISSUE_STANDS)


def rank(key: str) -> int:
    """How bad a stand is: 0 is worst."""
    return _WORST.index(key)


def stand_of_issue(issue: Issue, actions: Sequence[Action], today: date) -> str:
    """The key of ISSUE_STANDS that an issue is at, given the actions on it: the worst of them counts."""
    if issue.state == "closed":
        return issue.outcome or "failed"
    alive = [stand_of(action, today) for action in actions if action.state in ALIVE]
    if alive:
        return min(alive, key=_WORST.index)
    return "ready" if any(action.worked in ("yes", "partly") for action in actions) else "none"


@dataclass(frozen=True)
class IssueLine:
    """An issue as a row: how it is answered, its number now, who does what until when."""

    key: str
    title: str
    href: str
    about: str
    stand: Stand
    status: str
    value: str
    target: str
    was: str
    line: tuple[float | None, ...]
    aim: tuple[float | None, ...]
    owner: str
    action: str
    detail: str


@dataclass(frozen=True)
class RedLine:
    """A red that its clock has not turned into an issue (yet), with the address that opens one."""

    title: str
    href: str
    about: str
    value: str
    target: str
    periods: str


@dataclass(frozen=True)
class Tab:
    """One of the lists, with how many stand on it."""

    key: str
    title: str
    href: str
    on: bool


@dataclass(frozen=True)
class IssueList:
    """The page: a sentence on how far reds are answered for, tabs, and the list that is chosen."""

    subtitle: str
    tabs: tuple[Tab, ...]
    show: str
    issues: tuple[IssueLine, ...]
    actions: tuple[ActionLine, ...]
    reds: tuple[RedLine, ...]


@dataclass(frozen=True)
class _Shelf:
    """What a list is drawn from: issues and actions of the units that are shown."""

    issues: Sequence[Issue]
    actions: Sequence[Action]

    def on(self, issue: Issue) -> list[Action]:
        """The actions on an issue, by day."""
        return sorted((a for a in self.actions if a.issue == issue.key), key=lambda a: (a.due, a.key))


def listing(desk: Desk, picks: Picks, show: str, zone: tzinfo) -> IssueList:
    """The lists of the picked unit and all below it that the viewer may see."""
    office = desk.office
    units = sorted(set(below(desk.opened.tree, desk.as_of, picks.unit)) & office.scope())
    shelf = _Shelf(office.read(Issue, Issue.unit.in_(units)), office.read(Action, Action.unit.in_(units)))
    opened = [issue for issue in shelf.issues if issue.state == "open"]
    closed = [issue for issue in shelf.issues if issue.state == "closed"]
    alive = [action for action in shelf.actions if action.state in ALIVE]
    unanswered = _unanswered(desk, units, opened)
    chosen = show if show in SHOWS else "open"
    counts = {"open": len(opened), "closed": len(closed), "actions": len(alive), "reds": len(unanswered)}
    titles = {"open": "Open", "closed": "Closed", "actions": "Actions", "reds": "Red without an issue"}
    return IssueList(
        subtitle=_subtitle(opened, shelf, office.today),
        tabs=tuple(
            Tab(key, f"{titles[key]} {counts[key]}", picks.to("issues", show=key), key == chosen) for key in SHOWS
        ),
        show=chosen,
        issues=_lines(desk, shelf, {"open": opened, "closed": closed}.get(chosen, [])),
        actions=lines(desk, sorted(alive, key=lambda a: a.due), "issues", zone) if chosen == "actions" else (),
        reds=unanswered if chosen == "reds" else (),
    )


def _subtitle(opened: Sequence[Issue], shelf: _Shelf, today: date) -> str:
    if not opened:
        return "Nothing is open"
    stands = [stand_of_issue(issue, shelf.on(issue), today) for issue in opened]
    told = [f"{counted(len(opened), 'issue')} open"]
    for key, words in (("none", "without an action"), ("overdue", "with an overdue action"), ("done", "to verify")):
        if number := stands.count(key):
            told.append(f"{number} {words}")
    return ", ".join(told)


def _lines(desk: Desk, shelf: _Shelf, issues: Sequence[Issue]) -> tuple[IssueLine, ...]:
    numbers = standings(desk, {(issue.metric, issue.unit) for issue in issues})
    today = desk.office.today
    if issues and issues[0].state == "closed":
        ranked = sorted(issues, key=lambda i: (i.closed_on or i.opened_on, i.key), reverse=True)
    else:
        ranked = sorted(
            issues,
            key=lambda i: (_WORST.index(stand_of_issue(i, shelf.on(i), today)), _bad(i, numbers), i.opened_on, i.key),
        )
    return tuple(issue_line(desk, issue, shelf.on(issue), numbers.get((issue.metric, issue.unit))) for issue in ranked)


def _bad(issue: Issue, numbers: Mapping[Pair, Reading]) -> int:
    """Off target before watch before all else."""
    reading = numbers.get((issue.metric, issue.unit))
    return {"red": 0, "amber": 1}.get(reading.now.status, 2) if reading else 2


def issue_line(desk: Desk, issue: Issue, actions: Sequence[Action], reading: Reading | None) -> IssueLine:
    """An issue as a row."""
    office = desk.office
    metric = desk.workspace.metrics.get(issue.metric)
    unit = desk.opened.tree.units.get(issue.unit)
    form = reading.form if reading else None
    action, detail = _next_step(desk, issue, actions, form)
    return IssueLine(
        key=issue.key,
        title=issue.title,
        href=Place("issues", {"issue": issue.key}).href,
        about=f"{unit.title if unit else issue.unit} · {metric.title if metric else issue.metric}",
        stand=ISSUE_STANDS[stand_of_issue(issue, actions, office.today)],
        status=reading.now.status if reading else "no_data",
        value=reading.value if reading else DASH,
        target=reading.target if reading else DASH,
        was=f"{form.value(issue.value)} when it was opened" if form and issue.value is not None else "",
        line=reading.line if reading else (),
        aim=reading.aim if reading else (),
        owner=office.name(issue.owner),
        action=action,
        detail=detail,
    )


def _next_step(desk: Desk, issue: Issue, actions: Sequence[Action], form: NumberFormat | None) -> tuple[str, str]:
    """What comes next, and who does it until when."""
    office = desk.office
    if issue.state == "closed":
        told = f"closed {day(issue.closed_on)}"
        if form is not None and issue.value is not None and issue.value_after is not None:
            after = period_words(desk, issue.period_after)
            told += f"; {form.value(issue.value)} when opened, {form.value(issue.value_after)} in {after}"
        return issue.closing or OUTCOME_WORDS[issue.outcome or "failed"], told
    alive = [action for action in actions if action.state in ALIVE]
    if not alive:
        return "", f"open since {day(issue.opened_on)}"
    first = min(alive, key=lambda a: _WORST.index(stand_of(a, office.today)))
    more = f", and {len(alive) - 1} more" if len(alive) > 1 else ""
    return first.title, f"{office.name(first.owner)}, due {day(first.due)}{more}"


def _unanswered(desk: Desk, units: Sequence[str], opened: Sequence[Issue]) -> tuple[RedLine, ...]:
    """Metrics of active objectives that are off target in these units and have no open issue."""
    answered: set[Pair] = {(issue.metric, issue.unit) for issue in opened}
    found = [red for red in reds(desk, units) if (red.metric, red.unit) not in answered]
    numbers = standings(desk, {(red.metric, red.unit) for red in found})
    told = []
    for red in found:
        reading = numbers.get((red.metric, red.unit))
        if reading is None:
            continue
        about = f"{desk.opened.tree.units[red.unit].title} · {reading.metric.indicator}"
        href = Place("metric", {"metric": red.metric, "unit": red.unit, "period": red.last_period}).href
        periods = counted(red.periods, "period")
        told.append(RedLine(reading.metric.title, href, about, reading.value, reading.target, periods))
    return tuple(told)
