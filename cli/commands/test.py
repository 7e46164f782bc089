"""Tests what the files of a workspace claim of its values and facts."""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.commands.app import DEMO, AsJson, Workspace, existing, fourfold
from cli.telling import Bar, failing_in_words, tell, tell_json
from flows.testing import Outcome, run_tests

Only = Annotated[list[str] | None, typer.Argument(help="Keys of metrics or tables. Default: all.")]
Quietly = Annotated[bool, typer.Option("--failed", help="Tell only what does not hold.")]


@fourfold.command("test")
def run(only: Only = None, workspace: Workspace = DEMO, failed: Quietly = False, as_json: AsJson = False) -> None:
    """Run the tests of all definitions on the current snapshot: known answers, ranges, grains, joins, identities."""
    with failing_in_words(as_json), Bar() as bar:
        outcomes = run_tests(existing(workspace), only or (), bar)
    wrong = [one for one in outcomes if not one.ok]
    if as_json:
        tell_json({"ok": not wrong, "failed": len(wrong), "tests": [asdict(one) for one in outcomes]})
    else:
        for one in outcomes:
            if not (failed and one.ok):
                for line in lines(one):
                    tell(line)
        tell(f"{len(outcomes)} tests, {len(wrong)} failed." if outcomes else "There is nothing to test.")
    if wrong:
        raise typer.Exit(1)


def lines(one: Outcome) -> list[str]:
    """An outcome for a human: where, what was claimed, over how much, and where it does not hold."""
    count = f"{one.checked:,} checked" if one.ok else f"{one.failed:,} of {one.checked:,} do not hold"
    told = [f"{'pass' if one.ok else 'FAIL'}  {one.file}:{one.line}: {one.kind} {one.of}: {one.claim} ({count})"]
    told += [f"      {case.where}: {case.found}, and {case.claimed} was claimed" for case in one.cases]
    return told + ([f"      {one.note}"] if one.note else [])
