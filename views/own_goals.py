"""Objectives and key results that are the viewer's own, wherever they lie: who answers for something sees it."""

from typing import TypeVar

from sqlalchemy import ColumnElement, exists, or_

from strategy.goals.tables import KeyResult, Objective
from strategy.reading import read
from strategy.tables import Record
from views.office import Office

R = TypeVar("R", bound=Record)


def seen_objective(office: Office, key: str) -> Objective:
    """An objective in the viewer's units, one that he answers for or is offered, or in which a key result is his.

    Else `Refused` as in `one`.
    """
    me = office.viewer.key
    if office.may("action.own"):
        result = exists().where(KeyResult.objective == Objective.key, KeyResult.owner == me, KeyResult.state == "open")
        mine = or_(Objective.owner == me, Objective.waits_for == me, result)
        if found := read(office.state, Objective, Objective.key == key, mine):
            return found[0]
    return office.one(Objective, key)


def of_seen(office: Office, kind: type[R], *where: ColumnElement[bool], order_by: tuple[object, ...] = ()) -> list[R]:
    """Rows that belong to an objective which the viewer sees."""
    return read(office.state, kind, *where, order_by=order_by)


def own_offers(office: Office) -> list[Objective]:
    """Offers that wait for the viewer."""
    return _own(office, Objective, Objective.waits_for == office.viewer.key, Objective.cascade == "offered")


def own_results(office: Office) -> list[KeyResult]:
    """The open key results of the viewer in objectives that are in force."""
    active = exists().where(Objective.key == KeyResult.objective, Objective.state == "active")
    return _own(office, KeyResult, KeyResult.owner == office.viewer.key, KeyResult.state == "open", active)


def _own(office: Office, kind: type[R], *where: ColumnElement[bool]) -> list[R]:
    return read(office.state, kind, *where, order_by=(kind.key,)) if office.may("action.own") else []
