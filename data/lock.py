"""The lock of the one publisher: a file that the operating system frees when its holder dies, however it dies."""

import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from data.errors import SnapshotError


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold `path` alone. Raises SnapshotError at once, saying since when and by whom, if somebody else holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SnapshotError(_who_holds(path)) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(_holder()).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _holder() -> dict[str, str | int]:
    return {
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "user": _user(),
        "host": socket.gethostname(),
        "process": os.getpid(),
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run a user id that has no name
        return f"user {os.getuid()}"


def _who_holds(path: Path) -> str:
    remedy = "wait until it has finished"
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # the holder is just writing it
        return f"another refresh is running; {remedy}"
    return (
        f"another refresh is running since {holder['since']} "
        f"(started by {holder['user']} on {holder['host']}, process {holder['process']}); {remedy}"
    )
