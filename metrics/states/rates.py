"""Converts amounts by a table of rates, row by row; an amount without a rate ends the statement with an error."""

from dataclasses import dataclass

from data.errors import QueryError
from data.warehouse import identifier, literal
from metrics.definitions.currency import Convert, Rates
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog, rates_of, resolver
from metrics.time.frame import Frame

RATE = "rate "
PERIOD_END = "period_end"


@dataclass(frozen=True)
class Rate:
    """A rate that is joined: the table of rates, the column of currencies and the day, as the definition names them."""

    table: str
    from_: str
    at: str

    @property
    def alias(self) -> str:
        """The name by which it is joined, from which all of it can be read again."""
        return f"{RATE}{self.table} from {self.from_} at {self.at}"


def rate_of(alias: str) -> Rate | None:
    """What an alias stands for; None for any other alias."""
    if not alias.startswith(RATE):
        return None
    table, _, rest = alias.removeprefix(RATE).partition(" from ")
    from_, _, at = rest.rpartition(" at ")
    return Rate(table, from_, at)


def converted_sql(catalog: Catalog, table: Table, convert: Convert, value: str, kept: str | None, time: str) -> str:
    """A value in the currency of the rates. Only rows that a metric keeps need a rate.

    An amount without one is turned into a number by force, which no engine can: the text of that error tells of it.
    """
    rates = rates_of(catalog, convert)
    assert rates is not None
    assert rates.rates is not None
    rate = Rate(rates.key, convert.from_, convert.at or "")
    joined = f'{identifier(rate.alias)}."rate"'
    currency = _column(catalog, table, convert.from_)
    day = f"CAST(CAST({_day(catalog, table, rate, time)} AS DATE) AS VARCHAR)"
    lack = (
        f"CAST('no rate from ' || coalesce({currency}, 'an unknown currency') || ' on ' || coalesce({day}, 'no day') "
        f"|| {literal(f' in models/{rates.key}.yaml [F118]')} AS DOUBLE)"
    )
    return (
        f"(CASE WHEN {value} IS NULL OR NOT coalesce({kept or 'TRUE'}, FALSE) THEN NULL "
        f"WHEN {currency} = {literal(rates.rates.into)} THEN CAST({value} AS DOUBLE) "
        f"WHEN {joined} IS NOT NULL THEN {value} * {joined} ELSE {lack} END)"
    )


def rate_join(catalog: Catalog, table: Table, rate: Rate, time: str, frame: Frame | None) -> tuple[str, str]:
    """(what stands after LEFT JOIN, the condition): at most one row for each currency and day.

    Raises `QueryError` where the last rate of a period is wanted and nobody says what the periods are.
    """
    rates = catalog.tables[rate.table].rates
    assert rates is not None
    alias = identifier(rate.alias)
    on = f"{alias}.currency = {_column(catalog, table, rate.from_)}"
    day = f"CAST({_day(catalog, table, rate, time)} AS DATE)"
    if rate.at == PERIOD_END and rates.each == "day":
        if frame is None:
            raise QueryError(f"'{rate.alias}' cannot be told without the calendar and the last day that counts")
        last = f"DATE '{frame.as_of.isoformat()}'"
        numbered = f"SELECT *, {frame.month_sql('d')} AS m FROM ({_once(rate.table, rates)}) AS a WHERE d <= {last}"
        order = "row_number() OVER (PARTITION BY currency, m ORDER BY d DESC)"
        rows = f"SELECT *, {order} AS place FROM ({numbered}) AS b"
        return (
            f"(SELECT currency, m, rate FROM ({rows}) AS c WHERE place = 1)",
            f"{on} AND {alias}.m = {frame.month_sql(time)}",
        )
    if rates.each != "day":
        return f"({_once(rate.table, rates)})", f"{on} AND {alias}.d = CAST(date_trunc('{rates.each}', {day}) AS DATE)"
    following = "lead(d) OVER (PARTITION BY currency ORDER BY d)"
    rows = f"SELECT currency, d, rate, {following} AS upto FROM ({_once(rate.table, rates)}) AS a"
    holds = f"{day} < {alias}.d + INTERVAL {rates.days} DAY AND ({alias}.upto IS NULL OR {day} < {alias}.upto)"
    return f"({rows})", f"{on} AND {alias}.d <= {day} AND {holds}"


def _once(key: str, rates: Rates) -> str:
    """One rate for each currency and day (or month ...); two that differ are an error, as is one that is nothing."""
    raw = f"CAST({identifier(rates.at)} AS DATE)"
    day = raw if rates.each == "day" else f"CAST(date_trunc('{rates.each}', {raw}) AS DATE)"
    rate = f"CAST({identifier(rates.rate)} AS DOUBLE)"
    one = f"1 / NULLIF({rate}, 0)" if rates.inverse else f"NULLIF({rate}, 0)"
    place = literal(f" in models/{key}.yaml [F118]")
    lack = f"CAST('two rates from ' || c || ' on ' || CAST(d AS VARCHAR) || {place} AS DOUBLE)"
    rows = f"SELECT {identifier(rates.currency)} AS c, {day} AS d, {one} AS r FROM model.{identifier(key)}"
    return (
        f"SELECT c AS currency, d, CASE WHEN min(r) = max(r) THEN min(r) ELSE {lack} END AS rate "
        f"FROM ({rows}) AS r WHERE r IS NOT NULL GROUP BY c, d"
    )


def _day(catalog: Catalog, table: Table, rate: Rate, time: str) -> str:
    return time if rate.at in ("", PERIOD_END) else _column(catalog, table, rate.at)


def _column(catalog: Catalog, table: Table, dotted: str) -> str:
    path, _, name = dotted.rpartition(".")
    return resolver(catalog, table)(name, path or None)
