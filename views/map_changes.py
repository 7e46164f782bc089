"""The life of a map: who drew, revised or ended which link when, and the way to the map of that day."""

from dataclasses import dataclass

from strategy.history import changes_of
from strategy.maps.tables import Link
from strategy.reading import read
from views.desk import Desk
from views.map_link import DEEDS, details_of, title_of
from views.picks import Picks
from views.wording import moment

MOST = 60  # lines


@dataclass(frozen=True)
class Changed:
    """One change of one link; `then_href` opens the map as it stood at the end of that day."""

    when: str
    who: str
    what: str
    link: str
    link_href: str
    details: tuple[str, ...]
    then_href: str


def changes(desk: Desk, picks: Picks) -> tuple[Changed, ...]:
    """The latest changes of links in units whose strategy the viewer sees, and in those above, newest first."""
    goals = desk.workspace.plan.known
    known = {one.key: one for one in read(desk.state, Link) if desk.lens.tells(one.unit)}
    found = []
    for one in changes_of(desk.state, Link.__tablename__, sorted(known), MOST):
        link = known[one.key]
        title = f"{title_of(goals, link.cause)} \u2192 {title_of(goals, link.effect)}"
        found.append(
            Changed(
                moment(one.at),
                desk.office.name(one.who),
                DEEDS.get(one.command, one.command),
                title,
                picks.to("map", link=link.key),
                details_of(desk, one),
                picks.to("map", on=one.at.date().isoformat()),
            )
        )
    return tuple(found)
