"""The demo's two years: true to its numbers, replayed once and whole; and what a wrong line is told."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from data.demo.generator.clock import Clock
from data.demo.generator.past import write_past
from data.errors import CommandError
from flows.opened import Opened, open_current
from flows.plan_in_force import in_force
from flows.readings import Months, Watch
from flows.replay import HISTORY, begin, replay
from flows.told_lines import read_lines
from strategy.archive import written
from strategy.goals.tables import Objective
from strategy.history import rebuilt
from strategy.issues.tables import Action, Issue
from strategy.reading import past, read
from strategy.reviews.tables import Decision, Pack, Review
from strategy.seals import verified
from strategy.state import open_state
from tests.strategy_rooms import Books
from tests.strategy_walk import dump


@pytest.fixture(scope="module")
def opened(demo: Path) -> Opened:
    return open_current(demo)


@pytest.fixture(scope="module")
def state(demo: Path) -> Engine:
    return open_state(f"sqlite:///{demo / 'var' / 'state.sqlite'}")


def value(opened: Opened, metric: str, unit: str, period: str) -> float | None:
    """A month's value in the data."""
    ((_, months),) = Months(opened).of([Watch(metric, unit, "")], opened.manifest.as_of)
    (found,) = (one.value for one in months if opened.workspace.calendar.name(one.period) == period)
    return found


# -- the demo's two years


def test_audit_tells_all_of_it(state: Engine) -> None:
    assert rebuilt(state) == dump(Books(state))
    chain = verified(state)
    assert chain.faults == ()
    assert chain.rows > 400


def test_numbers_that_people_relied_on_are_those_of_the_data(opened: Opened, state: Engine) -> None:
    actions = [one for one in read(state, Action) if one.expected_metric]
    decisions = [cited for one in read(state, Decision) for cited in one.cites]
    assert len(actions) > 10
    assert len(decisions) > 2
    for action in actions:
        metric, before = str(action.expected_metric), str(action.period_before)
        assert action.value_before == value(opened, metric, action.unit, before), action.key
        if action.period_after:
            assert action.value_after == value(opened, metric, action.unit, action.period_after), action.key
    for cited in decisions:
        assert cited["value"] == value(opened, cited["metric"], cited["unit"], cited["period"])


def test_what_people_found_to_work_did_and_what_not_did_not(state: Engine) -> None:
    """The sign of what became of a number agrees with the verdict on the action."""
    told = [one for one in read(state, Action, Action.state == "verified") if one.value_after is not None]
    assert {one.worked for one in told} == {"yes", "partly", "no"}
    for action in told:
        assert action.value_before is not None and action.value_after is not None
        assert action.expected_change is not None
        share = (action.value_after - action.value_before) / action.expected_change
        assert (share < 0.3) if action.worked == "no" else (share > 0.2), (action.key, share)


def test_plan_of_the_company_ends_as_its_file_says(opened: Opened, state: Engine) -> None:
    now = in_force(opened.workspace, state, opened.tree, opened.manifest.as_of).plan
    for key, said in opened.workspace.plan.objectives.items():
        found = now.objectives[key]
        same = {"title", "description", "perspective", "owner", "priority", "metrics", "progress"}
        assert found.model_dump(include=same) == said.model_dump(include=same), key


def test_every_red_beyond_its_clock_has_an_issue_and_an_owner(state: Engine) -> None:
    issues = read(state, Issue, Issue.state == "open")
    assert {one.metric for one in issues} >= {"supplier_defect_rate", "order_cycle_time", "on_time_delivery"}
    assert all(one.owner for one in issues)


def test_reviews_were_held_and_left_their_packs(state: Engine) -> None:
    closed = read(state, Review, Review.state == "closed")
    assert {one.unit for one in closed} == {"velora", "operations", "commercial"}
    assert sum(one.unit == "velora" for one in closed) == 23
    assert {one.review for one in read(state, Pack)} == {one.key for one in closed}
    planned = read(state, Review, Review.state == "planned", Review.unit == "velora")
    assert [one.due for one in planned] == [date(2026, 11, 6)]


