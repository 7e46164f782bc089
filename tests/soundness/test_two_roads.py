"""Two roads to a number agree: what `ask` computes from facts is what the value table holds, to 1e-9.

Values come from one set of states that is rolled up over units; a question runs statements of its own, cut by units.
"""

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from flows.asking import answer
from flows.opened import Opened, open_current
from flows.refresh import refresh
from metrics.language.crowds import counts_below
from metrics.query.question import Query
from metrics.query.readings import window_of
from metrics.time.spans import span_windows
from metrics.time.timeline import Timeline
from tests.soundness.companies import Drawn, company, drawn, workspace

ADVENTURE = Path(__file__).parents[1] / "fixtures" / "adventureworks"
EXAMPLES = max(4, settings().max_examples // 12)
Values = Mapping[
    tuple[str, str], Mapping[tuple[date, date], Mapping[str, float | None]]
]  # (span, unit) > days > metric


def test_demo(demo: Path) -> None:
    opened = open_current(demo)
    values = value_table(opened)
    assert not wrong_by_levels(opened, values)
    assert not wrong_by_unit(opened, values, ["commercial", "service"], stretches=2)


def test_adventureworks(truth: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (truth / "adventureworks").is_dir():
        pytest.skip(f"no reference data: {truth / 'adventureworks'} is no folder; set FOURFOLD_TRUTH")
    monkeypatch.setenv("FOURFOLD_TRUTH", str(truth))
    folder = Path(shutil.copytree(ADVENTURE, tmp_path / "adventureworks"))
    refresh(folder)
    opened = open_current(folder)
    values = value_table(opened)
    assert not wrong_by_levels(opened, values)
    assert not wrong_by_unit(opened, values, [opened.tree.root, "sales"], stretches=1)


@settings(max_examples=EXAMPLES, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # shrinking takes too long
@given(what=drawn)
def test_random_companies(what: Drawn) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = workspace(Path(name), what, company(what))
        refresh(folder)
        opened = open_current(folder)
        assert not wrong_by_unit(opened, value_table(opened), list(opened.tree.units), stretches=2)


def value_table(opened: Opened) -> Values:
    """Every value of the snapshot."""
    found: dict[tuple[str, str], dict[tuple[date, date], dict[str, float | None]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    sql = 'SELECT metric, unit, span, period_start, period_end, value FROM snapshot.main."values"'
    for row in opened.engine().table(sql).to_pylist():
        found[row["span"], row["unit"]][row["period_start"], row["period_end"]][row["metric"]] = row["value"]
    return found


def wrong_by_levels(opened: Opened, values: Values) -> list[str]:
    """Every unit in one statement: cut by the level that it stands at."""
    found = []
    for level in opened.tree.levels:
        for span in ("month", "quarter", "year"):
            query = Query(tuple(opened.workspace.metrics), by=(f"unit.{level}",), grain=span)
            rows = answer(opened, query).to_pylist()
            asked = {(row[f"unit.{level}"], row["time"]): row for row in rows}
            units = [key for key, unit in opened.tree.units.items() if unit.level == level]
            for unit in units:
                for (start, _), expected in values[span, unit].items():
                    found += differences((span, unit, start), asked.get((unit, start), {}), expected)
    return found


def wrong_by_unit(opened: Opened, values: Values, units: Sequence[str], stretches: int) -> list[str]:
    """One unit and what is below it, for all periods; and so many of the latest years to date and rolling twelves.

    A question may withhold more about people than the table does: also a period beside a small one of the same answer.
    It never tells what the table withholds.
    """
    found = []
    metrics = tuple(opened.workspace.metrics)
    people = {key for key in metrics if counts_below(opened.catalog, key)[0]}

    def told(row: Mapping[str, Any], expected: Mapping[str, float | None]) -> dict[str, float | None]:
        return {key: value for key, value in expected.items() if key not in people or row.get(key) is not None}

    for unit in units:
        where = (f"unit = '{unit}'",)
        for span in ("month", "quarter", "year"):
            rows = answer(opened, Query(metrics, where=where, grain=span)).to_pylist()
            asked = {row["time"]: row for row in rows}
            for (start, _), expected in values[span, unit].items():
                row = asked.get(start, {})
                found += differences((span, unit, start), row, told(row, expected))
        for span, start, end, expected in stretched(opened, values, unit, stretches):
            (row,) = answer(opened, Query(metrics, where=where, start=start, end=end)).to_pylist() or [{}]
            found += differences((span, unit, f"{start}..{end}"), row, told(row, expected))
    return found


def stretched(
    opened: Opened, values: Values, unit: str, count: int
) -> Iterator[tuple[str, date, date, Mapping[str, float | None]]]:
    """Years to date and rolling twelves that no other period begins and ends with."""
    calendar = opened.workspace.calendar
    timeline = Timeline(calendar)
    for span in ("ytd", "r12"):
        for start, end in sorted(values[span, unit], reverse=True)[:count]:
            window = window_of(timeline, timeline.number(start), timeline.number(end))
            if window == span_windows(calendar)[span] and start >= beginning(values):
                yield span, start, min(end, opened.manifest.as_of), values[span, unit][start, end]


def beginning(values: Values) -> date:
    """The first day of all periods."""
    return min(start for (span, _), periods in values.items() if span == "month" for start, _ in periods)


def differences(place: Sequence[Any], row: Mapping[str, Any], expected: Mapping[str, float | None]) -> list[str]:
    return [
        f"{metric} {place}: {row.get(metric)} asked, {value} in the value table"
        for metric, value in expected.items()
        if not same(row.get(metric), value)
    ]


def same(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return found == pytest.approx(expected, rel=1e-9, abs=1e-9)
