"""An identity provider beside a served workspace: people, accounts, secrets, and the process itself."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.e2e.conftest import free_port

PEOPLE = """\
people:
  mira: {name: Mira East, title: Head of east, email: mira@velora.example, roles: [{role: manager, units: [east]}]}
  wil: {name: Wil West, title: Head of west, email: wil@velora.example, roles: [{role: manager, units: [west]}]}
  ada: {name: Ada Min, title: Administrator, roles: [{role: administrator, units: [company]}]}
"""
ROLES = """\
groups:
  controlling: {role: analyst, units: [company]}
"""
ACCOUNTS: list[dict[str, Any]] = [
    {"sub": "mira-1", "name": "Mira East", "email": "Mira@velora.example", "email_verified": True},
    {"sub": "wil-1", "name": "Wil West", "email": "wil@velora.example", "email_verified": True},
    {"sub": "liar", "name": "Mira Too", "email": "mira@velora.example", "email_verified": False},
    {
        "sub": "nora",
        "name": "Nora Count",
        "email": "nora@velora.example",
        "email_verified": True,
        "groups": ["controlling"],
    },
    {"sub": "eve", "name": "Eve Elsewhere", "email": "eve@else.example", "email_verified": True},
]


def secrets_for(folder: Path, address: str, metadata: str, more: str = "") -> Path:
    """A secrets.toml for an app at this address (as browsers see it) and a provider; `more` are lines of their own."""
    secrets = folder / "secrets.toml"
    secrets.write_text(
        f'[auth]\nredirect_uri = "{address}/oauth2callback"\ncookie_secret = "{"s" * 40}"\n'
        f'client_id = "fourfold"\nclient_secret = "secret"\nserver_metadata_url = "{metadata}"\n{more}',
        encoding="utf-8",
    )
    return secrets


@contextmanager
def mock_provider(log: Path, accounts: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A provider from PyPI with these accounts; yields the address of its metadata."""
    port = free_port()
    users = [argument for one in accounts for argument in ("--user-claims", json.dumps(one))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *users]
    with running(command, log, f"http://127.0.0.1:{port}/.well-known/openid-configuration") as metadata:
        yield metadata


@contextmanager
def running(command: Sequence[str], log: Path, metadata: str, folder: Path | None = None) -> Iterator[str]:
    """A provider's process, once it answers."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=folder)
        try:
            wait(metadata, process)
            yield metadata
        finally:
            process.terminate()
            process.wait(10)


def wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the provider answers."""
    for _ in range(120):
        if process.poll() is not None:
            break
        try:
            with urlopen(url):
                return
        except URLError:
            time.sleep(0.25)
    pytest.fail("the identity provider did not come up")
