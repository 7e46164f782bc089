"""The one tree of errors: every error that Fourfold raises on purpose, with words for a human.

FourfoldError
├── DefinitionError     a workspace says something that cannot be meant (carries all problems at once)
├── SourceError         a source could not be read (missing file, wrong credentials, empty)
├── ContractError       a source was read and is not what its contract promised
├── QueryError          a question that could only be answered with a wrong number
│   └── CalendarError   a day or period that a calendar does not know, or a grain that does not fit into another
├── SnapshotError       the warehouse of a workspace has no snapshot, a broken one, or another refresh runs
└── CommandError        a command was refused (access.policy.Refused says: by whom and why)
    └── Conflict        somebody else has changed the same thing meanwhile; tells what
"""

from typing import Any


class FourfoldError(Exception):
    """Root of the tree; `str(error)` names the place and the remedy."""


class DefinitionError(FourfoldError):
    """A workspace says something that cannot be meant; `problems` holds all of them, in file order."""

    def __init__(self, problems: tuple[Any, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class SourceError(FourfoldError):
    """A source could not be read: missing file, wrong address or credentials, empty where it must not be."""


class ContractError(FourfoldError):
    """A source was read and is not what its contract promised, as a whole (single bad rows go to quarantine)."""


class QueryError(FourfoldError):
    """A question that could only be answered with a wrong number; the text says why and what to ask instead."""


class CalendarError(QueryError):
    """A day or period that a calendar does not know, or a grain that does not fit into another."""


class SnapshotError(FourfoldError):
    """No snapshot yet, a broken one, or another refresh is running."""


class CommandError(FourfoldError):
    """A command that cannot be carried out as given."""


class Conflict(CommandError):
    """Somebody else has changed the same thing since it was looked at; the text tells who changed what."""
