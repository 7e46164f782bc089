"""A tick that dies just before its n-th commit: python -m tests.integration.strategy.killed_tick FOLDER URL N."""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event

from flows.opened import open_current
from flows.tick import tick_on
from strategy.clock import Clock
from strategy.state import open_state

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def main(folder: Path, url: str, deadly: int) -> None:
    """Tick, and be killed without a word as the n-th command is about to be committed."""
    engine, commits = open_state(url), 0

    @event.listens_for(engine, "commit")
    def _die(_connection: object) -> None:
        nonlocal commits
        commits += 1
        if commits == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    tick_on(open_current(folder), engine, Clock(fixed=NOON))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
