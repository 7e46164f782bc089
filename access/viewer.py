"""Who is looking: a person with roles over units."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Grant:
    """A role over some units and everything below them; of their metrics those of some perspectives (None: of all)."""

    role: str
    units: tuple[str, ...]
    perspectives: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Viewer:
    """A person as the policy sees him: built on each run from the workspace or identity provider, never from a URL."""

    key: str
    name: str
    title: str
    grants: tuple[Grant, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles held, each once, in the order they were given."""
        return tuple(dict.fromkeys(grant.role for grant in self.grants))
