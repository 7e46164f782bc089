"""The demo's figures computed a second way: plain pandas over the files, without models, states or engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from sqlite3 import connect

import pandas as pd

Answer = tuple[str, str, str, str]  # metric, unit, span, first day of the period
Parts = tuple[pd.Series, pd.Series | None]  # numerator and denominator by (unit, month); None: a plain sum

SERVICE_MOVED = "2025-07"
HOME = {
    "dealer_sales": "commercial", "online_sales": "commercial", "purchasing": "operations", "assembly": "operations",
    "logistics": "operations", "finance": "corporate", "people": "corporate",
}  # fmt: skip
COSTS_OF_SALE = ("revenue", "cost_of_sales")


@dataclass(frozen=True)
class Files:
    """The demo's files as frames, with the broken rows left out as the contracts demand."""

    folder: Path

    @cached_property
    def order_lines(self) -> pd.DataFrame:
        paths = sorted((self.folder / "orders").glob("*.csv"))
        lines = pd.concat([pd.read_csv(path, dtype=str) for path in paths], ignore_index=True)
        for name in ("ordered_on", "promised_on", "shipped_on", "delivered_on", "returned_on"):
            lines[name] = pd.to_datetime(lines[name], format="%Y-%m-%d", errors="coerce")
        for name in ("line_no", "quantity", "amount", "cost"):
            lines[name] = pd.to_numeric(lines[name])
        for name in ("new_model", "repeat_order"):
            lines[name] = lines[name] == "true"
        good = lines["ordered_on"].notna() & (lines["quantity"] >= 1)
        good &= lines["status"].isin(["open", "shipped", "delivered", "returned", "cancelled"])
        return lines[good].drop_duplicates(["order_id", "line_no"])

    @cached_property
    def deliveries(self) -> pd.DataFrame:
        lines = self.order_lines
        goods = lines[(lines["product_group"] != "service") & (lines["status"] != "cancelled")]
        return goods.assign(department="logistics")

    @cached_property
    def ledger(self) -> pd.DataFrame:
        book = pd.read_csv(self.folder / "ledger.csv", parse_dates=["posted_on"], dtype={"amount": str})
        book["amount"] = pd.to_numeric(book["amount"], errors="coerce")
        return book[book["amount"].notna() & (book["account_group"] != "suspense")]

    @cached_property
    def budget(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "budget.csv", parse_dates=["month"])

    @cached_property
    def tickets(self) -> pd.DataFrame:
        desk = pd.read_csv(self.folder / "tickets.csv")
        for name in ("opened_at", "responded_at", "solved_at"):
            desk[name] = pd.to_datetime(desk[name], format="%Y-%m-%d %H:%M:%S", errors="coerce")
        good = desk["opened_at"].notna() & (desk["satisfaction"].isna() | desk["satisfaction"].between(1, 5))
        return desk[good].drop_duplicates("ticket_id")

    @cached_property
    def receipts(self) -> pd.DataFrame:
        return self._parquet("receipts", "purchasing", "received_on", "promised_on")

    @cached_property
    def work_orders(self) -> pd.DataFrame:
        return self._parquet("work_orders", "assembly", "finished_on")

    @cached_property
    def invoices(self) -> pd.DataFrame:
        return self._parquet("invoices", "finance", "invoiced_on", "due_on", "paid_on")

    @cached_property
    def inventory(self) -> pd.DataFrame:
        return self._parquet("inventory", "logistics", "snapshot_on")

    @cached_property
    def survey(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "survey.csv", parse_dates=["answered_on"])

    @cached_property
    def training(self) -> pd.DataFrame:
        return pd.DataFrame(pd.read_excel(self.folder / "training.xlsx"))

    @cached_property
    def ideas(self) -> pd.DataFrame:
        ideas = pd.read_json(self.folder / "ideas.jsonl", lines=True)
        return ideas.assign(implemented_on=pd.to_datetime(ideas["implemented_on"]))

    def hr(self, table: str, *days: str) -> pd.DataFrame:
        """A table of the HR database."""
        with connect(self.folder / "hr.sqlite") as database:
            return pd.read_sql(f"select * from {table}", database, parse_dates=list(days))

    def _parquet(self, name: str, department: str, *days: str) -> pd.DataFrame:
        frame = pd.read_parquet(self.folder / f"{name}.parquet").assign(department=department)
        return frame.assign(**{day: pd.to_datetime(frame[day]) for day in days})


