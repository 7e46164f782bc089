"""The second lock, found by walking: whatever a desk, an office, a workbench or a view tells, it tells nothing hidden.

A method or a view that comes later is walked as well, with no test written for it.
"""

import inspect
import itertools
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import views
from access.policy import Refused
from access.viewer import Grant
from cli.commands import fourfold
from data.errors import FourfoldError, QueryError
from flows.asking import ask
from flows.door import Door
from flows.lens import closed_of
from flows.opened import open_current
from strategy.rooms import record_kinds
from strategy.state import open_state, state_url
from tests.scope_world import Secrets, desk_for, marked, secrets_of
from views.desk import Desk
from views.office import Office
from views.picks import picks_of
from views.workbench import Workbench

GRANTS: dict[str, tuple[Grant, ...]] = {
    "manager": (Grant("manager", ("operations",)),),
    "customer of all": (Grant("manager", ("velora",), ("customer",)),),
    "process of a part": (Grant("manager", ("operations",), ("process",)), Grant("viewer", ("velora",), ("customer",))),
    "analyst without money": (Grant("analyst", ("velora",), ("customer", "process", "people")),),
    "people, not pay": (Grant("executive", ("corporate",), ("people",)), Grant("manager", ("velora",), ("process",))),
    "administrator": (Grant("administrator", ("velora",)),),
}
WRITES = {  # what changes something is tried at the door, by tests/contracts
    "do": "carries a command out",
    "refresh_now": "refreshes",
    "start": "writes a draft",
    "clone": "writes a draft",
    "save": "writes a draft",
    "offer": "writes a draft",
    "withdraw": "writes a draft",
    "rebase": "writes a draft",
    "publish": "publishes a draft",
    "reject": "writes a draft",
    "of_seen": "reads what belongs to an objective that was seen",
    "unseen_measures": "is for keeping them as they are when others are changed",
    "unseen": "is for computing and keeping, and says so",
}
TOLD_THERE = {  # what docs/access.md says is told in one place alone: by the beginning of its name, of a secret
    "views.governance.disputes.": "\u27e6unit ",
    "views.audit.": "",
}
MOST = 4  # calls of one function


def nothing_done(*_: object) -> int:
    """No deed is carried out while reads are tried."""
    raise Refused("a test of reading does nothing")


@pytest.fixture(scope="module", autouse=True)
def reads_only() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Office, "do", nothing_done)
        patch.setattr(Door, "do", nothing_done)
        yield


@pytest.fixture(scope="module")
def desks(demo: Path) -> dict[str, Desk]:
    opened = marked(open_current(demo))
    state = open_state(state_url(demo / "var"))
    return {name: desk_for(opened, demo, state, grants) for name, grants in GRANTS.items()}


@pytest.fixture(scope="module")
def secrets(desks: dict[str, Desk]) -> dict[str, Secrets]:
    return {name: secrets_of(desk) for name, desk in desks.items()}


def values_for(desk: Desk, name: str) -> list[Any]:
    """What a parameter may be: what the viewer sees, and what he does not, by the parameter's name."""
    every, tree = desk.opened.all.workspace, desk.opened.tree
    hidden = sorted(every.metrics.keys() - desk.lens.metrics)[:2]
    mine = sorted(desk.lens.by_unit) or [tree.root]
    metrics = [*hidden, *sorted(desk.lens.metrics)[:1]]
    month = desk.periods("month")[0]
    goals = sorted(every.plan.objectives)[:3]
    known: dict[str, list[Any]] = {
        "desk": [desk],
        "office": [desk.office],
        "bench": [desk.workbench],
        "metric": metrics,
        "metrics": [list(every.metrics)],
        "key": [*metrics, *goals],
        "keys": [metrics],
        "unit": [mine[0], "velora"],
        "units": [mine],
        "at": [mine],
        "span": ["month"],
        "period": [month],
        "last": [month],
        "count": [3],
        "on": [desk.as_of],
        "today": [desk.as_of],
        "moment": [datetime(2026, 10, 1, tzinfo=UTC)],
        "permission": ["metric.view"],
        "needs": ["metric.view"],
        "dimension": ["job_group", "channel"],
        "dataset": ["pay", "tickets"],
        "kind": list(record_kinds()),
        "query": [{}, *({"metric": one, "objective": goals[0]} for one in hidden[:1])],
        "asked": [{}],
        "perspective": [None, "people"],
        "name": metrics,
        "number": [1],
        "person": ["jonas_brandt"],
        "zone": [UTC],
        "day": [date(2026, 10, 1)],
        "picks": list(picked(desk)),
    }
    return known.get(name, [])


