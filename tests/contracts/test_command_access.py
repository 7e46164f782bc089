"""Which role may carry out which command is written down: a change shows as a diff that somebody has to look at."""

import csv
import io

from access.roles import BUILT_IN, Role
from strategy.commands import COMMANDS, Command
from strategy.rooms import load
from tests.golden_files import hold

load()
KINDS = {name: kind for name, kind in sorted(COMMANDS.items()) if kind.__module__.startswith("strategy.")}


def may(role: Role, kind: type[Command]) -> str:
    """yes: over its units; whole: only over the top unit; own: only what is his own; no."""
    if kind.needs in role.may:
        return "whole" if kind.whole else "yes"
    return "own" if kind.own in role.may else "no"


def test_the_access_matrix_of_commands_is_as_written_down() -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["command", "needs", "own", "the clock", *BUILT_IN])
    for name, kind in KINDS.items():
        clock = "yes" if kind.needs == "clock.run" else ""
        writer.writerow([name, kind.needs, kind.own or "", clock, *(may(role, kind) for role in BUILT_IN.values())])
    hold("command_matrix.csv", text.getvalue())


def test_nobody_may_do_what_is_the_clocks() -> None:
    assert not [key for key, role in BUILT_IN.items() if "clock.run" in role.may]


def test_decisions_are_never_ones_own_right_alone() -> None:
    """Who may decide on requests must hold the right; that one is asked for nothing suffices for no approval."""
    deciding = [name for name, kind in KINDS.items() if kind.needs == "approval.decide" and kind.own]
    assert deciding == ["DecideDispute"], "only an arbiter decides by being named, and holds approval.decide as well"
    assert KINDS["DecideDispute"].own == "approval.decide"
