"""Looks at how Fourfold is served, before anybody comes in: who is let in, and what is given away.

Each check is a function of what there is; a new one is added to CHECKS.
"""

import ipaddress
import os
import stat
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from data.errors import CommandError

Level = Literal["error", "warning"]
SHORTEST_SECRET = 32  # characters of a cookie secret
PLACEHOLDERS = ("xxx", "changeme", "secret", "change-me", "your-")
NEEDED = ("client_id", "client_secret", "server_metadata_url")


@dataclass(frozen=True)
class Served:
    """How it is served: the address it listens on (None: every one), secrets, settings, files, environment."""

    address: str | None
    secrets_file: Path | None
    auth: Mapping[str, Any] | None
    settings: Mapping[str, Any]
    var: Path
    administrators: int
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def on_loopback(self) -> bool:
        """Whether nobody but this machine reaches it."""
        return is_loopback(self.address)

    @property
    def providers(self) -> Mapping[str, Mapping[str, Any]]:
        """Each provider with its settings; the unnamed one is called 'auth'."""
        if self.auth is None:
            return {}
        named = {f"auth.{key}": value for key, value in self.auth.items() if isinstance(value, Mapping)}
        return {"auth": self.auth, **named} if "client_id" in self.auth or not named else named


@dataclass(frozen=True)
class Finding:
    """What is wrong, and the remedy."""

    level: Level
    says: str
    remedy: str


def is_loopback(address: str | None) -> bool:
    """Whether an address to listen on is this machine's own; none at all means every interface."""
    if not address:
        return False
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def secrets_of(file: Path) -> Mapping[str, Any]:
    """A secrets.toml; CommandError, which repeats nothing of it, for one that cannot be read."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {type(error).__name__}") from error
    except tomllib.TOMLDecodeError as error:
        raise CommandError(f"{file} is no TOML; look at it with care, it is not repeated here") from error


def diagnose(served: Served) -> list[Finding]:
    """What every check found, errors first."""
    found = [finding for check in CHECKS for finding in check(served)]
    return sorted(found, key=lambda one: one.level != "error")


def _who(served: Served) -> Iterator[Finding]:
    if served.auth is None and not served.on_loopback:
        where = served.address or "every interface (no address is set)"
        yield Finding(
            "error",
            f"it would listen on {where}, and no identity provider says who comes in",
            "set one up in secrets.toml (docs/sign-in.md), or listen on 127.0.0.1",
        )
    if served.auth is not None and served.environment.get("FOURFOLD_SAMPLE_PEOPLE") == "1":
        yield Finding(
            "warning",
            "FOURFOLD_SAMPLE_PEOPLE is set, and means nothing beside a provider",
            "take it out, so that nobody is let in by it when the provider is taken out",
        )


def _provider(served: Served) -> Iterator[Finding]:
    if served.auth is None:
        return
    for name, settings in served.providers.items():
        missing = [one for one in NEEDED if not settings.get(one)]
        if missing:
            yield Finding(
                "error", f"[{name}] lacks {', '.join(missing)}", "docs/sign-in.md has a recipe for each provider"
            )
        metadata = urlsplit(str(settings.get("server_metadata_url", "")))
        if metadata.scheme == "http" and not is_loopback(metadata.hostname):
            yield Finding("error", f"[{name}] speaks http with the provider", "use its https address")
    secret = str(served.auth.get("cookie_secret", ""))
    if len(secret) < SHORTEST_SECRET or any(one in secret.lower() for one in PLACEHOLDERS):
        yield Finding(
            "error",
            f"the cookie secret is short or a placeholder: whoever guesses it signs in as anybody (at least "
            f"{SHORTEST_SECRET} characters)",
            'python3 -c "import secrets; print(secrets.token_urlsafe(48))"',
        )
    back = urlsplit(str(served.auth.get("redirect_uri", "")))
    if not back.path.endswith("/oauth2callback"):
        yield Finding("error", "redirect_uri must end with /oauth2callback", "set it, here and at the provider")
    if back.scheme != "https" and not is_loopback(back.hostname):
        yield Finding("error", "redirect_uri is not https: cookies would travel openly", "put a TLS proxy in front")


def _first_administrator(served: Served) -> Iterator[Finding]:
    if served.auth is not None and not served.administrators:
        yield Finding(
            "warning",
            "nobody who can sign in is an administrator",
            "fourfold people invite ada --name 'Ada Min' --email ada@example.org --role administrator",
        )


def _files(served: Served) -> Iterator[Finding]:
    if served.secrets_file is not None and _others(served.secrets_file) & (stat.S_IROTH | stat.S_IRGRP | stat.S_IWOTH):
        yield Finding(
            "error",
            f"{served.secrets_file.name} can be read by others on this machine",
            f"chmod 600 {served.secrets_file}",
        )
    for path in (served.var, served.var / "state.sqlite"):
        if path.exists() and _others(path) & stat.S_IWOTH:
            yield Finding("error", f"{path} can be written by anybody on this machine", f"chmod o-w {path}")
        elif path.name == "state.sqlite" and path.exists() and not served.on_loopback and _others(path) & stat.S_IROTH:
            yield Finding("warning", f"{path} can be read by anybody on this machine", f"chmod o-r {path}")


def _settings(served: Served) -> Iterator[Finding]:
    client, server = served.settings.get("client", {}), served.settings.get("server", {})
    if str(client.get("showErrorDetails", "full")).lower() not in ("type", "none", "false"):
        yield Finding(
            "error",
            "error pages would show the code and its values",
            'set client.showErrorDetails = "type" in config.toml',
        )
    if str(server.get("enableAgentApi", False)).lower() == "true":
        yield Finding(
            "error", "server.enableAgentApi lets programs drive the app", "take it out; it is for tests alone"
        )
    if server.get("trustedUserHeaders"):
        yield Finding("error", "server.trustedUserHeaders lets a header say who comes in", "take it out")
    if str(server.get("enableXsrfProtection", True)).lower() == "false":
        yield Finding("error", "server.enableXsrfProtection is off", "take that line out")


CHECKS: tuple[Callable[[Served], Iterator[Finding]], ...] = (_who, _provider, _first_administrator, _files, _settings)


def _others(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) if os.name == "posix" else 0
