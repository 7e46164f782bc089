"""What all tests share: hypothesis profiles, the reference data, one refreshed demo workspace, and no silent skips."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "data" / "demo"
MADE = ("var", "files", "generator", "__pycache__", "*.py")  # facts and code: not what a company writes
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

pytest_plugins = ("tests.skips", "tests.attacks", "tests.browsing")

settings.register_profile("quick", max_examples=60, deadline=None, print_blob=True)
settings.register_profile(
    "ci", max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("soak", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("mutants", max_examples=15, deadline=None, derandomize=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "quick"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:  # mutants are tried without xdist
    """One process more than cores: a fifth of the suite's time waits for browsers, servers and disks."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def own_main() -> Iterator[None]:
    """The framework's AppTest leaves its script as `__main__`, which every process started later would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def truth() -> Path:
    """The folder of reference data: FOURFOLD_TRUTH, else shared/data beside the repository; none is a loud skip."""
    folder = Path(os.environ.get("FOURFOLD_TRUTH") or ROOT.parent / "shared" / "data").resolve()
    if not folder.is_dir():
        pytest.skip(f"no reference data: {folder} is no folder; set FOURFOLD_TRUTH")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The full path of a Chromium: FOURFOLD_BROWSER, else one on the PATH; none is a loud skip."""
    named = os.environ.get("FOURFOLD_BROWSER")
    found = next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser: {named or 'a Chromium'} is not on the PATH; install chromium or set FOURFOLD_BROWSER")
    return found


def copy_of_demo(target: Path) -> Path:
    """The demo workspace's definitions (no facts, no snapshots) copied to a new folder."""
    shutil.copytree(DEMO, target, ignore=shutil.ignore_patterns(*MADE))
    return target


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company with facts and one published snapshot, made once for all test processes. Read only.

    A test that changes the workspace takes `own_demo`.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = shared / "demo", shared / "demo.done"
    with FileLock(shared / "demo.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make_demo(folder)
            done.touch()
    return folder


@pytest.fixture
def own_demo(demo: Path, tmp_path: Path) -> Path:
    """A copy of the refreshed demo workspace for one test alone."""
    return Path(shutil.copytree(demo, tmp_path / "own_demo"))


def make_demo(folder: Path) -> None:
    """The demo workspace with generated facts, refreshed, in a new folder."""
    from data.demo.generate import generate
    from flows.refresh import refresh
    from flows.replay import begin

    copy_of_demo(folder)
    generate(folder / "files")
    refresh(folder)
    begin(folder)
