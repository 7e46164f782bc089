"""How the strategy is carried out: initiatives with cost, benefits, milestones; check-ins, pulse, ratings of skills."""

from dataclasses import dataclass

import numpy as np

from data.demo.generator.clock import MONTHS, NEVER, Clock, Days, even, ramp
from data.demo.generator.people import DEPARTMENTS, Employments

SKILLS = np.array(["Drives and electronics", "Quality methods", "Planning and flow", "Leading change"])
REQUIRED = np.array([4, 3, 3, 3])
TEAMS = 3  # in each department, each with a check-in a week
RESISTS, RESISTS_FROM = 3, 43  # assembly, since the summer of the last year: overtime and new cells at once


@dataclass(frozen=True)
class Initiative:
    """By month of the history: when it runs (it may end after it), what it takes, and what it brings from `pays` on."""

    key: str
    department: int
    start: int
    end: int
    cost: float
    hours: float
    hour_earns: float
    pays: int
    planned: float
    comes: float  # share of what was planned
    saves: bool
    late: float  # mean days that a milestone is late


INITIATIVES = (
    Initiative("web_shop_relaunch", 1, 16, 27, 22_000, 180, 40, 28, 18_000, 0.85, False, 2),
    Initiative("lean_cells", 3, 22, 31, 15_000, 240, 30, 28, 16_000, 1.05, True, -2),
    Initiative("care_plans_at_dealers", 0, 39, 50, 9_000, 120, 20, 41, 14_000, 1.15, False, -4),
    Initiative("skills_matrix", 7, 40, 49, 5_000, 200, 25, 44, 6_000, 0.50, True, 1),
    Initiative("second_source_castings", 4, 43, 49, 18_000, 160, 35, 48, 30_000, 0.0, True, 9),
    Initiative("expedite_cell_b", 3, 46, 48, 12_000, 320, 55, 46, 10_000, 0.70, False, 0),
)


def cost_columns(clock: Clock, rng: np.random.Generator) -> dict[str, object]:
    """Money, hours and what an hour would earn elsewhere, one row an initiative and month."""
    rows = [(one, month) for one in INITIATIVES for month in range(one.start, min(one.end + 1, MONTHS))]
    swing = np.exp(rng.normal(0.0, 0.12, (2, len(rows))))
    return {
        "initiative": np.array([one.key for one, _ in rows]),
        "month": np.array([clock.starts[month] for _, month in rows]),
        "department": DEPARTMENTS[[one.department for one, _ in rows]],
        "amount": np.round(np.array([one.cost for one, _ in rows]) * swing[0], -1),
        "people_hours": np.round(np.array([one.hours for one, _ in rows]) * swing[1]),
        "value_per_hour": np.array([one.hour_earns for one, _ in rows]),
    }


def benefit_columns(clock: Clock, rng: np.random.Generator) -> dict[str, object]:
    """What the case promised and what finance confirmed, one row an initiative and month."""
    rows = [(one, month) for one in INITIATIVES for month in range(one.pays, MONTHS)]
    comes = np.array([one.planned * one.comes for one, _ in rows]) * np.exp(rng.normal(0.0, 0.08, len(rows)))
    return {
        "initiative": np.array([one.key for one, _ in rows]),
        "month": np.array([clock.starts[month] for _, month in rows]),
        "department": DEPARTMENTS[[one.department for one, _ in rows]],
        "planned": np.array([one.planned for one, _ in rows]),
        "realised": np.round(comes, -1),
        "saving": np.array([one.saves for one, _ in rows]),
    }


