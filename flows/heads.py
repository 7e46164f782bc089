"""Who heads a unit, and to whom a thing goes that moves up."""

from collections.abc import Mapping, Sequence

from access.roles import Permission, Role
from flows.roster import Roster

HEADS: Permission = "action.manage"  # who may give actions in a unit that is granted to him by name heads it


def heads_of(unit: str, people: Roster, roles: Mapping[str, Role]) -> tuple[str, ...]:
    """The people who head a unit today, in the order of the roster; who stands in for a head does not."""
    found = [
        one.viewer.key
        for one in people.here()
        if any(unit in grant.units and grant.role in roles and HEADS in roles[grant.role].may for grant in one.own)
    ]
    return tuple(found)


def chain(above: Sequence[str], people: Roster, roles: Mapping[str, Role]) -> tuple[str, ...]:
    """The first head of each of some units, nearest first, each person once."""
    heads = (heads_of(unit, people, roles) for unit in above)
    return tuple(dict.fromkeys(found[0] for found in heads if found))


def after(line: Sequence[str], *people: str | None) -> tuple[str, ...]:
    """The part of a chain above the last of these people; all of it where none of them stands in it."""
    places = [line.index(person) for person in people if person in line]
    return tuple(line[max(places) + 1 :]) if places else tuple(line)
