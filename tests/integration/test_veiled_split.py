"""Why a score moved, for one who does not see all of it: bars sum to the change, and none is a hidden thing's own."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from access.viewer import Grant
from data.calendar import Period
from flows.goal_tree import metric_of
from flows.opened import Opened, open_current
from metrics.scoring.waterfall import waterfall
from strategy.state import open_state, state_url
from tests.scope_world import desk_for
from views.desk import Desk
from views.executive import build, history
from views.picks import picks_of
from views.scorecard import metric_keys
from views.why import Why

HIDDEN = "accidents"
NOT_SHOWN = "Parts not shown"


def with_one_closed(opened: Opened) -> Opened:
    """A snapshot with one more confidential metric, which analysts alone see."""
    one = opened.catalog.metrics[HIDDEN].model_copy(update={"confidential": ("analyst",)})
    catalog = replace(opened.catalog, metrics={**opened.catalog.metrics, HIDDEN: one})
    return replace(opened, workspace=replace(opened.workspace, catalog=catalog), catalog=catalog)


@pytest.fixture(scope="module")
def desks(demo: Path) -> dict[str, Desk]:
    opened, state = open_current(demo), open_state(state_url(demo / "var"))
    root, everything = (Grant("executive", ("velora",)),), {"whole": opened, "one closed": with_one_closed(opened)}
    found = {name: desk_for(one, demo, state, root) for name, one in everything.items()}
    found["three of four"] = desk_for(
        opened, demo, state, (Grant("executive", ("velora",), ("financial", "customer", "process")),)
    )
    return found


def amounts(desk: Desk, period: str) -> dict[str, float]:
    """What each thing moved the score by, of all that there is."""
    picks = picks_of(desk, {"period": period}, "metric.view")
    card = desk.workspace.scorecards[picks.scorecard or ""]
    past = history(desk, picks, metric_keys(desk.workspace, card))
    assert past.before is not None
    assert past.now is not None
    found: dict[str, float] = defaultdict(float)
    for part in waterfall(past.before.side, past.now.side).parts:
        found[part.path[-1]] += part.amount
    return found


def bars(why: Why) -> dict[str, float]:
    """The bars between the two scores, by what they are called; together they lead from the one to the other."""
    first, *between, last = why.steps
    assert first.end + sum(one.end - one.start for one in between) == pytest.approx(last.end, abs=1e-9)
    return {one.label: one.end - one.start for one in between}


def months(desk: Desk) -> list[Period]:
    return list(desk.periods("month")[:6])


@pytest.mark.parametrize("who", ["one closed", "three of four"])
def test_no_bar_is_the_share_of_one_hidden_thing(desks: dict[str, Desk], who: str) -> None:
    told = 0
    for month in months(desks["whole"]):
        name = f"{month.end:%Y-%m}"
        desk, every = desks[who], amounts(desks["whole"], name)
        shown = bars(build(desk, picks_of(desk, {"period": name}, "metric.view")).why)
        closed = desks["whole"].workspace.metrics.keys() - desk.workspace.metrics.keys()
        hidden = {key: amount for key, amount in every.items() if metric_of(key) in closed and abs(amount) > 1e-6}
        if not hidden:
            continue
        told += 1
        assert NOT_SHOWN in shown
        seen = [abs(amount) for key, amount in every.items() if key not in hidden]
        beside = abs(shown[NOT_SHOWN] - sum(hidden.values()))
        assert beside == pytest.approx(max(seen) if len(hidden) == 1 else 0, abs=1e-9), name
    assert told, "nothing hidden moved the score in any of these months"


def test_who_sees_all_has_no_bar_of_what_is_not_shown(desks: dict[str, Desk]) -> None:
    desk = desks["whole"]
    for month in months(desk):
        assert NOT_SHOWN not in bars(build(desk, picks_of(desk, {"period": f"{month.end:%Y-%m}"}, "metric.view")).why)
