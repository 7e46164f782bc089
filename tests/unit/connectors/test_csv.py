"""CSV as it comes in real life: each oddity is read rightly, or refused with its file, line and reason."""

import gzip
import json
from datetime import date
from decimal import Decimal

import pytest

from data.errors import ContractError, SourceError
from tests.loading import Workbench

ORDERS = """
path: orders.csv
columns:
  id: {type: text, required: true}
  ordered_on: date
  amount: decimal
key: [id]
cursor: ordered_on
"""
HEADER = "id,ordered_on,amount\n"


def rows(count: int, start: int = 1) -> str:
    return "".join(f"{number},2024-01-01,{number}.50\n" for number in range(start, start + count))


def test_a_wrong_type_in_row_7_is_refused_with_its_line(bench: Workbench) -> None:
    bench.write("orders.csv", HEADER + rows(5) + "6,2024-01-01,abc\n" + rows(3, 7))
    loaded = bench.load(ORDERS)
    assert loaded.quarantine == [
        (
            "orders.csv",
            7,
            "amount: 'abc' is not a decimal number",
            '{"id":"6","ordered_on":"2024-01-01","amount":"abc"}',
        )
    ]
    assert [row[0] for row in loaded.rows] == ["1", "2", "3", "4", "5", "7", "8", "9"]
    assert (loaded.state.rows, loaded.state.quarantined, loaded.state.newest) == (8, 1, date(2024, 1, 1))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
def test_byte_order_mark_and_line_ends(bench: Workbench, newline: str, mark: bytes, end: str) -> None:
    text = (HEADER + rows(2) + "3,nonsense,1\n4,2024-01-01\n5,2024-01-02,5" + end).replace("\n", newline)
    bench.write("orders.csv", mark + text.encode())
    loaded = bench.load(ORDERS)
    assert [row[0] for row in loaded.rows] == ["1", "2", "5"]
    assert loaded.places == [("orders.csv", 4), ("orders.csv", 5)]


def test_mixed_line_ends_are_made_even(bench: Workbench) -> None:
    bench.write("orders.csv", b"id,ordered_on,amount\r\n1,2024-01-01,1\r\n2,2024-01-01,1\n3,x,1\r\n4,2024-01-01,1\n")
    loaded = bench.load(ORDERS)
    assert [row[0] for row in loaded.rows] == ["1", "2", "4"]
    assert loaded.places == [("orders.csv", 4)]


def test_quoted_line_ends_do_not_shift_lines(bench: Workbench) -> None:
    bench.write("orders.csv", HEADER + '"a\nb\n\nc",2024-01-01,1\n' + rows(2) + "\n3,x,1\n4,1\n5,1,1,1,1\n6,y,1\n")
    loaded = bench.load(ORDERS)
    assert [row[0] for row in loaded.rows] == ["a\nb\n\nc", "1", "2"]
    assert loaded.places == [("orders.csv", 9), ("orders.csv", 10), ("orders.csv", 11), ("orders.csv", 12)]


def test_rows_of_another_width_are_refused_and_counted(bench: Workbench) -> None:
    bench.write("orders.csv", HEADER + rows(2) + "3,2024-01-01\n4,2024-01-01,1,secret\n" + rows(1, 5))
    loaded = bench.load(ORDERS)
    assert loaded.reasons == ["the row has 2 columns, the header has 3", "the row has 4 columns, the header has 3"]
    assert loaded.places == [("orders.csv", 4), ("orders.csv", 5)]
    assert json.loads(loaded.quarantine[1][3]) == {"id": "4", "ordered_on": "2024-01-01", "amount": "1"}


def test_lines_that_a_stray_quote_swallows_are_counted(bench: Workbench) -> None:
    bench.write("orders.csv", HEADER + rows(2) + '"3,2024-01-01,1\n4,2024-01-01,1\n')
    loaded = bench.load(ORDERS)
    assert loaded.places == [("orders.csv", 4), ("orders.csv", 5)]
    assert loaded.reasons[1] == "a quote is opened and not closed properly (the quote was opened in line 4)"
    assert loaded.state.rows == 2


def test_a_quote_that_swallows_the_file_is_an_error_with_its_line(bench: Workbench) -> None:
    bench.write("orders.csv", HEADER + rows(2) + '"3,2024-01-01,1\n' + rows(5000, 4))
    with pytest.raises(ContractError, match=r"orders\.csv.*line 4: a quote is opened here and not closed"):
        bench.load(ORDERS)


