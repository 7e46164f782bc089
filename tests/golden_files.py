"""Holds text against a golden file that reads as a diff; FOURFOLD_GOLDEN=write writes it anew, to be looked at."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def hold(name: str, text: str) -> None:
    """Assert that `text` is what tests/golden/<name> holds."""
    path = FOLDER / name
    if os.environ.get("FOURFOLD_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path} is missing; write it with FOURFOLD_GOLDEN=write, look at it, commit it"
    assert text == path.read_text(encoding="utf-8"), (
        f"{name} has changed; if that is meant, write it anew and commit the diff"
    )
