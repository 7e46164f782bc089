"""What others say of Velora: the market by segment, from research, and the answers of customers to a short survey."""

import numpy as np

from data.demo.generator.clock import MONTHS, Clock, Floats, even, numbered, pick, ramp
from data.demo.generator.orders import CITY, E_BIKE, KIDS, LINES, MOUNTAIN, Orders
from data.demo.generator.story import Story

# By segment: our share of the market in the first and the last month, and the shares of the larger rivals.
SEGMENTS = (CITY, E_BIKE, MOUNTAIN, KIDS)
OURS = ((0.105, 0.098), (0.066, 0.089), (0.049, 0.064), (0.046, 0.042))
RIVALS = ((0.15, 0.12, 0.09), (0.19, 0.11, 0.075, 0.05), (0.22, 0.14, 0.058), (0.30, 0.20, 0.10, 0.05))
THEMES = np.array(["Delivery", "Product quality", "Price", "Advice", "Shop and app"])
CRITICAL = np.array([0.30, 0.18, 0.22, 0.08, 0.15])  # share of criticism among the answers on a theme
WORSE = np.array([0.30, 0.06, 0.00, 0.00, 0.00])  # what 2026 adds to it
ASKED = np.array(["online_sales", "dealer_sales", "service"])
ASKED_SHARES = np.array([0.5, 0.2, 0.3])
ANSWERS_A_MONTH = 140


def market_columns(clock: Clock, lines: Orders, rng: np.random.Generator) -> dict[str, object]:
    """One row a whole quarter and segment: our sales as booked, all sales, the largest rival's, and our place."""
    ends = [month for month in np.flatnonzero(clock.calendar_month % 3 == 2) if month >= 2]
    month = clock.month_of(lines.ordered)
    found: dict[str, list[object]] = {
        name: [] for name in ("quarter_end", "segment", "own_sales", "market_sales", "leader_sales", "own_rank")
    }
    for end in ends:
        for segment, ours, rivals in zip(SEGMENTS, OURS, RIVALS, strict=True):
            mine = (lines.product == segment) & (month > end - 3) & (month <= end) & ~lines.cancelled
            own = float(lines.amount[mine].sum()) / 100
            share = ours[0] + (ours[1] - ours[0]) * end / (MONTHS - 1)
            size = own / (share * float(np.exp(rng.normal(0.0, 0.012))))
            found["quarter_end"].append(clock.starts[end + 1] - np.timedelta64(1, "D"))
            found["segment"].append(str(LINES[segment]))
            found["own_sales"].append(round(own, 2))
            found["market_sales"].append(round(size, -3))
            found["leader_sales"].append(round(size * rivals[0] * float(np.exp(rng.normal(0.0, 0.01))), -3))
            found["own_rank"].append(1 + sum(rival > share for rival in rivals))
    return {**found, "quarter_end": np.array(found["quarter_end"], dtype="datetime64[D]")}


def feedback_columns(clock: Clock, story: Story, rng: np.random.Generator) -> dict[str, object]:
    """Answers of customers with the theme they speak of; who marks 1 or 2 criticises."""
    month = np.repeat(np.arange(MONTHS), ANSWERS_A_MONTH)
    size = len(month)
    length = (clock.starts[1:] - clock.starts[:-1]).astype(np.int64)
    day = clock.starts[:-1][month] + (rng.random(size) * length[month]).astype(np.int64).astype("timedelta64[D]")
    theme = pick(even(rng, month), _themes(story)[month])
    likely = CRITICAL[theme] + WORSE[theme] * ramp(41, 47, 1.0)[month]
    critical = even(rng, month * len(THEMES) + theme) < likely
    low, high = np.array([0.35, 0.65]), np.array([0.22, 0.40, 0.38])
    mark = np.where(critical, pick(rng.random(size), low) + 1, pick(rng.random(size), high) + 3)
    return {
        "answer_id": numbered("F-", np.arange(size) + 1, 5),
        "answered_on": day,
        "department": ASKED[pick(rng.random(size), ASKED_SHARES)],
        "theme": THEMES[theme],
        "satisfaction": mark,
        "critical": critical,
    }


def _themes(story: Story) -> Floats:
    """Shares of the themes, one row a month; delivery follows what the help desk hears."""
    rest = np.array([0.27, 0.25, 0.23, 0.25])
    return np.column_stack((story.delivery_topic, (1 - story.delivery_topic)[:, None] * rest))
