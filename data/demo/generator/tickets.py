"""Tickets of the help desk: when they were opened, answered and solved, and what customers thought of it."""

import numpy as np

from data.demo.generator.clock import MONTHS, Bools, Clock, Floats, Ints, even, numbered, pick
from data.demo.generator.story import SEASON, Story

TOPICS = np.array(["Delivery", "Product quality", "Billing", "Care plan", "Advice"])
CHANNELS = np.array(["Phone", "E-mail", "Chat"])
DESKS = np.array(["service", "online_sales", "dealer_sales"])
DESK_SHARES = np.array([0.58, 0.26, 0.16])
TOPIC_OFFSET = np.array([-0.35, -0.20, 0.02, 0.22, 0.25])  # of satisfaction, by topic
DESK_PACE = np.array([1.0, 0.94, 1.12])  # of the answer time, by desk
A_DAY = 17.5
GAP_DESK, GAP_FROM, GAP_TO = 1, 42, 44  # the web shop's desk moved to another tool: two months are missing


def ticket_columns(clock: Clock, story: Story, customers: int, rng: np.random.Generator) -> dict[str, object]:
    """The columns of the ticket file, in the order of opening; without the months that were lost."""
    days = clock.days
    month_of_day = clock.month_of(days)
    calls = 1 + 1.2 * (story.delivery_topic - 0.20)
    volume = SEASON[clock.calendar_month] ** 0.6 * calls * 1.02 ** (np.arange(MONTHS) / 12)
    rate = A_DAY * volume[month_of_day] * np.exp(rng.normal(0.0, 0.12, len(days)))
    counts = np.diff(np.floor(np.concatenate(([0.0], np.cumsum(rate))))).astype(np.int64)
    day = np.repeat(days, counts)
    month = clock.month_of(day)
    size = len(day)
    desk = pick(even(rng, month), DESK_SHARES)
    topic = pick(even(rng, month), _topic_shares(story)[month])
    channel = pick(rng.random(size), np.array([0.34, 0.41, 0.25]))
    opened = day.astype("datetime64[s]") + rng.integers(7 * 3600, 20 * 3600, size).astype("timedelta64[s]")
    opened = np.sort(opened)
    response = story.response_hours[month] * DESK_PACE[desk] * _around_one(rng, month, 0.7)
    solve = response + (story.solve_hours[month] - story.response_hours[month]) * _around_one(rng, month, 0.8)
    responded, solved = (opened + np.round(hours * 3600).astype("timedelta64[s]") for hours in (response, solve))
    end = (clock.last + np.timedelta64(1, "D")).astype("datetime64[s]")
    never = np.datetime64("NaT", "s")
    kept = ~((desk == GAP_DESK) & (month >= GAP_FROM) & (month < GAP_TO))
    columns: dict[str, object] = {
        "ticket_id": numbered("T-", np.arange(size) + 100001, 6)[kept],
        "opened_at": opened[kept],
        "responded_at": np.where(responded < end, responded, never)[kept],
        "solved_at": np.where(solved < end, solved, never)[kept],
        "department": DESKS[desk][kept],
        "channel": CHANNELS[channel][kept],
        "topic": TOPICS[topic][kept],
        "customer_id": numbered("C-", rng.integers(0, customers, size) + 1, 5)[kept],
    }
    answered = kept & (rng.random(size) < 0.62) & (solved < end)
    recommending = answered & (rng.random(size) < 0.85)
    columns["satisfaction"] = _optional(_satisfaction(story, rng, month, topic, answered), answered, kept)
    columns["nps"] = _optional(_nps(story, rng, month, recommending), recommending, kept)
    return columns


def _topic_shares(story: Story) -> Floats:
    """Shares of the topics, one row a month."""
    rest = np.array([0.26, 0.20, 0.20, 0.34])
    return np.column_stack((story.delivery_topic, (1 - story.delivery_topic)[:, None] * rest))


def _around_one(rng: np.random.Generator, month: Ints, spread: float) -> Floats:
    """Skewed factors whose mean in every month is one."""
    factor = np.exp(rng.normal(0.0, spread, len(month)))
    mean = np.bincount(month, factor) / np.bincount(month)
    return np.asarray(factor / mean[month], dtype=np.float64)


def _satisfaction(story: Story, rng: np.random.Generator, month: Ints, topic: Ints, answered: Bools) -> Ints:
    """1 to 5, whose mean in a month follows the story."""
    offset = TOPIC_OFFSET[topic]
    wanted = story.satisfaction[month] + offset - (np.bincount(month, offset) / np.bincount(month))[month]
    share_of_best = np.clip((wanted - 3.25) / 1.75, 0.05, 0.97)
    best = even(rng, month + MONTHS * ~answered) < share_of_best
    other = pick(rng.random(len(month)), np.array([0.06, 0.14, 0.29, 0.51])) + 1
    return np.where(best, 5, other).astype(np.int64)


def _nps(story: Story, rng: np.random.Generator, month: Ints, answered: Bools) -> Ints:
    """0 to 10: detractors to 6, promoters from 9."""
    draw = even(rng, month + MONTHS * ~answered)
    promoter = draw < story.promoters[month]
    detractor = draw > 1 - story.detractors[month]
    middle = np.where(rng.random(len(month)) < 0.4, 7, 8)
    low = rng.integers(1, 7, len(month))
    high = np.where(rng.random(len(month)) < 0.55, 9, 10)
    return np.where(promoter, high, np.where(detractor, low, middle)).astype(np.int64)


def _optional(values: Ints, known: Bools, kept: Bools) -> list[int | None]:
    return [int(value) if there else None for value, there in zip(values[kept], known[kept], strict=True)]
