"""What suppliers deliver, what assembly builds, and what lies in stock."""

import numpy as np

from data.demo.generator.clock import Clock, Days, Ints, even, numbered, pick
from data.demo.generator.orders import GROUPS, LINES, Orders
from data.demo.generator.story import SEASON, Story

# Supplier, part group, share of receipts, share of the trouble that begins in the last year.
SUPPLIERS: tuple[tuple[str, str, float, float], ...] = (
    ("Gussberg Castings", "Drive units", 0.14, 0.62),
    ("Talbruck Motors", "Drive units", 0.07, 0.06),
    ("Almstad Frames", "Frames", 0.13, 0.05),
    ("Nordrohr", "Frames", 0.09, 0.02),
    ("Felgari Wheels", "Wheels", 0.12, 0.04),
    ("Ruotelli Wheels", "Wheels", 0.07, 0.02),
    ("Haltwerk Brakes", "Brakes", 0.10, 0.03),
    ("Elvara Electronics", "Electronics", 0.09, 0.12),
    ("Vossling Saddles", "Saddles", 0.06, 0.01),
    ("Lumeno Lights", "Electronics", 0.06, 0.02),
    ("Ketta Chains", "Drivetrain", 0.07, 0.01),
)
RECEIPTS_A_DAY, WORK_ORDERS_A_DAY = 8.2, 13.0
SITES = np.array(["Main warehouse", "Store depot"])


def receipt_columns(clock: Clock, story: Story, rng: np.random.Generator) -> dict[str, object]:
    """Deliveries by suppliers, with the pieces inspected and found defective."""
    received = _workdays(clock, rng, RECEIPTS_A_DAY)
    month = clock.month_of(received)
    size = len(received)
    share, trouble = (np.array([row[i] for row in SUPPLIERS]) for i in (2, 3))
    supplier = pick(even(rng, month), share)
    quantity = np.round(rng.lognormal(5.2, 0.5, size)).astype(np.int64)
    inspected = np.maximum(20, np.round(quantity * 0.35)).astype(np.int64)
    usual = float(story.supplier_defects[:12].mean())
    extra = (story.supplier_defects[month] - usual) * (trouble / share)[supplier]
    expected = inspected * np.clip(usual + extra, 0.001, 0.5)
    defects = np.minimum(inspected, np.floor(expected + even(rng, month)).astype(np.int64))
    usual_late = float(story.supplier_late[:12].mean())
    late_share = usual_late + (story.supplier_late[month] - usual_late) * (trouble / share)[supplier]
    late = even(rng, month * len(SUPPLIERS) + supplier) < np.clip(late_share, 0.005, 0.9)
    days = np.where(late, 1 + np.round(rng.exponential(5.0, size)), -rng.integers(0, 4, size)).astype(np.int64)
    return {
        "receipt_id": numbered("G-", np.arange(size) + 10001, 5),
        "received_on": received,
        "promised_on": received - days.astype("timedelta64[D]"),
        "supplier": np.array([row[0] for row in SUPPLIERS])[supplier],
        "part_group": np.array([row[1] for row in SUPPLIERS])[supplier],
        "quantity": quantity,
        "inspected": inspected,
        "defects": defects,
    }


def work_order_columns(clock: Clock, story: Story, rng: np.random.Generator) -> dict[str, object]:
    """Batches that assembly finished, with pieces right the first time and the cost of scrap."""
    finished = _workdays(clock, rng, WORK_ORDERS_A_DAY)
    month = clock.month_of(finished)
    size = len(finished)
    product = pick(even(rng, month), np.array([0.30, 0.34, 0.22, 0.14]))
    units = 3 + rng.poisson(6.0, size)
    usual = float(story.first_pass[:12].mean())
    passed_share = usual + (story.first_pass[month] - usual) * np.array([0.5, 1.9, 0.7, 0.36])[product]
    passed = np.maximum(0, units - np.floor(units * (1 - passed_share) + even(rng, month))).astype(np.int64)
    hours = units * np.array([1.1, 2.1, 1.6, 0.7])[product] * np.exp(rng.normal(0.0, 0.15, size))
    hours = hours * (1 + 0.8 * (usual - passed_share))
    material = units * np.array([410.0, 1180.0, 640.0, 130.0])[product] * np.exp(rng.normal(0.0, 0.1, size))
    factor = rng.gamma(1.2, 1.0, size)
    factor = factor / (np.bincount(month, factor * material) / np.bincount(month, material))[month]
    return {
        "work_order_id": numbered("W-", np.arange(size) + 10001, 5),
        "finished_on": finished,
        "assembly_cell": np.array(["Cell A", "Cell B", "Cell C"])[pick(rng.random(size), np.array([0.4, 0.35, 0.25]))],
        "product_line": LINES[product],
        "units": units.astype(np.int64),
        "units_passed_first": passed,
        "cycle_hours": np.round(hours, 2),
        "material_cost": np.round(material, 2),
        "scrap_cost": np.round(material * story.scrap[month] * factor, 2),
    }


def inventory_columns(clock: Clock, story: Story, orders: Orders, rng: np.random.Generator) -> dict[str, object]:
    """The value of stock by site and product line, every Sunday and on the last day of each month."""
    days = clock.days
    sundays = days[(days.astype(np.int64) + 3) % 7 == 6]
    snapshots = np.union1d(sundays, clock.starts[1:] - np.timedelta64(1, "D"))
    month = clock.month_of(snapshots)
    lines = np.flatnonzero(GROUPS != "service")
    parts = []
    for product in lines:
        mine = (orders.product == product) & ~np.isnat(orders.shipped)
        cost_a_day = float(orders.cost[mine].sum()) / 100 / len(days)
        growth = 1.035 ** ((np.arange(len(snapshots)) / len(snapshots) - 0.5) * 4)
        season = 1 + 0.10 * np.interp(month, np.arange(48), 1 - np.roll(SEASON[clock.calendar_month], -2))
        for site, share in enumerate((0.82, 0.18)):
            value = cost_a_day * story.stock_days[month] * share * growth * season
            parts.append((product, site, value * np.exp(rng.normal(0.0, 0.012, len(snapshots)))))
    count = len(snapshots)
    order = np.lexsort((np.repeat(np.arange(len(parts)), count), np.tile(snapshots, len(parts))))
    return {
        "snapshot_on": np.tile(snapshots, len(parts))[order],
        "site": np.repeat(SITES[[part[1] for part in parts]], count)[order],
        "product_line": np.repeat(LINES[[part[0] for part in parts]], count)[order],
        "stock_value": np.round(np.concatenate([part[2] for part in parts]), 2)[order],
    }


def _workdays(clock: Clock, rng: np.random.Generator, rate: float) -> Days:
    """Days of events on Monday to Friday, more in the season."""
    days = clock.days
    open_days = days[(days.astype(np.int64) + 3) % 7 < 5]
    level = rate * SEASON[clock.calendar_month][clock.month_of(open_days)] ** 0.5
    level = level * np.exp(rng.normal(0.0, 0.08, len(open_days)))
    counts: Ints = np.diff(np.floor(np.concatenate(([0.0], np.cumsum(level))))).astype(np.int64)
    return np.repeat(open_days, counts)
