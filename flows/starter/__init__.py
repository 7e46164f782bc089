"""A first workspace for a new company: small, commented, and working at once on tiny files that it brings."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from data.errors import CommandError
from flows.starter.facts import write_facts

TEMPLATE = Path(__file__).resolve().parent / "workspace"


def write(folder: Path, today: date | None = None) -> Path:
    """Write the first workspace into `folder`, which must be new or empty, and return its full path.

    Its sample files end with the last closed month before `today` (None: the real date). The folder appears whole or
    not at all. Raises CommandError where something is in the way.
    """
    target = folder.expanduser().resolve()
    if target.exists() and not target.is_dir():
        raise CommandError(f"{target} is a file; name a new folder for the workspace")
    if target.exists() and any(target.iterdir()):
        raise CommandError(f"{target} is not empty, and nothing is overwritten; name a new folder for the workspace")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as beside:
            made = Path(beside) / "workspace"
            shutil.copytree(TEMPLATE, made)
            (made / "gitignore").rename(made / ".gitignore")
            write_facts(made / "files", today or date.today())  # noqa: DTZ011  (the user's own calendar day is meant)
            made.chmod(0o755)
            made.replace(target)
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error.strerror or error}") from error
    return target
