"""How an action reads: how it stands, when it is due, what it should do to which number, and what that did so far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from strategy.issues.tables import Action, ActionNews, Issue
from strategy.reading import read as read_records
from views.desk import Desk
from views.localtime import local
from views.place import Place
from views.reading import Reading
from views.standings import Pair, period_words, standings
from views.waiting.actions import verifier
from views.wording import DASH, counted, day, share

MOSTLY, SOME = 0.9, 1 / 3  # shares of the expected change from which it is suggested that it worked, or did in part


@dataclass(frozen=True)
class Stand:
    """How something stands as the shape of a status and a word."""

    sign: str
    word: str


STANDS: Mapping[str, Stand] = {
    "on_track": Stand("green", "On track"),
    "at_risk": Stand("amber", "At risk"),
    "blocked": Stand("red", "Blocked"),
    "overdue": Stand("red", "Overdue"),
    "awaited": Stand("not_due", "Done, effect awaited"),
    "done": Stand("insufficient", "Done, to verify"),
    "yes": Stand("green", "Worked"),
    "partly": Stand("amber", "Worked in part"),
    "no": Stand("red", "Did not work"),
    "withdrawn": Stand("no_target", "Withdrawn"),
}
HEALTH_WORDS = {key: STANDS[key].word for key in ("on_track", "at_risk", "blocked")}
WORKED_WORDS = {"yes": "It worked", "partly": "In part", "no": "It did not"}
ABOUT = {
    "given": "gave it",
    "update": "",
    "done": "called it done",
    "returned": "sent it back",
    "verified": "verified it",
    "moved": "moved its day",
    "handed over": "handed it over",
    "withdrawn": "withdrew it",
}


def early(action: Action, today: date) -> bool:
    """Whether the effect of an action may not be seen yet."""
    return action.expected_by is not None and today < action.expected_by


def stand_of(action: Action, today: date) -> str:
    """The key of STANDS that an action is at."""
    if action.state == "verified":
        return action.worked or "done"
    if action.state == "done" and early(action, today):
        return "awaited"
    if action.state != "open":
        return action.state
    return "overdue" if action.due < today and action.health != "blocked" else action.health


@dataclass(frozen=True)
class Told:
    """One thing that was told of an action: who, when, what about, in which words."""

    who: str
    when: str
    stand: Stand
    about: str
    text: str


@dataclass(frozen=True)
class ActionLine:
    """An action in words. `effect` says what the number did since; `share` how much of the expected change that is."""

    key: str
    version: int
    title: str
    words: str
    href: str
    stand: Stand
    state: str
    health: str
    owner: str
    owner_name: str
    verifier: str
    verifier_name: str
    unit: str
    unit_title: str
    metric: str
    issue: str
    issue_title: str
    due: str
    due_on: date
    late: bool
    slip: str
    expects: str
    effect: str
    share: float | None
    early: bool
    verdict: str
    told: tuple[Told, ...]

    @property
    def suggested(self) -> str | None:
        """Whether it worked, as the number says it; None where that says nothing, or nothing yet."""
        if self.share is None:
            return None
        found = round(self.share, 6)
        if self.early and found < MOSTLY:
            return None
        return "yes" if found >= MOSTLY else "partly" if found >= SOME else "no"


def pairs_of(actions: Iterable[Action]) -> set[Pair]:
    """The numbers that actions are about."""
    return {(action.expected_metric, action.unit) for action in actions if action.expected_metric}


def lines(desk: Desk, actions: Sequence[Action], page: str, zone: tzinfo) -> tuple[ActionLine, ...]:
    """Actions that the viewer may see as lines; their links open them on a page (`mine`, or `issues` with the issue).

    The title of its issue and what was told of it belong to an action.
    """
    numbers = standings(desk, pairs_of(actions))
    keys = {action.issue for action in actions if action.issue}
    issues = {issue.key: issue for issue in read_records(desk.state, Issue, Issue.key.in_(sorted(keys)))}
    news: dict[str, list[ActionNews]] = {}
    for one in read_records(desk.state, ActionNews, ActionNews.action.in_([action.key for action in actions])):
        news.setdefault(one.action, []).append(one)
    return tuple(
        line(desk, action, page, zone, issues.get(action.issue or ""), news.get(action.key, ()), numbers)
        for action in actions
    )


def line(
    desk: Desk,
    action: Action,
    page: str,
    zone: tzinfo,
    issue: Issue | None,
    news: Sequence[ActionNews],
    numbers: Mapping[Pair, Reading],
) -> ActionLine:
    """One action in words."""
    office = desk.office
    reading = numbers.get((action.expected_metric or "", action.unit))
    done = change_share(action, reading)
    asked = verifier(office, action)
    unit = desk.opened.tree.units.get(action.unit)
    query = {"action": action.key} if page == "mine" else {"issue": action.issue or "", "action": action.key}
    return ActionLine(
        key=action.key,
        version=action.version,
        title=action.title,
        words=action.words,
        href=Place(page, query).href,
        stand=STANDS[stand_of(action, office.today)],
        state=action.state,
        health=action.health,
        owner=action.owner,
        owner_name=office.name(action.owner),
        verifier=asked,
        verifier_name=office.name(asked),
        unit=action.unit,
        unit_title=unit.title if unit else action.unit,
        metric=action.expected_metric or "",
        issue=action.issue or "",
        issue_title=issue.title if issue else "",
        due=due_words(action),
        due_on=action.due,
        late=action.state == "open" and action.due < office.today,
        slip=slip_words(action),
        expects=expects(desk, action, reading),
        effect=effect(desk, action, reading, done),
        share=done,
        early=early(action, office.today),
        verdict=action.verdict,
        told=tuple(_told(desk, one, zone) for one in sorted(news, key=_order, reverse=True)),
    )


def _order(one: ActionNews) -> tuple[datetime, int, str]:
    """News in the order in which they came, also within one moment: later keys are longer, or higher."""
    return one.made_at, len(one.key), one.key


def _told(desk: Desk, one: ActionNews, zone: tzinfo) -> Told:
    stand = STANDS[one.health]
    about = ABOUT.get(one.about, one.about)
    return Told(desk.office.name(one.made_by), local(one.made_at, zone), stand, about or stand.word.lower(), one.words)


def due_words(action: Action) -> str:
    """Until when, or when it was settled."""
    if action.state == "verified":
        return f"verified {day(action.verified_on)}"
    if action.state == "done":
        return f"done {day(action.done_on)}"
    return f"due {day(action.due)}"


def slip_words(action: Action) -> str:
    """How far the day has moved from the first promise; nothing where it has not."""
    days = (action.due - action.first_due).days
    if not days:
        return ""
    way = "later" if days > 0 else "earlier"
    return f"{counted(abs(days), 'day')} {way} than first promised ({day(action.first_due)})"


def expects(desk: Desk, action: Action, reading: Reading | None) -> str:
    """What it should do: `Supplier defect rate −1.2 pp by 31 Mar 2027`."""
    if action.expected_metric is None:
        return ""
    metric = desk.workspace.metrics.get(action.expected_metric)
    title = metric.title if metric else action.expected_metric
    change = reading.form.difference(action.expected_change) if reading else ""
    by = f" by {day(action.expected_by)}" if action.expected_by else ""
    return " ".join(part for part in (title, change) if part and part != DASH) + by


def change_share(action: Action, reading: Reading | None) -> float | None:
    """How much of the expected change has come: 1 is all of it, below 0 the wrong way; None where nobody can say."""
    after = action.value_after if action.state == "verified" else (reading.now.value if reading else None)
    if after is None or action.value_before is None or not action.expected_change:
        return None
    return (after - action.value_before) / action.expected_change


def effect(desk: Desk, action: Action, reading: Reading | None, done: float | None) -> str:
    """What the number did since: `2.44 % in July, 2.31 % in October: 11 % of what was expected`."""
    if reading is None or action.value_before is None:
        return ""
    form = reading.form
    verified = action.state == "verified"
    after = action.value_after if verified else reading.now.value
    when = action.period_after if verified else desk.workspace.calendar.name(reading.now.period)
    if when == action.period_before and not verified:
        return f"{form.value(action.value_before)} in {period_words(desk, when)}, no newer number yet"
    was = f"{form.value(action.value_before)} in {period_words(desk, action.period_before)}"
    now = f"{form.value(after)} in {period_words(desk, when)}"
    if done is None:
        return f"{was}, {now}"
    told = "the wrong way" if done < 0 else f"{share(done)} of what was expected"
    return f"{was}, {now}: {told}"
