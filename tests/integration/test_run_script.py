"""`./run`: sets up once, whole or not at all, from any folder. A stand-in for uv keeps it from downloading anything."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ("sh", "cat", "dirname", "mkdir", "rm", "ln", "readlink", "sleep", "flock", "kill")
UV = """#!/bin/sh
echo "$1" >>"{log}"
if [ "$1" = venv ]; then
    for last; do :; done
    exec "{python}" -m venv --without-pip "$last"
fi
{install}
"""


class Machine:
    """A machine with nothing on its PATH but what ./run may count on, and a folder for its environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tools, self.venv, self.log = folder / "bin", folder / "venv", folder / "uv.log"
        self.tools.mkdir()
        (folder / "home").mkdir()
        for tool in TOOLS:
            if found := shutil.which(tool):
                (self.tools / tool).symlink_to(found)

    def give_uv(self, install: str = "exit 0") -> None:
        """Put a stand-in for uv on the PATH: it makes real environments and installs nothing."""
        path = self.tools / "uv"
        path.write_text(UV.format(log=self.log, python=sys.executable, install=install), encoding="utf-8")
        path.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        """What uv was asked for so far."""
        return self.log.read_text(encoding="utf-8").split() if self.log.exists() else []

    def environment(self) -> dict[str, str]:
        return {
            "PATH": str(self.tools),
            "HOME": str(self.folder / "home"),
            "FOURFOLD_VENV": str(self.venv),
        }

    def run(self, *arguments: str, cwd: Path | None = None, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(ROOT / "run"), *arguments],
            cwd=cwd or self.folder,
            env=self.environment() | extra,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(ROOT / "run"), *arguments],
            cwd=self.folder,
            env=self.environment(),
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_help_names_every_command(machine: Machine) -> None:
    told = machine.run("help").stdout
    assert all(f"./run {command}" in told for command in ("test", "fourfold", "bench", "setup"))


def test_an_unknown_command_fails(machine: Machine) -> None:
    result = machine.run("sevre")
    assert result.returncode == 1
    assert "'sevre' is none of these" in result.stderr


def test_without_uv_and_python_it_names_the_remedy(machine: Machine) -> None:
    result = machine.run("setup")
    assert result.returncode == 1
    assert "needs Python 3.11 or newer" in result.stderr
    assert "Install uv" in result.stderr


def test_the_second_start_is_quick_and_installs_nothing(machine: Machine) -> None:
    machine.give_uv()
    assert machine.run("setup").returncode == 0
    assert machine.calls == ["venv", "pip"]
    began = time.perf_counter()
    assert machine.run("setup").returncode == 0
    assert time.perf_counter() - began < 1.0
    assert machine.calls == ["venv", "pip"]


def test_tests_add_to_the_environment_that_serves(machine: Machine) -> None:
    machine.give_uv()
    for what in ("run", "dev", "run", "dev"):
        assert machine.run("setup", what).returncode == 0
    assert machine.calls == ["venv", "pip", "pip"]


def test_an_interrupted_set_up_begins_anew(machine: Machine) -> None:
    machine.give_uv(install="sleep 30")
    first = machine.start("setup")
    for _ in range(200):
        if "pip" in machine.calls:
            break
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    half = machine.venv / "half"
    half.touch()
    machine.give_uv()
    result = machine.run("setup")
    assert result.returncode == 0, result.stderr
    assert not half.exists()
    assert machine.run("setup").stderr == ""


def test_two_at_once_set_up_once(machine: Machine) -> None:
    machine.give_uv(install="sleep 1")
    both = [machine.start("setup"), machine.start("setup")]
    told = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert machine.calls == ["venv", "pip"]
    assert sum("waiting for it" in text for text in told) == 1


def test_another_ones_environment_is_added_to_and_not_removed(machine: Machine) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(machine.venv)], check=True)
    (machine.venv / "precious").touch()
    machine.give_uv()
    assert machine.run("setup").returncode == 0
    assert (machine.venv / "precious").exists()
    assert machine.calls == ["pip"]


def test_paths_are_those_of_the_caller_and_packages_those_of_the_checkout(machine: Machine, tmp_path: Path) -> None:
    """`./run fourfold` from elsewhere: a relative workspace is the caller's, a file data.py there is never imported."""
    machine.give_uv()
    assert machine.run("setup").returncode == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "cli.py").write_text("print('hijacked')", encoding="utf-8")
    packages = Path(next(p for p in sys.path if p.endswith("site-packages")))
    target = next(machine.venv.glob("lib/python*/site-packages"))
    (target / "these.pth").write_text(f"{packages}\n", encoding="utf-8")
    made = machine.run("fourfold", "init", "mine", cwd=elsewhere)
    assert made.returncode == 0, made.stderr
    assert (elsewhere / "mine" / "workspace.yaml").is_file()
    checked = machine.run("fourfold", "check", cwd=elsewhere, FOURFOLD_WORKSPACE="mine")
    assert checked.returncode == 0, checked.stderr
    assert "My company: all is well" in checked.stdout


@pytest.mark.parametrize(
    "flags", [["--server.address=0.0.0.0"], ["--server.address", "10.0.0.7"], ["--server.address="]]
)
def test_beyond_this_machine_it_asks_the_doctor_first(machine: Machine, tmp_path: Path, flags: list[str]) -> None:
    """Here the doctor cannot even start: nothing is installed. Only where it finds nothing is anything served."""
    machine.give_uv()
    (tmp_path / "company" / "var").mkdir(parents=True)
    (tmp_path / "company" / "var" / "CURRENT").write_text("x")
    done = machine.run(*flags, FOURFOLD_WORKSPACE=str(tmp_path / "company"))
    assert done.returncode == 1
    assert "Fourfold does not start on" in done.stderr
    assert "listen on 127.0.0.1" in done.stderr
