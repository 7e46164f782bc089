"""Numbers as people write them: `95 %`, `10 % of target`, `5 from target`, `1 year`."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from data.writing import PERCENT, parse_quantity

_SHARE = re.compile(r"^(\d+(?:\.\d+)?)\s*%\s+of\s+target$")
_MARGIN = re.compile(r"^(\d+(?:\.\d+)?)(\s*%)?\s+from\s+target$")
_BACK = re.compile(r"^(\d+)\s+(period|month|quarter|year)s?$")


@dataclass(frozen=True)
class Distance:
    """An anchor at a distance from the target, on the bad side: a share of |target|, or a margin in its unit."""

    share: float | None = None
    margin: float | None = None


@dataclass(frozen=True)
class AtTarget:
    """An anchor that is the target itself."""


Anchor = float | Distance | AtTarget


def parse_anchor(value: Any) -> Anchor:
    """An anchor from YAML; ValueError with the accepted forms otherwise."""
    if isinstance(value, AtTarget | Distance):
        return value
    if isinstance(value, str):
        text = value.strip()
        if text == "target":
            return AtTarget()
        if match := _SHARE.match(text):
            return Distance(share=float(match[1]) / 100)
        if match := _MARGIN.match(text):
            return Distance(margin=float(match[1]) / (100 if match[2] else 1))
        if not PERCENT.match(text):
            raise ValueError(f"'{value}' is no anchor; write a number, 'target', '10 % of target' or '5 from target'")
    number = parse_quantity(value)
    if not isinstance(number, int | float):
        raise ValueError(  # noqa: TRY004  pydantic collects ValueErrors
            "an anchor is a number, 'target', '10 % of target' or '5 from target'"
        )
    return float(number)


AnchorValue = Annotated[Any, BeforeValidator(parse_anchor, json_schema_input_type=float | str), PlainSerializer(str)]


@dataclass(frozen=True)
class Back:
    """How far a change looks back: `months`, or None for one period of the span at hand."""

    months: int | None
    text: str = ""


def parse_back(value: Any) -> Back:
    """`1 year`, `3 months`, `1 period`; ValueError with the accepted forms otherwise."""
    if isinstance(value, Back):
        return value
    match = _BACK.match(str(value).strip())
    if not match or int(match[1]) < 1:
        raise ValueError(f"'{value}' is no distance in time; write '1 period', '3 months', '2 quarters' or '1 year'")
    count, word = int(match[1]), match[2]
    if word == "period":
        if count != 1:
            raise ValueError("only '1 period' is possible; for more write months, quarters or years")
        return Back(None, "1 period")
    return Back(count * {"month": 1, "quarter": 3, "year": 12}[word], f"{count} {word}{'s' if count > 1 else ''}")


BackValue = Annotated[Any, BeforeValidator(parse_back, json_schema_input_type=str)]
