"""The command line about people and how it is served: the first administrator, roles for a time, the doctor."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.commands import fourfold
from flows.refresh import refresh
from strategy.members.tables import Member
from strategy.reading import read
from strategy.state import open_state, state_url
from tests.making import make

PEOPLE = "people:\n  mira: {name: Mira East, email: mira@x.example, roles: [{role: manager, units: [east]}]}\n"


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A small company, refreshed."""
    folder = make(tmp_path / "small", {"people.yaml": PEOPLE})
    refresh(folder, now=date(2025, 7, 5))
    return folder


def told(folder: Path, *words: str) -> Result:
    """What the command line says."""
    return CliRunner().invoke(fourfold, [*words, "--workspace", str(folder)])


def listed(folder: Path) -> dict[str, list[str]]:
    """The roles of everybody, by key."""
    found = json.loads(told(folder, "people", "list", "--json").stdout)
    return {one["key"]: [f"{role['role']}:{','.join(role['units'])}" for role in one["roles"]] for one in found}


def test_the_first_administrator_is_invited_and_others_follow(company: Path) -> None:
    ada = ["people", "invite", "ada", "--name", "Ada Min", "--email", "ada@x.example", "--role", "administrator"]
    assert "Ada Min may sign in with ada@x.example, as administrator over company." in told(company, *ada).stdout
    assert told(company, *ada).exit_code == 1
    assert told(company, "people", "give", "mira", "executive", "--ends", "2025-12-31").exit_code == 0
    assert listed(company) == {"ada": ["administrator:company"], "mira": ["manager:east", "executive:company"]}
    given = json.loads(told(company, "people", "list", "--json").stdout)[1]["memberships"][0]["key"]
    assert told(company, "people", "end", given, "--on", "2025-07-04").exit_code == 0
    assert listed(company)["mira"] == ["manager:east"]
    assert "Mira East" in told(company, "people", "list").stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["give", "mira", "bos"], "'bos' is not a role"),
        (["give", "mira", "viewer", "--unit", "eats"], "did you mean 'east'?"),
        (["invite", "zoe", "--name", "Zoe", "--email", "at home"], "is no e-mail address"),
        (["deactivate", "nobody"], "nobody called 'nobody' was invited"),
        (["end", "nothing"], "there is no membership 'nothing'"),
    ],
)
def test_slips_are_told_with_the_remedy(company: Path, words: list[str], says: str) -> None:
    done = told(company, "people", *words)
    assert done.exit_code == 1
    assert says in done.stderr


def test_somebody_is_let_in_no_more_and_again(company: Path) -> None:
    told(company, "people", "invite", "zoe", "--name", "Zoe New", "--email", "zoe@x.example")
    for words, active in (("deactivate", False), ("activate", True)):
        assert told(company, "people", words, "zoe").exit_code == 0
        (zoe,) = read(open_state(state_url(company / "var")), Member, Member.key == "zoe")
        assert zoe.active is active
    assert told(company, "people", "sign-out", "zoe").exit_code == 0
    assert told(company, "people", "free", "zoe").exit_code == 0
    assert told(company, "audit", "verify").exit_code == 0
    deeds = told(company, "audit", "list", "--item", "zoe").stdout.splitlines()
    assert [line.split()[3] for line in deeds[:-1]] == [
        "FreeAccount",
        "SignOutEverywhere",
        "ReactivatePerson",
        "DeactivatePerson",
        "InvitePerson",
    ]
    found = json.loads(told(company, "audit", "list", "--command", "InvitePerson", "--json").stdout)
    assert (found["count"], found["deeds"][0]["changes"][0]["after"]["name"]) == (1, "Zoe New")
    assert told(company, "audit", "list", "--until", "2020-01-01").stdout == "0 deeds of 0.\n"


def test_the_doctor_lets_nobody_in_beyond_this_machine_without_a_provider(company: Path) -> None:
    none = ["--secrets", str(company / "nothing.toml")]
    assert told(company, "doctor", "--address", "127.0.0.1", *none).exit_code == 0
    done = told(company, "doctor", "--address", "0.0.0.0", *none)
    assert done.exit_code == 1
    assert "no identity provider says who comes in" in done.stdout


def test_the_doctor_reads_the_secrets_and_repeats_none(company: Path) -> None:
    secrets = company / "secrets.toml"
    secrets.write_text(
        '[auth]\nredirect_uri = "https://s.example/oauth2callback"\ncookie_secret = "hushhush"\n'
        'client_id = "f"\nclient_secret = "hushhush"\nserver_metadata_url = "https://id.example/x"\n'
    )
    secrets.chmod(0o600)
    (company / "var").chmod(0o700)
    done = told(company, "doctor", "--address", "0.0.0.0", "--secrets", str(secrets), "--json")
    levels = [(one["level"], one["says"][:24]) for one in json.loads(done.stdout)]
    assert levels == [
        ("error", "the cookie secret is sho"),
        ("warning", "nobody who can sign in i"),
        ("warning", "it speaks plain http on "),
    ]
    assert "hush" not in done.output
