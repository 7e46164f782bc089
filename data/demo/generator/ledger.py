"""The ledger, its budget, and the invoices to dealers; ledger revenue equals what was shipped less what came back."""

from dataclasses import dataclass

import numpy as np

from data.demo.generator.clock import MONTHS, Clock, Days, Floats, Ints, Texts, even, numbered
from data.demo.generator.orders import DEALER, DEPARTMENTS, GROUPS, Orders
from data.demo.generator.story import SEASON, Story

REVENUE = np.array(["revenue_bikes", "revenue_parts", "revenue_service"])
ACCOUNT_OF = np.array([{"bike": 0, "parts": 1, "service": 2}[str(group)] for group in GROUPS])

# Running costs in EUR a month at the start: department, account, amount, postings a month, growth a year.
RUNNING_COSTS: tuple[tuple[str, str, float, int, float], ...] = (
    ("dealer_sales", "personnel", 112_000, 1, 0.026),
    ("online_sales", "personnel", 84_000, 1, 0.026),
    ("service", "personnel", 104_000, 1, 0.034),
    ("assembly", "personnel", 76_000, 1, 0.018),
    ("purchasing", "personnel", 61_000, 1, 0.024),
    ("logistics", "personnel", 98_000, 1, 0.026),
    ("finance", "personnel", 86_000, 1, 0.022),
    ("people", "personnel", 44_000, 1, 0.026),
    ("dealer_sales", "marketing", 40_000, 14, 0.020),
    ("online_sales", "marketing", 78_000, 30, 0.030),
    ("logistics", "freight", 108_000, 110, 0.025),
    ("assembly", "energy", 33_000, 6, 0.030),
    ("assembly", "maintenance", 27_000, 24, 0.020),
    ("purchasing", "travel", 6_000, 18, 0.020),
    ("dealer_sales", "travel", 13_000, 42, 0.010),
    ("service", "external_services", 16_000, 16, 0.020),
    ("logistics", "premises", 38_000, 4, 0.020),
    ("finance", "premises", 27_000, 4, 0.020),
    ("finance", "it", 54_000, 30, 0.035),
    ("finance", "external_services", 16_000, 14, 0.020),
    ("people", "training", 13_000, 12, 0.030),
    ("people", "recruiting", 9_000, 8, 0.010),
    ("assembly", "depreciation", 46_000, 1, 0.0),
    ("logistics", "depreciation", 14_000, 1, 0.0),
)
SEASONAL = {"freight": 0.8, "energy": 0.2, "marketing": 0.5}
# Growth a year that planners expect, by account; the service department's whole trade is planned to grow faster.
PLANNED_GROWTH = {"revenue_bikes": 0.018, "revenue_parts": 0.018, "revenue_service": 0.17, "cost_of_sales": 0.009}
SERVICE_GROWTH = {"revenue_service": 0.12, "cost_of_sales": 0.12, "new_customers": 0.05}
GOODS = frozenset({"revenue_bikes", "revenue_parts", "cost_of_sales", "warranty", "new_customers"})


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
    book = _joined(parts)
    by_time = np.lexsort((book.account, book.department, book.posted))
    return Ledger(book.posted[by_time], book.department[by_time], book.account[by_time], book.amount[by_time])


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
    """The budget, a row for each month, department and account.

    `new_customers`, by selling department and month (3, 48), are planned as a statistical account.
    """
    month = clock.month_of(ledger.posted)
    pairs, of_pair = np.unique(np.char.add(np.char.add(ledger.department, "|"), ledger.account), return_inverse=True)
    actual = np.zeros((len(pairs), MONTHS))
    np.add.at(actual, (of_pair, month), ledger.amount / 100)
    names = [str(pair).split("|") for pair in pairs] + [[str(one), "new_customers"] for one in DEPARTMENTS]
    history = np.concatenate((actual, new_customers))
    rows = [_plan(clock, names[i][0], names[i][1], history[i], rng) for i in range(len(names))]
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
    not_yet = np.datetime64("2200-01-01")
    np.maximum.at(shipped, of_order, np.where(np.isnat(orders.shipped[mine]), not_yet, orders.shipped[mine]))
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
    """Warranty cost of each department that sells, some postings a month."""
    month = clock.month_of(np.where(np.isnat(orders.shipped), clock.last, orders.shipped))
    shipped = np.zeros((len(DEPARTMENTS), MONTHS))
    sold = ~np.isnat(orders.shipped)
    np.add.at(shipped, (orders.department[sold], month[sold]), orders.amount[sold])
    level = SEASON[clock.calendar_month]
    mean = shipped.mean(axis=1, keepdims=True)
    smooth = mean * (level / level.mean() * shipped / mean) ** 0.5
    total = np.round(smooth * story.warranty).astype(np.int64)
    return _joined([_spread(clock, rng, total[i], 15, str(one), "warranty") for i, one in enumerate(DEPARTMENTS)])


def _running_costs(clock: Clock, story: Story, rng: np.random.Generator) -> list[Ledger]:
    parts = []
    season = SEASON[clock.calendar_month]
    years = np.arange(MONTHS) / 12
    for department, account, start, postings, growth in RUNNING_COSTS:
        total = start * (1 + growth) ** years * season ** SEASONAL.get(account, 0.0)
        swing = 0.0 if account == "depreciation" else 0.006 if account == "personnel" else 0.04
        if account == "freight":
            total = total * story.express
        total = total * story.overheads ** (swing > 0) * np.exp(rng.normal(0.0, swing, MONTHS))
        parts.append(_spread(clock, rng, np.round(total * 100).astype(np.int64), postings, department, account))
    return parts


def _spread(
    clock: Clock, rng: np.random.Generator, totals: Ints, postings: int, department: str, account: str
) -> Ledger:
    """A cost in positive cents, split into postings on days of each month; a single posting lies on the 25th."""
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


def _plan(clock: Clock, department: str, account: str, actual: Floats, rng: np.random.Generator) -> Floats:
    """A budget as planners make it: last level, planned growth, the usual season; fixed for a year at a time."""
    season = SEASON[clock.calendar_month] ** _season_weight(department, account)
    growth = {**PLANNED_GROWTH, **(SERVICE_GROWTH if department == "service" else {})}
    trend = (1 + growth.get(account, 0.03)) ** (np.arange(MONTHS) / 12)
    shape = season * trend
    plan = np.zeros(MONTHS)
    for year in np.unique(clock.year):
        mine = clock.year == year
        before = (clock.year == year - 1) if (clock.year == year - 1).sum() >= 6 else mine
        level = actual[before].sum() / shape[before].sum()
        plan[mine] = level * shape[mine] * np.exp(rng.normal(0.0, 0.012))
    step = 1.0 if account == "new_customers" else 100.0
    return np.asarray(np.round(plan / step) * step, dtype=np.float64)


def _season_weight(department: str, account: str) -> float:
    if account in GOODS or account == "revenue_service":
        return 0.5 if department == "service" else 1.0
    return SEASONAL.get(account, 0.0)
