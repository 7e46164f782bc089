"""The sample files of a first workspace: some hundred rows by fixed formulas, up to the last closed month."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta
from pathlib import Path

from data.calendar import first_day, last_closed_month_end, month_of

FULL_YEARS = 2  # whole years to compare with, before the year of the last closed month
ORDERS_A_MONTH = 14
LESS_TRAINING_FROM = 18  # months after the first
LATE_FROM = 21
PEOPLE = 9
CHANNELS = ("shop", "shop", "phone", "partner")


@dataclass(frozen=True)
class Order:
    """A line of orders.csv; `delivered_on` is None while the parcel is on its way."""

    order_id: str
    customer_id: str
    ordered_on: date
    promised_on: date
    delivered_on: date | None
    amount: int
    channel: str
    department: str


@dataclass(frozen=True)
class Complaint:
    """A line of complaints.csv."""

    complaint_id: str
    order_id: str
    received_on: date
    department: str


@dataclass(frozen=True)
class Employee:
    """A line of employees.csv; `left_on` is None for who is still there."""

    employee_id: str
    hired_on: date
    left_on: date | None
    department: str


@dataclass(frozen=True)
class Training:
    """A line of training.csv."""

    employee_id: str
    held_on: date
    hours: int
    department: str


Line = Order | Complaint | Employee | Training


def write_facts(folder: Path, today: date) -> None:
    """Write orders, complaints, employees and training as CSV files into `folder`, which is made."""
    end = last_closed_month_end(today)
    months = [first_day(month) for month in range(month_of(date(end.year - FULL_YEARS, 1, 1)), month_of(end) + 1)]
    orders = [order for number, first in enumerate(months) for order in _orders(number, first, end)]
    folder.mkdir(parents=True)
    _write(folder / "orders.csv", Order, orders)
    _write(folder / "complaints.csv", Complaint, _complaints(orders, end))
    _write(folder / "employees.csv", Employee, _employees(months))
    _write(folder / "training.csv", Training, _training(months))


def _department(number: int) -> str:
    return "delivery" if number % 4 == 3 else "sales"


def _orders(month: int, first: date, end: date) -> Iterator[Order]:
    """A slow rise, a little season, and from `LATE_FROM` on more parcels that come late."""
    for place in range(ORDERS_A_MONTH + month // 24):
        number = month * 20 + place
        ordered = first + timedelta(days=(place * 2 + month) % 27)
        late = (number * 7) % 19 < (1 if month < LATE_FROM else 4)
        arrives = ordered + timedelta(days=7 if late else 4 - number % 3)
        yield Order(
            order_id=f"O{number:05d}",
            customer_id=f"C{(number * 11) % (40 + month * 4):03d}",
            ordered_on=ordered,
            promised_on=ordered + timedelta(days=4),
            delivered_on=arrives if arrives <= end else None,
            amount=430 + month + (number * 37) % 230 + (60 if first.month in (11, 12) else 0),
            channel=CHANNELS[number % 4],
            department=_department(number),
        )


def _complaints(orders: Sequence[Order], end: date) -> Iterator[Complaint]:
    """One about every second late parcel, a week after it came."""
    late = [
        (order, order.delivered_on) for order in orders if order.delivered_on and order.delivered_on > order.promised_on
    ]
    for number, (order, arrived) in enumerate(late[::2]):
        received = arrived + timedelta(days=7)
        if received <= end:
            yield Complaint(f"X{number:04d}", order.order_id, received, order.department)


def _employees(months: Sequence[date]) -> Iterator[Employee]:
    """Nine people from the start; one leaves in the second year and two come."""
    for number in range(PEOPLE + 2):
        hired = months[0] - timedelta(days=30 * (number + 1)) if number < PEOPLE else months[14 + number - PEOPLE]
        left = months[16] + timedelta(days=14) if number == 4 else None
        yield Employee(f"E{number:02d}", hired, left, _department(number))


def _training(months: Sequence[date]) -> Iterator[Training]:
    """Four people train each month, half of them from `LESS_TRAINING_FROM` on."""
    for month, first in enumerate(months):
        for number in range(0, 4, 1 if month < LESS_TRAINING_FROM else 2):
            yield Training(f"E{number:02d}", first + timedelta(days=9 + number), 4, _department(number))


def _write(path: Path, line: type[Line], lines: Iterable[Line]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(field.name for field in fields(line))
        writer.writerows(astuple(one) for one in lines)
