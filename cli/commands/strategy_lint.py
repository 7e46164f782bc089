"""Checks the strategy: what objectives, map, people and decision rights leave out or overdo."""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.commands.app import DEMO, AsJson, Workspace, counted, existing, fourfold
from cli.telling import failing_in_words, tell, tell_json
from flows.strategy_lint import LEVELS, RULES, Case, Finding, checked, failing

Strict = Annotated[bool, typer.Option("--strict", help="Let warnings fail, as errors do.")]
Notes = Annotated[bool, typer.Option("--notes", help="Tell notes, too, and what is passed over and why.")]
Rules = Annotated[bool, typer.Option("--rules", help="List the rules and stop.")]


@fourfold.command("strategy-lint")
def strategy_lint(
    workspace: Workspace = DEMO,
    strict: Strict = False,
    notes: Notes = False,
    rules: Rules = False,
    as_json: AsJson = False,
) -> None:
    """Hold the strategy against its rules: objectives, priorities, map, people, decision rights, values."""
    if rules:
        _list_rules(as_json)
        return
    with failing_in_words(as_json):
        case, findings = checked(existing(workspace))
    failed = failing(findings, strict=strict)
    if as_json:
        told = [asdict(one) for one in findings]
        tell_json({"workspace": case.workspace.name, "on": case.today, "findings": told, "ok": not failed})
    else:
        for line in report(case, findings, notes):
            tell(line)
    if failed:
        raise typer.Exit(1)


def report(case: Case, findings: tuple[Finding, ...], notes: bool) -> list[str]:
    """A line for each finding, then how many there are; notes and what is passed over only where they are asked for."""
    if not case.objectives:
        return ["No objective is active yet: a refresh takes those of strategy.yaml over, and people write more."]
    open_ones = [one for one in findings if not one.excused]
    lines = [str(one) for one in open_ones if notes or one.level != "note"]
    if notes:
        lines += [f"passed over: {one} since {one.excused}" for one in findings if one.excused]
    counts = [
        counted(f"{level}s", number) for level in LEVELS if (number := sum(one.level == level for one in open_ones))
    ]
    excused = len(findings) - len(open_ones)
    counts += [f"{excused} passed over"] if excused else []
    said = ", ".join(counts) or "nothing to tell"
    about = f"{counted('objectives', len(case.objectives))} and {counted('links', len(case.links))}"
    return [*lines, f"{case.workspace.name}, {about} on {case.today}: {said}."]


def _list_rules(as_json: bool) -> None:
    """Every rule with its code, level and words."""
    if as_json:
        tell_json([{"rule": one.code, "level": one.level, "says": one.says} for one in RULES.values()])
        return
    for level in LEVELS:
        for one in RULES.values():
            if one.level == level:
                tell(f"{one.level:<8} {one.code:<28} {one.says}")
