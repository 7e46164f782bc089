"""The people: who works where and since when, vacancies, certificates, attendance, accidents."""

from dataclasses import dataclass

import numpy as np

from data.demo.generator.clock import MONTHS, NEVER, Bools, Clock, Days, Ints, Texts, numbered
from data.demo.generator.story import Story

DEPARTMENTS = np.array(
    ["dealer_sales", "online_sales", "service", "assembly", "purchasing", "logistics", "finance", "people"]
)
SEATS = (24, 22, 32, 92, 15, 34, 18, 10)
GROWTH = (1, 2, 6, 2, 1, 3, 1, 1)  # seats added over the four years
TECHNICAL = (0.0, 0.0, 0.75, 0.80, 0.0, 0.25, 0.0, 0.0)  # share of seats that need a certificate
LEAVES_A_MONTH = 0.0078
CERTIFICATE_DAYS = 730
# Department, technical, started, why, ended, why, vacancy opened.
Row = tuple[int, bool, np.datetime64, str, np.datetime64, str | None, np.datetime64]
COURSES = np.array(["High-voltage drives", "Brake systems", "Lifting and loading"])


@dataclass(frozen=True)
class Employments:
    """One element for each time that a person works in one department; `ended` is the first day no longer there.

    Who will start after the last day of the history is here too, as the answer to a vacancy.
    """

    employee: Ints
    department: Ints
    technical: Bools
    started: Days
    start_reason: Texts
    ended: Days
    end_reason: list[str | None]
    regretted: Bools
    opened: Days  # when the vacancy was opened that this start filled; NaT for those who were there before

    def present(self, day: np.datetime64) -> Ints:
        """Rows of those employed at the end of a day."""
        there = (self.started <= day) & (np.isnat(self.ended) | (self.ended > day))
        return np.flatnonzero(there).astype(np.int64)


def make_employments(clock: Clock, story: Story, rng: np.random.Generator) -> Employments:
    """Every seat is a chain of people: one leaves, a vacancy opens, the next one starts."""
    rows: list[Row] = []
    for department, (seats, growth) in enumerate(zip(SEATS, GROWTH, strict=True)):
        for seat in range(seats + growth):
            technical = bool((seat * 0.618) % 1.0 < TECHNICAL[department])
            if seat < seats:
                start, opened, reason = clock.first - _days(int(rng.exponential(1900.0)) + 20), NEVER, "hired"
            else:
                opened = clock.starts[int(rng.integers(2, MONTHS - 8))] + _days(int(rng.integers(0, 25)))
                start, reason = opened + _days(_days_to_fill(rng, 20) + 30), "hired"
            rows += _chain(clock, rng, department, technical, start, reason, opened)
    rows.sort(key=lambda row: (row[2], row[0]))
    started = np.array([row[2] for row in rows], dtype="datetime64[D]")
    ended = np.array([row[4] for row in rows], dtype="datetime64[D]")
    people = Employments(
        np.arange(len(rows)) + 1,
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        started,
        np.array([row[3] for row in rows]),
        ended,
        [row[5] for row in rows],
        np.zeros(len(rows), dtype=np.bool_),
        np.array([row[6] for row in rows], dtype="datetime64[D]"),
    )
    return _moved(clock, rng, _regrets(clock, story, rng, people))


def employment_columns(clock: Clock, people: Employments) -> dict[str, object]:
    """The columns of the table of employments, without those who have not started yet."""
    here = np.flatnonzero(people.started <= clock.last)
    return {
        "employment_id": here + 1,
        "employee_id": numbered("E-", people.employee[here], 4),
        "department": DEPARTMENTS[people.department[here]],
        "job_group": np.where(people.technical[here], "technical", "office and floor"),
        "started_on": people.started[here],
        "start_reason": people.start_reason[here],
        "ended_on": people.ended[here],
        "end_reason": [people.end_reason[row] for row in here],
        "regretted": people.regretted[here],
    }


def vacancy_columns(clock: Clock, people: Employments) -> dict[str, object]:
    """Vacancies: opened and filled; those still open at the end have no filling day."""
    mine = np.flatnonzero(~np.isnat(people.opened) & (people.opened <= clock.last))
    notice = np.where(people.started[mine] - people.opened[mine] > _days(45), 30, 14).astype("timedelta64[D]")
    filled = np.maximum(people.started[mine] - notice, people.opened[mine] + _days(7))
    return {
        "vacancy_id": numbered("V-", np.arange(len(mine)) + 1, 4),
        "department": DEPARTMENTS[people.department[mine]],
        "opened_on": people.opened[mine],
        "filled_on": clock.known(filled),
    }


def certificate_columns(clock: Clock, story: Story, people: Employments, rng: np.random.Generator) -> dict[str, object]:
    """Certificates of technical staff: each holds for two years, and ends when its holder leaves or moves."""
    valid_until: dict[int, np.datetime64] = {}
    rows: list[tuple[int, np.datetime64, np.datetime64]] = []
    for month in range(MONTHS):
        first, last = clock.starts[month], clock.starts[month + 1] - _days(1)
        staff = [int(row) for row in people.present(last) if people.technical[row]]
        held = [row for row in staff if valid_until.get(row, first) > last]
        lacking = [row for row in staff if row not in set(held)]
        wanted = max(0, round(float(story.certified[month]) * len(staff)) - len(held))
        for row in rng.permutation(lacking)[:wanted].astype(int).tolist():
            issued = first + _days(int(rng.integers(0, 25)))
            issued = max(issued, people.started[row])
            until = issued + _days(CERTIFICATE_DAYS if month else int(rng.integers(120, CERTIFICATE_DAYS)))
            if not np.isnat(people.ended[row]):
                until = min(until, people.ended[row])
            valid_until[row] = until
            rows.append((row, issued, until))
    holder = np.array([row[0] for row in rows])
    return {
        "certificate_id": numbered("Q-", np.arange(len(rows)) + 1, 4),
        "employee_id": numbered("E-", people.employee[holder], 4),
        "department": DEPARTMENTS[people.department[holder]],
        "course": COURSES[rng.integers(0, 3, len(rows))],
        "issued_on": np.array([row[1] for row in rows], dtype="datetime64[D]"),
        "valid_until": np.array([row[2] for row in rows], dtype="datetime64[D]"),
    }


