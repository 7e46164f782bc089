"""The demo's generator: the same bytes for the same seed, tables that fit together, faults only where meant."""

import hashlib
import json
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from data.demo.generate import SEED, TODAY, generate
from data.demo.generator.clock import MONTHS, Clock, even, ramp, stream
from tests.integration.demo_answers import Files, months_of

DEPARTMENTS = {
    "dealer_sales", "online_sales", "service", "assembly", "purchasing", "logistics", "finance", "people",
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    folder = tmp_path_factory.mktemp("files")
    return folder, generate(folder)


@pytest.fixture(scope="module")
def files(made: tuple[Path, dict[str, int]]) -> Files:
    return Files(made[0])


def hashes(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_same_seed_gives_same_bytes(made: tuple[Path, dict[str, int]], tmp_path: Path) -> None:
    generate(tmp_path)
    assert hashes(tmp_path) == hashes(made[0])


def test_another_seed_gives_other_facts(made: tuple[Path, dict[str, int]], tmp_path: Path) -> None:
    generate(tmp_path, seed=SEED + 1)
    other, first = hashes(tmp_path), hashes(made[0])
    assert other.keys() == first.keys()
    assert all(other[name] != first[name] for name in first)


def test_history_ends_with_the_month_before_today(tmp_path: Path) -> None:
    generate(tmp_path, today=date(2027, 2, 10))
    months = months_of(Files(tmp_path))
    assert (str(months[0]), str(months[-1]), len(months)) == ("2023-02", "2027-01", MONTHS)


def test_facts_that_are_there_are_not_made_again(made: tuple[Path, dict[str, int]]) -> None:
    folder, rows = made
    stamp = (folder / ".stamp.json").stat().st_mtime_ns
    heard: list[str] = []
    assert generate(folder, progress=lambda text, _share: heard.append(text)) == rows
    assert not heard
    assert (folder / ".stamp.json").stat().st_mtime_ns == stamp


def test_a_missing_file_makes_them_again(made: tuple[Path, dict[str, int]], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made[0], tmp_path / "files"))
    (folder / "ideas.jsonl").unlink()
    assert generate(folder) == made[1]
    assert hashes(folder) == hashes(made[0])


def test_an_older_generator_makes_them_again(made: tuple[Path, dict[str, int]], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made[0], tmp_path / "files"))
    stamp = json.loads((folder / ".stamp.json").read_text())
    (folder / ".stamp.json").write_text(json.dumps({**stamp, "generator": "an older one"}))
    heard: list[float] = []
    generate(folder, progress=lambda _text, share: heard.append(share))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_counts_are_those_of_the_files(made: tuple[Path, dict[str, int]]) -> None:
    folder, rows = made
    assert 250_000 < sum(rows.values()) < 400_000
    for name, count in rows.items():
        path = folder / name
        if path.suffix == ".csv":
            assert len(path.read_text().splitlines()) == count + 1, name
        elif path.suffix == ".parquet":
            assert pq.read_metadata(path).num_rows == count, name
        elif path.suffix == ".jsonl":
            assert len(path.read_text().splitlines()) == count, name


def test_database_and_workbook_open_elsewhere(made: tuple[Path, dict[str, int]]) -> None:
    folder, rows = made
    with sqlite3.connect(folder / "hr.sqlite") as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        counted = sum(database.execute(f"select count(*) from {name}").fetchone()[0] for name in tables)
    assert counted == rows["hr.sqlite"]
    sheet = openpyxl.load_workbook(folder / "training.xlsx")["Attendance"]
    header, first, *_ = sheet.iter_rows(values_only=True)
    assert header == ("record", "held_on", "employee_id", "department", "topic", "hours")
    assert first[1].date() >= date(2022, 11, 1)
    assert sheet.max_row == rows["training.xlsx"] + 1


def test_references_lead_somewhere(files: Files, made: tuple[Path, dict[str, int]]) -> None:
    customers = set(pd.read_csv(made[0] / "customers.csv")["customer_id"])
    lines = files.order_lines
    assert set(lines["customer_id"]) <= customers
    assert set(files.tickets["customer_id"]) <= customers
    assert set(files.invoices["customer_id"]) <= customers
    assert set(files.invoices["order_id"]) <= set(lines["order_id"])
    for frame in (files.ledger, files.budget, files.hr("employments"), files.ideas, files.survey, files.training):
        assert set(frame["department"]) <= DEPARTMENTS
    known = set(files.hr("employments")["employee_id"])
    for table in ("certificates", "attendance"):
        assert set(files.hr(table)["employee_id"]) <= known


