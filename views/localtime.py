"""Moments as the person who looks has them: kept in UTC, shown in the zone of the browser."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from views.wording import moment


def zone_of(name: str | None) -> tzinfo:
    """The zone that a browser names; UTC for none, or for one that is not known here."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def local(at: datetime, zone: tzinfo) -> str:
    """2 Nov 2026, 06:10; with the zone's name where it is not the viewer's own."""
    shown = moment(at.astimezone(zone))
    return f"{shown} UTC" if zone is UTC else shown
