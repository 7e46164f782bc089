"""The ledger, its budget, and the invoices to dealers; revenue in the ledger equals what was shipped less what came back."""

from dataclasses import dataclass

import numpy as np

from data.demo.generator.clock import MONTHS, NEVER, Clock, Days, Floats, Ints, Texts, even, numbered
from data.demo.generator.orders import CARE, DEALER, DEPARTMENTS, GROUPS, WORKSHOP, Orders
from data.demo.generator.story import SEASON, Story

REVENUE = np.array(["revenue_bikes", "revenue_parts", "revenue_service"])
ACCOUNT_OF = np.array([{"bike": 0, "parts": 1, "service": 2}[str(group)] for group in GROUPS])

# Running costs in EUR a month at the start: department, account, amount, postings a month, growth a year.
RUNNING_COSTS: tuple[tuple[str, str, float, int, float], ...] = (
    ("dealer_sales", "personnel", 128_000, 1, 0.030),
    ("online_sales", "personnel", 98_000, 1, 0.030),
    ("service", "personnel", 124_000, 1, 0.035),
    ("assembly", "personnel", 92_000, 1, 0.020),
    ("purchasing", "personnel", 72_000, 1, 0.030),
    ("logistics", "personnel", 121_000, 1, 0.030),
    ("finance", "personnel", 104_000, 1, 0.025),
    ("people", "personnel", 52_000, 1, 0.030),
    ("dealer_sales", "marketing", 52_000, 14, 0.020),
    ("online_sales", "marketing", 98_000, 30, 0.030),
    ("logistics", "freight", 118_000, 110, 0.025),
    ("assembly", "energy", 38_000, 6, 0.030),
    ("assembly", "maintenance", 31_000, 24, 0.020),
    ("purchasing", "travel", 7_000, 18, 0.020),
    ("dealer_sales", "travel", 16_000, 42, 0.010),
    ("service", "external_services", 21_000, 16, 0.020),
    ("logistics", "premises", 46_000, 4, 0.020),
    ("finance", "premises", 33_000, 4, 0.020),
    ("finance", "it", 64_000, 30, 0.040),
    ("finance", "external_services", 24_000, 14, 0.020),
    ("people", "training", 15_000, 12, 0.030),
    ("people", "recruiting", 11_000, 8, 0.010),
    ("assembly", "depreciation", 58_000, 1, 0.0),
    ("logistics", "depreciation", 17_000, 1, 0.0),
)
SEASONAL = {"freight": 0.8, "energy": 0.2, "marketing": 0.5}
# Planned growth of revenue a year, by account.
PLANNED_GROWTH = {"revenue_bikes": 0.045, "revenue_parts": 0.030, "revenue_service": 0.20}


@dataclass(frozen=True)
class Ledger:
    """One element a posting; amounts in cents as they move the result: income is positive, cost negative."""

    posted: Days
    department: Texts
    account: Texts
    amount: Ints

    def groups(self) -> Texts:
        """revenue, cost_of_sales, warranty or operating, for each posting."""
        return group_of(self.account)


def group_of(account: Texts) -> Texts:
    """The account group of each account."""
    group = np.full(len(account), "operating", dtype="<U13")
    group[np.char.startswith(account, "revenue")] = "revenue"
    group[account == "cost_of_sales"] = "cost_of_sales"
    group[account == "warranty"] = "warranty"
    group[account == "new_customers"] = "statistical"
    return group


def make_ledger(clock: Clock, story: Story, orders: Orders, rng: np.random.Generator) -> Ledger:
    """Postings in the order of time."""
    parts = [*_sales(clock, orders), _warranty(clock, story, orders, rng), *_running_costs(clock, story, rng)]
    posted, department, account, amount = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("posted", "department", "account", "amount")
    )
    by_time = np.lexsort((account, department, posted))
    return Ledger(posted[by_time], department[by_time], account[by_time], amount[by_time])


def ledger_columns(ledger: Ledger) -> dict[str, object]:
    """The columns of the ledger file."""
    return {
        "entry_id": numbered("L-", np.arange(len(ledger.posted)) + 1, 6),
        "posted_on": ledger.posted,
        "department": ledger.department,
        "account": ledger.account,
        "account_group": ledger.groups(),
        "amount": ledger.amount / 100,
    }


