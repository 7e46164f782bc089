"""Customers and their order lines: what was ordered, promised, shipped, delivered and sent back."""

from dataclasses import dataclass

import numpy as np

from data.demo.generator.clock import NEVER, Bools, Clock, Days, Ints, Texts, even, numbered, pick
from data.demo.generator.story import Story

DEPARTMENTS = np.array(["dealer_sales", "online_sales", "service"])
LINES = np.array(["city", "e_bike", "mountain", "kids", "parts", "care_plan", "workshop"])
GROUPS = np.array(["bike", "bike", "bike", "bike", "parts", "service", "service"])
CITY, E_BIKE, MOUNTAIN, KIDS, PARTS, CARE, WORKSHOP = range(7)
DEALER, ONLINE, SERVICE = range(3)

ORDERS_A_DAY = np.array([13.4, 29.0, 13.0])
# Monday to Sunday
WEEKDAYS = np.array(
    [
        [1.40, 1.40, 1.35, 1.30, 1.20, 0.25, 0.10],
        [1.05, 0.95, 0.95, 0.95, 0.95, 1.05, 1.10],
        [1.15, 1.10, 1.10, 1.10, 1.15, 1.20, 0.20],
    ]
)
LIST_PRICE = np.array([1240.0, 3420.0, 1890.0, 420.0, 74.0, 219.0, 205.0])
PRICE_SHARE = np.array([0.70, 0.87, 1.00])  # of the list price, by department
COST_SHARE = np.array([0.480, 0.490, 0.485, 0.470, 0.400, 0.300, 0.420])  # of the list price
PIECES = np.array([1.2, 0.7, 1.0, 1.8, 8.0, 2.2, 0.0])  # further pieces a dealer orders on a line
PROMISE = np.array([8.0, 6.0, 4.0])
LEAD = np.array([5.4, 4.0, 2.2])
SPREAD = np.array([1.00, 0.85, 0.60])
DEALER_POOL, CONSUMER_POOL = 420, 5200
REGIONS = np.array(["North", "South", "West", "East", "Export"])
REGION_SHARES = np.array([[0.24, 0.26, 0.20, 0.14, 0.16], [0.29, 0.28, 0.26, 0.17, 0.0]])
SEGMENTS = np.array(["Independent dealer", "Dealer chain", "Fleet", "Commuter", "Family", "Sport", "Leisure"])
SEGMENT_SHARES = np.array([[0.62, 0.26, 0.12, 0, 0, 0, 0], [0, 0, 0, 0.33, 0.27, 0.22, 0.18]])


@dataclass(frozen=True)
class Orders:
    """One element a line. A day that has not come yet is NaT; amounts are whole cents."""

    order: Ints
    line_no: Ints
    ordered: Days
    promised: Days
    shipped: Days
    delivered: Days
    returned: Days
    department: Ints
    channel: Texts
    customer: Ints
    product: Ints
    new_model: Bools
    quantity: Ints
    amount: Ints
    cost: Ints
    cancelled: Bools
    repeat: Bools


@dataclass(frozen=True)
class Customers:
    """One element a customer, numbered from 0."""

    since: Days
    segment: Texts
    region: Texts


def make_orders(clock: Clock, story: Story, rng: np.random.Generator) -> tuple[Orders, Customers]:
    """Order lines sorted by order, and the customers who placed them."""
    ordered, department = _headers(clock, story, rng)
    month = clock.month_of(ordered)
    customer, repeat, customers = _customers(clock, story, rng, ordered, department, month)
    channel = _channels(rng, department)
    order, product = _lines(story, rng, department, month)
    of_line = department[order]
    line_month = month[order]
    quantity, amount, cost = _amounts(story, rng, of_line, product, line_month)
    cancelled = (rng.random(len(ordered)) < 0.012)[order]
    promised, shipped, delivered = _deliveries(clock, story, rng, ordered, department, order, product)
    shipped[cancelled] = NEVER
    delivered[cancelled] = NEVER
    returned = _returns(clock, story, rng, product, delivered)
    first_line = np.searchsorted(order, np.arange(len(ordered)))
    return Orders(
        order, np.arange(len(order)) - first_line[order] + 1, ordered[order], promised, shipped, delivered, returned,
        of_line, channel[order], customer[order], product,
        (GROUPS[product] == "bike") & (even(rng, line_month) < story.new_model[line_month]),
        quantity, amount, cost, cancelled, repeat[order],
    ), customers  # fmt: skip