def test_numbers_and_spaces(bench: Workbench) -> None:
    bench.write(
        "orders.csv",
        HEADER + "a ,2024-01-01, 1e3 \n b,2024-1-5 ,+.5\nc\u00a0,2024/01/31,-7.\nd,,\n"
        "e,2024-01-01,1_000\nf,2024-01-01,0x1F\ng,2024-01-01,NaN\nh,2024-01-01,Infinity\ni,2024-01-01,1,5\n",
    )
    loaded = bench.load(ORDERS)
    assert loaded.rows == [
        ("a", date(2024, 1, 1), Decimal(1000)),
        ("b", date(2024, 1, 5), Decimal("0.5")),
        ("c", date(2024, 1, 31), Decimal(-7)),
        ("d", None, None),
    ]
    assert [line for _, line in loaded.places] == [6, 7, 8, 9, 10]


def test_packed_files_and_patterns(bench: Workbench) -> None:
    bench.write("orders-2.csv.gz", gzip.compress((HEADER + rows(2, 4) + "6,x,1\n").encode()))
    bench.write("orders-1.csv", HEADER + rows(3))
    loaded = bench.load(ORDERS.replace("orders.csv", '"orders-*"'))
    assert [row[0] for row in loaded.rows] == ["1", "2", "3", "4", "5"]
    assert loaded.places == [("orders-2.csv.gz", 4)]
    assert loaded.state.read_from == ("orders-1.csv", "orders-2.csv.gz")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_the_one_that_fits_the_contract(bench: Workbench, delimiter: str) -> None:
    bench.write("orders.csv", (HEADER + rows(2)).replace(",", delimiter))
    assert len(bench.load(ORDERS).rows) == 2


def test_decimal_marks_only_as_declared(bench: Workbench) -> None:
    bench.write(
        "orders.csv", "id;ordered_on;amount\n1;31.12.2024;1.234,50\n2;31.12.2024;1.5\n3;2024-12-31;7\n4;1.1.2024;7,25\n"
    )
    loaded = bench.load(
        ORDERS.replace("ordered_on: date", "ordered_on: {type: date, format: '%d.%m.%Y'}").replace(
            "amount: decimal", "amount: {type: decimal, decimal_mark: ',', thousands: '.'}"
        )
    )
    assert sorted((row[0], row[2]) for row in loaded.rows) == [("1", Decimal("1234.5")), ("4", Decimal("7.25"))]
    assert loaded.reasons == [
        "amount: '1.5' is not a decimal number",
        "ordered_on: '2024-12-31' is not a date written as %d.%m.%Y",
    ]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16"])
def test_other_encodings_if_declared(bench: Workbench, encoding: str) -> None:
    bench.write("orders.csv", (HEADER + "Köln,2024-01-01,1\n").encode(encoding))
    assert bench.load(ORDERS + f"encoding: {encoding}\n").rows[0][0] == "Köln"


def test_text_that_is_not_utf_8_is_refused_by_row(bench: Workbench) -> None:
    bench.write(
        "orders.csv", (HEADER + rows(1)).encode() + "Köln,2024-01-01,1\n".encode("cp1252") + rows(1, 2).encode()
    )
    loaded = bench.load(ORDERS)
    assert loaded.places == [("orders.csv", 3)]
    assert "add `encoding`" in loaded.reasons[0]


def test_utf_16_undeclared_names_the_remedy(bench: Workbench) -> None:
    bench.write("orders.csv", (HEADER + rows(1)).encode("utf-16"))
    with pytest.raises(SourceError, match="add `encoding: utf-16`"):
        bench.load(ORDERS)


def test_a_misspelt_column_is_told_with_the_nearest_header(bench: Workbench) -> None:
    bench.write("orders.csv", "id,orderd_on,amount\n1,2024-01-01,1\n")
    with pytest.raises(ContractError, match=r"orders\.csv, line 1: column 'ordered_on' is missing; .*'orderd_on'"):
        bench.load(ORDERS)


def test_a_column_in_another_case_is_another_column(bench: Workbench) -> None:
    bench.write("orders.csv", "ID,idd,ordered_on,amount\n1,1,2024-01-01,1\n")
    with pytest.raises(ContractError, match="column 'id' is missing; did you mean 'ID'"):
        bench.load(ORDERS)


