"""What the page of one objective shows: its way up, its number and what it is made of, its parts, key results, past."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from flows.goal_tree import Spot, judged
from metrics.scoring.rollup import Rolled, shares
from metrics.values.reading import Value
from strategy.goals.reading import aim_of, parts_of, path_up, planned
from strategy.goals.results import CHECK_IN_DAYS, grade, overall
from strategy.goals.smart import Letter, smart
from strategy.goals.tables import CheckIn, KeyResult, Objective, ObjectiveMetric, PlanVersion
from strategy.goals.weights import newest
from strategy.plan import Objective as Planned
from views.desk import Desk
from views.objective_lines import facts_of, results_of, scores
from views.objective_preview import changed
from views.objectives import VersionLine, version_line
from views.own_goals import of_seen, seen_objective
from views.picks import Picks
from views.priorities import way_of
from views.wording import DASH, NumberFormat, day, form_of, listed, number_format, sentence, share


@dataclass(frozen=True)
class Step:
    """A stop on the way up from an objective: vision, perspective, an objective above."""

    title: str
    about: str
    href: str | None


@dataclass(frozen=True)
class MeasureLine:
    """A metric of the objective with its number; `own`: judged by the objective's own goal. `part`: of its score."""

    metric: str
    title: str
    href: str
    about: str
    weight: float
    part: float | None
    value: str
    target: str
    own: bool
    status: str
    score: float | None
    reason: str


@dataclass(frozen=True)
class PartLine:
    """An objective that hangs on this one."""

    key: str
    title: str
    href: str
    unit: str
    owner: str
    weight: float
    part: float | None
    status: str
    score: float | None
    words: str


@dataclass(frozen=True)
class ResultLine:
    """A key result: where it stands between start and target. `asks`: a check-in is due.

    `number` is as people write it: of a share the percentage, which `factor` makes a share again.
    """

    key: str
    version: int
    title: str
    owner: str
    mine: bool
    metric: str
    number: float | None
    value: str
    way: str
    done: float | None
    weight: float
    confidence: int | None
    checked: str
    asks: bool
    factor: float
    unit: str
    said: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ObjectiveView:
    """One objective; `version` is the one that forms are about. `may`: the deeds that are open to the viewer."""

    key: str
    version: int
    state: str
    unit: str
    title: str
    over: str
    subtitle: str
    description: str
    status: str | None
    score: float | None
    reason: str
    draft: bool
    way: str
    done: float | None
    expected: float | None
    steps: tuple[Step, ...]
    facts: tuple[tuple[str, str], ...]
    measures: tuple[MeasureLine, ...]
    parts: tuple[PartLine, ...]
    results: tuple[ResultLine, ...]
    results_score: float | None
    letters: tuple[Letter, ...]
    notice: str
    versions: tuple[VersionLine, ...]
    may: frozenset[str]


def build(desk: Desk, picks: Picks, key: str) -> ObjectiveView:
    """One objective of the viewer's units or of his own, whatever its state; `Refused` for another."""
    office = desk.office
    record = seen_objective(office, key)
    inside = record.unit in desk.policy.scope(desk.viewer, "metric.view")
    rows = of_seen(office, ObjectiveMetric, ObjectiveMetric.objective == key)
    one = planned(record, rows)
    picked = _at_home(desk, picks, record.unit)
    draft = record.state == "draft"
    workspace = changed(desk.workspace, key, one, {}) if draft else desk.workspace
    found = scores(desk, picked, [key], workspace).get(key)
    rolled, spots = found or (None, {})
    alive = (KeyResult.objective == key, KeyResult.state == "open")
    results = of_seen(office, KeyResult, *alive, order_by=(KeyResult.made_at,))
    numbers = results_of(desk, picked, results)
    done, expected, words = way_of(desk, picked, one) if inside else (None, None, "")
    lines = tuple(_result(desk, result, numbers[result.key]) for result in results)
    newest_first = (PlanVersion.made_at.desc(),)
    versions = of_seen(office, PlanVersion, PlanVersion.objective == key, order_by=newest_first)
    return ObjectiveView(
        key=key,
        version=record.version,
        state=record.state,
        unit=record.unit,
        title=record.title,
        over=f"{desk.workspace.perspectives.get(record.perspective, record.perspective)} objective of "
        f"{desk.opened.tree.units[record.unit].title}",
        subtitle=f"{picks.period_title} · {_stand(desk, record)}",
        description=record.description,
        status=rolled.status if rolled else None,
        score=rolled.score if rolled else None,
        reason=_reason(rolled) if inside else "Its figures are those of a unit that is not yours to see.",
        draft=draft,
        way=words,
        done=done,
        expected=expected,
        steps=_steps(desk, picks, record, one),
        facts=_facts(desk, record),
        measures=tuple(_measures(desk, picked, one, rolled, spots, rows)),
        parts=tuple(_parts(desk, picked, key, rolled)),
        results=lines,
        results_score=overall((line.done, line.weight) for line in lines),
        letters=smart(facts_of(desk, one, len(results))),
        notice=_notice(desk, record),
        versions=tuple(version_line(desk, picks, row) for row in versions),
        may=_may(desk, record),
    )


