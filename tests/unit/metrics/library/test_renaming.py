"""A formula with a company's own names means what it meant, and nothing but names of columns is touched."""

import pytest

from metrics.library.renaming import renamed


@pytest.mark.parametrize(
    ("text", "names", "wanted"),
    [
        ("delivered_on <= promised_on", {"delivered_on": "arrived"}, "arrived <= promised_on"),
        ("amount", {"amount": '"Net Amount"'}, '"Net Amount"'),
        ("-amount", {"amount": "price * quantity"}, "-(price * quantity)"),
        ("amount", {"amount": "price * quantity"}, "price * quantity"),
        ("is_won AND NOT is_old", {"is_won": "status = 'won'"}, "(status = 'won') AND NOT is_old"),
        ("date_diff('day', a, b)", {"day": "x", "a": "b", "b": "a"}, "date_diff('day', b, a)"),
        ("day", {"day": "happened"}, "happened"),
        ("sum_of(a) + a", {"sum_of": "x"}, "sum_of(a) + a"),
        ("customer.amount + amount", {"amount": "net"}, "customer.amount + net"),
        ("amount", {"amount": "order.net"}, "order.net"),
        ("CASE WHEN a >= 9 THEN 100 END", {"a": "mark"}, "CASE WHEN mark >= 9 THEN 100 END"),
        ("theme = 'amount'", {"amount": "net"}, "theme = 'amount'"),
    ],
)
def test_only_columns_are_renamed(text: str, names: dict[str, str], wanted: str) -> None:
    assert renamed(text, names) == wanted
