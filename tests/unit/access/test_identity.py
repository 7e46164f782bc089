"""What the claims of an ID token are taken for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from access.identity import identity_of, require_fresh
from access.policy import Refused

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
CLAIMS: dict[str, Any] = {
    "iss": "https://id.example",
    "sub": "4711",
    "iat": NOW.timestamp(),
    "name": "Mira",
    "email": " Mira@Example.org ",
    "email_verified": True,
    "groups": ["heads", 7],
    "nonce": "n1",
}


def test_an_account_is_issuer_and_subject_whatever_its_address() -> None:
    one = identity_of(CLAIMS)
    assert (one.account, one.email, one.groups, one.since) == (
        "https://id.example|4711",
        "mira@example.org",
        ("heads",),
        NOW,
    )


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_counts_only_where_the_provider_verified_it(verified: object) -> None:
    assert identity_of({**CLAIMS, "email_verified": verified}).email == ""


def test_groups_may_stand_under_another_claim_or_be_one() -> None:
    assert identity_of({**CLAIMS, "roles": "heads"}, "roles").groups == ("heads",)
    assert identity_of(CLAIMS, "nothing").groups == ()


@pytest.mark.parametrize(("claim", "words"), [("iss", "who signed in"), ("sub", "who signed in"), ("iat", "when you")])
def test_what_says_not_who_or_when_is_refused(claim: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        identity_of({name: value for name, value in CLAIMS.items() if name != claim})


def test_each_sign_in_has_a_name_of_its_own() -> None:
    later = {**CLAIMS, "iat": (NOW + timedelta(seconds=1)).timestamp()}
    names = {identity_of(one).session for one in (CLAIMS, later, {**CLAIMS, "nonce": "n2"}, {**CLAIMS, "sub": "1"})}
    assert len(names) == 4
    assert all(len(name) == 64 and "4711" not in name for name in names)


def test_a_sign_in_ages_and_does_not_come_from_the_future() -> None:
    one = identity_of(CLAIMS)
    require_fresh(one, NOW + timedelta(hours=12), 12)
    with pytest.raises(Refused, match="older than 12 hours; sign in again"):
        require_fresh(one, NOW + timedelta(hours=12, seconds=1), 12)
    require_fresh(one, NOW - timedelta(minutes=2), 12)
    with pytest.raises(Refused, match="lies in the future"):
        require_fresh(one, NOW - timedelta(minutes=3), 12)
