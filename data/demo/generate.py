"""Makes the facts of the demo company, the same bytes for the same seed; nothing is done where they already lie."""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from data.demo.generator import dirt, execution, learning, ledger, market, orders, pay, people, supply, tickets, write
from data.demo.generator.clock import MONTHS, Clock, Ints, stream
from data.demo.generator.past import write_past
from data.demo.generator.story import Story, tell

SEED = 4242
TODAY = date(2026, 11, 3)
FILES = Path(__file__).parent / "files"
Progress = Callable[[str, float], None]


def generate(
    folder: Path = FILES, seed: int = SEED, today: date = TODAY, progress: Progress | None = None
) -> dict[str, int]:
    """Write the files into `folder` and return the number of rows by file name.

    The history ends with the last day of the month before `today`. `progress` hears what is done and the share, 0 to 1.
    """
    stamp = {"generator": _fingerprint(), "seed": seed, "today": today.isoformat()}
    known = _read_stamp(folder, stamp)
    if known is not None:
        return known
    (folder / ".stamp.json").unlink(missing_ok=True)
    tell_progress = progress or (lambda _text, _share: None)
    clock = Clock.ending_before(today)
    story = tell(clock, seed)
    rows: dict[str, int] = {}
    tell_progress("Orders, ledger and budget", 0.0)
    lines, customers = _trade(folder, clock, story, seed, rows)
    tell_progress("Tickets, suppliers and stock", 0.5)
    _operations(folder, clock, story, seed, lines, customers, rows)
    tell_progress("People", 0.75)
    _staff(folder, clock, story, seed, rows)
    rows["strategy/history.jsonl"] = write_past(folder / "strategy" / "history.jsonl", clock, seed)
    tell_progress("Facts are ready", 1.0)
    (folder / ".stamp.json").write_text(json.dumps({**stamp, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    return rows


def _trade(folder: Path, clock: Clock, story: Story, seed: int, rows: dict[str, int]) -> tuple[orders.Orders, int]:
    lines, customers = orders.make_orders(clock, story, stream(seed, "orders"))
    columns = orders.order_columns(lines)
    year = lines.ordered.astype("datetime64[Y]").astype(np.int64) + 1970
    broken = dirt.broken_rows(columns, dirt.ORDER_FAULTS, stream(seed, "order faults"))
    for one in np.unique(year):
        mine = np.flatnonzero(year == one)
        first, last = int(mine[0]), int(mine[-1])
        here = [(row - first, text) for row, text in broken if first < row <= last]
        part = {name: np.asarray(values)[first : last + 1] for name, values in columns.items()}
        rows[f"orders/order_lines_{one}.csv"] = write.write_csv(folder / f"orders/order_lines_{one}.csv", part, here)
    rows["customers.csv"] = write.write_csv(folder / "customers.csv", orders.customer_columns(customers))
    book = ledger.make_ledger(clock, story, lines, stream(seed, "ledger"))
    postings = ledger.ledger_columns(book)
    broken = dirt.broken_rows(postings, dirt.LEDGER_FAULTS, stream(seed, "ledger faults"))
    rows["ledger.csv"] = write.write_csv(folder / "ledger.csv", postings, broken)
    budget = ledger.budget_columns(clock, book, _new_customers(clock, lines), stream(seed, "budget"))
    rows["budget.csv"] = write.write_csv(folder / "budget.csv", budget)
    invoices = ledger.invoice_columns(clock, story, lines, stream(seed, "invoices"))
    rows["invoices.parquet"] = write.write_parquet(folder / "invoices.parquet", invoices)
    return lines, len(customers.since)


def _operations(
    folder: Path, clock: Clock, story: Story, seed: int, lines: orders.Orders, customers: int, rows: dict[str, int]
) -> None:
    desk = tickets.ticket_columns(clock, story, customers, stream(seed, "tickets"))
    broken = dirt.broken_rows(desk, dirt.TICKET_FAULTS, stream(seed, "ticket faults"))
    rows["tickets.csv"] = write.write_csv(folder / "tickets.csv", desk, broken)
    parts = {
        "receipts.parquet": supply.receipt_columns(clock, story, stream(seed, "receipts")),
        "work_orders.parquet": supply.work_order_columns(clock, story, stream(seed, "work orders")),
        "inventory.parquet": supply.inventory_columns(clock, story, lines, stream(seed, "inventory")),
    }
    for name, columns in parts.items():
        rows[name] = write.write_parquet(folder / name, columns)
    heard = {
        "market.csv": market.market_columns(clock, lines, stream(seed, "market")),
        "feedback.csv": market.feedback_columns(clock, story, stream(seed, "feedback")),
    }
    for name, columns in heard.items():
        rows[name] = write.write_csv(folder / name, columns)


def _staff(folder: Path, clock: Clock, story: Story, seed: int, rows: dict[str, int]) -> None:
    staff = people.make_employments(clock, story, stream(seed, "workforce"))
    tables = {
        "employments": people.employment_columns(clock, staff),
        "vacancies": people.vacancy_columns(clock, staff),
        "certificates": people.certificate_columns(clock, story, staff, stream(seed, "certificates")),
        "attendance": people.attendance_columns(clock, story, staff, stream(seed, "attendance")),
        "pay": pay.pay_columns(clock, staff, stream(seed, "pay")),
        "accidents": people.accident_columns(clock, story, stream(seed, "accidents")),
    }
    rows["hr.sqlite"] = write.write_sqlite(folder / "hr.sqlite", tables)
    training = learning.training_columns(clock, story, staff, stream(seed, "training"))
    rows["training.xlsx"] = write.write_xlsx(folder / "training.xlsx", training, "Attendance")
    survey = learning.survey_columns(clock, story, staff, stream(seed, "survey"))
    rows["survey.csv"] = write.write_csv(folder / "survey.csv", survey)
    ideas = learning.idea_columns(clock, story, staff, stream(seed, "ideas"))
    rows["ideas.jsonl"] = write.write_json_lines(folder / "ideas.jsonl", ideas)
    done = {
        "initiative_costs": execution.cost_columns(clock, stream(seed, "initiative costs")),
        "benefits": execution.benefit_columns(clock, stream(seed, "benefits")),
        "milestones": execution.milestone_columns(clock, stream(seed, "milestones")),
        "check_ins": execution.check_in_columns(clock, stream(seed, "check-ins")),
        "pulse": execution.pulse_columns(clock, staff, stream(seed, "pulse")),
        "skills": execution.skill_columns(clock, staff, stream(seed, "skills")),
    }
    for name, columns in done.items():
        rows[f"strategy/{name}.csv"] = write.write_csv(folder / f"strategy/{name}.csv", columns)


def _new_customers(clock: Clock, lines: orders.Orders) -> Ints:
    """Customers by the department and month of their first order; shape (3, 48)."""
    position = np.flatnonzero(~lines.repeat)
    _, first = np.unique(lines.customer[position], return_index=True)
    position = position[first]
    count = np.zeros((len(orders.DEPARTMENTS), MONTHS), dtype=np.int64)
    np.add.at(count, (lines.department[position], clock.month_of(lines.ordered[position])), 1)
    return count


def _fingerprint() -> str:
    """A hash of the generator's own source."""
    sources = [Path(__file__), *sorted((Path(__file__).parent / "generator").rglob("*.py"))]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def _read_stamp(folder: Path, wanted: dict[str, object]) -> dict[str, int] | None:
    """The rows that an earlier run wrote, if it was of this generator, seed and day, and its files are there."""
    path = folder / ".stamp.json"
    if not path.exists():
        return None
    stamp = json.loads(path.read_text(encoding="utf-8"))
    rows: dict[str, int] = stamp.pop("rows")
    if stamp != wanted or not all((folder / name).exists() for name in rows):
        return None
    return rows


def _say(text: str, share: float) -> None:
    sys.stderr.write(f"{share:4.0%}  {text}\n")


if __name__ == "__main__":
    began = time.perf_counter()
    written = generate(progress=_say)
    sys.stdout.write(f"{sum(written.values()):,} rows in {len(written)} files, {time.perf_counter() - began:.1f} s\n")
