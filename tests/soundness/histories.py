"""Random histories of a small company: what happens to its facts, definitions, units and clock between refreshes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.soundness.companies import CELLS, METRICS, START, Drawn, company
from tests.soundness.plain import first_of, last_of, month_of
from tests.soundness.recount import Company

OTHER: Mapping[str, Mapping[str, Any]] = {  # what a definition may become
    "revenue": METRICS["margin"],
    "orders": METRICS["good"],
    "buyers": METRICS["buyers_ok"],
    "ticket": METRICS["largest"],
    "stock_last": METRICS["stock_last_a"],
    "stock_mean": METRICS["stock_max"],
    "headcount": METRICS["headcount_inclusive"],
    "newcomers": METRICS["newcomers_ok"],
    "good_share": METRICS["order_value"],
    "growth": METRICS["step"],
    "revenue_3m": METRICS["buyers_qtd"],
}
ASKED = 4  # metrics of a history, besides those that they rest on


@dataclass
class History:
    """A company that changes; `events` tells what has happened, for whoever must understand a failure."""

    random: Random
    tables: dict[str, list[dict[str, Any]]]
    parents: dict[str, list[tuple[str, date, date]]]
    fiscal: int
    as_of: date
    metrics: dict[str, Mapping[str, Any]]
    events: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, seed: int) -> "History":
        """The beginning of the history with this seed."""
        random = Random(seed)
        drawn = Drawn(
            seed=seed,
            months=random.choice([2, 4, 7, 13, 15]),
            last_day=random.randint(1, 32),
            running=random.random() < 0.6,
            fiscal=random.choice([1, 2, 4, 7, 10]),
            mover=random.choice(CELLS),
            moved=random.randint(20, 400),
            holes=random.choice([0.0, 0.0, 0.05, 0.3]),
            dense=random.randint(1, 3),
            inner=random.random() < 0.3,
        )
        begun = company(drawn)
        tables = {name: [dict(row) for row in rows] for name, rows in begun.tables.items()}
        asked = random.sample(sorted(METRICS), ASKED)
        if random.random() < 0.7:  # a gap that is carried forward makes every first day count
            asked = [key for key in asked if METRICS[key].get("nulls") != "carry"]
        parents = {unit: list(steps) for unit, steps in begun.parents.items()}
        return cls(random, tables, parents, begun.fiscal, begun.as_of, dict(_with_parts([*asked, "orders"])))

    @property
    def running(self) -> bool:
        """Whether the last month still runs."""
        return self.as_of != last_of(month_of(self.as_of))

    def company(self) -> Company:
        """The company as it is now, for the slow reckoning."""
        return Company(self.tables, self.parents, self.fiscal, self.as_of, self.running, self.metrics)

    def step(self) -> None:
        """Something happens, or several things."""
        for _ in range(self.random.choice([1, 1, 2, 3])):
            happens = self.random.choice((
                self.insert, self.insert, self.late, self.update, self.update, self.delete, self.empty,
                self.redefine, self.reorganise, self.next_day, self.next_day,
            ))  # fmt: skip
            happens()

    def _day(self, months_back: int) -> date:
        month = max(month_of(self.as_of) - self.random.randint(0, months_back), START)
        day = first_of(month) + timedelta(days=self.random.randrange(last_of(month).day))
        return min(day, self.as_of) if self.random.random() < 0.9 else day

    def _row(self, table: str, day: date) -> dict[str, Any]:
        random, unit = self.random, self.random.choice(CELLS)
        if table == "sales":
            return {
                "day": day, "unit": unit, "amount": random.choice([None, 10.5, -5, 37.25]),
                "cost": random.choice([None, 7.5]), "customer": random.choice([None, "a", "c", "g"]),
                "channel": random.choice(["web", "shop"]), "ok": random.choice([True, False, None]),
            }  # fmt: skip
        if table == "balances":
            return {"day": day, "unit": unit, "kind": random.choice("ab"), "value": random.choice([None, 3, 8])}
        left = random.choice([None, day + timedelta(days=random.randrange(200))])
        return {
            "hired": day,
            "left": left,
            "unit": unit,
            "team": random.choice("xyz"),
            "hours": random.choice([20, 40]),
        }

    def insert(self) -> None:
        """New rows of these days."""
        table = self.random.choice(sorted(self.tables))
        rows = [self._row(table, self._day(0)) for _ in range(self.random.randint(1, 3))]
        self.tables[table] += rows
        self.events.append(f"insert {rows} into {table}")

    def late(self) -> None:
        """A row that belongs to an earlier time, perhaps to one before all others."""
        table = self.random.choice(sorted(self.tables))
        row = self._row(table, self._day(15))
        self.tables[table].append(row)
        self.events.append(f"late {row} in {table}")

    def update(self) -> None:
        """A row becomes another one, perhaps of another day or unit."""
        table = self.random.choice(sorted(self.tables))
        if self.tables[table]:
            place = self.random.randrange(len(self.tables[table]))
            row = self.tables[table][place]
            new = (
                self._row(table, row.get("day") or row["hired"])
                if self.random.random() < 0.7
                else self._row(table, self._day(9))
            )
            self.tables[table][place] = new
            self.events.append(f"update of {table}: {row} becomes {new}")

    def delete(self) -> None:
        """Some rows are gone."""
        table = self.random.choice(sorted(self.tables))
        share = self.random.choice([0.02, 0.1, 0.5])
        kept = [row for row in self.tables[table] if self.random.random() >= share]
        if any(row.get("day", self.as_of) <= self.as_of for row in kept) and (table != "sales" or self._past(kept)):
            self.events.append(f"delete {len(self.tables[table]) - len(kept)} of {table}")
            self.tables[table] = kept

    def empty(self) -> None:
        """A table loses all its rows, now and then, and may get them again."""
        if self.random.random() < 0.3:
            table = self.random.choice(["balances", "people"])
            self.events.append(f"{table} is empty")
            self.tables[table] = []

    def _past(self, rows: list[dict[str, Any]]) -> bool:
        return any(row["day"] <= self.as_of for row in rows)

    def redefine(self) -> None:
        """A definition changes, or one is there that was not."""
        known = [key for key in OTHER if key in self.metrics]
        if known and self.random.random() < 0.6:
            key = self.random.choice(known)
            body = OTHER[key] if self.metrics[key] == METRICS[key] else METRICS[key]
            if all(part != key for part in _with_parts_of(body)):
                self.metrics = dict(_with_parts_of(body)) | self.metrics | {key: body}
                self.events.append(f"{key} becomes {body}")
                return
        key = self.random.choice(sorted(METRICS))
        self.metrics = dict(_with_parts([key])) | self.metrics
        self.events.append(f"{key} is new, or asked for again")

    def reorganise(self) -> None:
        """A unit moves on another day than it did."""
        unit = self.random.choice(CELLS)
        (old, start, _), *_ = self.parents[unit]
        day = first_of(START) + timedelta(days=self.random.randint(20, 500))
        new = "west" if old == "east" else "east"
        self.parents[unit] = [(old, start, day - timedelta(days=1)), (new, day, date(9999, 12, 31))]
        self.events.append(f"{unit} moves to {new} on {day}")

    def next_day(self) -> None:
        """Time goes on: a day, some days, or to the end of a month."""
        days = self.random.choice([1, 1, 7, 31])
        self.as_of += timedelta(days=days)
        if self.random.random() < 0.3:
            self.as_of = last_of(month_of(self.as_of))
        self.events.append(f"it is {self.as_of}")


def _with_parts(keys: list[str]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for key in keys:
        found |= _with_parts_of(METRICS[key]) | {key: METRICS[key]}
    return found


def _with_parts_of(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The metrics that a definition names, and what these rest on."""
    said = str(
        {kind: rest for kind, rest in body.items() if kind not in ("agg", "stock", "first_per", "nulls", "cadence")}
    )
    words = said.replace("'", " ").split()
    return _with_parts([key for key in METRICS if key in words])
