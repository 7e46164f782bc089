"""Looks at how Fourfold is served, and says what would let in whom it should not."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.app import DEMO, AsJson, Workspace, counted, existing, fourfold
from cli.telling import failing_in_words, tell, tell_json
from data.snapshots import Store
from flows.acting import clock_of
from flows.doctor import SETTINGS, Served, diagnose, secrets_of
from flows.opened import open_current
from flows.people import people
from strategy.state import open_state, state_url

ROOT = Path(__file__).resolve().parent.parent.parent
PLACES = (ROOT / ".streamlit" / "secrets.toml", Path("~/.streamlit/secrets.toml"))  # where the framework looks


@fourfold.command()
def doctor(
    address: Annotated[
        str | None,
        typer.Option(help="The address to listen on; none: STREAMLIT_SERVER_ADDRESS, else 127.0.0.1 as ./run does."),
    ] = None,
    secrets: Annotated[Path | None, typer.Option(help="The secrets.toml, where it is not in .streamlit/.")] = None,
    as_json: AsJson = False,
    workspace: Workspace = DEMO,
) -> None:
    """Look at how Fourfold is served: who is let in, the cookie's secret, TLS, file rights, what errors give away."""
    with failing_in_words(as_json):
        served = _served(existing(workspace), address, secrets)
        found = diagnose(served)
    if as_json:
        tell_json([asdict(one) for one in found])
    else:
        for one in found:
            tell(f"{one.level}: {one.says}\n    {one.remedy}")
        provider = f"{counted('providers', len(served.providers))} of identity" if served.auth else "sample people"
        tell(f"{counted('findings', len(found))}; on {served.address}, {provider}")
    if any(one.level == "error" for one in found):
        raise typer.Exit(1)


def _served(folder: Path, address: str | None, secrets: Path | None) -> Served:
    places = (secrets,) if secrets else PLACES
    file = next((place.expanduser() for place in places if place.expanduser().is_file()), None)
    auth = secrets_of(file).get("auth") if file else None
    return Served(
        address or os.environ.get("STREAMLIT_SERVER_ADDRESS") or "127.0.0.1",
        file,
        auth,
        _settings(),
        folder / "var",
        _administrators(folder),
        dict(os.environ),
    )


def _settings() -> Mapping[str, Any]:
    """config.toml beside app.py, with STREAMLIT_* variables before it."""
    found: dict[str, dict[str, Any]] = {}
    file = ROOT / ".streamlit" / "config.toml"
    if file.is_file():
        found = {key: dict(value) for key, value in tomllib.loads(file.read_text(encoding="utf-8")).items()}
    for section, name in SETTINGS:
        spelt = "".join(f"_{c}" if c.isupper() else c.upper() for c in name).replace("C_O_R_S", "CORS")
        given = os.environ.get(f"STREAMLIT_{section.upper()}_{spelt}")
        if given is not None:
            found.setdefault(section, {})[name] = given
    return found


def _administrators(folder: Path) -> int:
    """How many could sign in today and manage people; 0 before the first refresh."""
    if Store(folder / "var").current_id() is None:
        return 0
    opened = open_current(folder)
    everybody = people(opened.workspace, open_state(state_url(folder / "var")), clock_of(opened).today())
    roles = opened.workspace.roles
    return sum(
        one.active
        and bool(one.email or one.member)
        and any(held.grant.role in roles and "people.manage" in roles[held.grant.role].may for held in one.roles)
        for one in everybody
    )
