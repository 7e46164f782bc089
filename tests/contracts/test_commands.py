"""What every record and every command of the strategy room must fulfil; found by walking, so a new one is covered."""

import ast
from dataclasses import fields
from pathlib import Path

import pytest

from access.roles import MEANING, PERMISSIONS
from strategy.commands import COMMANDS, Command, Creating, OnRecord
from strategy.rooms import load
from strategy.tables import Base, Record

load()
RECORDS = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Record)),
    key=lambda kind: kind.__name__,
)
ROOT = Path(__file__).parent.parent
TESTS = sorted([*(ROOT / "integration").rglob("test_*.py"), *ROOT.glob("*.py")])  # and what they share
KINDS = [kind for name, kind in sorted(COMMANDS.items()) if kind.__module__.startswith("strategy.")]


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_every_record_has_a_scope(kind: type[Record]) -> None:
    assert kind.__doc__
    assert kind.WHOLE or "unit" in kind.__table__.columns, f"{kind.__name__} has no unit and does not say WHOLE = True"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_command_is_described_and_says_its_scope(kind: type[Command]) -> None:
    assert kind.__doc__
    assert not kind.__doc__.startswith(kind.__name__), "a dataclass without a docstring of its own"
    if issubclass(kind, OnRecord):
        assert issubclass(kind.kind, Record), f"{kind.__name__} must say OnRecord[<its kind>]"
    elif issubclass(kind, Creating):
        assert {"key", "unit"} <= {field.name for field in fields(kind)}


def test_every_command_is_carried_out_by_a_test_on_real_databases() -> None:
    tried = {
        node.func.id
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    untried = [kind.__name__ for kind in KINDS if kind.__name__ not in tried]
    assert not untried, f"no test below tests/integration carries out {', '.join(untried)}"


def test_every_permission_has_a_line_of_meaning() -> None:
    assert tuple(MEANING) == PERMISSIONS