def picked(desk: Desk) -> Iterator[Any]:
    try:
        yield picks_of(desk, {}, "metric.view")
    except (FourfoldError, Refused):
        return


def calls(desk: Desk, function: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """Every way in which a function may be called with what is known by its parameters' names; none if one is not."""
    wanted = [
        one
        for one in inspect.signature(function).parameters.values()
        if one.name != "self" and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    ]
    given = {one.name: values_for(desk, one.name) for one in wanted}
    if all(given[one.name] or one.default is not one.empty for one in wanted):
        named = {name: values for name, values in given.items() if values}
        yield from (
            dict(zip(named, one, strict=True)) for one in itertools.islice(itertools.product(*named.values()), MOST)
        )


def told(function: Callable[..., Any], **given: Any) -> Any:
    """What a function tells; nothing where it refuses, or there is nothing of that name."""
    try:
        found = function(**given)
        return list(found) if inspect.isgenerator(found) else found
    except (FourfoldError, Refused, KeyError, AttributeError, TypeError, ValueError, StopIteration):
        return None


def leaks(desk: Desk, secret: Secrets, where: str, function: Callable[..., Any], most: int = MOST) -> Iterator[str]:
    for named in itertools.islice(calls(desk, function), most):
        found = secret.told_by(told(function, **named))
        asked = {str(one) for value in named.values() for one in (value if isinstance(value, list) else [value])}
        there = next((begins for place, begins in TOLD_THERE.items() if where.startswith(place)), None)
        for one in found:
            if there is not None and one.startswith(there):
                continue
            if one not in asked:  # what one asks for by name is told back, and no more
                yield f"{where}({', '.join(f'{k}={v!s:.40}' for k, v in named.items() if k != 'desk')}): {one}"


def _read(of: object, name: str) -> Callable[[], Any]:
    return lambda: getattr(of, name)


def of_class(of: object) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in dir(type(of)):
        if name.startswith("_") or name in WRITES:
            continue
        member = inspect.getattr_static(type(of), name)
        if isinstance(member, property) or not callable(member):
            yield f"{type(of).__name__}.{name}", _read(of, name)
        else:
            yield f"{type(of).__name__}.{name}", getattr(of, name)


@pytest.mark.parametrize("who", GRANTS)
@pytest.mark.parametrize("part", [Desk, Office, Workbench])
def test_no_method_tells_what_is_hidden(
    part: type, who: str, desks: dict[str, Desk], secrets: dict[str, Secrets]
) -> None:
    desk = desks[who]
    of: object = {Desk: desk, Office: desk.office, Workbench: desk.workbench}[part]
    found = [one for name, method in of_class(of) for one in leaks(desk, secrets[who], name, method)]
    assert not found, "\n".join(found[:20])


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of views whose first parameter is a desk or an office: `build` and what it is made of."""
    for info in pkgutil.walk_packages(views.__path__, "views."):
        module = import_module(info.name)
        for name, function in vars(module).items():
            if name in WRITES:
                continue
            if inspect.isfunction(function) and function.__module__ == info.name and not name.startswith("_"):
                first = next(iter(inspect.signature(function).parameters), "")
                if first in ("desk", "office", "bench"):
                    yield f"{info.name}.{name}", function


FUNCTIONS = dict(functions())


def test_walking_finds_the_views() -> None:
    assert {"views.executive.build", "views.metric.build", "views.catalog.build", "views.map_link.build"} <= set(
        FUNCTIONS
    )


def everything(desk: Desk) -> Iterator[tuple[str, Callable[..., Any]]]:
    """All that may be asked of a desk: its own methods, those of its office and workbench, and the views."""
    for part in (desk, desk.office, desk.workbench):
        yield from of_class(part)
    yield from FUNCTIONS.items()


def test_the_control_finds_what_another_desk_tells(desks: dict[str, Desk], secrets: dict[str, Secrets]) -> None:
    """The search itself: held against what a manager of operations sees, the desk of somebody else leaks all kinds."""
    other, own = desk_beside(desks["manager"]), secrets["manager"]
    found = set(
        own.told_by([told(function, **given) for _, function in of_class(other) for given in calls(other, function)])
    )
    assert own.names & found, "keys of objectives and issues of other units"
    assert own.words & found, "what people wrote there"
    assert own.titles & found, "names of other units"
    assert own.numbers & found, "figures of other units"


def desk_beside(desk: Desk) -> Desk:
    return desk_for(desk.opened.all, desk.folder, desk._state, (Grant("executive", ("velora",)),))


PERSPECTIVES = (None, None, ("financial",), ("customer", "people"), ("process",))
UNITS = ("velora", "commercial", "operations", "corporate", "service", "logistics", "people", "online_sales")
ROLES = ("viewer", "contributor", "manager", "executive", "analyst", "administrator")
grants = st.lists(
    st.builds(Grant, st.sampled_from(ROLES), st.tuples(st.sampled_from(UNITS)), st.sampled_from(PERSPECTIVES)),
    min_size=1,
    max_size=2,
)


@settings(max_examples=3, phases=[Phase.explicit, Phase.generate])  # to shrink takes minutes
@given(held=grants)
def test_nothing_tells_what_is_hidden_whatever_roles_somebody_holds(desks: dict[str, Desk], held: list[Grant]) -> None:
    any_desk = desks["manager"]
    desk = desk_for(any_desk.opened.all, any_desk.folder, any_desk._state, held)
    secret = secrets_of(desk)
    found = [one for name, function in everything(desk) for one in leaks(desk, secret, name, function, 2)]
    assert not found, "\n".join([str(held), *found[:30]])


def test_what_rests_on_pay_is_as_closed_as_pay_and_a_draft_cannot_open_it(demo: Path) -> None:
    catalog = open_current(demo).catalog
    assert set(closed_of(catalog)) == {"average_pay", "pay_growth"}
    pay = catalog.metrics["average_pay"]
    other = pay.model_copy(update={"key": "wages", "confidential": False})
    opened = replace(catalog, metrics={**catalog.metrics, "wages": other})
    assert "wages" not in closed_of(opened)
    assert "wages" in closed_of(opened, opened=False)


def test_the_command_line_tells_as_little(demo: Path) -> None:
    def told(*words: str) -> tuple[int, str]:
        found = CliRunner().invoke(fourfold, [*words, "--workspace", str(demo)])
        return found.exit_code, found.output

    for command in (["query", "average_pay"], ["explain", "average_pay", "2026-10", "operations"]):
        assert told(*command, "--as", "clara_winther")[0] == 0
        assert told(*command, "--as", "mira_solberg")[0] == 1
    assert "average_pay" not in told("search", "pay", "--as", "nora_haddad")[1]
    assert told("rows", "average_pay", "2026-10", "--as", "clara_winther")[0] == 1
    assert "average_pay" not in told("export", "--as", "mira_solberg")[1]


def test_few_people_are_withheld_in_values_slices_and_questions(demo: Path) -> None:
    desk = desk_for(open_current(demo), demo, open_state(state_url(demo / "var")), (Grant("executive", ("velora",)),))
    quarter = next(one for one in desk.periods("quarter") if one.end == date(2026, 9, 30))
    units = [unit.key for unit in desk.units(desk.as_of)]
    found = {one.unit: one for one in desk.values(["newcomer_engagement"], units, "quarter", quarter)}
    gone = {key for key, one in found.items() if one.status == "withheld"}
    assert {"purchasing", "people"} <= gone < set(found)
    assert all(found[key].value is None and found[key].rows == 0 and found[key].previous is None for key in gone)
    asked = ask(demo, "newcomer_engagement", by="unit", grain="quarter", start="2026-Q3", end="2026-Q3").to_pylist()
    assert {row["unit"] for row in asked if row["newcomer_engagement"] is not None} <= set(found) - gone
    with pytest.raises(QueryError, match="single people"):
        desk.rows("newcomer_engagement", "velora", quarter)