def parts_of(files: Files) -> dict[str, Parts]:
    """Numerator and denominator by unit and month of the metrics whose every window is a sum of months."""
    ledger, lines, goods = files.ledger, files.order_lines, files.deliveries
    delivered = goods[goods["delivered_on"].notna()]
    group = ledger["account_group"]
    book = {name: _sum(ledger[chosen], "posted_on", "amount") for name, chosen in {
        "revenue": group == "revenue", "gross_profit": group.isin(COSTS_OF_SALE),
        "warranty": group == "warranty", "service": ledger["account"] == "revenue_service",
    }.items()}  # fmt: skip
    desk = files.tickets
    answered = desk[desk["nps"].notna()]
    loyalty = answered.assign(points=100 * ((answered["nps"] >= 9).astype(int) - (answered["nps"] <= 6).astype(int)))
    marked = desk[desk["satisfaction"].notna()]
    first = desk[desk["responded_at"].notna()]
    first = first.assign(hours=(first["responded_at"] - first["opened_at"]).dt.total_seconds() / 3600)
    solved = desk[desk["solved_at"].notna()]
    solved = solved.assign(hours=(solved["solved_at"] - solved["opened_at"]).dt.total_seconds() / 3600)
    headers = lines.drop_duplicates("order_id")
    sold = lines[lines["status"] != "cancelled"]
    online = lines[lines["department"] == "online_sales"]
    attendance = files.hr("attendance", "month")
    vacancies = files.hr("vacancies", "opened_on", "filled_on")
    vacancies = vacancies[vacancies["filled_on"].notna()]
    vacancies = vacancies.assign(days=(vacancies["filled_on"] - vacancies["opened_on"]).dt.days)
    delivered = delivered.assign(
        on_time=(delivered["delivered_on"] <= delivered["promised_on"]).astype(int),
        days=(delivered["delivered_on"] - delivered["ordered_on"]).dt.days,
    )
    receipts, work = files.receipts, files.work_orders
    receipts = receipts.assign(on_time=(receipts["received_on"] <= receipts["promised_on"]).astype(int))
    count = _count
    return {
        "revenue": (book["revenue"], None),
        "service_revenue": (book["service"], None),
        "gross_margin": (book["gross_profit"], book["revenue"]),
        "warranty_cost_share": (-book["warranty"], book["revenue"]),
        "ebit": (_sum(ledger, "posted_on", "amount"), None),
        "order_intake": (_sum(sold, "ordered_on", "amount"), None),
        "on_time_delivery": (_sum(delivered, "delivered_on", "on_time"), count(delivered, "delivered_on")),
        "order_cycle_time": (_sum(delivered, "delivered_on", "days"), count(delivered, "delivered_on")),
        "return_rate": (count(goods[goods["returned_on"].notna()], "returned_on"), count(delivered, "delivered_on")),
        "repeat_rate": (count(headers[headers["repeat_order"]], "ordered_on"), count(headers, "ordered_on")),
        "new_customers": (count(_first_orders(headers), "ordered_on"), None),
        "care_attach_rate": (count(online[online["product_line"] == "care_plan"], "ordered_on"),
                             count(online[online["product_group"] == "bike"], "ordered_on")),
        "new_model_share": (_sum(sold[sold["new_model"]], "ordered_on", "amount"),
                            _sum(sold[sold["product_group"] == "bike"], "ordered_on", "amount")),
        "satisfaction": (_sum(marked, "opened_at", "satisfaction"), count(marked, "opened_at")),
        "nps": (_sum(loyalty, "opened_at", "points"), count(loyalty, "opened_at")),
        "first_response_time": (_sum(first, "opened_at", "hours"), count(first, "opened_at")),
        "resolution_time": (_sum(solved, "opened_at", "hours"), count(solved, "opened_at")),
        "supplier_defect_rate": (_sum(receipts, "received_on", "defects"), _sum(receipts, "received_on", "inspected")),
        "supplier_on_time": (_sum(receipts, "received_on", "on_time"), count(receipts, "received_on")),
        "first_pass_yield": (_sum(work, "finished_on", "units_passed_first"), _sum(work, "finished_on", "units")),
        "scrap_rate": (_sum(work, "finished_on", "scrap_cost"), _sum(work, "finished_on", "material_cost")),
        "absence_rate": (_sum(attendance, "month", "absent_days"), _sum(attendance, "month", "planned_days")),
        "training_hours": (_sum(files.training, "held_on", "hours"), count(attendance, "month")),
        "time_to_fill": (_sum(vacancies, "filled_on", "days"), count(vacancies, "filled_on")),
        "accidents": (count(files.hr("accidents", "happened_on"), "happened_on"), None),
        "engagement": (_sum(files.survey, "answered_on", "engagement"), count(files.survey, "answered_on")),
    }  # fmt: skip


