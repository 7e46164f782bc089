"""An independent, slow reckoning of every kind of metric: plain loops over rows, no code shared with the engine.

It follows the words of the definition language, one period and unit at a time, and knows no states, grids or SQL.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from tests.soundness.plain import FILTERS, NEVER, SUMS, Month, Number, Row, by_cell, first_of, last_of, month_of, total


@dataclass(frozen=True)
class Window:
    """Months `low` to `high`; `asked` is where it would begin if there were no beginning of history."""

    low: Month
    high: Month


@dataclass
class Company:
    """Rows by table, who belongs to whom from when (inclusive days), and the clock."""

    tables: Mapping[str, Sequence[Row]]
    parents: Mapping[str, Sequence[tuple[str, date, date]]]
    fiscal: int
    as_of: date
    running: bool
    metrics: Mapping[str, Mapping[str, Any]]
    known: dict[Any, Number] = field(default_factory=dict)
    families: dict[tuple[str, Month], list[str]] = field(default_factory=dict)
    levels: dict[tuple[str, str], date] = field(default_factory=dict)

    # -- who, when

    @property
    def cut(self) -> int | None:
        return self.as_of.day if self.running else None

    @cached_property
    def first(self) -> Month:
        """The month of the first thing that happened in any table that metrics read but those of stocks."""
        read = str(self.metrics)
        days = [
            r["day"] for name, rows in self.tables.items() if name != "people" and f"'{name}'" in read for r in rows
        ]
        return month_of(min(day for day in days if day <= self.as_of))

    def parent(self, unit: str, month: Month) -> str | None:
        """The last parent that a unit has on any day of a month."""
        found = [
            (start, up) for up, start, end in self.parents[unit] if start <= last_of(month) and end >= first_of(month)
        ]
        return max(found)[1] if found else None

    def below(self, unit: str, month: Month) -> list[str]:
        if (unit, month) not in self.families:
            self.families[unit, month] = self._below(unit, month)
        return self.families[unit, month]

    def _below(self, unit: str, month: Month) -> list[str]:
        found = []
        for cell in self.parents:
            at: str | None = cell
            while at is not None and at != unit:
                at = self.parent(at, month)
            if at == unit:
                found.append(cell)
        return found

    def year_start(self, month: Month) -> Month:
        return next(m for m in range(month, month - 12, -1) if m % 12 == self.fiscal - 1)

    def quarter_start(self, month: Month) -> Month:
        return month - (month - self.year_start(month)) % 3

    def window(self, kind: str, month: Month) -> Window:
        begin = {"month": month, "quarter": self.quarter_start(month), "year": self.year_start(month)}
        return Window(begin[kind] if kind in begin else month - int(kind) + 1, month)

    # -- rows

    @cached_property
    def by_cell(self) -> dict[tuple[str, str, Month], list[Row]]:
        """Rows of a table by (table, cell, month), only what has happened."""
        found: dict[tuple[str, str, Month], list[Row]] = {}
        for name, rows in self.tables.items():
            for row in rows:
                if name != "people" and row["day"] <= self.as_of:
                    found.setdefault((name, row["unit"], month_of(row["day"])), []).append(row)
        return found

    @cached_property
    def beginnings(self) -> dict[tuple[str, str | None], Month]:
        """The first month with rows, by table and cell, and by table alone."""
        found: dict[tuple[str, str | None], Month] = {}
        for table, cell, month in self.by_cell:
            for key in ((table, cell), (table, None)):
                found[key] = min(found.get(key, NEVER), month)
        return found

    def begins(self, table: str) -> Month:
        return self.beginnings.get((table, None), NEVER)

    def began(self, table: str, cell: str) -> Month:
        return self.beginnings.get((table, cell), NEVER)

    def cells(self, table: str, unit: str, window: Window) -> list[tuple[str, Month, bool]]:
        """(cell, month, whether it has rows) wherever rows are due: from a cell's first row on."""
        return [
            (cell, month, (table, cell, month) in self.by_cell)
            for month in range(window.low, window.high + 1)
            for cell in self.below(unit, month)
            if self.began(table, cell) <= month
        ]

    def rows(self, table: str, unit: str, window: Window, early: bool) -> list[Row]:
        found = [
            row
            for cell, month, seen in self.cells(table, unit, window)
            if seen
            for row in self.by_cell[table, cell, month]
        ]
        last = self.cut if early and self.cut is not None else 31
        return [row for row in found if month_of(row["day"]) < window.high or row["day"].day <= last]

    # -- metrics

    def value(self, key: str, unit: str, month: Month, kind: str, early: bool = False) -> Number:
        """A metric at a unit and month; `kind` of window is month, quarter, year or a number of months."""
        question = (key, unit, month, kind, early)
        if question not in self.known:
            found = self._at_cadence(key, unit, month, kind, early)
            if found is None and self.metrics[key].get("nulls") == "carry" and self._due(key, unit, month, kind):
                earlier = range(month - 1, self.first - 1, -1)
                seen = (self._at_cadence(key, unit, m, kind, early) for m in earlier)
                found = next((value for value in seen if value is not None), None)
            self.known[question] = found
        return self.known[question]

    def _due(self, key: str, unit: str, month: Month, kind: str) -> bool:
        table = self.metrics[key]["agg"]["table"]
        return bool(self.cells(table, unit, self.window(kind, month)))

    def _at_cadence(self, key: str, unit: str, month: Month, kind: str, early: bool) -> Number:
        if self.metrics[key].get("cadence") == "quarter" and kind == "month":
            if self.quarter_start(month) + 2 != month:
                return None
            kind = "quarter"
        return self._kind(self.metrics[key], unit, month, kind, early)

    def _kind(self, metric: Mapping[str, Any], unit: str, month: Month, kind: str, early: bool) -> Number:
        window = self.window(kind, month)
        nulls = metric.get("nulls", "null")
        if "agg" in metric:
            return self.aggregate(metric["agg"], unit, window, early, kind, nulls)
        if "first_per" in metric:
            return self.firsts(metric["first_per"], unit, window, early, kind)
        if "stock" in metric:
            return self.stock(metric["stock"], unit, window, early, kind)
        if "ratio" in metric:
            return self.ratio(metric["ratio"], unit, month, kind, early, nulls)
        if "expr" in metric:
            return self.formula(metric["expr"], unit, month, kind, early)
        if "change" in metric:
            return self.change(metric["change"], unit, month, kind, early)
        inner = metric.get("to_date") or metric["rolling"]
        return self.value(inner["metric"], unit, month, str(inner.get("since") or inner["months"]), early)

    def aggregate(
        self, body: Row, unit: str, window: Window, early: bool, kind: str, nulls: str = "null", raw: bool = False
    ) -> Number:
        table = body["table"]
        cells = self.cells(table, unit, window)
        if kind.isdigit() and window.low < self.begins(table):
            return None
        if body.get("over_time"):
            return self.level(body, unit, window, early, nulls)
        if not any(seen for *_, seen in cells):
            return 0.0 if cells and nulls == "zero" else None
        if body["function"] in SUMS and nulls != "zero" and not raw and not all(seen for *_, seen in cells):
            return None
        rows = [row for row in self.rows(table, unit, window, early) if FILTERS[body.get("filter")](row)]
        found = total(body["function"], body.get("expr"), rows)
        if found is None and (nulls == "zero" or (body["function"] in SUMS and not rows)):
            return 0.0
        return found

    def level(self, body: Row, unit: str, window: Window, early: bool, nulls: str) -> Number:
        """A level adds over units; over time it is that of the last or first month, or over the days of all units."""
        over, table, zero = body["over_time"], body["table"], nulls == "zero"
        if over in ("last", "first"):
            month = window.high if over == "last" else window.low
            if month < self.begins(table):
                return None
            window, early = Window(month, month), early and month == window.high
        cells = self.cells(table, unit, window)
        if not zero and not all(seen for *_, seen in cells):
            return None
        daily = self.days(body, unit, window, early)
        if over in ("last", "first"):
            pick = max if over == "last" else min
            found = [levels[pick(levels)] for levels in by_cell(daily).values()]
            if found:
                return sum(found)
            return 0.0 if cells and zero else None
        sums: list[float] = []
        for month in range(window.low, window.high + 1):
            month_days = {day: levels for day, levels in daily.items() if month_of(day) == month}
            whole = [levels for day, levels in month_days.items() if zero or self.complete(body, unit, day, levels)]
            if month_days and not whole:
                return None
            sums += [sum(levels.values()) for levels in whole]
        if not sums:
            return 0.0 if cells and zero else None
        return {"mean": sum(sums) / len(sums), "min": min(sums), "max": max(sums)}[over]

    def days(self, body: Row, unit: str, window: Window, early: bool) -> dict[date, dict[str, float]]:
        """Day > cell > level; zero where a cell has rows on the day, and none of those that are asked for."""
        groups: dict[tuple[date, str], list[Row]] = {}
        for row in self.rows(body["table"], unit, window, early):
            groups.setdefault((row["day"], row["unit"]), []).append(row)
        found: dict[date, dict[str, float]] = {}
        for (day, cell), rows in groups.items():
            asked = [row for row in rows if FILTERS[body.get("filter")](row)]
            level = total(body["function"], body.get("expr"), asked) if asked else 0.0
            if level is not None:
                found.setdefault(day, {})[cell] = level
        return found

    def complete(self, body: Row, unit: str, day: date, levels: Mapping[str, float]) -> bool:
        """Whether every cell that has had a level by that day has one on it."""
        return all(self.first_level(body, cell) > day or cell in levels for cell in self.below(unit, month_of(day)))

    def first_level(self, body: Row, cell: str) -> date:
        if (str(body), cell) not in self.levels:
            everything = Window(self.first, month_of(self.as_of))
            days = by_cell(self.days(body, cell, everything, False)).get(cell)
            self.levels[str(body), cell] = min(days) if days else date.max
        return self.levels[str(body), cell]

    def firsts(self, body: Row, unit: str, window: Window, early: bool, kind: str) -> Number:
        table = body["table"]
        cells = self.cells(table, unit, window)
        if (kind.isdigit() and window.low < self.begins(table)) or not cells or not all(seen for *_, seen in cells):
            return None
        first: dict[str, tuple[date, str]] = {}
        for row in self.tables[table]:
            entity = row[body["entity"]]
            if entity is not None and row["day"] <= self.as_of and FILTERS[body.get("filter")](row):
                first[entity] = min(first.get(entity, (date.max, "")), (row["day"], row["unit"]))
        last = self.cut if early and self.cut is not None else 31
        inside = {(cell, month) for cell, month, _ in cells}
        return float(
            sum(
                (cell, month_of(day)) in inside and (month_of(day) < window.high or day.day <= last)
                for day, cell in first.values()
            )
        )

    def stock(self, body: Row, unit: str, window: Window, early: bool, kind: str) -> Number:
        begins = max(self.first, min((self.opening(r) for r in self.persons(body)), default=NEVER))
        if body.get("over_time") == "mean":
            if kind.isdigit() and window.low < begins:
                return None
            months = range(max(window.low, begins), window.high + 1)
            levels = [self.standing(body, unit, m, early and m == window.high) for m in months]
            known = self.standing(body, unit, window.high, early)
            return None if known is None else sum(level or 0.0 for level in levels) / len(levels)
        return self.standing(body, unit, window.high, early)

    def persons(self, body: Row) -> Iterable[Row]:
        """Those who were ever in: a person who leaves on the day of the hiring never was, unless that day counts."""
        for r in self.tables["people"]:
            over = r["left"] is not None and r["left"] + timedelta(days=bool(body.get("inclusive"))) <= r["hired"]
            if r["hired"] <= self.as_of and not over:
                yield r

    def opening(self, row: Row) -> Month:
        return month_of(row["hired"])

    def standing(self, body: Row, unit: str, month: Month, early: bool) -> Number:
        cells = self.below(unit, month)
        ever = [r for r in self.persons(body) if r["unit"] in cells]
        if body["function"] == "count_distinct":
            known = [r for r in ever for m in range(self.first, month + 1) if self.is_open(r, body, m, False)]
            if not known:
                return None
        elif not any(max(self.opening(r), self.first) <= month for r in ever):
            return None
        here = [r for r in ever if self.is_open(r, body, month, early)]
        return total(body["function"], body.get("expr"), here) or 0.0

    def is_open(self, row: Row, body: Row, month: Month, early: bool) -> bool:
        day = min(last_of(month), self.as_of)
        if early and self.cut is not None:
            day = min(day, first_of(month) + timedelta(days=self.cut - 1))
        left = None if row["left"] is None else row["left"] + timedelta(days=bool(body.get("inclusive")))
        return row["hired"] <= day and (left is None or left > day)

    def ratio(self, body: Row, unit: str, month: Month, kind: str, early: bool, nulls: str) -> Number:
        window = self.window(kind, month)
        sides = [self.metrics[side] if isinstance(side, str) else {"agg": side} for side in body.values()]
        raw = all("agg" in side and not side["agg"].get("over_time") for side in sides)
        raw = raw and len({side["agg"]["table"] for side in sides}) == 1
        found = []
        for name, side in zip(body.values(), sides, strict=True):
            if isinstance(name, str) and not raw:
                found.append(self.value(name, unit, month, kind, early))
            else:
                policy = side.get("nulls", "null") if isinstance(name, str) else nulls
                found.append(self.aggregate(side["agg"], unit, window, early, kind, policy, raw=raw))
        top, bottom = found
        return None if top is None or bottom is None or bottom == 0 else top / bottom

    def formula(self, text: str, unit: str, month: Month, kind: str, early: bool) -> Number:
        names = [name for name in self.metrics if name in text.split()]
        values = {name: self.value(name, unit, month, kind, early) for name in names}
        if any(value is None for value in values.values()):
            return None
        try:
            return float(eval(text, {"__builtins__": {}}, values))
        except ZeroDivisionError:
            return None

    def change(self, body: Row, unit: str, month: Month, kind: str, early: bool) -> Number:
        now = self.value(body["metric"], unit, month, kind, early)
        back = {"1 year": 12, "3 months": 3}.get(body["back"]) or {"month": 1, "quarter": 3}.get(kind, 12)
        then = self.earlier(body["metric"], unit, month, kind, back, early)
        if now is None or then is None:
            return None
        if body["as"] == "absolute":
            return now - then
        return None if then == 0 else (now - then) / abs(then)

    def earlier(self, key: str, unit: str, month: Month, kind: str, back: int, early: bool = False) -> Number:
        """Some months before: the same days of a running month; nothing of a year that history begins within."""
        if month - back < self.first or self.cut_off(key, month - back, kind):
            return None
        early = early or (self.running and month == month_of(self.as_of))
        return self.value(key, unit, month - back, kind, early)

    def cut_off(self, key: str, month: Month, kind: str) -> bool:
        """Whether the history of a metric begins in the middle of its window."""
        metric = self.metrics[key]
        if metric.get("cadence") == "quarter" and kind == "month":
            kind = "quarter"
        if "to_date" in metric:
            return self.cut_off(metric["to_date"]["metric"], month, metric["to_date"]["since"])
        if kind not in ("quarter", "year") or "rolling" in metric:
            return False
        low = self.window(kind, month).low
        if "expr" in metric:
            return any(self.cut_off(name, month, kind) for name in self.metrics if name in metric["expr"].split())
        if "change" in metric:
            return self.cut_off(metric["change"]["metric"], month, kind)
        if "stock" in metric:
            begins = max(self.first, min((self.opening(r) for r in self.persons(metric["stock"])), default=NEVER))
            return metric["stock"].get("over_time") == "mean" and low < begins
        if "ratio" in metric:
            return any(
                self.cut_off(side, month, kind) if isinstance(side, str) else low < self.begins(side["table"])
                for side in metric["ratio"].values()
            )
        return low < self.begins((metric.get("agg") or metric["first_per"])["table"])
