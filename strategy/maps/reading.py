"""The links that records say, as plans have them."""

from collections.abc import Iterable

from strategy.maps.tables import ACTIVE, Link
from strategy.plan import Link as Planned


def links_of(base: Iterable[Planned], records: Iterable[Link]) -> tuple[Planned, ...]:
    """The active links of records, oldest first, and those of a file whose ends no record has ever joined."""
    found = sorted(records, key=lambda one: (one.made_at, one.key))
    known = {(one.cause, one.effect) for one in found}
    active = [planned(one) for one in found if one.state == ACTIVE]
    return (*active, *(one for one in base if (one.from_, one.to) not in known))


def planned(record: Link) -> Planned:
    """One link as plans have it."""
    return Planned(
        from_=record.cause,
        to=record.effect,
        because=record.because,
        leading=record.leading,
        lagging=record.lagging,
        sign="+" if record.sign > 0 else "-",
        lag=None if record.lag_months is None else f"{record.lag_months} months",
    )