def levels_of(files: Files, months: pd.PeriodIndex) -> dict[str, pd.Series]:
    """Values by (unit, month) of the metrics that look at the end of a month or at twelve months."""
    people = files.hr("employments", "started_on", "ended_on")
    headcount = _open(people, months, "started_on", "ended_on")
    technical = _open(people[people["job_group"] == "technical"], months, "started_on", "ended_on")
    certified = _open(files.hr("certificates", "issued_on", "valid_until"), months, "issued_on", "valid_until")
    left = _last_year(_count(people[people["ended_on"].notna()], "ended_on"), months)
    ideas = files.ideas[files.ideas["implemented_on"].notna()]
    invoices, goods, stock = files.invoices, files.deliveries, files.inventory
    last = stock.groupby(stock["snapshot_on"].dt.to_period("M"))["snapshot_on"].transform("max")
    value = _sum(stock[stock["snapshot_on"] == last], "snapshot_on", "stock_value")
    shipped = _last_year(_sum(goods[goods["shipped_on"].notna()], "shipped_on", "cost"), months)
    intake = _sum(files.order_lines[files.order_lines["status"] != "cancelled"], "ordered_on", "amount")
    quarter = _wide(intake, months).fillna(0).rolling(3).sum()
    return {
        "headcount": headcount,
        "skills_coverage": certified / technical,
        "regretted_turnover": _regretted(people, left, months) / headcount,
        "ideas_rate": 100 * _last_year(_count(ideas, "implemented_on"), months) / headcount,
        "overdue_share": _open(invoices, months, "due_on", "paid_on", "amount")
        / _open(invoices, months, "invoiced_on", "paid_on", "amount"),
        "overdue_line_share": _open(goods, months, "promised_on", "delivered_on")
        / _open(goods, months, "ordered_on", "delivered_on"),
        "inventory_days": 365 * value / shipped,
        "order_intake_growth": _long(quarter / quarter.shift(12).where(lambda then: then > 0) - 1),
    }


def months_of(files: Files) -> pd.PeriodIndex:
    """The months of the history."""
    days = files.ledger["posted_on"].dt.to_period("M")
    return pd.period_range(days.min(), days.max(), freq="M")


def answers(folder: Path, spans: tuple[str, ...] = ("month", "quarter", "ytd", "r12")) -> dict[Answer, float]:
    """Every answer: {(metric, unit, span, first day of the period): value}; what has no value is left out."""
    files = Files(folder)
    months = months_of(files)
    found: dict[Answer, float] = {}
    for metric, (top, bottom) in parts_of(files).items():
        for span in spans:
            value = WINDOWS[span](_wide(top, months))
            if bottom is not None:
                value = value / WINDOWS[span](_wide(bottom, months))
            found.update(_keyed(metric, span, value))
    for metric, series in levels_of(files, months).items():
        found.update(_keyed(metric, "month", _wide(series, months)))
    return found


def _sum(frame: pd.DataFrame, day: str, column: str) -> pd.Series:
    return _placed(frame, day).groupby(["unit", "month_of"])[column].sum()


def _count(frame: pd.DataFrame, day: str) -> pd.Series:
    return _placed(frame, day).groupby(["unit", "month_of"]).size()


