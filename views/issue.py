"""One issue: its number then and now, what is behind it, who does what, whether it worked, and its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from strategy.approvals.tables import Escalation
from strategy.history import Change, changes_of
from strategy.issues.tables import Action, Issue
from strategy.reviews.tables import Decision
from views.actions import ActionLine, Stand, lines
from views.desk import Desk
from views.issues import ISSUE_STANDS, ORIGINS, OUTCOME_WORDS, stand_of_issue
from views.localtime import local
from views.own import actions_of, seen_issue
from views.place import Place
from views.reading import Reading
from views.reviews import cite_words
from views.standings import period_key, period_words, standings
from views.wording import DASH, day, sentence

COMMANDS = {  # what a command did, as history tells it
    "OpenIssue": "opened it",
    "RaiseIssue": "opened it, red beyond its clock",
    "ExplainIssue": "said what is behind it",
    "HandOverIssue": "handed it over",
    "CloseIssue": "closed it",
    "ReopenIssue": "opened it again",
    "GiveAction": "gave the action",
    "UpdateAction": "said how it stands",
    "FinishAction": "called it done",
    "ReturnAction": "sent it back",
    "VerifyAction": "said whether it worked",
    "MoveAction": "moved its day",
    "HandOverAction": "handed it over",
    "WithdrawAction": "withdrew it",
}


@dataclass(frozen=True)
class Moment:
    """One thing that happened: who did what to what, when."""

    who: str
    did: str
    what: str
    when: str


@dataclass(frozen=True)
class DecisionLine:
    """What was decided, by whom and when, and the numbers that it rests on."""

    title: str
    who: str
    cites: tuple[str, ...]


@dataclass(frozen=True)
class IssueView:
    """Everything on the page of one issue; words and numbers ready to show."""

    key: str
    version: int
    title: str
    subtitle: str
    stand: Stand
    state: str
    unit: str
    metric: str
    metric_title: str
    metric_href: str
    owner: str
    status: str
    value: str
    value_now: float | None
    period_now: str | None
    now_of: str
    target: str
    was: str
    was_of: str
    change: str
    line: tuple[float | None, ...]
    aim: tuple[float | None, ...]
    signal: str
    cause: str
    outcome: str
    closing: str
    facts: tuple[tuple[str, str, str | None], ...]
    actions: tuple[ActionLine, ...]
    alive: int
    helped: bool
    decisions: tuple[DecisionLine, ...]
    history: tuple[Moment, ...]


def issue_view(desk: Desk, key: str, zone: tzinfo) -> IssueView:
    """One issue; `Refused` where it does not exist or is not the viewer's to see (`views.own.seen_issue`)."""
    office = desk.office
    one = seen_issue(office, key)
    actions = sorted(actions_of(office, one), key=lambda a: (a.state != "open", a.due, a.key))
    reading = standings(desk, {(one.metric, one.unit)}).get((one.metric, one.unit))
    metric = desk.workspace.metrics.get(one.metric)
    unit = desk.opened.tree.units.get(one.unit)
    form = reading.form if reading else None
    hidden = one.unit not in desk.policy.scope(desk.viewer, "metric.view")
    period = period_key(desk, reading.now.period) if reading else None
    link = Place("metric", {"metric": one.metric, "unit": one.unit, "period": period or ""})
    since = period_words(desk, one.since_period)
    return IssueView(
        key=one.key,
        version=one.version,
        title=one.title,
        subtitle=f"{unit.title if unit else one.unit} · since {since} · {office.name(one.owner)} answers for it",
        stand=ISSUE_STANDS[stand_of_issue(one, actions, office.today)],
        state=one.state,
        unit=one.unit,
        metric=one.metric,
        metric_title=metric.title if metric else one.metric,
        metric_href=link.href if metric and not hidden else "",
        owner=one.owner,
        status=reading.now.status if reading else "" if hidden else "no_data",
        value=reading.value if reading else DASH,
        value_now=reading.now.value if reading else None,
        period_now=period,
        now_of=period_words(desk, period),
        target=reading.target if reading else DASH,
        was=form.short(one.value) if form else DASH,
        was_of=day(one.opened_on),
        change=form.difference(_moved(one, reading)) if form else DASH,
        line=reading.line if reading else (),
        aim=reading.aim if reading else (),
        signal=reading.signal if reading else "",
        cause=one.cause,
        outcome=OUTCOME_WORDS.get(one.outcome or "", ""),
        closing=one.closing,
        facts=_facts(desk, one, reading),
        actions=lines(desk, actions, "issues", zone),
        alive=sum(action.state in ("open", "done") for action in actions),
        helped=any(action.worked in ("yes", "partly") for action in actions),
        decisions=_decisions(desk, one),
        history=_history(desk, one, actions, zone),
    )


