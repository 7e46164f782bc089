"""The second lock: a desk has no other unit's rows, whatever it is asked, and nothing that its viewer may not see."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from access.policy import Refused
from data.calendar import Period, Span
from data.organisation import LONG_AGO
from metrics.values.reading import read_values
from strategy.notes import WriteNote
from strategy.refreshing import RequestRefresh
from views.desk import Desk
from views.entry import open_desk

BOSS, MANAGER, ANALYST = "clara_winther", "jonas_brandt", "david_lindqvist"  # Jonas has purchasing and logistics
METRIC = "on_time_delivery"


@pytest.fixture
def desk(demo: Path) -> Callable[[str], Desk]:
    return lambda person: open_desk(demo, person)


def october(desk: Desk) -> Period:
    return desk.periods("month")[0]


def test_values_out_of_whole_years_are_those_of_the_table(desk: Callable[[str], Desk]) -> None:
    """What pages share of a snapshot gives each of them what it asked for, whichever way it is read."""
    chance, all_of, narrow = Random(5), desk(BOSS).opened.all, desk(MANAGER).opened
    metrics, units = [*all_of.workspace.metrics, "none"], [*all_of.tree.units, "nowhere"]
    spans: tuple[Span, ...] = ("month", "quarter", "year", "ytd", "r12")
    for opened in (all_of, narrow) * 20:
        keys, of = chance.sample(metrics, chance.choice((0, 1, 5, 40))), chance.sample(units, chance.choice((0, 1, 4)))
        last = date(2022, 6, 1) + timedelta(days=chance.randrange(1700))
        first, span = chance.choice((LONG_AGO, last, last - timedelta(days=500))), chance.choice(spans)
        stored = opened._stored.between(first, last)
        known = {key: one for key, one in opened.workspace.metrics.items() if key in keys}
        read = read_values(opened.engine(), opened.workspace.metrics, list(known), of, span, first, last, stored)
        assert opened.values(keys, of, span, first, last) == read


READS: dict[str, Callable[[Desk, str], Any]] = {
    "unit": lambda desk, unit: desk.unit(unit),
    "values": lambda desk, unit: desk.values([METRIC], [unit], "month", october(desk)),
    "values among own": lambda desk, unit: desk.values([METRIC], ["logistics", unit], "month", october(desk)),
    "slices": lambda desk, unit: desk.slices(METRIC, unit, october(desk), "channel"),
    "rows": lambda desk, unit: desk.rows(METRIC, unit, october(desk)),
    "notes": lambda desk, unit: desk.notes(METRIC, [unit]),
    "write a note": lambda desk, unit: desk.do(WriteNote(METRIC, unit, "2026-10", "mine")),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
@pytest.mark.parametrize("unit", ["velora", "operations", "assembly", "finance", "nowhere", ""])
def test_what_lies_outside_the_scope_is_refused(
    desk: Callable[[str], Desk], read: Callable[[Desk, str], Any], unit: str
) -> None:
    with pytest.raises(Refused):
        read(desk(MANAGER), unit)


def test_a_unit_out_of_scope_and_one_that_does_not_exist_are_refused_alike(desk: Callable[[str], Desk]) -> None:
    told = []
    for unit in ("finance", "nowhere"):
        with pytest.raises(Refused) as refused:
            desk(MANAGER).unit(unit)
        told.append(str(refused.value).replace(unit, "..."))
    assert told[0] == told[1]


def test_a_manager_has_his_units_and_no_other(desk: Callable[[str], Desk]) -> None:
    jonas = desk(MANAGER)
    assert {unit.key for unit in jonas.units(jonas.as_of)} == {"purchasing", "logistics"}
    assert jonas.children("purchasing", jonas.as_of) == []
    assert {answer.unit for answer in jonas.answers()} <= {"purchasing", "logistics"}


def test_a_figure_is_the_same_for_all_who_may_see_it(desk: Callable[[str], Desk]) -> None:
    boss, jonas = desk(BOSS), desk(MANAGER)
    metrics = list(jonas.workspace.metrics)
    units = ["logistics", "purchasing"]
    seen = [one.values(metrics, units, "month", october(boss), 24) for one in (boss, jonas)]
    assert seen[0] == seen[1]


ONLY_SOME: dict[str, tuple[Callable[[Desk], Any], set[str]]] = {
    "quarantine": (lambda desk: desk.quarantine("tickets"), {BOSS, ANALYST}),
    "attempts": (lambda desk: desk.attempts(), {BOSS, ANALYST}),
    "problems": (lambda desk: desk.definition_problems(), {BOSS, ANALYST}),
    "refresh": (lambda desk: desk.do(RequestRefresh()), {ANALYST}),
}


@pytest.mark.parametrize(("ask", "allowed"), ONLY_SOME.values(), ids=ONLY_SOME.keys())
@pytest.mark.parametrize("person", [BOSS, MANAGER, ANALYST])
def test_what_only_some_roles_may(own_demo: Path, person: str, ask: Callable[[Desk], Any], allowed: set[str]) -> None:
    desk = open_desk(own_demo, person)
    if person in allowed:
        ask(desk)
        return
    with pytest.raises(Refused):
        ask(desk)


def test_a_note_is_kept_and_audited(own_demo: Path) -> None:
    desk = open_desk(own_demo, MANAGER)
    first = desk.do(WriteNote(METRIC, "logistics", "2026-10", " The carrier changed. "))
    assert desk.do(WriteNote(METRIC, "logistics", "2026-10", "A second word.")) > first
    assert [note.text for note in desk.notes(METRIC, ["logistics"])] == ["A second word.", "The carrier changed."]
    assert desk.notes(METRIC, ["purchasing"]) == []


def test_a_stranger_is_not_let_in(demo: Path) -> None:
    with pytest.raises(Refused, match=r"'nobody' is not in people\.yaml"):
        open_desk(demo, "nobody")
