"""`python -m bench <name> [args]`: runs one benchmark and prints each figure on a line of its own."""

import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol

from bench import Figure, Remark
from data.errors import FourfoldError


class Benchmark(Protocol):
    """What a module of bench/ offers."""

    def run(self, arguments: Sequence[str]) -> Iterable[Figure | Remark]:
        """Measure; `arguments` are those after the benchmark's name."""
        ...


def names() -> tuple[str, ...]:
    """All benchmarks, found by walking this folder."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")))


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark that the first argument names; returns the exit code."""
    name = arguments[0] if arguments else ""
    if name not in names():
        sys.stderr.write(f"Name a benchmark: {', '.join(names()) or 'there is none yet'}\n")
        return 2
    module: Benchmark = import_module(f"bench.{name}")
    try:
        for figure in module.run(arguments[1:]):
            sys.stdout.write(f"{figure}\n")
            sys.stdout.flush()
    except FourfoldError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