def budget_columns(clock: Clock, ledger: Ledger, new_customers: Ints, rng: np.random.Generator) -> dict[str, object]:
    """The budget, a row for each month, department and account; and, as a statistical account, the plan of new customers."""
    month = clock.month_of(ledger.posted)
    pairs, of_pair = np.unique(np.char.add(np.char.add(ledger.department, "|"), ledger.account), return_inverse=True)
    actual = np.zeros((len(pairs), MONTHS))
    np.add.at(actual, (of_pair, month), ledger.amount / 100)
    rows = [_plan(clock, str(pair).split("|")[1], actual[i], rng) for i, pair in enumerate(pairs)]
    rows.append(_plan(clock, "new_customers", new_customers.astype(np.float64), rng))
    names = [str(pair).split("|") for pair in pairs] + [["online_sales", "new_customers"]]
    account = np.repeat(np.array([name[1] for name in names]), MONTHS)
    return {
        "month": np.tile(clock.starts[:-1], len(rows)),
        "department": np.repeat(np.array([name[0] for name in names]), MONTHS),
        "account": account,
        "account_group": group_of(account),
        "amount": np.concatenate(rows),
    }


def invoice_columns(clock: Clock, story: Story, orders: Orders, rng: np.random.Generator) -> dict[str, object]:
    """One invoice for each dealer order that has wholly shipped: when it was due, and when it was paid."""
    mine = (orders.department == DEALER) & ~orders.cancelled
    number, of_order = np.unique(orders.order[mine], return_inverse=True)
    shipped = np.full(len(number), clock.first)
    np.maximum.at(shipped, of_order, np.where(np.isnat(orders.shipped[mine]), np.datetime64("2200-01-01"), orders.shipped[mine]))
    amount = np.zeros(len(number), dtype=np.int64)
    np.add.at(amount, of_order, orders.amount[mine])
    customer = np.zeros(len(number), dtype=np.int64)
    customer[of_order] = orders.customer[mine]
    done = shipped <= clock.last
    number, shipped, amount, customer = number[done], shipped[done], amount[done], customer[done]
    due = shipped + np.where(customer % 3 == 0, 45, 30).astype("timedelta64[D]")
    month = clock.month_of(due)
    late = even(rng, month) < story.paid_late[month]
    delay = np.where(late, 4 + rng.exponential(15.0, len(due)), -rng.exponential(4.0, len(due)))
    paid = np.maximum(due + np.round(delay).astype("timedelta64[D]"), shipped + np.timedelta64(2, "D"))
    return {
        "invoice_id": numbered("R-", number + 100001, 6),
        "order_id": numbered("O-", number + 100001, 6),
        "customer_id": numbered("C-", customer + 1, 5),
        "invoiced_on": shipped,
        "due_on": due,
        "paid_on": clock.known(paid),
        "amount": amount / 100,
    }


