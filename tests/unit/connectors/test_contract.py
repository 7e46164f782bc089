"""The contract: each type, each rule, each reason in words; what is good is typed exactly."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import ContractError, DefinitionError
from tests.loading import Workbench

GOOD: list[tuple[str, str, Any]] = [
    ("text", " a b ", "a b"),
    ("integer", "-12", -12),
    ("integer", "12.0", 12),
    ("integer", "1e3", 1000),
    ("integer", "9223372036854775807", 9223372036854775807),
    ("decimal", "1e3", Decimal(1000)),
    ("decimal", "0.00005", Decimal("0.0001")),
    ("decimal", "99999999999999.9999", Decimal("99999999999999.9999")),
    ("number", ".5", 0.5),
    ("number", "1E-3", 0.001),
    ("boolean", "Yes", True),
    ("boolean", "0", False),
    ("date", "2024-02-29", date(2024, 2, 29)),
    ("date", "2024-02-29 23:59:59", date(2024, 2, 29)),
    ("date", "2024-02-29T23:30:00-05:00", date(2024, 2, 29)),
    ("timestamp", "2024-02-29", datetime(2024, 2, 29)),  # noqa: DTZ001  # the engine's TIMESTAMP has no zone
    ("timestamp", "2024-02-29T23:30:00-05:00", datetime(2024, 3, 1, 4, 30)),  # noqa: DTZ001
    ("timestamp", "2024-02-29T10:00Z", datetime(2024, 2, 29, 10)),  # noqa: DTZ001
    ("timestamp", "2024-02-29 10:00:00.5", datetime(2024, 2, 29, 10, 0, 0, 500_000)),  # noqa: DTZ001
]
BAD: list[tuple[str, str, str]] = [
    ("integer", "1.5", "value: '1.5' is not a whole number"),
    ("integer", "5e-1", "value: '5e-1' is not a whole number"),
    ("integer", "9223372036854775808", "value: '9223372036854775808' is not a whole number"),
    ("integer", "0x1F", "value: '0x1F' is not a whole number"),
    ("decimal", "1 000", "value: '1 000' is not a decimal number"),
    ("decimal", "1.2.3", "value: '1.2.3' is not a decimal number"),
    ("decimal", "100000000000000", "value: '100000000000000' is too large for a decimal (14 digits before the point)"),
    ("number", "inf", "value: 'inf' is not a number"),
    ("number", "1e400", "value: '1e400' is not a number"),
    ("boolean", "maybe", "value: 'maybe' is not true or false"),
    ("boolean", "2", "value: '2' is not true or false"),
    ("date", "2023-02-29", "value: '2023-02-29' is not a date (expected like 2024-01-31)"),
    ("date", "31.01.2024", "value: '31.01.2024' is not a date (expected like 2024-01-31)"),
    ("date", "2024-01-31abc", "value: '2024-01-31abc' is not a date (expected like 2024-01-31)"),
    ("date", "20240131", "value: '20240131' is not a date (expected like 2024-01-31)"),
    ("date", "infinity", "value: 'infinity' is not a date (expected like 2024-01-31)"),
    ("date", "0024-01-31", "value: '0024-01-31' is not between 1900-01-01 and 2200-12-31"),
    ("date", "9999-12-31", "value: '9999-12-31' is not between 1900-01-01 and 2200-12-31"),
    (
        "timestamp",
        "2024-01-31 25:00",
        "value: '2024-01-31 25:00' is not a date and time (expected like 2024-01-31 13:45:00)",
    ),
]


def one(bench: Workbench, column: str, *values: str) -> str:
    """A dataset with one column `value`, and a second one that keeps empty values from being blank lines."""
    bench.write("v.csv", "value,n\n" + "".join(f'"{value}",{n}\n' for n, value in enumerate(values)))
    return f"path: v.csv\nempty: allow\ncolumns:\n  value: {column}\n  n: integer\n"


@pytest.mark.parametrize(("kind", "text", "value"), GOOD)
def test_a_good_value_is_typed_exactly(bench: Workbench, kind: str, text: str, value: Any) -> None:
    loaded = bench.load(one(bench, kind, text))
    assert loaded.reasons == []
    assert loaded.rows[0][0] == value
    assert type(loaded.rows[0][0]) is type(value)


@pytest.mark.parametrize(("kind", "text", "reason"), BAD)
def test_a_bad_value_is_refused_in_words(bench: Workbench, kind: str, text: str, reason: str) -> None:
    loaded = bench.load(one(bench, kind, "", text, ""))
    assert loaded.reasons == [reason]
    assert loaded.places == [("v.csv", 3)]


RULES: list[tuple[str, str, str, str]] = [
    ("{type: integer, required: true}", "1", "", "value: is empty, but required"),
    ("{type: decimal, min: 0}", "0", "-0.01", "value: '-0.01' is below the minimum 0"),
    ("{type: number, max: 1.5}", "1.5", "1.51", "value: '1.51' is above the maximum 1.5"),
    (
        "{type: date, min: 2020-01-01}",
        "2020-01-01",
        "2019-12-31",
        "value: '2019-12-31' is below the minimum 2020-01-01",
    ),
    (
        "{type: timestamp, max: 2020-01-01}",
        "2020-01-01 23:00:00",
        "2020-01-02",
        "value: '2020-01-02' is above the maximum 2020-01-01",
    ),
    ("{type: text, one_of: [open, it's]}", "it's", "Open", "value: 'Open' is not one of open, it's"),
    ("{type: integer, one_of: [1, 2]}", "2", "3", "value: '3' is not one of 1, 2"),
    ("{type: text, pattern: '[A-Z]\\d+'}", "A12", "xA12", "value: 'xA12' does not match the pattern [A-Z]\\d+"),
]


@pytest.mark.parametrize(("column", "good", "bad", "reason"), RULES)
def test_a_rule_refuses_what_breaks_it(bench: Workbench, column: str, good: str, bad: str, reason: str) -> None:
    loaded = bench.load(one(bench, column, good, bad))
    assert len(loaded.rows) == 1
    assert loaded.reasons == [reason]


def test_all_faults_of_a_row_are_told_at_once(bench: Workbench) -> None:
    bench.write("v.csv", "a,b,c\nx,y,1\n1,2024-01-01,z\n")
    loaded = bench.load("path: v.csv\ncolumns: {a: integer, b: date, c: text}\n")
    assert loaded.reasons == ["a: 'x' is not a whole number; b: 'y' is not a date (expected like 2024-01-31)"]


def test_a_source_whose_rows_are_all_bad_is_an_error_with_the_first_reason(bench: Workbench) -> None:
    bench.write("v.csv", "a\nx\ny\n")
    with pytest.raises(
        ContractError, match=r"all 2 rows of v\.csv break the contract; the first: a: 'x' is not a whole"
    ):
        bench.load("path: v.csv\ncolumns: {a: integer}\n")


def test_very_long_values_are_cut_in_the_reason_and_kept_in_the_row(bench: Workbench) -> None:
    loaded = bench.load(one(bench, "integer", "9" * 500 + "x", "1"))
    assert len(loaded.reasons[0]) < 120
    assert "9" * 500 in loaded.quarantine[0][3]


MEANINGLESS: list[tuple[str, str]] = [
    ("value: dat", "'dat' is not one of .*did you mean 'date'"),
    ("value: {type: text, min: 3}", "'min' is for columns of type"),
    ("value: {type: date, min: soon}", "'soon' is not a date"),
    ("value: {type: decimal, max: many}", "'many' is not a number"),
    ("value: {type: text, pattern: '('}", "is not a regular expression"),
    ("value: {type: text, pattern: '(?=a)b'}", "is not a regular expression"),
    ("value: {type: integer, thousands: '.'}", "could be read in two ways"),
    ("value: {type: integer, requird: true}", "'requird' is not a field here .*required"),
    ("value: {type: integer, as: __x}", "reserved"),
]


@pytest.mark.parametrize(("column", "words"), MEANINGLESS)
def test_a_contract_that_cannot_be_meant_is_told_with_its_line(bench: Workbench, column: str, words: str) -> None:
    with pytest.raises(DefinitionError, match=words) as caught:
        bench.source(f"path: v.csv\ncolumns:\n  {column}\n")
    assert "sources/erp.yaml:" in str(caught.value)


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("key: [idd]", "key: 'idd' is not a column of this dataset; did you mean 'id'"),
        ("cursor: id", "cursor: 'id' is not of type date or timestamp"),
        ("freshness: {column: day, within: soon}", "'soon' is not a span of time"),
        ("freshness: {column: dy, within: 3 days}", "'dy' is not a column"),
        ("sheets: x", "'sheets' is not a field here .*'sheet'"),
        ("format: exel", "'exel' is no format"),
    ],
)
def test_a_dataset_that_cannot_be_meant_is_told_with_its_line(bench: Workbench, rest: str, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        bench.source(f"path: v.csv\ncolumns: {{id: integer, day: date}}\n{rest}\n")


CELL = st.text(alphabet=st.sampled_from('ab1.-e"\n\r,; \u00e9'), max_size=6)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_whatever_a_writer_quotes_properly_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str, str]], newline: str
) -> None:
    """Every record is loaded or refused; in a file of several kinds of line ends those within text become one kind."""
    bench = Workbench(tmp_path_factory.mktemp("any") / "workspace")
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells]
    bench.write("v.csv", newline.join(["a,b,c", *quoted, '"last","1",""']) + newline)
    loaded = bench.load("path: v.csv\ncolumns: {a: text, b: integer, c: text}\n")
    assert loaded.state.rows + loaded.state.quarantined == len(cells) + 1
    good = [row for row in cells if _whole(row[1]) is not False]
    assert [_even(row[0] or "") for row in loaded.rows] == [
        *(_even(row[0].strip(" \t\r\n\u00a0")) for row in good),
        "last",
    ]
    assert [row[1] for row in loaded.rows] == [*(_whole(row[1]) for row in good), 1]
    before = [_lines(row) for row in quoted]
    bad = [2 + sum(before[:place]) for place, row in enumerate(cells) if _whole(row[1]) is False]
    assert [line for _, line in loaded.places] == bad


def _even(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _lines(record: str) -> int:
    return _even(record).count("\n") + 1


def _whole(cell: str) -> int | bool | None:
    text = cell.strip(" \t\r\n\u00a0")
    if not text:
        return None
    try:
        number = Decimal(text) if not set(text) - set("0123456789.-+e") else None
    except ArithmeticError:
        return False
    if number is None or not number.is_finite() or number != number.to_integral_value() or abs(number) >= 9e15:
        return False
    return int(number)
