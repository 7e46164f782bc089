"""Rules about who answers: somebody does it, nobody has too much, every unit has a champion."""

from collections.abc import Iterator, Mapping

from flows.strategy_lint.finding import Case, Hint, on, rule

MOST_THINGS = 7  # that one person can answer for and still look after each


@rule("warning")
def answers_for_too_much(case: Case) -> Iterator[Hint]:
    """One person is accountable for seven things at most: objectives, metrics, initiatives."""
    for person, things in _accountable(case).items():
        if len(things) > MOST_THINGS:
            unit = _common(case, [unit for unit, _ in things])
            message = f"answers for {len(things)} things: {'; '.join(title for _, title in things)}"
            yield Hint("person", person, unit, case.person(person), message, "hand some of them over")


@rule("warning")
def nobody_responsible(case: Case) -> Iterator[Hint]:
    """Beside the one who answers for an objective, somebody is responsible for the work."""
    working = {(one.subject, one.unit) for one in case.duties if one.subject_kind == "objective" and one.role == "R"}
    for goal in case.objectives.values():
        if goal.owner and (goal.key, goal.unit) not in working:
            message = "its owner answers for it, and nobody is responsible for the work"
            yield on(goal, message, "give somebody the duty R under Governance")


@rule("note")
def unit_without_champion(case: Case) -> Iterator[Hint]:
    """Each unit has somebody who keeps the execution of the strategy going."""
    have = {one.unit for one in case.champions}
    for unit in case.tree.descendants(case.tree.root, case.today):
        if unit not in have:
            yield Hint(
                "unit", unit, unit, case.title(unit), "it has no execution champion", "name one under Governance"
            )


def _accountable(case: Case) -> Mapping[str, list[tuple[str, str]]]:
    """By person: (unit, title) of everything active that he is accountable for."""
    found: dict[str, list[tuple[str, str]]] = {}
    for goal in case.objectives.values():
        if goal.owner:
            found.setdefault(goal.owner, []).append((goal.unit, goal.title))
    for one in case.duties:
        if one.role == "A":
            metric = case.workspace.metrics.get(one.subject)
            found.setdefault(one.person, []).append((one.unit, metric.title if metric else one.subject))
    for initiative in case.workspace.plan.initiatives.values():
        if initiative.owner:
            served = case.objectives.get(initiative.objective)
            place = case.tree.root if served is None else served.unit
            found.setdefault(initiative.owner, []).append((place, initiative.title))
    return found


def _common(case: Case, units: list[str]) -> str:
    """The lowest unit above all of these."""
    chains = [case.tree.ancestors(unit, case.today) for unit in units if unit in case.tree]
    return next((unit for unit in chains[0] if all(unit in chain for chain in chains)), case.tree.root)