def order_columns(lines: Orders) -> dict[str, object]:
    """The columns of the order file."""
    status = np.where(np.isnat(lines.shipped), "open", "shipped").astype("<U9")
    status[~np.isnat(lines.delivered)] = "delivered"
    status[~np.isnat(lines.returned)] = "returned"
    status[lines.cancelled] = "cancelled"
    return {
        "order_id": numbered("O-", lines.order + 100001, 6),
        "line_no": lines.line_no,
        "ordered_on": lines.ordered,
        "promised_on": lines.promised,
        "shipped_on": lines.shipped,
        "delivered_on": lines.delivered,
        "returned_on": lines.returned,
        "department": DEPARTMENTS[lines.department],
        "channel": lines.channel,
        "customer_id": numbered("C-", lines.customer + 1, 5),
        "product_line": LINES[lines.product],
        "product_group": GROUPS[lines.product],
        "new_model": lines.new_model,
        "quantity": lines.quantity,
        "amount": lines.amount / 100,
        "cost": lines.cost / 100,
        "status": status,
        "repeat_order": lines.repeat,
    }


def customer_columns(customers: Customers) -> dict[str, object]:
    """The columns of the customer file."""
    return {
        "customer_id": numbered("C-", np.arange(len(customers.since)) + 1, 5),
        "segment": customers.segment,
        "region": customers.region,
        "since": customers.since,
    }


def _headers(clock: Clock, story: Story, rng: np.random.Generator) -> tuple[Days, Ints]:
    """Order days and departments, in the order of time."""
    days = clock.days
    month = clock.month_of(days)
    weekday = (days.astype(np.int64) + 3) % 7
    demand = (story.dealer_demand, story.online_demand, story.service_demand)
    day_parts, department_parts = [], []
    for department, path in enumerate(demand):
        rate = ORDERS_A_DAY[department] * path[month] * WEEKDAYS[department][weekday]
        rate = rate * np.exp(rng.normal(0.0, 0.10, len(days)))
        counts = np.diff(np.floor(np.concatenate(([0.0], np.cumsum(rate))))).astype(np.int64)
        day_parts.append(np.repeat(days, counts))
        department_parts.append(np.full(int(counts.sum()), department))
    ordered, department_of = np.concatenate(day_parts), np.concatenate(department_parts)
    by_time = np.lexsort((rng.random(len(ordered)), ordered))
    return ordered[by_time], department_of[by_time].astype(np.int64)


def _customers(
    clock: Clock, story: Story, rng: np.random.Generator, ordered: Days, department: Ints, month: Ints
) -> tuple[Ints, Bools, Customers]:
    """Who ordered, whether they had ordered before, and the customers: dealers first, then consumers."""
    paths = np.stack((story.repeat_dealer, story.repeat_online, story.repeat_service))
    repeat_share = paths[department, month]
    repeat = even(rng, month * 3 + department) < repeat_share
    customer = np.zeros(len(ordered), dtype=np.int64)
    since, segment, region = [], [], []
    offset = 0
    for kind, (mine, pool) in enumerate(((department == DEALER, DEALER_POOL), (department != DEALER, CONSUMER_POOL))):
        is_new = ~repeat[mine]
        known = pool + np.cumsum(is_new)
        back = rng.random(len(known)) ** (1.0 if kind == 0 else 2.2)
        chosen = known - 1 - np.where(is_new, 0, np.floor(back * known).astype(np.int64))
        customer[mine] = offset + chosen
        size = int(known[-1])
        before = clock.first - np.sort(rng.integers(1, 2600, pool))[::-1].astype("timedelta64[D]")
        since.append(np.concatenate((before, ordered[mine][is_new])))
        segment.append(SEGMENTS[pick(rng.random(size), SEGMENT_SHARES[kind])])
        region.append(REGIONS[pick(rng.random(size), REGION_SHARES[kind])])
        offset += size
    return customer, repeat, Customers(np.concatenate(since), np.concatenate(segment), np.concatenate(region))


def _channels(rng: np.random.Generator, department: Ints) -> Texts:
    other = rng.random(len(department))
    names = np.array([["Dealer portal", "Key account"], ["Web shop", "Flagship store"], ["Workshop", "Care desk"]])
    share = np.array([0.34, 0.22, 0.30])
    return np.asarray(names[department, (other < share[department]).astype(np.int64)], dtype=np.str_)