def test_days_are_in_order(files: Files) -> None:
    lines = files.order_lines
    last = pd.Timestamp(TODAY.replace(day=1)) - pd.Timedelta(days=1)
    for earlier, later in (("ordered_on", "promised_on"), ("ordered_on", "shipped_on"), ("shipped_on", "delivered_on"),
                           ("delivered_on", "returned_on")):  # fmt: skip
        both = lines[lines[earlier].notna() & lines[later].notna()]
        assert (both[earlier] <= both[later]).all(), (earlier, later)
    assert lines[["ordered_on", "shipped_on", "delivered_on", "returned_on"]].max().max() == last
    desk = files.tickets
    assert not (desk["responded_at"] < desk["opened_at"]).any()
    assert not (desk["solved_at"] < desk["responded_at"]).any()
    people = files.hr("employments", "started_on", "ended_on")
    assert not (people["ended_on"] <= people["started_on"]).any()


def test_one_person_works_in_one_department_at_a_time(files: Files) -> None:
    people = files.hr("employments", "started_on", "ended_on").sort_values(["employee_id", "started_on"])
    again = people["employee_id"].eq(people["employee_id"].shift())
    assert again.sum() > 5
    assert (people["started_on"] >= people["ended_on"].shift())[again].all()


def test_ledger_revenue_is_what_was_shipped_less_what_came_back(files: Files) -> None:
    lines, ledger = files.order_lines, files.ledger
    month = ledger["posted_on"].dt.to_period("M")
    booked = ledger[ledger["account_group"] == "revenue"].groupby(month)["amount"].sum()
    shipped = lines.groupby(lines["shipped_on"].dt.to_period("M"))["amount"].sum()
    returned = lines.groupby(lines["returned_on"].dt.to_period("M"))["amount"].sum().reindex(booked.index, fill_value=0)
    np.testing.assert_allclose(booked, shipped - returned, atol=0.005)


def test_an_order_repeats_when_its_customer_is_known(files: Files) -> None:
    headers = files.order_lines.drop_duplicates("order_id")
    since = pd.read_csv(files.folder / "customers.csv", parse_dates=["since"]).set_index("customer_id")["since"]
    first = headers[~headers["repeat_order"]]
    assert first["customer_id"].is_unique
    assert (first["ordered_on"] == first["customer_id"].map(since)).all()


def test_faults_are_some_dozens(files: Files, made: tuple[Path, dict[str, int]]) -> None:
    raw = sum(len(path.read_text().splitlines()) - 1 for path in (made[0] / "orders").glob("*.csv"))
    assert raw - len(files.order_lines) == 35
    assert made[1]["tickets.csv"] - len(files.tickets) == 12
    assert made[1]["ledger.csv"] - len(files.ledger) == 5


def test_one_feed_is_late_and_one_desk_has_a_gap(files: Files) -> None:
    assert files.training["held_on"].max() <= pd.Timestamp("2026-10-09")
    month = files.tickets["opened_at"].dt.strftime("%Y-%m")
    seen = files.tickets.groupby(["department", month]).size().unstack(fill_value=0)  # noqa: PD010 - counts, no values
    empty = [(desk, at) for desk in seen.index for at in seen.columns if seen.loc[desk, at] == 0]
    assert empty == [("online_sales", "2026-05"), ("online_sales", "2026-06")]


def test_even_spreads_within_groups() -> None:
    groups = np.repeat(np.arange(3), (10, 200, 7))
    draws = even(stream(1, "test"), groups)
    assert ((draws >= 0) & (draws < 1)).all()
    assert [int((draws[groups == one] < 0.3).sum()) for one in range(3)] == pytest.approx([3, 60, 2], abs=1)


def test_streams_do_not_disturb_each_other() -> None:
    assert stream(7, "a").random() == stream(7, "a").random()
    assert stream(7, "a").random() != stream(7, "b").random()


def test_ramp_and_clock() -> None:
    assert ramp(10, 20, 5.0)[[9, 10, 15, 20, 47]] == pytest.approx([0, 0, 2.5, 5, 5])
    clock = Clock.ending_before(TODAY)
    assert (str(clock.first), str(clock.last)) == ("2022-11-01", "2026-10-31")
    assert clock.month_of(np.array(["2022-11-01", "2026-10-31"], dtype="datetime64[D]")).tolist() == [0, 47]
    assert np.isnat(clock.known(np.array(["2026-11-01"], dtype="datetime64[D]")))[0]
