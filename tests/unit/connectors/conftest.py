"""Fixtures of the connectors' tests."""

from pathlib import Path

import pytest

from tests.loading import Workbench


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    """An empty workspace."""
    return Workbench(tmp_path / "workspace")
