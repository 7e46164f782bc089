"""Checks the definitions of a workspace: whether they are sound, and what the lint says of them."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from cli.commands.app import DEMO, AsJson, Workspace, counted, existing, fourfold
from cli.telling import failing_in_words, tell, tell_json
from flows.lint import LEVELS, RULES, Finding, Level, checked

FEW = 6  # keys that a line of notes names
Strict = Annotated[bool, typer.Option("--strict", help="Let warnings fail, as errors do.")]
Notes = Annotated[bool, typer.Option("--notes", help="Tell each note with its place: what could be better.")]
Rules = Annotated[bool, typer.Option("--rules", help="List the rules of the lint and stop.")]


@fourfold.command()
def check(
    workspace: Workspace = DEMO,
    strict: Strict = False,
    notes: Notes = False,
    rules: Rules = False,
    as_json: AsJson = False,
) -> None:
    """Check all definitions and tell every problem at once, with file, line and remedy. Reads no facts."""
    if rules:
        list_rules(as_json)
        return
    with failing_in_words(as_json):
        found, findings = checked(existing(workspace))
    counts = {
        "sources": len(found.sources),
        "tables": len(found.catalog.tables),
        "metrics": len(found.metrics),
        "objectives": len(found.plan.objectives),
        "scorecards": len(found.scorecards),
        "people": len(found.people),
    }
    failing = [one for one in findings if one.level == "error" or (strict and one.level == "warning")]
    if as_json:
        told = [asdict(one) for one in findings]
        tell_json({"workspace": found.name, "problems": [], "findings": told, "ok": not failing, **counts})
    else:
        for line in lines(findings, notes):
            tell(line)
        tell(f"{found.name}: {in_words(findings)} " + ", ".join(counted(*one) for one in counts.items()))
    if failing:
        raise typer.Exit(1)


def lines(findings: tuple[Finding, ...], notes: bool) -> Iterator[str]:
    """A line for each finding; notes only get one for each rule, unless they are asked for."""
    hinted: dict[str, list[Finding]] = {}
    for one in findings:
        if notes or one.level != "note":
            yield str(one)
        else:
            hinted.setdefault(one.rule, []).append(one)
    for code, found in hinted.items():
        keys = [one.of for one in found]
        more = f" and {len(keys) - FEW} more" if len(keys) > FEW else ""
        yield f"note {code}: {', '.join(keys[:FEW])}{more}. {RULES[code].says if code in RULES else found[0].message}"


def in_words(findings: tuple[Finding, ...]) -> str:
    """`all is well.`, or how many findings of each level there are."""
    by_level: dict[Level, int] = {level: sum(one.level == level for one in findings) for level in LEVELS}
    told = ", ".join(counted(f"{level}s", count) for level, count in by_level.items() if count)
    if by_level["error"] or by_level["warning"]:
        return f"sound, with {told}."
    return f"all is well, with {told} (--notes tells each)." if told else "all is well."


def list_rules(as_json: bool) -> None:
    """Every rule with its code, level and words."""
    if as_json:
        tell_json([{"rule": one.code, "level": one.level, "says": one.says} for one in RULES.values()])
        return
    for level in LEVELS:
        for one in RULES.values():
            if one.level == level:
                tell(f"{one.level:<8} {one.code:<24} {one.says}")
