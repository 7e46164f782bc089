"""Documents that would take without end to read: told by a quick look at their parts, before anything is built."""

from yaml import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent, YAMLError
from yaml.cyaml import CParser

MOST_LETTERS = 2_000_000
MOST_DOUBTFUL = 20_000  # keys, items and values of what only the slow, thorough reader can read
MOST_ALIASES = 1_000
DEEPEST = 100

Fault = tuple[int, str]  # line from 1, what is wrong there


def too_long(text: str) -> Fault | None:
    """Whether it is more text than any definition."""
    if len(text) <= MOST_LETTERS:
        return None
    return 1, f"has {len(text):,} characters; at most {MOST_LETTERS:,} are read as one file"


def endless(text: str) -> Fault | None:
    """What of a document has no end: too many parts, too deep, aliases of what contains them; None where all is well.

    Of what is no YAML nothing is told: the reader does that.
    """
    depth = parts = aliases = 0
    anchors: list[str | None] = []  # of what is open
    try:
        parser = CParser(text)
        while parser.check_event():
            event = parser.get_event()
            line = event.start_mark.line + 1
            if isinstance(event, NodeEvent):
                parts += 1
                aliases += isinstance(event, AliasEvent)
                if isinstance(event, AliasEvent) and event.anchor in anchors:
                    return line, f"the alias *{event.anchor} stands inside of what it means"
            if isinstance(event, CollectionStartEvent):
                depth += 1
                anchors.append(event.anchor)
            elif isinstance(event, CollectionEndEvent):
                depth -= 1
                anchors.pop()
            if depth > DEEPEST:
                return line, f"is nested more than {DEEPEST} levels deep"
            if parts > MOST_DOUBTFUL or aliases > MOST_ALIASES:
                return (
                    line,
                    f"holds more than {MOST_DOUBTFUL:,} parts or {MOST_ALIASES:,} aliases; write it plainly",
                )
    except (YAMLError, ValueError, RecursionError):
        return None
    return None