def milestone_columns(clock: Clock, rng: np.random.Generator) -> dict[str, object]:
    """Two milestones a month of each initiative, with the day of the plan and the day they were reached."""
    rows = [(one, month) for one in INITIATIVES for month in range(one.start, one.end + 1) for _ in range(2)]
    first = np.datetime64(clock.starts[0], "M")
    months = np.array([first + month for _, month in rows]).astype("datetime64[D]")
    due = months + rng.integers(3, 27, len(rows)).astype("timedelta64[D]")
    late = np.round(np.array([one.late for one, _ in rows]) + rng.normal(0.0, 4.0, len(rows)))
    order = np.lexsort((due, np.array([one.key for one, _ in rows])))
    return {
        "milestone": np.array([f"M-{number:03}" for number in range(1, len(rows) + 1)]),
        "initiative": np.array([one.key for one, _ in rows])[order],
        "department": DEPARTMENTS[[one.department for one, _ in rows]][order],
        "due_on": due[order],
        "reached_on": clock.known(due + late.astype("timedelta64[D]"))[order],
    }


def check_in_columns(clock: Clock, rng: np.random.Generator) -> dict[str, object]:
    """A check-in of each team every Friday; late ones come some days later, missed ones never."""
    days = clock.days
    fridays = days[days.astype("datetime64[D]").astype(np.int64) % 7 == 1]  # 2 January 1970 was a Friday
    due = np.repeat(fridays, len(DEPARTMENTS) * TEAMS)
    department = np.tile(np.repeat(np.arange(len(DEPARTMENTS)), TEAMS), len(fridays))
    month = clock.month_of(due)
    missed = np.where((department == RESISTS) & (month >= RESISTS_FROM), 0.45, 0.08)
    late = np.where(rng.random(len(due)) < 0.12, rng.integers(1, 5, len(due)), 0)
    done = clock.known(due + late.astype("timedelta64[D]"))
    return {
        "due_on": due,
        "department": DEPARTMENTS[department],
        "team": np.tile(np.arange(TEAMS) + 1, len(fridays) * len(DEPARTMENTS)),
        "done_on": np.where(rng.random(len(due)) < missed, NEVER, done).astype("datetime64[D]"),
    }


def pulse_columns(clock: Clock, people: Employments, rng: np.random.Generator) -> dict[str, object]:
    """A question to a third of the people every month: do you support the change under way, 1 to 5."""
    days, departments, marks = list[Days](), [], []
    for month in range(MONTHS):
        rows = people.present(clock.starts[month + 1] - np.timedelta64(1, "D"))
        rows = rows[rng.random(len(rows)) < 0.33]
        department = np.sort(people.department[rows])
        falls = np.where(department == RESISTS, ramp(RESISTS_FROM - 1, MONTHS - 1, 1.1)[month], 0.0)
        days.append(np.sort(clock.starts[month] + rng.integers(1, 27, len(rows)).astype("timedelta64[D]")))
        departments.append(department)
        marks.append(np.clip(np.round(3.9 - falls + rng.normal(0.0, 0.9, len(rows))), 1, 5).astype(np.int64))
    return {
        "answered_on": np.concatenate(days),
        "department": DEPARTMENTS[np.concatenate(departments)],
        "support": np.concatenate(marks),
    }


def skill_columns(clock: Clock, people: Employments, rng: np.random.Generator) -> dict[str, object]:
    """Ratings in the last month of each quarter: a part of the people in one skill each, 1 to 5."""
    days, departments, skills, grades = list[Days](), [], [], []
    for month in np.flatnonzero(clock.calendar_month % 3 == 2):
        rows = people.present(clock.starts[month + 1] - np.timedelta64(1, "D"))
        rows = rows[rng.random(len(rows)) < 0.6]
        department, skill = np.sort(people.department[rows]), rng.integers(0, len(SKILLS), len(rows))
        mean = 2.75 + ramp(18, 46, 0.55)[month] - 0.35 * (skill == 3)
        draw = np.clip(even(rng, skill), 0.001, 0.999)
        days.append(np.full(len(rows), clock.starts[month] + np.timedelta64(14, "D")))
        departments.append(department)
        skills.append(skill)
        grades.append(np.clip(np.round(mean + 0.5 * np.log(draw / (1 - draw))), 1, 5).astype(np.int64))
    skill = np.concatenate(skills)
    return {
        "rated_on": np.concatenate(days),
        "department": DEPARTMENTS[np.concatenate(departments)],
        "skill": SKILLS[skill],
        "grade": np.concatenate(grades),
        "required_grade": REQUIRED[skill],
    }