def attendance_columns(clock: Clock, story: Story, people: Employments, rng: np.random.Generator) -> dict[str, object]:
    """Planned and absent days of each person and month."""
    parts = []
    for month in range(MONTHS):
        days = clock.month_days(month)
        workdays = int(((days.astype(np.int64) + 3) % 7 < 5).sum()) - 1
        rows = people.present(clock.starts[month + 1] - _days(1))
        ill = np.zeros(len(rows), dtype=np.int64)
        budget = round(float(story.absence[month]) * workdays * len(rows))
        for row in rng.permutation(len(rows)):
            if budget <= 0:
                break
            ill[row] = min(budget, 1 + int(rng.geometric(0.3)), workdays)
            budget -= int(ill[row])
        parts.append((np.full(len(rows), month), rows, np.full(len(rows), workdays), ill))
    month_of, row_of, planned, absent = (np.concatenate([part[i] for part in parts]) for i in range(4))
    return {
        "employee_id": numbered("E-", people.employee[row_of], 4),
        "month": clock.starts[month_of],
        "department": DEPARTMENTS[people.department[row_of]],
        "planned_days": planned,
        "absent_days": absent,
    }


def accident_columns(clock: Clock, story: Story, rng: np.random.Generator) -> dict[str, object]:
    """Accidents at work, each with the days lost."""
    month = np.repeat(np.arange(MONTHS), story.accidents.astype(np.int64))
    day = clock.starts[month] + rng.integers(0, 28, len(month)).astype("timedelta64[D]")
    place = rng.choice(np.array([3, 5, 2]), len(month), p=[0.6, 0.3, 0.1])
    order = np.argsort(day, kind="stable")
    return {
        "accident_id": numbered("A-", np.arange(len(month)) + 1, 3),
        "happened_on": day[order],
        "department": DEPARTMENTS[place],
        "lost_days": rng.geometric(0.25, len(month)) - 1,
    }


def _days(number: int) -> np.timedelta64:
    return np.timedelta64(number, "D")


def _days_to_fill(rng: np.random.Generator, least: int) -> int:
    return least + int(rng.gamma(4.0, 5.6))


def _chain(
    clock: Clock, rng: np.random.Generator, department: int, technical: bool, start: np.datetime64, reason: str,
    opened: np.datetime64,
) -> list[Row]:  # fmt: skip
    """The people of one seat, one after the other; the last one is there at the end, or will start after it."""
    rows: list[Row] = []
    while True:
        stay = max(start, clock.first) + _days(25 + int(rng.exponential(30.4 / LEAVES_A_MONTH)))
        if stay > clock.last:
            rows.append((department, technical, start, reason, NEVER, None, opened))
            return rows
        why = str(rng.choice(np.array(["resigned", "retired", "dismissed"]), p=[0.72, 0.17, 0.11]))
        rows.append((department, technical, start, reason, stay, why, opened))
        opened = stay - _days(int(rng.integers(20, 50)))
        start, reason = opened + _days(_days_to_fill(rng, 20) + 30), "hired"
        start = max(start, stay)


def _regrets(clock: Clock, story: Story, rng: np.random.Generator, people: Employments) -> Employments:
    """Marks which resignations were regretted, so that their number a month follows the story."""
    regretted = people.regretted.copy()
    resigned = np.array([reason == "resigned" for reason in people.end_reason])
    month = clock.month_of(np.where(np.isnat(people.ended), clock.first, people.ended))
    owed = 0.0
    for one in range(MONTHS):
        owed += float(story.regretted[one]) * sum(SEATS)
        there = np.flatnonzero(resigned & (month == one))
        chosen = rng.permutation(there)[: int(owed)]
        regretted[chosen] = True
        owed = min(owed - len(chosen), 3.0)
    return Employments(**{**vars(people), "regretted": regretted})


def _moved(clock: Clock, rng: np.random.Generator, people: Employments) -> Employments:
    """Some people change department: their row is split in two on the day of the move."""
    long = np.flatnonzero(np.isnat(people.ended) & ~people.technical & (people.started < clock.starts[20]))
    movers = np.sort(rng.choice(long, 14, replace=False))
    day = clock.starts[rng.integers(6, MONTHS - 3, len(movers))]
    day = np.maximum(day, people.started[movers] + _days(200))
    target = (people.department[movers] + 1 + rng.integers(0, len(DEPARTMENTS) - 1, len(movers))) % len(DEPARTMENTS)
    ended, reasons = people.ended.copy(), list(people.end_reason)
    ended[movers] = day
    for row in movers:
        reasons[int(row)] = "moved"
    count = len(movers)
    return Employments(
        np.concatenate((people.employee, people.employee[movers])),
        np.concatenate((people.department, target)),
        np.concatenate((people.technical, np.zeros(count, dtype=np.bool_))),
        np.concatenate((people.started, day)),
        np.concatenate((people.start_reason, np.full(count, "moved"))),
        np.concatenate((ended, np.full(count, NEVER))),
        [*reasons, *([None] * count)],
        np.concatenate((people.regretted, np.zeros(count, dtype=np.bool_))),
        np.concatenate((people.opened, np.full(count, NEVER))),
    )