def _at_home(desk: Desk, picks: Picks, unit: str) -> Picks:
    """The same picks at the objective's own unit: there lies its one number."""
    if picks.unit == unit:
        return picks
    return replace(picks, unit=unit, unit_title=desk.opened.tree.units[unit].title)


def _stand(desk: Desk, record: Objective) -> str:
    if record.state == "active":
        return f"answers for it: {desk.office.name(record.owner)}"
    return {"draft": "not in force yet", "retired": "ended"}[record.state]


def _reason(rolled: Rolled | None) -> str:
    if rolled is None:
        return "No metric of it is reported here."
    return "" if rolled.score is not None else f"{share(rolled.coverage)} of the weight that is due has a score."


def _steps(desk: Desk, picks: Picks, record: Objective, one: Planned) -> tuple[Step, ...]:
    """The way up: vision, perspective, the objectives above, nearest last."""
    plan, scope = desk.plan, desk.office.scope()
    steps = [Step(plan.vision, "Vision", None)] if plan.vision else []
    steps.append(
        Step(desk.workspace.perspectives.get(one.perspective, one.perspective), "Perspective", picks.to("map"))
    )
    above = path_up(plan.objectives, record.parent) if record.parent else ()
    for key in reversed(above):
        there = plan.objectives[key]
        href = picks.to("objectives", objective=key) if there.unit in scope else None
        steps.append(Step(there.title, desk.opened.tree.units[there.unit].title, href))
    return (*steps, Step(record.title, desk.opened.tree.units[record.unit].title, None))


def _facts(desk: Desk, record: Objective) -> tuple[tuple[str, str], ...]:
    cards = [
        f"{desk.workspace.scorecards[name].title} ({weight:g})"
        for name, kept in record.scorecards.items()
        if name in desk.workspace.scorecards and (weight := newest(kept)) is not None
    ]
    inside = newest(record.weights)
    found = (
        ("Owner", desk.office.name(record.owner) if record.owner else "nobody yet"),
        ("Unit", desk.opened.tree.units[record.unit].title),
        ("Theme", record.theme),
        ("Priority", "yes" if record.priority else ""),
        ("From, to", f"{day(record.start)} {DASH} {day(record.end)}" if record.start or record.end else "no dates"),
        ("Scorecards", listed(cards, 4)),
        ("Weight above", f"{inside:g}" if record.parent and inside is not None else ""),
        ("Last word", record.words),
    )
    return tuple((name, words) for name, words in found if words)


def _measures(
    desk: Desk,
    picks: Picks,
    one: Planned,
    rolled: Rolled | None,
    spots: dict[str, Spot],
    rows: Sequence[ObjectiveMetric],
) -> list[MeasureLine]:
    wanted = [row for row in rows if newest(row.weights) is not None and row.metric in desk.workspace.metrics]
    may = one.unit in desk.policy.scope(desk.viewer, "metric.view")
    values = desk.values([row.metric for row in wanted], [one.unit], picks.span, picks.period) if may else []
    by_key = {value.metric: value for value in values}
    parts = _parts_of_score(rolled)
    found = []
    for row in sorted(wanted, key=lambda row: list(one.metrics).index(row.metric)):
        leaf = next((key for key, spot in spots.items() if (spot.metric, spot.unit) == (row.metric, one.unit)), "")
        found.append(_measure(desk, picks, row, by_key.get(row.metric), parts.get(leaf)))
    return found


def _parts_of_score(rolled: Rolled | None) -> dict[str, float]:
    if rolled is None or rolled.veiled:  # the shares of those that are seen would tell the rest
        return {}
    return dict(zip([c.key for c in rolled.children], shares(rolled.children), strict=True))


