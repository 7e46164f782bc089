"""What people earn: a row for each person and month. It is confidential, and shows how Fourfold keeps it so."""

import numpy as np

from data.demo.generator.clock import MONTHS, Clock, numbered
from data.demo.generator.people import DEPARTMENTS, Employments

BASE = np.array([3650.0, 3100.0, 3050.0, 3000.0, 3700.0, 2850.0, 4350.0, 4000.0])  # EUR a month at first, by department
TECHNICAL, EACH_YEAR, SPREAD = 320.0, 1.028, 420.0


def pay_columns(clock: Clock, people: Employments, rng: np.random.Generator) -> dict[str, object]:
    """Gross pay of each person and month, raised each January."""
    apart = rng.normal(0.0, 1.0, int(people.employee.max()) + 1)
    parts = []
    for month in range(MONTHS):
        rows = people.present(clock.starts[month + 1] - np.timedelta64(1, "D"))
        raised = EACH_YEAR ** (int(clock.year[month]) - int(clock.year[0]))
        own = BASE[people.department[rows]] + TECHNICAL * people.technical[rows] + SPREAD * apart[people.employee[rows]]
        parts.append((np.full(len(rows), month), rows, np.round(np.maximum(own, 2100.0) * raised, -1)))
    month_of, row_of, amount = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return {
        "employee_id": numbered("E-", people.employee[row_of], 4),
        "month": clock.starts[month_of],
        "department": DEPARTMENTS[people.department[row_of]],
        "job_group": np.where(people.technical[row_of], "technical", "office and floor"),
        "amount": amount,
    }
