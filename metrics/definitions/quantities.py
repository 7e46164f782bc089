"""Numbers as people write them: `95 %`, `10 % of target`, `5 from target`, `1 year`."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from data.calendar import GRAINS, MONTHS_IN, Grain
from data.writing import PERCENT, parse_quantity

_SHARE = re.compile(r"^(\d+(?:\.\d+)?)\s*%\s+of\s+target$")
_MARGIN = re.compile(r"^(\d+(?:\.\d+)?)(\s*%)?\s+from\s+target$")
_BACK = re.compile(r"^(\d+)\s+(period|day|week|month|quarter|year)s?$")
_START = re.compile(r"^start of (week|month|quarter|year)$")


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
    """How far a change looks back: `count` periods of a grain (None: of the span at hand), or to a grain's start."""

    count: int
    grain: Grain | None = None
    start: bool = False
    text: str = ""

    @property
    def months(self) -> int | None:
        """The same in months of a plain year; None where it is in no months, or in periods of the span at hand."""
        return None if self.start or self.grain not in MONTHS_IN else self.count * MONTHS_IN[self.grain]


def parse_back(value: Any) -> Back:
    """`1 year`, `3 months`, `28 days`, `2 periods`, `start of year`; ValueError with the accepted forms otherwise."""
    if isinstance(value, Back):
        return value
    text = str(value).strip()
    if match := _START.match(text):
        return Back(0, _grain(match[1]), start=True, text=text)
    match = _BACK.match(text)
    if not match or int(match[1]) < 1:
        raise ValueError(
            f"'{value}' is no distance in time; write '1 period', '28 days', '4 weeks', '3 months', '2 quarters', "
            "'1 year' or 'start of year'"
        )
    count, word = int(match[1]), match[2]
    named = f"{count} {word}{'s' if count > 1 else ''}"
    return Back(count, None if word == "period" else _grain(word), text=named)


def _grain(word: str) -> Grain:
    return next(grain for grain in GRAINS if grain == word)


BackValue = Annotated[Any, BeforeValidator(parse_back, json_schema_input_type=str)]