def _lines(story: Story, rng: np.random.Generator, department: Ints, month: Ints) -> tuple[Ints, Ints]:
    """The order that each line belongs to, and its product line."""
    size = len(department)
    further = rng.poisson(np.array([2.1, 0.55, 0.05])[department])
    order = np.repeat(np.arange(size), 1 + further)
    first = np.concatenate(([True], order[1:] != order[:-1]))
    line_department, line_month = department[order], month[order]
    shares = np.zeros((len(order), 7))
    dealer, online, service = (line_department == one for one in (DEALER, ONLINE, SERVICE))
    shares[dealer] = [0.25, 0.27, 0.17, 0.11, 0.20, 0.0, 0.0]
    shares[dealer, CARE] = story.care_dealer[line_month[dealer]]
    shares[online & first] = [0.19, 0.22, 0.12, 0.09, 0.38, 0.0, 0.0]
    shares[online & ~first] = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    shares[service, CARE] = story.care_service[line_month[service]]
    shares[service, WORKSHOP] = 1 - story.care_service[line_month[service]]
    product = pick(even(rng, line_month * 3 + line_department), shares)
    bikes = np.flatnonzero(online & first & (product < PARTS))
    with_care = bikes[even(rng, line_month[bikes]) < story.care_online[line_month[bikes]]]
    all_orders = np.concatenate((order, order[with_care]))
    all_products = np.concatenate((product, np.full(len(with_care), CARE)))
    by_order = np.argsort(all_orders, kind="stable")
    return all_orders[by_order], all_products[by_order]


def _amounts(
    story: Story, rng: np.random.Generator, department: Ints, product: Ints, month: Ints
) -> tuple[Ints, Ints, Ints]:
    """Pieces, amount and standard cost in cents."""
    size = len(product)
    pieces = np.where(department == DEALER, rng.poisson(PIECES[product]), 0)
    quantity = (1 + pieces).astype(np.int64)
    price = LIST_PRICE[product] * np.exp(rng.normal(-0.02, 0.2, size)) * 1.015 ** (month / 12)
    share = np.where(product == WORKSHOP, 1.0, PRICE_SHARE[department])
    unit_price = np.round(100 * price * share).astype(np.int64)
    unit_cost = np.round(100 * price * COST_SHARE[product] * story.unit_cost[month]).astype(np.int64)
    return quantity, quantity * unit_price, quantity * unit_cost


def _deliveries(
    clock: Clock, story: Story, rng: np.random.Generator, ordered: Days, department: Ints, order: Ints, product: Ints
) -> tuple[Days, Days, Days]:
    """Promise, shipping and delivery: lines wait for parts, so a delay eats the slack before it breaks the promise."""
    promise = PROMISE[department] + rng.integers(0, 2, len(department))
    of_line, day = department[order], ordered[order]
    month = clock.month_of(day)
    physical = GROUPS[product] != "service"
    delay = np.where(product == E_BIKE, story.delay_e_bikes[month], story.delay_bikes[month])
    lead = LEAD[of_line] - 0.4 * (product == PARTS) + delay * physical * np.where(product == PARTS, 0.7, 1.0)
    days = lead + SPREAD[of_line] * rng.normal(0.0, 1.0, len(order))
    incident = even(rng, month) < story.incidents[month]
    days = np.where(incident & physical, days + 3 + rng.exponential(4.0, len(order)), days)
    days = np.where(product == CARE, 0, np.maximum(np.round(days), 1)).astype(np.int64)
    transit = np.minimum(days, rng.integers(1, 3, len(order)))
    delivered = day + days.astype("timedelta64[D]")
    promised = np.where(product == CARE, day, day + promise[order].astype(np.int64).astype("timedelta64[D]"))
    return promised, clock.known(delivered - transit.astype("timedelta64[D]")), clock.known(delivered)


def _returns(clock: Clock, story: Story, rng: np.random.Generator, product: Ints, delivered: Days) -> Days:
    month = clock.month_of(np.where(np.isnat(delivered), clock.last, delivered))
    usual = story.returns[0]
    share = np.where(product == E_BIKE, usual + 2.2 * (story.returns[month] - usual), story.returns[month])
    sent_back = (GROUPS[product] != "service") & (even(rng, month) < share)
    days = rng.integers(4, 22, len(product)).astype("timedelta64[D]")
    return clock.known(np.where(sent_back, delivered + days, NEVER))