def _placed(frame: pd.DataFrame, day: str) -> pd.DataFrame:
    """Every row once for its department, its division as it was in that month, and the company."""
    month = frame[day].dt.to_period("M")
    division = frame["department"].map(HOME)
    service = frame["department"] == "service"
    moved = service & (month >= pd.Period(SERVICE_MOVED, "M"))
    division = division.mask(service, "commercial").mask(moved, "operations")
    units = (frame["department"], division, "velora")
    return pd.concat([frame.assign(unit=unit, month_of=month) for unit in units])


def _first_orders(headers: pd.DataFrame) -> pd.DataFrame:
    first = headers[~headers["repeat_order"]].sort_values("ordered_on", kind="stable")
    return first.drop_duplicates("customer_id")


def _open(
    frame: pd.DataFrame, months: pd.PeriodIndex, opened: str, closed: str, column: str | None = None
) -> pd.Series:
    """What is open at the end of each month, counted or summed, by (unit, month)."""
    parts = []
    for month in months:
        end = month.end_time.normalize()
        there = frame[(frame[opened] <= end) & ~(frame[closed] <= end)].assign(counted=1, day=end)
        parts.append(_sum(there, "day", column or "counted"))
    level: pd.Series = pd.concat(parts)
    return level


def _wide(series: pd.Series, months: pd.PeriodIndex) -> pd.DataFrame:
    """One row a month, one column a unit; nothing where there is nothing."""
    frame = series.dropna().rename("value").rename_axis(["unit", "month_of"]).reset_index()
    return frame.pivot_table(index="month_of", columns="unit", values="value", aggfunc="sum").reindex(months)


def _long(wide: pd.DataFrame) -> pd.Series:
    columns = {str(unit): wide[unit].dropna() for unit in wide}
    long: pd.Series = pd.concat(columns, names=["unit", "month_of"])
    return long


def _last_year(series: pd.Series, months: pd.PeriodIndex) -> pd.Series:
    return _long(_twelve_months(_wide(series, months)))


def _regretted(people: pd.DataFrame, left: pd.Series, months: pd.PeriodIndex) -> pd.Series:
    """Regretted leavers of twelve months; none counts as zero where anybody has ever left."""
    count = _wide(_count(people[(people["regretted"] == 1) & people["ended_on"].notna()], "ended_on"), months)
    year = _long(count.fillna(0).rolling(12).sum())
    return year.reindex(left.index, fill_value=0.0)


def _to_date(period: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def sum_since(wide: pd.DataFrame) -> pd.DataFrame:
        since = pd.PeriodIndex(wide.index).asfreq(period)
        return wide.fillna(0).groupby(since).cumsum().where(wide.notna().groupby(since).cumsum() > 0)

    return sum_since


def _twelve_months(wide: pd.DataFrame) -> pd.DataFrame:
    """Sums of twelve months, none of them before the first rows of all; nothing where a unit has no rows in them."""
    begun = wide.notna().any(axis=1).cummax().astype(int).rolling(12).sum() == 12
    return wide.fillna(0).rolling(12).sum().where(wide.notna().rolling(12).sum() > 0).where(begun)


WINDOWS: Mapping[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "month": lambda wide: wide,
    "quarter": _to_date("Q"),
    "ytd": _to_date("Y"),
    "r12": _twelve_months,
}
STARTS: Mapping[str, Callable[[pd.Period], pd.Timestamp]] = {
    "month": lambda month: month.start_time,
    "quarter": lambda month: month.asfreq("Q").start_time,
    "ytd": lambda month: month.asfreq("Y").start_time,
    "r12": lambda month: (month - 11).start_time,
}


def _keyed(metric: str, span: str, wide: pd.DataFrame) -> dict[Answer, float]:
    """A quarter or year to date is kept as it stood at its last month."""
    found: dict[Answer, float] = {}
    for month, (_, row) in zip(pd.PeriodIndex(wide.index), wide.iterrows(), strict=True):
        start = STARTS[span](month).date().isoformat()
        found.update({(metric, str(unit), span, start): float(value) for unit, value in row.dropna().items()})
    return found
