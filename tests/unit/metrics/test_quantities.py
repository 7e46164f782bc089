"""Numbers as people write them: percentages, distances from the target, distances in time."""

import pytest
from pydantic import TypeAdapter, ValidationError

from data.writing import Month, Quantity
from metrics.definitions.quantities import AtTarget, Back, Distance, parse_anchor, parse_back

QUANTITY: TypeAdapter[float] = TypeAdapter(Quantity)
MONTH: TypeAdapter[str] = TypeAdapter(Month)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (5, 5.0),
        (0.25, 0.25),
        ("95 %", 0.95),
        ("95%", 0.95),
        (" 2.5 % ", 0.025),
        ("-3 %", -0.03),
        ("+3 %", 0.03),
        (41e6, 41e6),
    ],
)
def test_quantities(written: object, number: float) -> None:
    assert QUANTITY.validate_python(written) == pytest.approx(number)


@pytest.mark.parametrize("written", ["95 percent", "a lot", "%", "1,5 %", True, False, None, [1], "5 % of target", ""])
def test_what_is_no_quantity(written: object) -> None:
    with pytest.raises(ValidationError):
        QUANTITY.validate_python(written)


@pytest.mark.parametrize(
    ("written", "anchor"),
    [
        ("target", AtTarget()),
        ("10 % of target", Distance(share=0.1)),
        ("7.5% of target", Distance(share=0.075)),
        ("5 from target", Distance(margin=5.0)),
        ("2 % from target", Distance(margin=0.02)),
        ("90 %", 0.9),
        (12, 12.0),
        (-4.5, -4.5),
    ],
)
def test_anchors(written: object, anchor: object) -> None:
    assert parse_anchor(written) == anchor
    assert parse_anchor(parse_anchor(written)) == anchor


@pytest.mark.parametrize(
    "written", ["-10 % of target", "ten from target", "of target", "targets", "", True, None, [1, 2]]
)
def test_what_is_no_anchor(written: object) -> None:
    with pytest.raises(ValueError, match=r"is no anchor|an anchor is a number|a number is needed"):
        parse_anchor(written)


@pytest.mark.parametrize(
    ("written", "months"),
    [
        ("1 period", None),
        ("1 month", 1),
        ("3 months", 3),
        ("2 quarters", 6),
        ("1 year", 12),
        ("2 years", 24),
        ("2 periods", None),
        ("28 days", None),
        ("start of year", None),
    ],
)
def test_distances_in_time(written: str, months: int | None) -> None:
    back = parse_back(written)
    assert (back.months, parse_back(back)) == (months, back)


@pytest.mark.parametrize(
    "written", ["0 months", "0 periods", "a year", "-1 year", "1.5 years", "12", 24, "1 fortnight", "start of day", ""]
)
def test_what_is_no_distance_in_time(written: object) -> None:
    with pytest.raises(ValueError, match="is no distance in time"):
        parse_back(written)


def test_distance_in_time_says_itself() -> None:
    assert (parse_back("3 month"), parse_back("1 years")) == (
        Back(3, "month", text="3 months"),
        Back(1, "year", text="1 year"),
    )


@pytest.mark.parametrize(("written", "month"), [("2025-01", "2025-01"), ("2025-02-28", "2025-02-28")])
def test_months(written: str, month: str) -> None:
    assert MONTH.validate_python(written) == month


@pytest.mark.parametrize("written", ["2025-13", "2025-00", "2025-02-30", "2024", "25-01", "January 2025", 2025, None])
def test_what_is_no_month(written: object) -> None:
    with pytest.raises(ValidationError):
        MONTH.validate_python(written)
