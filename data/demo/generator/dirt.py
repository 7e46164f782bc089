"""Broken rows, some dozens, as real exports have them: the contract of the dataset must catch each one."""

from collections.abc import Callable

import numpy as np

from data.demo.generator.clock import Ints
from data.demo.generator.write import Columns, csv_bytes

Breaker = Callable[[list[str], int], list[str]]


def _replacing(column: int, *values: str) -> Breaker:
    def replace(cells: list[str], number: int) -> list[str]:
        return [*cells[:column], values[number % len(values)], *cells[column + 1 :]]

    return replace


def _new_key(column: int, prefix: str) -> Breaker:
    return _replacing(column, *(f"{prefix}{number:05d}" for number in range(90001, 90100)))


def _twice(cells: list[str], _number: int) -> list[str]:
    return cells


# By file: how many rows are broken, and how. A break comes with a key of its own, except where the key is the break.
ORDER_FAULTS: tuple[tuple[int, tuple[Breaker, ...]], ...] = (
    (11, (_new_key(0, "O-"), _replacing(2, "2025-02-30", "n/a", "31.11.2024"))),
    (9, (_new_key(0, "P-"), _replacing(13, "-1", "-3"))),
    (8, (_new_key(0, "S-"), _replacing(16, "on hold", "delivred"))),
    (7, (_twice,)),
)
TICKET_FAULTS: tuple[tuple[int, tuple[Breaker, ...]], ...] = (
    (5, (_new_key(0, "T-"), _replacing(8, "7", "0"))),
    (4, (_new_key(0, "U-"), _replacing(1, "yesterday", "2026-13-04 10:00:00"))),
    (3, (_twice,)),
)
LEDGER_FAULTS: tuple[tuple[int, tuple[Breaker, ...]], ...] = (
    (3, (_new_key(0, "L-"), _replacing(5, '"1.250,00"', "-"))),
    (2, (_new_key(0, "M-"), _replacing(4, "suspense"))),
)


def broken_rows(
    columns: Columns, faults: tuple[tuple[int, tuple[Breaker, ...]], ...], rng: np.random.Generator
) -> list[tuple[int, str]]:
    """Ready CSV lines, each with the number of the data row that it stands behind."""
    size = len(next(iter(columns.values())))
    total = sum(count for count, _ in faults)
    rows = np.sort(rng.choice(size - 1, total, replace=False))
    sample = {name: _chosen(values, rows) for name, values in columns.items()}
    lines = csv_bytes(sample).decode().split("\n")[1:]
    kinds = [breakers for count, breakers in faults for _ in range(count)]
    broken = []
    for number, (kind, row) in enumerate(zip(rng.permutation(total), rows, strict=True)):
        cells = lines[number].split(",")
        for breaker in kinds[int(kind)]:
            cells = breaker(cells, number)
        broken.append((int(row) + 1, ",".join(cells)))
    return broken


def _chosen(values: object, rows: Ints) -> object:
    if isinstance(values, np.ndarray):
        return values[rows]
    return np.asarray(values, dtype=object)[rows].tolist()
