"""What a dataset holds of each day, as digests made when its fact files are built: equal digests, equal rows.

Two refreshes are compared by them, so that whatever happened to a day is seen: a row new, changed, gone or late.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from data.warehouse import Connection, identifier, literal

ALL = ""  # stands for the whole dataset, where a date column's name would stand
TABLE = "digests"


@dataclass(frozen=True)
class Digest:
    """Of some rows: how many, and the exclusive or and the sum of their hashes; none of it knows their order."""

    rows: int = 0
    mixed: int = 0
    total: int = 0

    def __add__(self, other: "Digest") -> "Digest":
        return Digest(self.rows + other.rows, self.mixed ^ other.mixed, self.total + other.total)

    @property
    def text(self) -> str:
        """A short name: the same rows have the same one."""
        return hashlib.sha256(f"{self.rows};{self.mixed};{self.total}".encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Content:
    """The digests of one dataset: of all rows, and of each day of each date column (rows without a date: in none).

    `places` tells by column and table (in SQL, the oldest first) what each table holds of each day; without it nobody
    knows.
    """

    whole: Digest = Digest()
    days: Mapping[str, Mapping[date, Digest]] = field(default_factory=dict)
    places: Mapping[str, Mapping[str, Mapping[date, Digest]]] = field(default_factory=dict, compare=False)

    def periods(self, column: str, number: Callable[[date], int], until: date) -> dict[int, Digest]:
        """What each period that has rows holds by a date column, up to a day; `number` tells a day's period."""
        found: dict[int, Digest] = {}
        for day, digest in self.days[column].items():
            if day <= until:
                at = number(day)
                found[at] = found.get(at, Digest()) + digest
        return found

    def holding(self, column: str, low: date, high: date) -> tuple[str, ...]:
        """The tables that hold rows of days from `low` to `high`."""
        return tuple(place for place, days in self.places[column].items() if any(low <= day <= high for day in days))

    def sums(self, column: str, low: date, high: date) -> Iterator[tuple[str, Digest]]:
        """Of the days from `low` to `high`: each table that holds rows of them, and all that it and older ones hold."""
        total = Digest()
        for place in self.holding(column, low, high):
            held = self.places[column][place]
            total = sum((digest for day, digest in held.items() if low <= day <= high), total)
            yield place, total


def write_digests(connection: Connection, target: str, columns: Sequence[str], dated: Sequence[str]) -> None:
    """Make the table `digests` of `target` (a quoted database and schema) from its table `data`.

    `columns` are those that count; `dated` those of them that are dates or times.
    """
    row = f"hash(hash({', '.join(identifier(name) for name in columns)}))"  # twice: the last column is mixed in, too
    days = [f"CAST({identifier(name)} AS DATE) AS d{place}" for place, name in enumerate(dated)]
    names = [f"d{place}" for place in range(len(dated))]
    sets = ", ".join([*(f"({name})" for name in names), "()"])
    told = "".join(f" WHEN grouping({name}) = 0 THEN {literal(of)}" for name, of in zip(names, dated, strict=True))
    of = f"CASE{told} ELSE '{ALL}' END" if dated else f"'{ALL}'"
    day = f"coalesce({', '.join(names)})" if dated else "CAST(NULL AS DATE)"
    found = (
        f"SELECT {of} AS of, {day} AS day, count(*) AS rows, coalesce(bit_xor(h), 0) AS mixed, "
        f"coalesce(sum(CAST(h AS HUGEINT)), 0) AS total "
        f"FROM (SELECT {', '.join([f'{row} AS h', *days])} FROM {target}.data) GROUP BY GROUPING SETS ({sets})"
    )
    connection.execute(f"CREATE TABLE {target}.{TABLE} AS {found} ORDER BY of, day")


def read_contents(connection: Connection, datasets: Iterable[str]) -> dict[str, Content]:
    """The contents of these datasets of opened facts (see `warehouse.open_facts`), all their files together."""
    found = {}
    for dataset in datasets:
        whole, days, places = Digest(), dict[str, dict[date, Digest]](), dict[str, dict[str, dict[date, Digest]]]()
        query = f"SELECT of, day, rows, mixed, total, place FROM digest.{identifier(dataset)}"
        for of, day, rows, mixed, total, place in connection.execute(query).fetchall():
            told = Digest(rows, int(mixed), int(total))
            if of == ALL:
                whole += told
            elif day is not None:
                held = days.setdefault(of, {})
                held[day] = held[day] + told if day in held else told
                places.setdefault(of, {}).setdefault(place, {})[day] = told
        found[dataset] = Content(whole, days, places)
    return found
