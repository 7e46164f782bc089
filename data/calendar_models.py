"""What workspace.yaml says of time: which kind of calendar, when its years end, which table names its periods."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from data.calendar import MONTHS, Calendar
from data.documents import misplaced
from data.periods import Row, TableCalendar
from data.weeks import WeekCalendar

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LAST = re.compile(r"^last (\w+) of (\w+)$")
_NEAREST = re.compile(r"^(\w+) nearest (?:the )?end of (\w+)$")
PATTERNS: dict[str, tuple[int, ...]] = {
    "4-4-5": (4, 4, 5) * 4,
    "4-5-4": (4, 5, 4) * 4,
    "5-4-4": (5, 4, 4) * 4,
    "13 x 4": (4,) * 13,
}
FIELDS: dict[str, tuple[str, ...]] = {  # what may be said of each kind
    "months": ("fiscal_year_starts",),
    "weeks": ("pattern", "year_ends", "extra_week", "year_named", "quarters"),
    "iso": (),
    "table": ("dataset", "period", "start", "end", "quarter", "year"),
}


def month_number(value: Any) -> Any:
    """A month by name (`jan`, `January`) as 1 to 12; ValueError for other text."""
    if isinstance(value, str):
        return _named(value, MONTHS, "month") + 1
    return value


def _named(text: str, names: Sequence[str], kind: str) -> int:
    matches = [number for number, name in enumerate(names) if name.startswith(text.lower()) and len(text) > 2]
    if len(matches) != 1:
        raise ValueError(f"'{text}' is not the name of a {kind}")
    return matches[0]


def year_end(text: str) -> tuple[int, int, bool]:
    """`last saturday of january`, `sunday nearest end of december`: weekday 0 to 6, month 1 to 12, whether nearest."""
    for form, nearest in ((_LAST, False), (_NEAREST, True)):
        if match := form.match(text.strip().lower()):
            return _named(match[1], WEEKDAYS, "weekday"), _named(match[2], MONTHS, "month") + 1, nearest
    raise ValueError(
        f"'{text}' does not say when a year ends; write 'last saturday of january' or 'saturday nearest end of january'"
    )


def _checked(text: str) -> str:
    year_end(text)
    return text


class CalendarModel(BaseModel):
    """How time is cut: calendar months (the default), years of whole weeks, ISO weeks, or the periods of a table.

    `months`: fiscal_year_starts. `weeks`: pattern (weeks of the periods; `13 x 4` has thirteen periods of four weeks),
    year_ends, extra_week (the period, 1 to 12 or 13, that the 53rd week belongs to; the last), year_named (by the
    calendar year in which it ends or starts), quarters (periods of each; for thirteen). `iso`: ISO years in quarters of
    13 weeks, 4-4-5. `table`: a dataset with a row for each period and its columns for name, start, end, quarter, year.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["months", "weeks", "iso", "table"] = "months"
    fiscal_year_starts: Annotated[
        int, BeforeValidator(month_number, json_schema_input_type=int | str), Field(ge=1, le=12)
    ] = 1
    pattern: Literal["4-4-5", "4-5-4", "5-4-4", "13 x 4"] = "4-4-5"
    year_ends: Annotated[str, AfterValidator(_checked)] = "sunday nearest end of december"
    extra_week: Annotated[int, Field(ge=1, le=13)] | None = None
    year_named: Literal["end", "start"] = "end"
    quarters: tuple[Annotated[int, Field(ge=1)], ...] | None = None
    dataset: str | None = None
    period: str | None = None
    start: str | None = None
    end: str | None = None
    quarter: str | None = None
    year: str | None = None

    @model_validator(mode="after")
    def _fitting(self) -> "CalendarModel":
        own = FIELDS[self.kind]
        for field in self.model_fields_set - {"kind", *own}:
            message = f"`{field}` is not for `kind: {self.kind}`; it may say {', '.join(own) or 'nothing more'}"
            raise misplaced(field, message)
        if self.kind == "table":
            for field in ("dataset", "period", "start", "end"):
                if getattr(self, field) is None:
                    raise misplaced("kind", f"`kind: table` needs `{field}:`")
        periods = len(PATTERNS[self.pattern])
        if (self.extra_week or 1) > periods:
            raise misplaced("extra_week", f"a year of {self.pattern} has {periods} periods")
        if self.quarters is not None and (len(self.quarters), sum(self.quarters)) != (4, periods):
            raise misplaced("quarters", f"four quarters with {periods} periods in all, such as {self._quarters()}")
        return self

    def _quarters(self) -> tuple[int, ...]:
        return (3, 3, 3, len(PATTERNS[self.pattern]) - 9)

    def calendar(self, rows: Sequence[Row] = ()) -> Calendar:
        """The calendar that this describes; `rows` are those of its table."""
        if self.kind == "months":
            return Calendar(self.fiscal_year_starts)
        if self.kind == "table":
            return TableCalendar(rows=tuple(rows), place=f"dataset {self.dataset}")
        if self.kind == "iso":
            return WeekCalendar()
        weekday, month, nearest = year_end(self.year_ends)
        return WeekCalendar(
            pattern=PATTERNS[self.pattern],
            quarters=self.quarters or self._quarters(),
            end_month=month,
            end_weekday=weekday,
            nearest=nearest,
            extra=self.extra_week or 0,
            named_by_start=self.year_named == "start",
        )
