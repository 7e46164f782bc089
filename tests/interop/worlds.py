"""Small worlds of random facts: orders, visits, customers, regions, and products whose category changes in time."""

from datetime import date, timedelta
from random import Random

import duckdb

FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)
SCHEMA = "source"
TABLES = {
    "orders": (
        "order_id INTEGER, customer_id INTEGER, product_id INTEGER, ordered_on DATE, shipped_on DATE, paid_on DATE, "
        "channel VARCHAR, amount DOUBLE, quantity INTEGER, gift BOOLEAN, balance DOUBLE"
    ),
    "visits": "visit_id INTEGER, customer_id INTEGER, badge_id INTEGER, visited_on DATE, page VARCHAR, seconds INTEGER",
    "customers": (
        "customer_id INTEGER, badge_id INTEGER, region_id INTEGER, segment VARCHAR, joined_on DATE, rating INTEGER"
    ),
    "regions": "region_id INTEGER, country VARCHAR",
    "products": "product_id INTEGER, category VARCHAR, valid_from DATE, valid_to DATE",
    "days": "ds DATE",
}
TYPES = {"INTEGER": "integer", "DATE": "date", "VARCHAR": "text", "DOUBLE": "number", "BOOLEAN": "boolean"}


def columns() -> dict[str, dict[str, str]]:
    """The columns of every table with their types, as a contract says them."""
    found = {table: [one.split() for one in text.split(", ")] for table, text in TABLES.items()}
    return {table: {name: TYPES[kind] for name, kind in pairs} for table, pairs in found.items()}


def build(random: Random) -> duckdb.DuckDBPyConnection:
    """A database in memory with all tables in one schema, filled at random; values are multiples of 0.25."""
    connection = duckdb.connect(":memory:", config={"threads": 2})
    connection.execute(f"CREATE SCHEMA {SCHEMA}")
    rows: dict[str, list[tuple[object, ...]]] = {
        "orders": _orders(random),
        "visits": _visits(random),
        "customers": _customers(random),
        "regions": [(key, random.choice(["de", "fr", None])) for key in range(1, 4)],
        "products": _products(random),
        "days": [(FIRST + timedelta(days=at),) for at in range((LAST - FIRST).days + 1)],
    }
    for table, text in TABLES.items():
        connection.execute(f"CREATE TABLE {SCHEMA}.{table}({text})")
        if rows[table]:
            marks = ", ".join("?" * len(rows[table][0]))
            connection.executemany(f"INSERT INTO {SCHEMA}.{table} VALUES ({marks})", rows[table])
    return connection


def _day(random: Random, low: date = FIRST, high: date = LAST) -> date:
    return low + timedelta(days=random.randint(0, (high - low).days))


def _maybe(random: Random, value: object, share: float = 0.12) -> object:
    return None if random.random() < share else value


def _orders(random: Random) -> list[tuple[object, ...]]:
    high = random.choice([LAST, date(2024, 5, 20), date(2024, 10, 31)])
    found: list[tuple[object, ...]] = []
    for key in range(random.choice([8, 60, 240])):
        day = _day(random, high=high)
        found.append(
            (
                key,
                _maybe(random, random.randint(1, 9)),
                random.randint(1, 5),
                day,
                _maybe(random, min(day + timedelta(days=random.randint(0, 20)), LAST), 0.2),
                min(day + timedelta(days=random.randint(0, 40)), LAST),
                _maybe(random, random.choice(["web", "shop", "phone"])),
                _maybe(random, random.randint(-40, 400) / 4),
                random.randint(1, 6),
                _maybe(random, random.random() < 0.4),
                _maybe(random, random.randint(0, 400) / 4),
            )
        )
    return found


def _visits(random: Random) -> list[tuple[object, ...]]:
    return [
        (
            key,
            _maybe(random, random.randint(1, 9)),
            _maybe(random, random.randint(101, 109)),
            _day(random),
            _maybe(random, random.choice(["home", "cart"])),
            random.randint(1, 500),
        )
        for key in range(random.choice([5, 80, 160]))
    ]


def _customers(random: Random) -> list[tuple[object, ...]]:
    return [
        (
            key,
            _maybe(random, 100 + key),
            _maybe(random, random.randint(1, 4)),
            _maybe(random, random.choice(["a", "b"])),
            _day(random),
            random.randint(1, 5),
        )
        for key in range(1, 8)
    ]


def _products(random: Random) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for key in range(1, 5):
        start: date | None = FIRST - timedelta(days=30)
        while start is not None:
            end = start + timedelta(days=random.randint(40, 300))
            last = random.random() < 0.3 or end > LAST
            found.append((key, random.choice(["x", "y", None]), start, None if last else end))
            start = None if last else end
    return found
