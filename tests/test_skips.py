"""The skip policy itself: in CI an unexpected skip is red, a reasoned one is not, and a bad list is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.skips import ALLOWED, Skip, read_allowances

SKIPPING = 'import pytest\n\ndef test_one() -> None:\n    pytest.skip("{reason}")\n'


@pytest.mark.parametrize(
    ("ci", "reason", "code"), [("1", "no moon", 1), ("1", "no reference data here", 0), ("", "no moon", 0)]
)
def test_exit_code(tmp_path: Path, ci: str, reason: str, code: int) -> None:
    (tmp_path / "test_it.py").write_text(SKIPPING.format(reason=reason), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name not in {"CI", "FOURFOLD_CI"}}
    environment |= {"FOURFOLD_CI": ci, "PYTHONPATH": str(ALLOWED.parent.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.skips", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout
    assert ("unexpected skips" in done.stdout) == bool(code)


def test_the_list_gives_reasons() -> None:
    for allowance in read_allowances(ALLOWED.read_text(encoding="utf-8")):
        assert allowance.words, "a bare pattern would hide other skips of the same test"
        assert not allowance.covers(Skip("tests/x.py::test", "anything else"))


def test_a_line_without_reason_is_refused() -> None:
    with pytest.raises(pytest.UsageError, match=r":1: write"):
        read_allowances("tests/x.py::*")
