"""Planted secrets: whatever fails, none of them is in what is said, logged, kept or exported."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.commands.app import fourfold
from data.errors import FourfoldError
from flows.refresh import refresh
from strategy.archive import written
from strategy.state import open_state
from tests.attacks import Attack
from tests.making import SOURCE, make

HUSH = "pl4nted-hush"
SECRETS = {
    "ERP_PASSWORD": f"{HUSH}-erp",
    "FOURFOLD_STATE_URL": f"postgresql://fourfold:{HUSH}-state@127.0.0.1:1/state",
    "FACTS_URL": f"postgresql://reader:{HUSH}-facts@127.0.0.1:1/facts",
}
BROKEN = {
    "sqlite that is not there": "sqlite:///nowhere/${ERP_PASSWORD}.db",
    "a port that nobody listens on": "postgresql://fourfold:${ERP_PASSWORD}@127.0.0.1:1/erp",
    "a driver that is not there": "oracle+nodriver://fourfold:${ERP_PASSWORD}@127.0.0.1/erp",
    "no address at all": "${ERP_PASSWORD}",
    "an odd port": "postgresql://fourfold:${ERP_PASSWORD}@127.0.0.1:port/erp",
    "an odd option": "postgresql://127.0.0.1:1/erp?password=${ERP_PASSWORD}&nonsense=1",
}
BY_SQL = """\
connector: sql
settings: {url: "%s"}
datasets:
  sales:
    table: sales
    columns: {id: integer, day: date, unit: text, amount: decimal, channel: text}
    key: [id]
"""
TOML = f"""\
[auth]
redirect_uri = "http://score.example/oauth2callback"
cookie_secret = "{HUSH}-cookie"
client_id = "fourfold"
client_secret = "{HUSH}-client"
server_metadata_url = "http://id.example/.well-known/openid-configuration"
"""


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets where they belong: in the environment."""
    monkeypatch.setenv("ERP_PASSWORD", SECRETS["ERP_PASSWORD"])
    monkeypatch.setenv("FACTS_URL", SECRETS["FACTS_URL"])


def hushed(folder: Path) -> None:
    """No file below a folder holds one."""
    for path in folder.rglob("*"):
        if path.is_file():
            assert HUSH.encode() not in path.read_bytes(), f"{path} holds a secret"


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize("how", BROKEN)
def test_a_source_that_fails_tells_no_password(how: str, tmp_path: Path, attack: Attack) -> None:
    folder = make(tmp_path, {"sources/books.yaml": BY_SQL % BROKEN[how]})
    with attack.refused("secrets: of sources", FourfoldError) as _:
        refresh(folder)
    for command in (["refresh"], ["refresh", "--json"], ["check"], ["check", "--json"]):
        said = CliRunner().invoke(fourfold, [*command, "--workspace", str(folder)])
        assert HUSH not in said.output + repr(said.exception), f"{command} tells: {said.output[-400:]}"
    hushed(folder)


@pytest.mark.usefixtures("planted")
def test_an_engine_that_fails_tells_no_password(tmp_path: Path, attack: Attack) -> None:
    source = SOURCE.replace("connector: files\nsettings: {folder: files}", "connector: in_place").replace(
        "path: sales.csv", "table: sales"
    )
    engine = 'name: Small company\ntoday: 2025-07-05\nengine: {kind: postgres, address: "${FACTS_URL}"}\n'
    folder = make(tmp_path, {"workspace.yaml": engine, "sources/books.yaml": source})
    said = CliRunner().invoke(fourfold, ["refresh", "--workspace", str(folder)])
    assert said.exit_code == 1 and "PostgreSQL does not answer" in said.output
    assert HUSH not in said.output
    hushed(folder)
    attack.held("secrets: of sources")


def test_the_state_databases_password_is_never_told(company: Path, attack: Attack) -> None:
    """The whole process, so that tracebacks and logs count, too."""
    for command in (["tick"],):
        ended = subprocess.run(
            [sys.executable, "-m", "cli", *command, "--workspace", str(company)],
            env={**os.environ, "FOURFOLD_STATE_URL": SECRETS["FOURFOLD_STATE_URL"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode != 0
        assert HUSH not in ended.stdout + ended.stderr, f"{command}: {ended.stderr[-600:]}"
        attack.held("secrets: of the state database")


@pytest.mark.parametrize("broken", ["", "client_secret = hush", "[auth", "\x00"])
def test_the_doctor_repeats_nothing_of_secrets(broken: str, company: Path, tmp_path: Path, attack: Attack) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text(TOML + broken, encoding="utf-8")
    file.chmod(0o644)
    for more in ([], ["--json"]):
        said = CliRunner().invoke(
            fourfold, ["doctor", "--secrets", str(file), "--address", "0.0.0.0", *more, "--workspace", str(company)]
        )
        assert said.exit_code == 1
        assert HUSH not in said.output + repr(said.exception)
        attack.held("secrets: of sign-in")


@pytest.mark.usefixtures("planted")
def test_nothing_that_is_kept_or_exported_holds_a_secret(tmp_path: Path, attack: Attack) -> None:
    """A source with a password that works: the snapshot, its definitions, the attempts, the state and its export."""
    folder = make(tmp_path, {"sources/books.yaml": BY_SQL % "sqlite:///files/${ERP_PASSWORD}.db"})
    path = folder / "files" / f"{SECRETS['ERP_PASSWORD']}.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE sales (id INTEGER, day DATE, unit TEXT, amount NUMERIC, channel TEXT)")
        database.execute("INSERT INTO sales VALUES (1, '2025-01-10', 'shop', 5, 'web')")
    refresh(folder)
    state = open_state(f"sqlite:///{folder}/var/state.sqlite")
    assert HUSH not in json.dumps(written(state), default=str)
    state.dispose()
    path.unlink()
    hushed(folder)
    said = CliRunner().invoke(fourfold, ["refresh", "--workspace", str(folder)])  # it is gone: an error that names it?
    assert HUSH not in said.output
    attack.held("secrets: in what is kept", 5)
