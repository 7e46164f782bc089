"""Small values as people write them in YAML, `95 %` or `2025-01`, each with the schema that editors hold it against."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from data.calendar import parse_month

_PERIOD = re.compile(r"^\d{4}-P\d{2}$")
PERCENT = re.compile(r"^([+-]?\d+(?:\.\d+)?)\s*%$")


def parse_quantity(value: Any) -> Any:
    """A number, or a percentage as a fraction: `95 %` is 0.95; ValueError for other text and for true or false."""
    if isinstance(value, bool):
        raise ValueError("a number is needed, not true or false")  # noqa: TRY004  pydantic collects ValueErrors
    if isinstance(value, str):
        match = PERCENT.match(value.strip())
        if not match:
            raise ValueError(f"'{value}' is not a number or a percentage such as 95 %")
        return float(match[1]) / 100
    return value


def _month(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, int) else value


def _existing(value: str) -> str:
    parse_month(value)
    return value


def _stated(value: str) -> str:
    if not _PERIOD.match(value):
        parse_month(value)
    return value


Quantity = Annotated[float, BeforeValidator(parse_quantity, json_schema_input_type=float | str)]
Month = Annotated[
    str,
    BeforeValidator(_month),
    Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$", description="2025-01"),
    AfterValidator(_existing),
]
Stated = Annotated[
    str,
    BeforeValidator(_month),
    Field(pattern=r"^\d{4}-(\d{2}(-\d{2})?|P\d{2})$", description="2025-01, in a calendar of weeks 2025-P01, or a day"),
    AfterValidator(_stated),
]
