"""An objective of the tests' small company, put in force and handed down."""

from datetime import date
from typing import Any

from strategy.goals.cascade import (
    AcceptCascade,
    CascadeObjective,
)
from strategy.goals.objectives import (
    ActivateObjective,
    ChangeObjective,
    WriteObjective,
)
from strategy.goals.rules import Measure
from strategy.goals.tables import Objective
from tests.strategy_rooms import Books

PUNCTUAL = WriteObjective(
    "punctual",
    "company",
    "Keep the delivery promise",
    "customer",
    description="The bike is there on the day we named.",
    owner="clara",
    start=date(2026, 1, 1),
    end=date(2026, 12, 31),
    measures=(Measure("on_time", 2.0, targeted=True),),
)
PART = CascadeObjective(
    "east.punctual",
    "east",
    "punctual",
    "mira",
    title="Leave the depot on time",
    weight=2.0,
    measures=(Measure("on_time", 1.0, 0.97, 0.92),),
    words="You move most of it.",
)


def activated(books: Books, who: str = "clara") -> Objective:
    """An objective of the whole company that is in force."""
    books.do(who, PUNCTUAL)
    books.do(who, ActivateObjective("punctual", 1, "the plan of 2026"))
    return books.one(Objective, "punctual")


def handed_down(books: Books) -> Objective:
    """A part of it that the east has taken on."""
    activated(books)
    books.do("clara", PART)
    offered = books.one(Objective, "east.punctual")
    books.do("mira", AcceptCascade(offered.key, offered.version, "We can.", since="2026-10"))
    return books.one(Objective, "east.punctual")


def otherwise(one: Objective, **fields: Any) -> ChangeObjective:
    """A change of some fields, the others as they are."""
    names = ("title", "description", "theme", "perspective", "owner", "priority", "start", "end")
    return ChangeObjective(one.key, one.version, **{**{name: getattr(one, name) for name in names}, **fields})
