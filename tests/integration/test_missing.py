"""The report of missing periods and the stamps on tiles, on the demo company: told where a gap begins, and whose."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.commands import fourfold
from data.calendar import Period
from flows.missing import begun
from metrics.values.missing import Missing, read_missing
from views import executive, missing
from views.desk import Desk
from views.entry import open_desk
from views.picks import picks_of
from views.stamps import stamping


@pytest.fixture(scope="module")
def desk(demo: Path) -> Desk:
    return open_desk(demo, "clara_winther")


def test_a_gap_is_told_where_it_begins_and_not_above(desk: Desk) -> None:
    found = {(one.metric, one.unit): one for one in desk.missing()}
    gap = found["satisfaction", "online_sales"]
    assert [month.end for month in gap.months] == [date(2026, 5, 31), date(2026, 6, 30)]
    assert (gap.due, gap.lasting, gap.alone, gap.late) == (24, False, True, False)
    assert ("satisfaction", "commercial") not in found


def test_the_report_agrees_with_the_values_themselves(desk: Desk) -> None:
    """Every month that is told has no value of its own in the value table, or a late one; none is left out."""
    units = [unit.key for unit in desk.units(desk.as_of)]
    last = desk.workspace.calendar.holding("month", desk.as_of)
    values = desk.values(list(desk.workspace.metrics), units, "month", last, 600)
    began: dict[tuple[str, str], date] = {}
    lacking: set[tuple[str, str, date]] = set()
    for one in values:
        if one.value is not None:
            began.setdefault((one.metric, one.unit), one.period.end)
    for one in values:
        start = began.get((one.metric, one.unit))
        gone = (
            one.value is None
            and one.status == "no_data"
            and ("no rows" in one.reason or "have not reported" in one.reason)
        )
        gone = gone and one.expected > 0
        if start is not None and one.period.end >= start and (gone or one.status == "stale"):
            lacking.add((one.metric, one.unit, one.period.end))
    told = {
        (one.metric, one.unit, month.end)
        for one in read_missing(desk.opened.engine(), desk.workspace.metrics, units, date.min, last.end)
        for month in one.months
    }
    assert told == lacking
    assert len(told) > 40


def test_a_late_feed_is_no_missing_month_but_is_told(desk: Desk) -> None:
    late = [one for one in missing.build(desk) if one.status == "stale"]
    assert [(one.units, one.when, one.share) for one in late] == [("8\u00a0units", "Oct\u00a02026", "1 of 24")]
    assert "Training" in late[0].every


def test_a_manager_is_told_of_his_own_units_alone(demo: Path) -> None:
    desk = open_desk(demo, "jonas_brandt")
    scope = desk.policy.scope(desk.viewer, "metric.view")
    assert scope < set(desk.opened.tree.units)
    assert {one.unit for one in desk.missing()} <= scope


def test_a_gap_above_stays_where_only_it_lacks_the_month(desk: Desk) -> None:
    may, june = (Period("month", date(2026, m, 1), date(2026, m, d)) for m, d in ((5, 31), (6, 30)))
    above = Missing("m", "commercial", (may,), 24, False, True, False)
    below = Missing("m", "online_sales", (june,), 24, False, True, False)
    assert begun([above, below], desk.opened.tree, desk.as_of) == [above, below]


def test_the_command_line_tells_them_too(demo: Path) -> None:
    run = CliRunner().invoke(fourfold, ["missing", "--workspace", str(demo), "--json"])
    assert run.exit_code == 0, run.output
    told = json.loads(run.stdout)["missing"]
    assert {"satisfaction", "nps"} <= {one["metric"] for one in told if one["unit"] == "online_sales"}


def test_every_tile_is_stamped_and_a_late_feed_is_named(desk: Desk) -> None:
    view = executive.build(desk, picks_of(desk, {}, "scorecard.view"))
    stamps = {tile.title: tile.stamp for tile in view.tiles}
    assert all(stamps.values())
    learning, money = stamps["Learning & growth"], stamps["Financial"]
    assert learning is not None and money is not None
    assert (money.words, money.late) == ("as of 31\u00a0Oct\u00a02026", False)
    assert (learning.words, learning.late) == ("as of 9\u00a0Oct\u00a02026, training late", True)
    assert "training to 9\u00a0Oct\u00a02026" in learning.detail and "loaded" in learning.detail
    assert all(one.stamp for one in view.concerns)


def test_a_number_that_rests_on_no_feed_has_no_stamp(desk: Desk) -> None:
    assert stamping(desk)([]) is None
