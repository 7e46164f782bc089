"""What people learn and say: training, the quarterly survey, ideas."""

import numpy as np

from data.demo.generator.clock import MONTHS, Clock, even, numbered
from data.demo.generator.people import DEPARTMENTS, Employments
from data.demo.generator.story import Story

TOPICS = np.array(["Safety", "Drives and electronics", "Customer care", "Quality methods", "Leadership", "IT tools"])
FIELDS = np.array(["Waste", "Quality", "Safety", "Speed", "Customer"])
MOOD = np.array([1.5, 0.5, 2.0, -2.0, -1.0, -2.5, 1.0, 2.5])  # of engagement, by department
NEWCOMER = np.timedelta64(365, "D")
FEED_STOPS = 9  # the last day of the last month that the training list knows


def training_columns(clock: Clock, story: Story, people: Employments, rng: np.random.Generator) -> dict[str, object]:
    """Attended courses with their hours. The list is kept by hand, and stops early in the last month."""
    days, rows, hours = [], [], []
    for month in range(MONTHS):
        there = people.present(clock.starts[month + 1] - np.timedelta64(1, "D"))
        count = round(float(story.training_hours[month]) * len(there) / 6.0)
        rows.append(there[rng.integers(0, len(there), count)])
        hours.append(rng.choice(np.array([2.0, 4.0, 8.0, 10.0]), count, p=[0.15, 0.35, 0.35, 0.15]))
        days.append(np.sort(clock.starts[month] + rng.integers(0, 28, count).astype("timedelta64[D]")))
    day, row = np.concatenate(days), np.concatenate(rows)
    listed = day < clock.starts[-2] + np.timedelta64(FEED_STOPS, "D")
    size = len(day)
    return {
        "record": (np.arange(size) + 1)[listed],
        "held_on": day[listed],
        "employee_id": numbered("E-", people.employee[row], 4)[listed],
        "department": DEPARTMENTS[people.department[row]][listed],
        "topic": TOPICS[rng.integers(0, len(TOPICS), size)][listed],
        "hours": np.concatenate(hours)[listed],
    }


def survey_columns(clock: Clock, story: Story, people: Employments, rng: np.random.Generator) -> dict[str, object]:
    """Answers of the engagement survey, in the last month of each quarter; 0 to 100 points, without names."""
    parts, fresh = [], []
    for month in np.flatnonzero(clock.calendar_month % 3 == 2):
        rows = people.present(clock.starts[month + 1] - np.timedelta64(1, "D"))
        rows = rows[rng.random(len(rows)) < 0.78]
        rows = rows[np.argsort(people.department[rows], kind="stable")]
        department = people.department[rows]
        fresh.append(people.started[rows] > clock.starts[month] - NEWCOMER)
        draw = even(rng, np.zeros(len(rows), dtype=np.int64))
        score = story.engagement[month] + MOOD[department] + (draw - 0.5) * 44
        day = clock.starts[month] + rng.integers(4, 19, len(rows)).astype("timedelta64[D]")
        parts.append((np.full(len(rows), month), department, np.clip(np.round(score), 0, 100), np.sort(day)))
    month_of, department, score, day = (np.concatenate([part[i] for part in parts]) for i in range(4))
    quarter = clock.calendar_month[month_of] // 3 + 1
    wave = np.char.add(np.char.add(clock.year[month_of].astype(np.str_), "-Q"), quarter.astype(np.str_))
    return {
        "answer_id": numbered("S-", np.arange(len(day)) + 1, 5),
        "answered_on": day,
        "wave": wave,
        "department": DEPARTMENTS[department],
        "engagement": score.astype(np.int64),
        "newcomer": np.concatenate(fresh),
    }


def idea_columns(clock: Clock, story: Story, people: Employments, rng: np.random.Generator) -> dict[str, object]:
    """Ideas for improvement, of which about two in three are put into practice some weeks later."""
    days, rows = [], []
    for month in range(MONTHS):
        there = people.present(clock.starts[month + 1] - np.timedelta64(1, "D"))
        count = round(float(story.ideas[month]) * len(there) * 1.55)
        rows.append(there[rng.integers(0, len(there), count)])
        days.append(np.sort(clock.starts[month] + rng.integers(0, 28, count).astype("timedelta64[D]")))
    day, row = np.concatenate(days), np.concatenate(rows)
    size = len(day)
    done = clock.known(day + np.round(10 + rng.gamma(2.0, 12.0, size)).astype("timedelta64[D]"))
    done = np.where(even(rng, clock.month_of(day)) < 0.65, done, np.datetime64("NaT", "D"))
    saving = np.round(rng.lognormal(6.4, 0.9, size), -1)
    return {
        "idea_id": numbered("I-", np.arange(size) + 1, 4),
        "submitted_on": day,
        "implemented_on": done,
        "department": DEPARTMENTS[people.department[row]],
        "field": FIELDS[rng.integers(0, len(FIELDS), size)],
        "saving_a_year": [float(one) if not np.isnat(when) else None for one, when in zip(saving, done, strict=True)],
    }
