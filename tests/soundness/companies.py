"""Random small companies: facts with holes, a tree with a move, a clock, and metrics of every kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.making import make
from tests.soundness.plain import Row, first_of, last_of, month_of
from tests.soundness.recount import Company

LONG_AGO, FAR = date(1, 1, 1), date(9999, 12, 31)
START = 2024 * 12
CELLS = ("shop", "web", "works", "yard")

SALES: dict[str, Any] = {"table": "sales"}
STOCKS: dict[str, Any] = {"table": "balances", "function": "sum", "expr": "value"}
PEOPLE: dict[str, Any] = {"table": "people", "opened": "hired", "closed": "left_on"}

METRICS: Mapping[str, dict[str, Any]] = {
    "revenue": {"agg": SALES | {"function": "sum", "expr": "amount"}},
    "revenue_web": {"agg": SALES | {"function": "sum", "expr": "amount", "filter": "channel = 'web'"}},
    "revenue_zero": {"agg": SALES | {"function": "sum", "expr": "amount"}, "nulls": "zero"},
    "margin": {"agg": SALES | {"function": "sum", "expr": "amount - cost"}},
    "orders": {"agg": SALES | {"function": "count"}},
    "good": {"agg": SALES | {"function": "sum_boolean", "expr": "ok"}},
    "buyers": {"agg": SALES | {"function": "count_distinct", "expr": "customer"}},
    "buyers_ok": {"agg": SALES | {"function": "count_distinct", "expr": "customer", "filter": "ok"}},
    "ticket": {"agg": SALES | {"function": "average", "expr": "amount"}},
    "ticket_carried": {"agg": SALES | {"function": "average", "expr": "amount"}, "nulls": "carry"},
    "ticket_quarterly": {"agg": SALES | {"function": "average", "expr": "amount"}, "cadence": "quarter"},
    "smallest": {"agg": SALES | {"function": "min", "expr": "amount"}},
    "largest": {"agg": SALES | {"function": "max", "expr": "amount", "filter": "ok"}},
    "newcomers": {"first_per": {"table": "sales", "entity": "customer"}},
    "newcomers_ok": {"first_per": {"table": "sales", "entity": "customer", "filter": "ok"}},
    "stock_last": {"agg": STOCKS | {"over_time": "last"}},
    "stock_last_a": {"agg": STOCKS | {"over_time": "last", "filter": "kind = 'a'"}},
    "stock_last_zero": {"agg": STOCKS | {"over_time": "last"}, "nulls": "zero"},
    "stock_first": {"agg": STOCKS | {"over_time": "first"}},
    "stock_mean": {"agg": STOCKS | {"over_time": "mean"}},
    "stock_mean_zero": {"agg": STOCKS | {"over_time": "mean"}, "nulls": "zero"},
    "stock_min": {"agg": STOCKS | {"over_time": "min"}},
    "stock_max": {"agg": STOCKS | {"over_time": "max", "filter": "kind = 'a'"}},
    "headcount": {"stock": PEOPLE | {"function": "count"}},
    "headcount_inclusive": {"stock": PEOPLE | {"function": "count", "inclusive": True}},
    "hours": {"stock": PEOPLE | {"function": "sum", "expr": "hours"}},
    "headcount_mean": {"stock": PEOPLE | {"function": "count", "over_time": "mean"}},
    "teams": {"stock": PEOPLE | {"function": "count_distinct", "expr": "team"}},
    "good_share": {"ratio": {"numerator": SALES | {"function": "sum_boolean", "expr": "ok"}, "denominator": "orders"}},
    "order_value": {"ratio": {"numerator": "revenue", "denominator": "buyers"}},
    "per_head": {"ratio": {"numerator": "revenue", "denominator": "headcount"}},
    "turnover": {"ratio": {"numerator": "revenue", "denominator": "stock_mean"}},
    "costs": {"expr": "revenue - margin"},
    "margin_share": {"expr": "margin / revenue"},
    "mixed": {"expr": "( revenue + 2 * margin ) / ( orders - buyers )"},
    "growth": {"change": {"metric": "revenue", "back": "1 year", "as": "percent"}},
    "step": {"change": {"metric": "good_share", "back": "1 period", "as": "absolute"}},
    "headcount_change": {"change": {"metric": "headcount", "back": "3 months", "as": "absolute"}},
    "revenue_ytd": {"to_date": {"metric": "revenue", "since": "year"}},
    "buyers_qtd": {"to_date": {"metric": "buyers", "since": "quarter"}},
    "revenue_3m": {"rolling": {"metric": "revenue", "months": 3}},
    "good_share_6m": {"rolling": {"metric": "good_share", "months": 6}},
    "newcomers_3m": {"rolling": {"metric": "newcomers", "months": 3}},
    "growth_3m": {"change": {"metric": "revenue_3m", "back": "1 year", "as": "percent"}},
    "ytd_growth": {"change": {"metric": "revenue_ytd", "back": "1 year", "as": "absolute"}},
}


@dataclass(frozen=True)
class Drawn:
    """What hypothesis decides; the rows follow from the seed."""

    seed: int
    months: int
    last_day: int  # of the last month, beyond its end: the whole month
    running: bool
    fiscal: int
    mover: str
    moved: int  # days after the start
    holes: float
    dense: int  # most rows of a cell in a month
    inner: bool


drawn = st.builds(
    Drawn,
    seed=st.integers(0, 2**32),
    months=st.integers(2, 26),
    last_day=st.integers(1, 32),
    running=st.booleans(),
    fiscal=st.sampled_from([1, 2, 4, 7, 10]),
    mover=st.sampled_from(CELLS),
    moved=st.integers(20, 700),
    holes=st.sampled_from([0.0, 0.0, 0.05, 0.3]),
    dense=st.integers(1, 5),
    inner=st.booleans(),
)


def company(what: Drawn) -> Company:
    """The company that a draw stands for, as plain rows."""
    random = Random(what.seed)
    last = START + what.months - 1
    as_of = min(last_of(last), first_of(last) + timedelta(days=what.last_day - 1)) if what.running else last_of(last)
    day = first_of(START) + timedelta(days=what.moved)
    parents = {"company": [], "east": [("company", LONG_AGO, FAR)], "west": [("company", LONG_AGO, FAR)]}
    parents |= {cell: [("east" if cell in ("shop", "web") else "west", LONG_AGO, FAR)] for cell in CELLS}
    old = parents[what.mover][0][0]
    parents[what.mover] = [(old, LONG_AGO, day - timedelta(days=1)), ("west" if old == "east" else "east", day, FAR)]
    tables = {
        "sales": _sales(what, random, last),
        "balances": _balances(what, random, last),
        "people": _people(random, last),
    }
    running = as_of.month == (as_of + timedelta(days=1)).month
    return Company(tables, parents, what.fiscal, as_of, running, METRICS)


def _present(what: Drawn, random: Random, last: int) -> list[tuple[str, int]]:
    """(cell, month) with rows: a cell begins at some month, most of them at the first, and has holes."""
    cells = (*CELLS, "east") if what.inner else CELLS
    begins = {cell: START + random.choice([0, 0, 0, random.randrange(what.months)]) for cell in cells}
    begins["shop"] = START + random.choice([0, 0, 1])
    return [
        (cell, month)
        for cell in cells
        for month in range(begins[cell], last + 2)
        if month == begins[cell] or random.random() >= what.holes
    ]


def _day(random: Random, month: int) -> date:
    return first_of(month) + timedelta(days=random.randrange(last_of(month).day))


def _sales(what: Drawn, random: Random, last: int) -> list[dict[str, Any]]:
    return [
        {
            "day": _day(random, month),
            "unit": cell,
            "amount": random.choice([None, 0, 10.5, 20, 37.25, -5]),
            "cost": random.choice([None, 1, 7.5, 12]),
            "customer": random.choice([None, "a", "b", "c", "d", "e", "f"]),
            "channel": random.choice(["web", "shop"]),
            "ok": random.choice([True, False, None]),
        }
        for cell, month in _present(what, random, last)
        for _ in range(random.randint(1, what.dense))
    ]


def _balances(what: Drawn, random: Random, last: int) -> list[dict[str, Any]]:
    found = []
    for cell, month in _present(what, random, last):
        days = {last_of(month)} if random.random() < 0.9 else set()
        days |= {first_of(month) + timedelta(days=14)} if random.random() < 0.5 or not days else set()
        for day in days:
            kinds = random.choice([["a", "b"], ["a", "b"], ["b"]])
            found += [{"day": day, "unit": cell, "kind": k, "value": random.choice([None, 3, 8, 40])} for k in kinds]
    return found


def _people(random: Random, last: int) -> list[dict[str, Any]]:
    found = []
    for _ in range(random.randint(1, 12)):
        hired = first_of(START - 6) + timedelta(days=random.randrange((last - START + 8) * 30))
        left = random.choice([None, hired + timedelta(days=random.randrange(400))])
        found.append(
            {
                "hired": hired,
                "left": left,
                "unit": random.choice(CELLS),
                "team": random.choice("xyz"),
                "hours": random.choice([None, 20, 40]),
            }
        )
    return found


def workspace(folder: Path, what: Drawn, company: Company) -> Path:
    """The same company as a workspace."""
    today = company.as_of + timedelta(days=1)
    units: list[dict[str, Any]] = [{"key": "company", "title": "Company", "level": "company"}]
    for unit, parents in company.parents.items():
        steps = [
            {"unit": up} | ({} if start == LONG_AGO else {"from": start}) | ({} if end == FAR else {"to": end})
            for up, start, end in parents
        ]
        units += [{"key": unit, "title": unit, "level": "department", "parent": steps}] if parents else []
    months = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october")
    settings = {
        "name": "Random",
        "today": today,
        "open_period": "show",
        "calendar": {"fiscal_year_starts": months[what.fiscal - 1]},
    }
    files = {
        "workspace.yaml": settings,
        "units.yaml": {"levels": ["company", "department"], "units": units},
        "sources/books.yaml": _source(company),
        "models/balances.yaml": {"source": "balances", "time": {"column": "day"}, "unit": {"column": "unit"}},
        "models/people.yaml": {"source": "people", "unit": {"column": "unit"}},
        **{
            f"metrics/financial/{key}.yaml": {"title": key, "measured_in": "count", **body}
            for key, body in METRICS.items()
        },
    }
    texts = {name: _yaml(content) for name, content in files.items()}
    return make(folder, texts | {f"files/{table}.csv": _csv(rows) for table, rows in company.tables.items()})


TYPES = {
    "day": "date",
    "hired": "date",
    "left": "date",
    "unit": "text",
    "amount": "decimal",
    "cost": "decimal",
    "customer": "text",
    "channel": "text",
    "ok": "boolean",
    "kind": "text",
    "value": "number",
    "team": "text",
    "hours": "integer",
    "id": "integer",
}


def _source(company: Company) -> dict[str, Any]:
    datasets = {
        table: {
            "path": f"{table}.csv",
            "empty": "allow",
            "columns": {
                name: {"type": TYPES[name]} | ({"as": "left_on"} if name == "left" else {})
                for name in ("id", *(rows[0] if rows else ("day", "unit", "kind", "value")))
            },
        }
        for table, rows in company.tables.items()
    }
    return {"connector": "files", "settings": {"folder": "files"}, "datasets": datasets}


def _csv(rows: Sequence[Row]) -> str:
    names = list(rows[0]) if rows else ["day", "unit", "kind", "value"]
    lines = [
        [str(number), *("" if row[name] is None else str(row[name]) for name in names)]
        for number, row in enumerate(rows)
    ]
    return "\n".join(",".join(line) for line in [["id", *names], *lines]) + "\n"


def _yaml(content: Any) -> str:
    from io import StringIO

    out = StringIO()
    YAML().dump(content, out)
    return out.getvalue()


__all__ = ["METRICS", "Drawn", "company", "drawn", "month_of", "workspace"]
