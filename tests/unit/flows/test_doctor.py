"""What the doctor says of how Fourfold is served."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.errors import CommandError
from flows.doctor import Served, diagnose, is_loopback, secrets_of

AUTH: dict[str, Any] = {
    "redirect_uri": "https://score.example/oauth2callback",
    "cookie_secret": "k3-f9QeZr7w0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT",
    "client_id": "fourfold",
    "client_secret": "q",
    "server_metadata_url": "https://id.example/.well-known/openid-configuration",
}
GOOD: dict[str, Any] = {
    "client": {"showErrorDetails": "type", "showErrorLinks": False, "toolbarMode": "minimal"},
    "server": {"maxUploadSize": 1, "sslCertFile": "cert.pem"},
}


@pytest.fixture
def served(tmp_path: Path) -> Served:
    """A sound production."""
    (tmp_path / "var").mkdir(mode=0o700)
    secrets = tmp_path / "secrets.toml"
    secrets.write_text("[auth]\n")
    secrets.chmod(0o600)
    return Served("0.0.0.0", secrets, AUTH, GOOD, tmp_path / "var", 1)


def test_a_sound_production_has_no_findings(served: Served) -> None:
    assert diagnose(served) == []


def test_the_demo_on_this_machine_needs_no_provider(served: Served) -> None:
    assert diagnose(replace(served, address="127.0.0.1", auth=None, secrets_file=None, administrators=0)) == []


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "10.0.0.7", "score.example", "127.0.0.1.example"])
def test_beyond_this_machine_nobody_comes_in_without_a_provider(served: Served, address: str | None) -> None:
    (found,) = diagnose(replace(served, address=address, auth=None, secrets_file=None))
    assert found.level == "error"
    assert "no identity provider says who comes in" in found.says


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client_secret": ""}, "[auth] lacks client_secret"),
        ({"cookie_secret": "short"}, "the cookie secret is short"),
        ({"cookie_secret": "ab" * 40}, "the cookie secret is short or a placeholder"),
        ({"cookie_secret": "changeme" * 8}, "the cookie secret is short or a placeholder"),
        ({"redirect_uri": "http://score.example/oauth2callback"}, "redirect_uri is not https"),
        ({"redirect_uri": "https://score.example/"}, "must end with /oauth2callback"),
        ({"server_metadata_url": "http://id.example/x"}, "speaks http with the provider"),
        ({"google": {"client_id": "g"}}, "[auth.google] lacks client_secret, server_metadata_url"),
    ],
)
def test_what_is_wrong_with_a_provider(served: Served, change: dict[str, Any], words: str) -> None:
    (found,) = diagnose(replace(served, auth={**AUTH, **change}))
    assert words in found.says
    assert found.level == "error"
    assert found.remedy


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"client": {"showErrorDetails": "full"}}, "error pages would show"),
        ({"client": {"showErrorLinks": True}}, "search the web"),
        ({"client": {"toolbarMode": "developer"}}, "the toolbar would show"),
        ({"server": {"enableAgentApi": True}}, "enableAgentApi"),
        ({"server": {"enableXsrfProtection": "false"}}, "enableXsrfProtection is off"),
        ({"server": {"enableCORS": False}}, "enableCORS is off"),
        ({"server": {"enableStaticServing": "true"}}, "enableStaticServing"),
        ({"server": {"trustedUserHeaders": {"X": "email"}}}, "trustedUserHeaders"),
        ({"server": {"maxUploadSize": 200}}, "could upload 200 MB"),
        ({"server": {"maxUploadSize": "much"}}, "could upload much MB"),
        ({"server": {"sslCertFile": ""}}, "it speaks plain http on 0.0.0.0"),
        ({"global": {"developmentMode": True}}, "developmentMode"),
        ({"logger": {"level": "debug"}}, "writes what people type"),
    ],
)
def test_settings_that_give_too_much(served: Served, settings: dict[str, Any], words: str) -> None:
    whole = {section: {**GOOD.get(section, {}), **settings.get(section, {})} for section in {*GOOD, *settings}}
    (found,) = diagnose(replace(served, settings=whole))
    assert words in found.says


def test_what_is_not_set_counts_as_the_framework_has_it(served: Served) -> None:
    says = " ".join(one.says for one in diagnose(replace(served, settings={})))
    for words in ("error pages would show", "search the web", "the toolbar would show", "could upload 200 MB"):
        assert words in says


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://fourfold:hush@db.example/state", 1),
        ("postgresql+psycopg://fourfold:hush@db.example/state?sslmode=prefer", 1),
        ("postgresql://fourfold:hush@db.example/state?sslmode=verify-full", 0),
        ("postgresql://fourfold:hush@127.0.0.1/state", 0),
        ("postgresql:///state?host=/run/postgresql", 0),
        ("sqlite:////srv/state.sqlite", 0),
    ],
)
def test_the_way_to_the_state_database(served: Served, url: str, found: int) -> None:
    says = [one.says for one in diagnose(replace(served, environment={"FOURFOLD_STATE_URL": url}))]
    assert len(says) == found
    assert "hush" not in str(says)


def test_files_that_others_read_or_write(served: Served) -> None:
    assert served.secrets_file is not None
    served.secrets_file.chmod(0o644)
    served.var.chmod(0o777)
    (served.var / "state.sqlite").write_bytes(b"")
    (served.var / "state.sqlite").chmod(0o604)
    says = [one.says for one in diagnose(served)]
    assert ["secrets.toml can be read" in says[0], "can be written by anybody" in says[1], len(says)] == [True, True, 3]


def test_a_first_administrator_is_missed(served: Served) -> None:
    (found,) = diagnose(replace(served, administrators=0))
    assert (found.level, "fourfold people invite" in found.remedy) == ("warning", True)


def test_sample_people_beside_a_provider_are_told(served: Served) -> None:
    (found,) = diagnose(replace(served, environment={"FOURFOLD_SAMPLE_PEOPLE": "1"}))
    assert "FOURFOLD_SAMPLE_PEOPLE" in found.says


def test_a_broken_secrets_file_is_told_without_its_words(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text("[auth]\nclient_secret = hush-hush")
    with pytest.raises(CommandError) as told:
        secrets_of(file)
    assert "hush" not in str(told.value)
    file.write_text("[auth]\nclient_id = 'x'")
    assert secrets_of(file) == {"auth": {"client_id": "x"}}
