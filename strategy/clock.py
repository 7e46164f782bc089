"""One clock for all that waits for time: the real one, a workspace's standing day, or the moment that a test sets."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from access.policy import Policy
from access.roles import PERMISSIONS, Role
from access.viewer import Grant, Viewer

SYSTEM = "fourfold"  # under this key the clock's own deeds stand in the audit


@dataclass(frozen=True)
class Clock:
    """What time it is. `standing` holds the day still (a demo) while hours run on; `fixed` holds the moment (UTC)."""

    standing: date | None = None
    fixed: datetime | None = None

    def now(self) -> datetime:
        """The moment, in UTC."""
        if self.fixed is not None:
            return self.fixed.astimezone(UTC)
        real = datetime.now(UTC)
        return real if self.standing is None else datetime.combine(self.standing, real.timetz())

    def today(self) -> date:
        """The day, in UTC."""
        return self.now().date()


def system(policy: Policy, key: str = SYSTEM) -> tuple[Viewer, Policy]:
    """Who does what the clock does, and a policy under which only he may; both are made in code, never from a file.

    `key` is under whom it stands in the audit: a sign-in under who signed in.
    """
    role = Role(SYSTEM, "Fourfold", frozenset(PERMISSIONS), "")
    viewer = Viewer(key, "Fourfold", "the clock", (Grant(SYSTEM, (policy.root,)),))
    return viewer, Policy({SYSTEM: role}, policy.below, policy.root)