def test_the_past_can_be_seen(state: Engine) -> None:
    then = {one.key: one for one in past(state, Objective, datetime(2025, 6, 1, tzinfo=UTC))}
    now = {one.key: one for one in read(state, Objective)}
    assert not then["reliable_suppliers"].priority
    assert now["reliable_suppliers"].priority
    assert "promise.assembly" not in then
    assert now["promise.assembly"].parent == "promise.operations"


# -- lines


def lines_of(path: Path, seed: int, today: date) -> list[dict[str, Any]]:
    write_past(path, Clock.ending_before(today), seed)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_same_seed_same_past_and_it_moves_with_the_clock(tmp_path: Path) -> None:
    one = lines_of(tmp_path / "one", 4242, date(2026, 11, 3))
    assert lines_of(tmp_path / "two", 4242, date(2026, 11, 3)) == one
    moved = lines_of(tmp_path / "moved", 4242, date(2027, 2, 3))
    assert len(moved) == len(one)
    assert moved[0]["at"].startswith("2025-02")
    assert max(line["at"] for line in moved) < "2027-02-03"


def test_begins_once(own_demo: Path) -> None:
    state = f"sqlite:///{own_demo / 'var' / 'state.sqlite'}"
    before = written(open_state(state))
    assert begin(own_demo) == {}
    assert written(open_state(state)) == before


@pytest.fixture
def empty(own_demo: Path) -> Path:
    """The demo without a state."""
    for file in (own_demo / "var").glob("state.sqlite*"):
        file.unlink()
    return own_demo


def test_a_past_of_many_lives_is_the_same(empty: Path, demo: Path) -> None:
    done = begin(empty)
    assert sum(done.values()) == len(list(read_lines(empty / HISTORY)))
    again, first = (written(open_state(f"sqlite:///{one / 'var' / 'state.sqlite'}")) for one in (empty, demo))
    assert again == first


def line(do: str, who: str = "clara_winther", at: str = "2025-01-07T08:00:00+00:00", **given: Any) -> str:
    return json.dumps({"at": at, "who": who, "do": do, "with": given})


NOTE = {"metric": "nps", "unit": "velora", "period": "2026-09"}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("nonsense", r"history:2: a line is"),
        (line("FlyAway"), r"history:2: FlyAway by clara_winther on 2025-01-07: there is no command 'FlyAway'"),
        (line("WriteNote", "joe", **NOTE, text="x"), "'joe' is not in people.yaml"),
        (line("WriteNote", **NOTE), "the command WriteNote cannot be made: text: Field required"),
        (line("WriteNote", "henrik_maas", **NOTE, text="x"), "Henrik Maas may not note.write over velora"),
        (line("WriteNote", **NOTE, text="{nps@velora@1999-01}"), "the data has no nps of velora in 1999-01"),
        (line("RetireObjective", key="nothing", reason="x"), "there is no objective 'nothing'"),
        (line("CloseIssue", key={"$key": ["issue", {"unit": "velora"}]}), "0 rows of issue have"),
        (line("CloseIssue", key={"$key": ["issue", {"colour": "x"}]}), "there is no table issue with colour"),
        (line("WriteNote", at="2024-01-01T00:00:00+00:00", **NOTE, text="x"), "comes before the line above it"),
        (line("WriteNote", at="2025-01-08T00:00:00", **NOTE, text="x"), "has no time zone"),
    ],
)
def test_line_that_is_wrong_is_told_with_its_place_and_nothing_is_kept(empty: Path, told: str, words: str) -> None:
    history = empty / "history"
    history.write_text(line("WriteNote", at="2025-01-06T08:00:00+00:00", **NOTE, text="First.") + f"\n{told}\n")
    with pytest.raises(CommandError, match=words):
        replay(empty, history)
    assert not any(written(open_state(f"sqlite:///{empty / 'var' / 'state.sqlite'}"))["tables"].values())


def test_numbers_in_a_text_are_looked_up(empty: Path) -> None:
    history = empty / "history"
    history.write_text(line("WriteNote", **NOTE, text="It fell to {nps@velora@2026-10:.1f} points.") + "\n")
    assert replay(empty, history) == {"WriteNote": 1}
    (note,) = written(open_state(f"sqlite:///{empty / 'var' / 'state.sqlite'}"))["tables"]["note"]
    found = value(open_current(empty), "nps", "velora", "2026-10")
    assert note["text"] == f"It fell to {found:.1f} points."