def _moved(one: Issue, reading: Reading | None) -> float | None:
    after = one.value_after if one.state == "closed" else (reading.now.value if reading else None)
    return None if after is None or one.value is None else after - one.value


def _facts(desk: Desk, one: Issue, reading: Reading | None) -> tuple[tuple[str, str, str | None], ...]:
    """Names, words and addresses: who, what for, since when, and whether the clock has moved it up."""
    office = desk.office
    opened = " ".join(part for part in (ORIGINS.get(one.origin, ""), _who(desk, one)) if part)
    facts: list[tuple[str, str, str | None]] = [("Opened", f"{day(one.opened_on)} {opened}", None)]
    served = desk.workspace.plan.objectives.get(one.objective or "")
    if served is not None:
        facts.append(("Objective", served.title, Place("map", {"objective": one.objective or ""}).href))
    if one.review:
        facts.append(("Review", "Where it was opened", Place("reviews", {"review": one.review}).href))
    moved = office.read(
        Escalation, Escalation.subject_table == "issue", Escalation.subject_key == one.key, order_by=[Escalation.at]
    )
    facts += [("Moved up", f"to {office.name(up.to_person)} on {day(up.at.date())}: {up.why}", None) for up in moved]
    if one.state == "closed":
        after = reading.form.value(one.value_after) if reading else DASH
        facts.append(("Closed", f"{day(one.closed_on)}, {after} in {period_words(desk, one.period_after)}", None))
    return tuple(facts)


def _who(desk: Desk, one: Issue) -> str:
    return "" if one.origin == "clock" else desk.office.name(one.made_by)


def _decisions(desk: Desk, one: Issue) -> tuple[DecisionLine, ...]:
    found = desk.office.read(Decision, Decision.issue == one.key, order_by=[Decision.decided_on, Decision.key])
    return tuple(
        DecisionLine(
            each.title,
            f"{desk.office.name(each.made_by)}, {day(each.decided_on)}"
            f"{'' if each.state == 'in_force' else ', revoked'}{f': {each.because}' if each.because else ''}",
            tuple(cite_words(desk, cited) for cited in each.cites),
        )
        for each in found
    )


def _history(desk: Desk, one: Issue, actions: Sequence[Action], zone: tzinfo) -> tuple[Moment, ...]:
    """What was done to the issue and to its actions, newest first; words stand with the actions themselves."""
    titles = {action.key: action.title for action in actions}
    changes: list[tuple[Change, str]] = [(change, "") for change in changes_of(desk.state, "issue", [one.key])]
    for key, title in titles.items():
        changes += [(change, title) for change in changes_of(desk.state, "action", [key])]
    ranked = sorted(changes, key=lambda pair: pair[0].audit, reverse=True)
    return tuple(_moment(desk, change, title, zone) for change, title in ranked)


def _moment(desk: Desk, change: Change, title: str, zone: tzinfo) -> Moment:
    did = COMMANDS.get(change.command, change.command)
    return Moment(desk.office.name(change.who), did, title or _fields(desk, change), local(change.at, zone))


def _fields(desk: Desk, change: Change) -> str:
    """The new owner of what was handed over, the words of what was explained."""
    after: Mapping[str, object] = change.after or {}
    if change.command == "HandOverIssue":
        return f"to {desk.office.name(str(after.get('owner', '')))}"
    if change.command == "ExplainIssue":
        return sentence(str(after.get("cause", "")))
    return str(after.get("closing", ""))
