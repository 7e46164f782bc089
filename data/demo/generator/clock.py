"""The 48 months that the demo covers, and random streams that do not disturb each other."""

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]
Texts = NDArray[np.str_]

MONTHS = 48
NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Clock:
    """Days and months of the history: month 0 is the oldest, month 47 the last closed one before `today`."""

    today: date
    starts: Days  # first day of each month, and one more for the month after the last; shape (MONTHS + 1,)

    @staticmethod
    def ending_before(today: date) -> "Clock":
        """The clock whose last month is the one before the month of `today`."""
        open_month = np.datetime64(today, "M")
        return Clock(today, np.arange(open_month - MONTHS, open_month + 1).astype("datetime64[D]"))

    @property
    def first(self) -> np.datetime64:
        """First day of the history."""
        return np.datetime64(self.starts[0], "D")

    @property
    def last(self) -> np.datetime64:
        """Last day of the history."""
        return np.datetime64(self.starts[-1] - np.timedelta64(1, "D"), "D")

    @property
    def days(self) -> Days:
        """Every day of the history."""
        return np.arange(self.first, self.last + np.timedelta64(1, "D"))

    @property
    def calendar_month(self) -> Ints:
        """January is 0; one number a month of the history."""
        return (self.starts[:-1].astype("datetime64[M]").astype(np.int64) % 12).astype(np.int64)

    @property
    def year(self) -> Ints:
        """The calendar year of each month of the history."""
        return (self.starts[:-1].astype("datetime64[Y]").astype(np.int64) + 1970).astype(np.int64)

    def month_of(self, days: Days) -> Ints:
        """Index of the month of each day, held within the history."""
        first = int(self.starts[0].astype("datetime64[M]").astype(np.int64))
        index = days.astype("datetime64[M]").astype(np.int64) - first
        return np.asarray(np.clip(index, 0, MONTHS - 1), dtype=np.int64)

    def known(self, days: Days) -> Days:
        """The days, without those after the last one: what has not happened yet is not recorded."""
        return np.where(days > self.last, NEVER, days).astype("datetime64[D]")

    def month_days(self, month: int) -> Days:
        """Every day of one month of the history."""
        return np.arange(self.starts[month], self.starts[month + 1])


def stream(seed: int, domain: str) -> np.random.Generator:
    """Random numbers of one domain: a change in another domain does not move them."""
    return np.random.default_rng([seed, zlib.crc32(domain.encode())])


def even(rng: np.random.Generator, groups: Ints) -> Floats:
    """Uniform numbers spread evenly within each group, so that a group's share comes close to its probability."""
    size = len(groups)
    order = np.lexsort((rng.random(size), groups))
    counts = np.bincount(groups)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    rank = np.empty(size, dtype=np.float64)
    rank[order] = np.arange(size) - starts[groups[order]]
    return np.asarray((rank + rng.random(size)) / counts[groups], dtype=np.float64)


def ramp(start: int, end: int, amount: float) -> Floats:
    """0 until month `start`, `amount` from month `end` on, a straight line between; shape (MONTHS,)."""
    return np.asarray(np.interp(np.arange(MONTHS), [start, end], [0.0, amount]), dtype=np.float64)


def pick(uniform: Floats, shares: Floats) -> Ints:
    """The index chosen by each uniform number; `shares` has one row for each, or one for all."""
    edges = np.cumsum(shares, axis=-1)
    edges = edges / edges[..., -1:]
    return np.asarray((uniform[:, None] > edges).sum(axis=-1), dtype=np.int64)


def numbered(prefix: str, numbers: Ints, width: int) -> Texts:
    """Keys such as `O-0000042`."""
    digits = np.char.zfill(numbers.astype(np.str_), width)
    return np.asarray(np.char.add(prefix, digits), dtype=np.str_)
