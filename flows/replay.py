"""Replays a past: dated lines of commands, each done by its person at its moment through the same door as today's.

The past is lived in a database beside the state and then read into it at once: all of it, or nothing.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Engine, event, select

from access.policy import Refused
from access.viewer import Viewer
from data.errors import CommandError, Conflict
from flows.acting import door_of
from flows.compute import Progress, quiet
from flows.opened import Opened, open_current
from flows.readings import Months
from flows.reviewing import opening
from flows.tick import tick_on
from flows.told_lines import Line, Lookup, read_lines
from strategy.archive import read_back, written
from strategy.clock import SYSTEM, Clock
from strategy.commands import COMMANDS, Command, OnRecord, words_of
from strategy.reading import read
from strategy.reviews.tables import Review
from strategy.rooms import load
from strategy.state import open_state, reading, state_url
from strategy.tables import Audit

TICK, OPEN = "tick", "open review"  # what a line may ask for besides commands
HISTORY = Path("files") / "strategy" / "history.jsonl"  # where a workspace may have a past of its own


def replay(folder: Path, history: Path, progress: Progress = quiet) -> dict[str, int]:
    """Live a past in a workspace's empty state, on its current snapshot; returns how often each command was done.

    Raises CommandError with file and line for what cannot be done, and where the state holds something already.
    """
    opened = open_current(folder)
    (folder / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder / "var") as beside:
        scratch = _quick(open_state(f"sqlite:///{Path(beside) / 'state.sqlite'}"))
        past = Past(opened, scratch)
        lines = list(read_lines(history))
        for number, line in enumerate(lines):
            past.live(line)
            progress("two years of the company's strategy", number / len(lines))
        content = written(scratch)
        scratch.dispose()
    state = open_state(state_url(folder / "var"))
    try:
        read_back(state, content)
    finally:
        state.dispose()
    return dict(sorted(past.done.items()))


def begin(folder: Path, progress: Progress = quiet) -> dict[str, int]:
    """Replay the workspace's own past where it brings one and nobody has done anything yet; else nothing."""
    history = folder / HISTORY
    if not history.is_file():
        return {}
    if _lived(folder):
        return {}
    try:
        return replay(folder, history, progress)
    except Conflict:  # somebody was quicker and has begun the present
        return {}


def _lived(folder: Path) -> bool:
    state = open_state(state_url(folder / "var"))
    try:
        with reading(state) as session:
            return session.scalar(select(Audit.id).limit(1)) is not None
    finally:
        state.dispose()


@dataclass
class Past:
    """Does one line after another."""

    opened: Opened
    state: Engine
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        load()
        self.months = Months(self.opened)
        self.lookup = Lookup(self.opened, self.state, self.months)
        self.acts: Mapping[str, Callable[[Line, Clock], None]] = {TICK: self._tick, OPEN: self._open}

    def live(self, line: Line) -> None:
        """Do what a line says, at its moment."""
        clock = Clock(fixed=line.at)
        try:
            self.acts.get(line.do, self._command)(line, clock)
        except (CommandError, Refused) as error:
            told = str(error)
            place = "" if told.startswith(line.place) else f"{line.place}: "
            raise CommandError(f"{place}{line.do} by {line.who} on {line.at:%Y-%m-%d}: {told}") from error
        self.done[line.do] += 1

    def _tick(self, _line: Line, clock: Clock) -> None:
        ticked = tick_on(self.opened, self.state, clock, self.months)
        if ticked.refused:
            raise CommandError("; ".join(ticked.refused))

    def _open(self, line: Line, clock: Clock) -> None:
        (review,) = read(self.state, Review, Review.key == line.given["key"])
        self._do(line, opening(self.opened, self.state, review, clock.today(), self.months), clock)

    def _command(self, line: Line, clock: Clock) -> None:
        kind = COMMANDS.get(line.do)
        if kind is None:
            raise CommandError(f"there is no command '{line.do}'")
        given = self.lookup.resolved(dict(line.given), line)
        if issubclass(kind, OnRecord):
            given = self._as_it_stands(kind, given) | given
        self._do(line, made(kind, given), clock)

    def _as_it_stands(self, kind: type[OnRecord[Any]], given: Mapping[str, Any]) -> dict[str, Any]:
        """The record's version, and of the fields that a line leaves out those that the record has: they stay."""
        found = read(self.state, kind.kind, kind.kind.key == given.get("key"))
        if not found:
            raise CommandError(f"there is no {words_of(kind.kind)} '{given.get('key')}'")
        needed = (one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING)
        return {name: getattr(found[0], name) for name in needed if hasattr(found[0], name)}

    def _do(self, line: Line, command: Command, clock: Clock) -> None:
        door = door_of(self.opened, self.state, clock, "replay")
        if line.who == SYSTEM:
            door.by_clock(command)
        else:
            door.do(self._viewer(line.who), command)

    def _viewer(self, person: str) -> Viewer:
        known = self.opened.workspace.people.get(person)
        if known is None:
            raise CommandError(f"'{person}' is not in people.yaml")
        return Viewer(person, known.name, known.title, tuple(one.grant for one in known.roles))


def made(kind: type[Command], given: Mapping[str, Any]) -> Command:
    """A command from plain content; CommandError with the fields that do not fit."""
    try:
        command: Command = _reader(kind).validate_python(dict(given))
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise CommandError(f"the command {kind.__name__} cannot be made: {told}") from error
    return command


@cache
def _reader(kind: type[Command]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _quick(scratch: Engine) -> Engine:
    """A scratch database need not outlive a loss of power: nothing waits for the disk."""

    def settings(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    scratch.dispose()
    event.listen(scratch, "connect", settings)
    return scratch
