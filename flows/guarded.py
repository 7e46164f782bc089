"""Slices and rows of a metric as they may be told: without what is withheld because too few people stand behind it."""

from data.calendar import Period
from data.errors import QueryError
from data.same import Same
from flows.asking import asked_of, sight_of
from flows.lens import asked_catalog
from flows.opened import Opened
from metrics.language.crowds import least_of
from metrics.query.rows import RowPage, Wanted, read_rows
from metrics.query.slices import Slice, slice_metric

EACH_A_PERSON = "rows of this metric are about single people, and are told to nobody; its groups are"


def sliced(opened: Opened, metric: str, dimension: str, unit: str, period: Period) -> list[Slice]:
    """A metric by a dimension, for one unit and period, from facts; kept for who has the same of the snapshot."""
    return opened.kept(
        ("slices", Same(opened), metric, dimension, unit, period),
        lambda: slice_metric(opened.engine(), sight_of(opened), metric, dimension, unit, period),
    )


def rows_behind(opened: Opened, metric: str, unit: str, period: Period, wanted: Wanted) -> RowPage:
    """One page of the rows behind a number; `QueryError` where each of them is about a person."""
    catalog = asked_catalog(opened)
    if least_of(catalog, metric) > 1:
        raise QueryError(EACH_A_PERSON)
    asked = asked_of(opened, unit, period)
    return read_rows(opened.engine(), catalog, metric, asked, opened.workspace.calendar, wanted)
