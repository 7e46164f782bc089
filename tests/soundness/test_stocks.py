"""What is open at the end of a day: opened on or before it, and not closed by it."""

from pathlib import Path

import pytest

from tests.making import make, table, values

SOURCE = """\
connector: files
settings: {folder: files}
datasets:
  people:
    path: people.csv
    columns: {id: integer, hired: date, left: {type: date, as: left_on}, unit: text, team: text, share: number}
"""
MODEL = "source: people\ngrain: [id]\nunit: {column: unit}\n"
TODAY = "name: Small company\ntoday: 2025-07-05\n"
PEOPLE = (
    "2020-03-01,,shop,x,1",  # before all other history
    "2025-01-10,2025-03-31,shop,y,0.5",
    "2025-02-01,2025-02-28,web,x,1",
    "2025-05-05,2025-05-05,web,y,1",  # came and went on one day
)


def staff(
    folder: Path, body: str = "", people: tuple[str, ...] = PEOPLE, workspace: str = TODAY, extra: str = ""
) -> Path:
    metric = (
        f"title: Staff\nmeasured_in: count\nstock: {{table: people, opened: hired, closed: left_on{body}}}\n{extra}"
    )
    rows = "".join(f"{number},{person}\n" for number, person in enumerate(people, 1))
    files = {
        "workspace.yaml": workspace,
        "sources/books.yaml": SOURCE,
        "models/people.yaml": MODEL,
        "metrics/people/staff.yaml": metric,
        "files/people.csv": "id,hired,left,unit,team,share\n" + rows,
        "models/sales.yaml": "",
        "metrics/financial/revenue.yaml": "",
    }
    return make(folder, files)


def test_open_at_the_end_of_each_month(tmp_path: Path) -> None:
    month = values(staff(tmp_path), "staff")
    assert [month["company", f"2025-0{m}"] for m in range(1, 7)] == [2, 2, 1, 1, 1, 1]
    assert month["company", "2024-12"] == 1  # hired in 2020, seen ever since
    assert month["web", "2025-02"] == 0.0


def test_inclusive_counts_the_last_day(tmp_path: Path) -> None:
    month = values(staff(tmp_path, ", inclusive: true"), "staff")
    assert [month["company", f"2025-0{m}"] for m in range(1, 7)] == [2, 3, 2, 1, 1, 1]


def test_stock_does_not_add_up_over_time(tmp_path: Path) -> None:
    folder = staff(tmp_path)
    assert values(folder, "staff", "quarter")["company", "2025-03"] == 1
    assert values(folder, "staff", "r12")["company", "2025-02"] == 2


def test_sum_of_an_expression(tmp_path: Path) -> None:
    month = values(staff(tmp_path, ", function: sum, expr: share"), "staff")
    assert [month["company", f"2025-0{m}"] for m in (1, 2, 3)] == [1.5, 1.5, 1.0]


def test_mean_over_the_months_of_a_period(tmp_path: Path) -> None:
    folder = staff(tmp_path, ", over_time: mean")
    assert values(folder, "staff", "quarter")["company", "2025-03"] == pytest.approx((2 + 2 + 1) / 3)
    assert values(folder, "staff", "quarter")["shop", "2025-06"] == 1


def test_mean_of_parts_sums_to_the_mean_of_the_whole(tmp_path: Path) -> None:
    quarter = values(staff(tmp_path, ", over_time: mean, inclusive: true"), "staff", "quarter")
    parts = [quarter["shop", "2025-03"], quarter["web", "2025-03"]]
    assert parts == pytest.approx([2.0, 1 / 3])  # the web team began in February: 0, 1, 0
    assert quarter["company", "2025-03"] == pytest.approx(sum(parts))


def test_mean_over_more_months_than_there_are_has_no_value(tmp_path: Path) -> None:
    found = table(staff(tmp_path, ", over_time: mean", PEOPLE[1:]), "staff")
    short = found["company", "r12", "2025-06"]
    assert (short["value"], short["reason"]) == (None, "the history is too short for this window")


def test_distinct_things_are_counted_once_over_units(tmp_path: Path) -> None:
    month = values(staff(tmp_path, ", function: count_distinct, expr: team, inclusive: true"), "staff")
    assert (month["shop", "2025-02"], month["web", "2025-02"], month["company", "2025-02"]) == (2, 1, 2)


def test_closing_that_is_planned_for_later_is_still_open(tmp_path: Path) -> None:
    running = "name: Small company\ntoday: 2025-06-11\nopen_period: show\n"
    people = ("2025-01-10,2025-06-20,shop,x,1", "2025-05-04,2025-06-05,shop,x,1", "2025-06-12,,shop,x,1")
    for body in ("", ", function: count_distinct, expr: id"):
        folder = staff(tmp_path / (body[-2:] or "count"), body, people, running)
        june = table(folder, "staff")["shop", "month", "2025-06"]
        assert june["value"] == 1, body  # leaves on the 20th; the one who starts on the 12th is not here yet
        assert june["previous"] == 2, body  # as things stood on 10 May


def test_stock_before_its_first_opening_is_absent_and_not_zero(tmp_path: Path) -> None:
    month = values(staff(tmp_path), "staff")
    assert ("web", "2025-01") not in month
    assert ("works", "2025-06") not in month


def test_stock_of_a_closed_unit_is_refused(tmp_path: Path) -> None:
    from data.errors import QueryError
    from flows.refresh import refresh
    from tests.making import UNITS

    old = "{key: shop, title: Shop, level: department, parent: east}"
    folder = staff(tmp_path)
    (folder / "units.yaml").write_text(UNITS.replace(old, old.replace("east}", "east, to: 2025-04-30}")))
    with pytest.raises(QueryError, match=r"people\.yaml: 'shop' has figures in 2025-05, when units\.yaml puts it"):
        refresh(folder)
