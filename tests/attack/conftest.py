"""What attacks share: one small company with a snapshot, and a secret file beside it."""

from pathlib import Path

import pytest

from flows.refresh import refresh
from tests.making import make, sales

SECRET = "hush-7f3a"


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company with a published snapshot. Read only."""
    rows = [f"2025-0{month}-10,{unit},{month * 10},5,c{month},web,true" for month in range(1, 7) for unit in UNITS]
    folder = make(tmp_path_factory.mktemp("company"), {"files/sales.csv": sales(*rows)})
    refresh(folder)
    return folder


@pytest.fixture(scope="session")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside of every workspace, in which a file lies that nobody may read."""
    folder = tmp_path_factory.mktemp("secret")
    (folder / "secret.csv").write_text(f"word\n{SECRET}\n", encoding="utf-8")
    return folder


UNITS = ("shop", "web", "works")
