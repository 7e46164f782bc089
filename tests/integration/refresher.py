"""A process that refreshes a workspace for ever, each time with one row more: for tests that kill it.

Run by a fork server, so that twenty of them start within seconds.
"""

from pathlib import Path

from flows.refresh import refresh
from tests.making import SALES_HEADER


def write_facts(folder: Path, count: int) -> None:
    """`count` sales of 1 each, in one step."""
    path = folder / "files" / "sales.csv"
    text = SALES_HEADER + "".join(f"{n},2025-01-10,shop,1,1,c{n},x,true\n" for n in range(count))
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").replace(path)


def refresh_for_ever(folder: str, count: int, ready: str) -> None:
    """Refresh with `count`, `count` + 1, ... rows until killed; `ready` is created before the first refresh."""
    Path(ready).touch()
    while True:
        write_facts(Path(folder), count)
        refresh(Path(folder))
        count += 1