def _measure(desk: Desk, picks: Picks, row: ObjectiveMetric, plain: Value | None, part: float | None) -> MeasureLine:
    metric, aim = desk.workspace.metrics[row.metric], aim_of(row)
    value = judged(desk.workspace, plain, aim) if plain else None
    goal = value.target if value else aim.goal if aim else None
    form = form_of(metric, value.value if value else None, goal)
    return MeasureLine(
        row.metric,
        metric.title,
        picks.to("metric", metric=row.metric),
        f"{metric.indicator} · {desk.office.name(metric.owner) if metric.owner else 'no owner'}",
        newest(row.weights) or 0.0,
        part,
        form.value(value.value) if value else DASH,
        form.value(goal),
        aim is not None,
        value.status if value else "no_data",
        value.score if value else None,
        sentence(value.reason) if value else "",
    )


def _parts(desk: Desk, picks: Picks, key: str, rolled: Rolled | None) -> list[PartLine]:
    office, plan = desk.office, desk.plan
    found, made = _parts_of_score(rolled), scores(desk, picks, parts_of(plan.objectives, key))
    lines = []
    rows = office.read(Objective, Objective.parent == key, Objective.state != "retired", order_by=[Objective.place])
    for row in rows:
        one = made.get(row.key)
        words = {"offered": f"waits for {office.name(row.waits_for)}", "returned": f"returned: {row.words}"}
        lines.append(
            PartLine(
                row.key,
                row.title,
                picks.to("objectives", objective=row.key, unit=row.unit),
                desk.opened.tree.units[row.unit].title,
                office.name(row.owner) if row.owner else "nobody yet",
                newest(row.weights) or 0.0,
                found.get(row.key),
                one[0].status if one else "no_data",
                one[0].score if one else None,
                words.get(row.cascade, ""),
            )
        )
    return lines


def _result(desk: Desk, one: KeyResult, number: float | None) -> ResultLine:
    form = form_of_result(desk, one)
    since = one.checked_on or one.made_at.date()
    open_for = desk.office.today - since
    done = grade(number, one.start, one.target)
    said = of_seen(desk.office, CheckIn, CheckIn.key_result == one.key, order_by=(CheckIn.made_at.desc(),))
    checked = f"checked in {day(one.checked_on)}" if one.checked_on else "not checked in yet"
    factor = form.factor if form.unit.strip() == "%" else 1.0
    return ResultLine(
        one.key,
        one.version,
        one.title,
        desk.office.name(one.owner),
        desk.viewer.key == one.owner or desk.office.may("strategy.plan", one.unit),
        desk.workspace.metrics[one.metric].title if one.metric in desk.workspace.metrics else "",
        None if number is None else number / factor,
        form.value(number),
        f"{form.value(one.start)} → {form.value(one.target)}" + (f" by {day(one.due)}" if one.due else ""),
        done,
        one.weight,
        one.confidence,
        checked,
        open_for > timedelta(days=CHECK_IN_DAYS),
        factor,
        form.unit.strip(),
        tuple((f"{day(c.on)}, {desk.office.name(c.made_by)}", _said(form, c)) for c in said[:4]),
    )


def _said(form: NumberFormat, one: CheckIn) -> str:
    words = f", {one.words}" if one.words else ""
    return f"{form.value(one.value)}, confidence {one.confidence} of 10{words}"


def form_of_result(desk: Desk, one: KeyResult) -> NumberFormat:
    """How the numbers of a key result are written."""
    metric = desk.workspace.metrics.get(one.metric)
    numbers = (one.start, one.target)
    return form_of(metric, *numbers) if metric else number_format(one.measured_in, *numbers)


def _notice(desk: Desk, record: Objective) -> str:
    if record.cascade == "offered":
        said = f": “{record.words}”" if record.words else ""
        who = "you" if record.waits_for == desk.viewer.key else desk.office.name(record.waits_for)
        return f"{desk.office.name(record.offered_by)} offers it{said} It waits for {who}."
    if record.cascade == "returned":
        return f"It was returned: “{record.words}” Offer it anew with what is different."
    return ""


def _may(desk: Desk, record: Objective) -> frozenset[str]:
    plans = desk.office.may("strategy.plan", record.unit)
    alive = record.state in ("draft", "active")
    on_offer = record.cascade in ("offered", "returned")
    deeds = {
        "edit": plans and alive,
        "answer": record.cascade == "offered" and record.waits_for == desk.viewer.key,
        "offer": plans and record.cascade == "returned",
        "activate": plans and record.state == "draft" and not on_offer,
        "hand_down": plans and record.state == "active",
        "result": plans and alive,
        "retire": plans and alive,
        "weigh": plans and record.state == "active",
    }
    return frozenset(name for name, open_ in deeds.items() if open_)
