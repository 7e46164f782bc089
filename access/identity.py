"""Who an identity provider says is here, and for how long that is believed. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from access.policy import Refused

SKEW = timedelta(minutes=2)  # by which a provider's clock may be ahead of ours


@dataclass(frozen=True)
class Identity:
    """A signed-in account: the provider's own name for it, and what the ID token said when it signed in (UTC).

    `email` is lower case, and empty where the provider did not verify it.
    """

    issuer: str
    subject: str
    name: str
    email: str
    groups: tuple[str, ...]
    since: datetime
    nonce: str

    @property
    def account(self) -> str:
        """One text for the account, whatever its address and name become."""
        return f"{self.issuer}|{self.subject}"

    @property
    def session(self) -> str:
        """A name for this one sign-in that gives nothing of it away: what is revoked when it is signed out."""
        told = f"{self.account}|{self.since.isoformat()}|{self.nonce}"
        return hashlib.sha256(told.encode()).hexdigest()


def identity_of(claims: Mapping[str, Any], groups_claim: str = "groups") -> Identity:
    """The account behind the claims of an ID token; `Refused` where it does not say who it is about, or since when."""
    issuer, subject, since = claims.get("iss"), claims.get("sub"), claims.get("iat")
    if not (isinstance(issuer, str) and issuer and isinstance(subject, str) and subject):
        raise Refused("the identity provider did not say who signed in (claims iss and sub); tell your administrator")
    if not isinstance(since, int | float):
        raise Refused("the identity provider did not say when you signed in (claim iat); tell your administrator")
    email = claims.get("email") if claims.get("email_verified") is True else ""
    given = claims.get(groups_claim, ())
    groups = (given,) if isinstance(given, str) else tuple(one for one in given if isinstance(one, str))
    name = claims.get("name") or claims.get("preferred_username") or email or subject
    return Identity(
        issuer,
        subject,
        str(name),
        str(email or "").strip().lower(),
        groups,
        datetime.fromtimestamp(since, UTC),
        str(claims.get("nonce", "")),
    )


def require_fresh(identity: Identity, now: datetime, hours: float) -> None:
    """`Refused` for a sign-in that is older than a workspace allows, or comes from the future."""
    if identity.since > now + SKEW:
        raise Refused("your sign-in lies in the future; the clock of this server or of the provider is wrong")
    if now - identity.since > timedelta(hours=hours):
        raise Refused(f"your sign-in is older than {hours:g} hours; sign in again")
