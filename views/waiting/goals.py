"""Offers of objectives to answer, offers that came back, and key results that ask for a check-in."""

from collections.abc import Iterator
from datetime import timedelta

from strategy.goals.results import CHECK_IN_DAYS
from strategy.goals.tables import Objective
from views.office import Office
from views.own_goals import own_offers, own_results
from views.place import Place
from views.waiting import Waiting
from views.wording import day


def waiting(office: Office) -> Iterator[Waiting]:
    """What waits for the viewer of objectives."""
    me = office.viewer.key
    for one in own_offers(office):
        why = f"offered by {office.name(one.offered_by)}" + (f": {one.words}" if one.words else "")
        yield Waiting(one.title, why, one.changed_at.date(), _link(one.key), "accept")
    for one in office.read(Objective, Objective.state == "draft", Objective.cascade == "returned"):
        if one.offered_by == me:
            yield Waiting(one.title, f"returned: {one.words}", one.changed_at.date(), _link(one.key), "answer")
    for result in own_results(office):
        since = result.checked_on or result.made_at.date()
        due = since + timedelta(days=CHECK_IN_DAYS)
        if due <= office.today:
            said = f"last check-in {day(since)}" if result.checked_on else "no check-in yet"
            yield Waiting(result.title, said, since, _link(result.objective), "check_in", due)


def _link(objective: str) -> str:
    return Place("objectives", {"objective": objective}).href