def test_empty_columns_too_many_are_no_fault(bench: Workbench) -> None:
    bench.write("orders.csv", "id,ordered_on,amount,\n1,2024-01-01,1,\n2,2024-01-01,1,,\n3,2024-01-01,1\n")
    loaded = bench.load(ORDERS)
    assert ([row[0] for row in loaded.rows], loaded.places) == (["1", "2"], [("orders.csv", 4)])
    assert loaded.state.ignored == ()


def test_columns_that_the_contract_does_not_name_are_recorded_and_not_kept(bench: Workbench) -> None:
    bench.write("orders.csv", "id,salary,ordered_on,amount\n1,99,2024-01-01,1\n2,77,x,1\n3,2024-01-01,1\n")
    loaded = bench.load(ORDERS)
    assert loaded.state.ignored == ("salary",)
    assert len(loaded.rows[0]) == 3
    assert all("salary" not in row[3] for row in loaded.quarantine)


def test_a_column_that_stands_twice_is_an_error(bench: Workbench) -> None:
    bench.write("orders.csv", "id,ordered_on,amount,amount\n1,2024-01-01,1,2\n")
    with pytest.raises(ContractError, match="'amount' stands twice"):
        bench.load(ORDERS)


def test_later_duplicates_of_a_key_are_refused(bench: Workbench) -> None:
    bench.write("orders.csv", HEADER + rows(3) + "2,2024-01-01,99\n,2024-01-01,1\n2,2024-01-01,98\n")
    loaded = bench.load(ORDERS)
    assert [row[2] for row in loaded.rows] == [Decimal("1.5"), Decimal("2.5"), Decimal("3.5")]
    assert loaded.places == [("orders.csv", 5), ("orders.csv", 6), ("orders.csv", 7)]
    assert loaded.reasons[0] == "id: '2' is a duplicate: the same key stands in line 3 of orders.csv"
    assert loaded.reasons[1] == "id: is empty, but required"


def test_a_bad_row_does_not_hold_its_key(bench: Workbench) -> None:
    bench.write("orders.csv", HEADER + "1,nonsense,1\n1,2024-01-01,2\n")
    loaded = bench.load(ORDERS)
    assert [row[2] for row in loaded.rows] == [Decimal(2)]
    assert loaded.places == [("orders.csv", 2)]


def test_one_column_with_blank_lines(bench: Workbench) -> None:
    bench.write("orders.csv", "id\na\n\nb\nb\n\n")
    loaded = bench.load("path: orders.csv\ncolumns: {id: text}\nkey: [id]\n")
    assert [row[0] for row in loaded.rows] == ["a", "b"]
    assert loaded.places == [("orders.csv", 5)]


def test_null_values_are_empty(bench: Workbench) -> None:
    bench.write("orders.csv", HEADER + "1,NA,-\n2,2024-01-01,1\n")
    loaded = bench.load(ORDERS + "null_values: [NA, '-']\n")
    assert min(loaded.rows) == ("1", None, None)


def test_headers_may_have_any_name_and_be_renamed(bench: Workbench) -> None:
    bench.write("orders.csv", 'id,"Sales ""Amount"", net",\n1,5,x\n2,oops,x\n')
    loaded = bench.load(
        "path: orders.csv\ncolumns:\n  id: integer\n  'Sales \"Amount\", net': {type: number, as: sales}\nkey: [id]\n"
    )
    assert loaded.rows == [(1, 5.0)]
    assert loaded.reasons == ["Sales \"Amount\", net: 'oops' is not a number"]


def test_nothing_is_lost_on_a_large_file_of_every_fault(bench: Workbench) -> None:
    """60,000 records over several scan buffers' worth of faults; every line is either loaded or refused, each once."""
    lines, bad = [HEADER.strip()], []
    for number in range(60_000):
        if number % 97 == 0:
            bad.append(len(lines) + 1)
            lines.append(f"{number},2024-02-30,1")
        elif number % 1009 == 0:
            bad.append(len(lines) + 1)
            lines.append(f"{number},2024-02-01")
        else:
            lines.append(f"{number},2024-02-01,{number}.25")
    bench.write("orders.csv", "\n".join(lines))
    loaded = bench.load(ORDERS)
    assert [line for _, line in loaded.places] == bad
    assert loaded.state.rows == 60_000 - len(bad)
    bench.write("orders.csv", "\n".join(["id,ordered_on,amount", '"two\nlines",2024-02-01,1', *lines[1:]]))
    assert [line for _, line in bench.load(ORDERS).places] == [line + 2 for line in bad]