def _sales(clock: Clock, orders: Orders) -> list[Ledger]:
    """Revenue and cost of sales on the day of shipping, and both taken back on the day of return."""
    account = ACCOUNT_OF[orders.product]
    parts = []
    for days, sign in ((orders.shipped, 1), (orders.returned, -1)):
        known = ~np.isnat(days)
        offset = (days[known] - clock.first).astype(np.int64)
        key = (offset * 3 + orders.department[known]) * 3 + account[known]
        cells, of_cell = np.unique(key, return_inverse=True)
        revenue = np.bincount(of_cell, orders.amount[known]).astype(np.int64) * sign
        posted = clock.first + (cells // 9).astype("timedelta64[D]")
        department = DEPARTMENTS[cells // 3 % 3]
        parts.append(Ledger(posted, department, REVENUE[cells % 3], revenue))
        cells, of_cell = np.unique(key // 3, return_inverse=True)
        cost = np.bincount(of_cell, orders.cost[known]).astype(np.int64) * -sign
        posted = clock.first + (cells // 3).astype("timedelta64[D]")
        parts.append(Ledger(posted, DEPARTMENTS[cells % 3], np.full(len(cells), "cost_of_sales"), cost))
    return parts


def _warranty(clock: Clock, story: Story, orders: Orders, rng: np.random.Generator) -> Ledger:
    """Warranty cost of the two departments that sell bicycles, some postings a month."""
    month = clock.month_of(np.where(np.isnat(orders.shipped), clock.last, orders.shipped))
    shipped = np.zeros((2, MONTHS))
    sold = (orders.department < 2) & ~np.isnat(orders.shipped)
    np.add.at(shipped, (orders.department[sold], month[sold]), orders.amount[sold])
    level = SEASON[clock.calendar_month]
    smooth = shipped.mean(axis=1, keepdims=True) * level / level.mean() * (shipped / shipped.mean(axis=1, keepdims=True)) ** 0.5
    total = np.round(smooth * story.warranty).astype(np.int64)
    each = 22
    parts = [_spread(clock, rng, total[i], each, str(DEPARTMENTS[i]), "warranty") for i in range(2)]
    return _joined(parts)


def _running_costs(clock: Clock, story: Story, rng: np.random.Generator) -> list[Ledger]:
    parts = []
    season = SEASON[clock.calendar_month]
    years = np.arange(MONTHS) / 12
    for department, account, start, postings, growth in RUNNING_COSTS:
        total = start * (1 + growth) ** years * season ** SEASONAL.get(account, 0.0)
        swing = 0.0 if account == "depreciation" else 0.006 if account == "personnel" else 0.04
        total = total * story.overheads ** (swing > 0) * np.exp(rng.normal(0.0, swing, MONTHS))
        parts.append(_spread(clock, rng, np.round(total * 100).astype(np.int64), postings, department, account))
    return parts


def _spread(
    clock: Clock, rng: np.random.Generator, totals: Ints, postings: int, department: str, account: str
) -> Ledger:
    """A cost split into postings on days of each month; a single posting lies on the 25th. `totals` are positive cents."""
    weights = rng.gamma(1.5, 1.0, (MONTHS, postings))
    amount = np.round(weights / weights.sum(axis=1, keepdims=True) * totals[:, None]).astype(np.int64)
    amount[:, -1] += totals - amount.sum(axis=1)
    day = rng.integers(0, 28, (MONTHS, postings)) if postings > 1 else np.full((MONTHS, 1), 24)
    posted = clock.starts[:-1, None] + day.astype("timedelta64[D]")
    size = MONTHS * postings
    return Ledger(posted.ravel(), np.full(size, department), np.full(size, account), -amount.ravel())


def _joined(parts: list[Ledger]) -> Ledger:
    return Ledger(
        np.concatenate([part.posted for part in parts]),
        np.concatenate([part.department for part in parts]),
        np.concatenate([part.account for part in parts]),
        np.concatenate([part.amount for part in parts]),
    )


def _plan(clock: Clock, account: str, actual: Floats, rng: np.random.Generator) -> Floats:
    """A budget as planners make it: last level, planned growth, the usual season; fixed for a year at a time."""
    season = SEASON[clock.calendar_month] ** _season_weight(account)
    trend = (1 + PLANNED_GROWTH.get(account, 0.03)) ** (np.arange(MONTHS) / 12)
    shape = season * trend
    plan = np.zeros(MONTHS)
    for year in np.unique(clock.year):
        mine = clock.year == year
        before = (clock.year == year - 1) if (clock.year == year - 1).sum() >= 6 else mine
        level = actual[before].sum() / shape[before].sum()
        plan[mine] = level * shape[mine] * np.exp(rng.normal(0.0, 0.012))
    step = 1.0 if account == "new_customers" else 100.0
    return np.asarray(np.round(plan / step) * step, dtype=np.float64)


def _season_weight(account: str) -> float:
    if account in {"revenue_bikes", "revenue_parts", "cost_of_sales", "warranty", "new_customers"}:
        return 1.0
    return 0.5 if account == "revenue_service" else SEASONAL.get(account, 0.0)


__all__ = ["CARE", "NEVER", "WORKSHOP", "Ledger", "budget_columns", "invoice_columns", "ledger_columns", "make_ledger"]
