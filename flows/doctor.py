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
from urllib.parse import parse_qsl, urlsplit

from data.errors import CommandError

Level = Literal["error", "warning"]
SHORTEST_SECRET = 32  # characters of a cookie secret
FEWEST_LETTERS = 12  # different ones in a cookie secret
LARGEST_UPLOAD = 5  # MB; no page takes one
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
    guessed = any(one in secret.lower() for one in PLACEHOLDERS) or len(set(secret)) < FEWEST_LETTERS
    if len(secret) < SHORTEST_SECRET or guessed:
        yield Finding(
            "error",
            f"the cookie secret is short or a placeholder: whoever guesses it signs in as anybody (at least "
            f"{SHORTEST_SECRET} characters by chance)",
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
    secrets, anybody = served.secrets_file, stat.S_IROTH | stat.S_IRGRP | stat.S_IWOTH | stat.S_IWGRP
    if secrets is not None and _rights(secrets) & anybody:
        yield Finding("error", f"{secrets.name} can be read by others on this machine", f"chmod 600 {secrets}")
    kept = (served.var, *(served.var / f"state.sqlite{end}" for end in ("", "-wal", "-shm")))
    for path in kept:
        if not path.exists():
            continue
        rights = _rights(path)
        if rights & stat.S_IWOTH:
            yield Finding("error", f"{path} can be written by anybody on this machine", f"chmod o-w {path}")
        elif rights & stat.S_IROTH and not served.on_loopback:
            yield Finding("warning", f"{path} can be read by anybody on this machine", f"chmod o-r {path}")


def _way(served: Served) -> Iterator[Finding]:
    """What travels openly: to the browser, and to the state database."""
    back = urlsplit(str((served.auth or {}).get("redirect_uri", "")))
    own = served.settings.get("server", {}).get("sslCertFile")
    if not served.on_loopback and back.scheme == "https" and not own:
        yield Finding(
            "warning",
            f"it speaks plain http on {served.address}, where others may listen or come past the proxy",
            "let it listen on 127.0.0.1 behind the TLS proxy, or let only the proxy reach it (docs/sign-in.md)",
        )
    state = urlsplit(served.environment.get("FOURFOLD_STATE_URL", ""))
    sealed = dict(parse_qsl(state.query)).get("sslmode") in ("require", "verify-ca", "verify-full")
    if state.scheme.startswith("postgresql") and state.hostname and not is_loopback(state.hostname) and not sealed:
        yield Finding(
            "warning",
            f"the way to the state database on {state.hostname} need not be encrypted",
            "add ?sslmode=verify-full to FOURFOLD_STATE_URL",
        )


@dataclass(frozen=True)
class Rule:
    """A setting of the framework: which values are sound (small letters; None: not set), what else it would mean."""

    section: str
    name: str
    sound: tuple[str | None, ...]
    level: Level
    says: str
    remedy: str


OFF = (None, "", "false", "0", "{}", "[]")
RULES = (
    Rule("client", "showErrorDetails", ("type", "none", "false"), "error",
         "error pages would show the code and its values", 'set client.showErrorDetails = "type" in config.toml'),
    Rule("client", "showErrorLinks", ("false",), "warning",
         "error pages would offer to search the web for the error", "set client.showErrorLinks = false in config.toml"),
    Rule("client", "toolbarMode", ("minimal", "viewer"), "warning",
         "the toolbar would show what is for developers", 'set client.toolbarMode = "minimal" in config.toml'),
    Rule("server", "enableAgentApi", OFF, "error",
         "server.enableAgentApi lets programs drive the app", "take it out; it is for tests alone"),
    Rule("server", "trustedUserHeaders", OFF, "error",
         "server.trustedUserHeaders lets a header say who comes in", "take it out"),
    Rule("server", "enableXsrfProtection", (None, "true"), "error",
         "server.enableXsrfProtection is off", "take that line out"),
    Rule("server", "enableCORS", (None, "true"), "error",
         "server.enableCORS is off: any website could speak to the app", "take that line out"),
    Rule("server", "enableStaticServing", OFF, "warning",
         "server.enableStaticServing gives files to anybody, signed in or not", "take it out; nothing here needs it"),
    Rule("global", "developmentMode", OFF, "error",
         "global.developmentMode lets any website speak to the app", "take it out"),
    Rule("logger", "level", (None, "info", "warning", "error", "critical"), "warning",
         "logger.level = debug writes what people type into the log", 'set logger.level = "info" in config.toml'),
)  # fmt: skip


def _settings(served: Served) -> Iterator[Finding]:
    for rule in RULES:
        value = served.settings.get(rule.section, {}).get(rule.name)
        if (None if value is None else str(value).lower()) not in rule.sound:
            yield Finding(rule.level, rule.says, rule.remedy)
    upload = served.settings.get("server", {}).get("maxUploadSize", 200)  # MB; the framework's own default
    if not str(upload).isdigit() or int(upload) > LARGEST_UPLOAD:
        yield Finding(
            "warning",
            f"anybody with a page open could upload {upload} MB into memory; no page takes a file",
            "set server.maxUploadSize = 1 in config.toml",
        )


SETTINGS = {(rule.section, rule.name) for rule in RULES} | {("server", "maxUploadSize"), ("server", "sslCertFile")}
CHECKS: tuple[Callable[[Served], Iterator[Finding]], ...] = (
    _who,
    _provider,
    _first_administrator,
    _files,
    _way,
    _settings,
)


def _rights(path: Path) -> int:
    """Rights of a file as `chmod` writes them; none to look at on other systems."""
    return stat.S_IMODE(path.stat().st_mode) if os.name == "posix" else 0
