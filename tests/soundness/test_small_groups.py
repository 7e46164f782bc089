"""Questions and slices about people tell no more than the value table: of no small group, nor what gives it away."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from data.calendar import Period
from data.errors import QueryError
from flows.asking import answer, sight_of
from flows.opened import Opened, open_current
from flows.refresh import refresh
from metrics.query.ask import ask, reasons_of
from metrics.query.question import Query
from metrics.query.slices import slice_metric
from metrics.values.cells import BESIDE, REASONS, SMALL
from tests.making import SOURCE, make

UNITS = """\
levels: [company, division, department]
units:
  - {key: company, title: Company, level: company}
  - {key: east, title: East, level: division, parent: company}
  - {key: west, title: West, level: division, parent: company}
  - {key: shop, title: Shop, level: department, parent: east}
  - {key: web, title: Web, level: department, parent: [{unit: east, to: 2025-03-31}, {unit: west, from: 2025-04-01}]}
  - {key: works, title: Works, level: department, parent: west}
  - {key: mill, title: Mill, level: department, parent: west}
"""
PEOPLE = {  # how many of channel x and of channel y, by month and unit; under five are too few
    1: {"shop": (6, 8), "web": (1, 2), "works": (9, 9), "mill": (9, 9)},
    2: {"shop": (6, 8), "web": (7, 7), "works": (9, 9), "mill": (9, 9)},
    3: {"shop": (9, 9), "web": (1, 2), "works": (5, 0), "mill": (9, 9), "east": (3, 3)},
    4: {"shop": (9, 9), "web": (7, 7), "works": (9, 9), "mill": (9, 9)},
}
ROWS = [
    (f"2025-0{month}-{1 + number % 20:02}", unit, channel)
    for month, units in PEOPLE.items()
    for unit, counts in units.items()
    for channel, count in zip("xy", counts, strict=True)
    for number in range(count)
]
COLUMNS = "{person: text, day: date, team: text, channel: text}"
ANSWERS = "title: A\nmeasured_in: count\nagg: {table: survey, function: count}\n"
FILES = {
    "workspace.yaml": "name: Small company\ntoday: 2025-05-05\ncalendars: {weeks: {kind: iso}}\n",
    "units.yaml": UNITS,
    "sources/books.yaml": f"{SOURCE}  survey:\n    path: survey.csv\n    columns: {COLUMNS}\n",
    "models/survey.yaml": "source: survey\npeople: person\ntime: {column: day}\nunit: {column: team}\n"
    "dimensions: {channel: channel}\n",
    "metrics/people/answers.yaml": ANSWERS,
    "metrics/people/by_quarter.yaml": f"{ANSWERS}cadence: quarter\n",
    "metrics/people/by_year.yaml": f"{ANSWERS}cadence: year\n",
    "metrics/people/of_x.yaml": f"{ANSWERS[:-2]}, filter: channel = 'x'}}\nsmallest_group: 2\n",
    "files/survey.csv": "person,day,team,channel\n"
    + "".join(f"p{number},{','.join(row)}\n" for number, row in enumerate(ROWS)),
}
JANUARY = Period("month", date(2025, 1, 1), date(2025, 1, 31))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    folder = make(tmp_path_factory.mktemp("people"), FILES)
    refresh(folder)
    return open_current(folder)


def told(opened: Opened, **asked: Any) -> dict[Any, float | None]:
    """How many answered by group (and month), None where it is withheld; a name alone without a tuple around it."""
    found = {}
    for row in answer(opened, Query(("answers",), **asked)).to_pylist():
        key = (*(row[name] for name in asked.get("by", ())), *([row["time"].month] if "grain" in asked else []))
        found[key[0] if len(key) == 1 else key] = row["answers"]
    return found


def count(month: int, *units: str) -> int:
    return sum(sum(PEOPLE[month][unit]) for unit in units)


def test_a_small_unit_and_the_one_beside_it_are_withheld_by_unit(opened: Opened) -> None:
    named = ("unit.department",)
    assert told(opened, by=named, end=date(2025, 1, 31)) == {"web": None, "shop": None, "works": 18, "mill": 18}
    assert told(opened, by=named, start=date(2025, 2, 1), end=date(2025, 2, 28)) == {
        "web": 14, "shop": 14, "works": 18, "mill": 18,
    }  # fmt: skip
    why = reasons_of(answer(opened, Query(("answers",), by=named, end=date(2025, 1, 31))))
    assert why == {"answers": {REASONS[SMALL]: 1, REASONS[BESIDE]: 1}}


def test_the_month_beside_a_small_one_is_withheld(opened: Opened) -> None:
    """Else the small one would be the quarter less the others, of a unit whose quarter is known."""
    months = told(opened, by=("unit.department",), grain="month")
    assert [months["shop", month] for month in (1, 2, 3, 4)] == [None, None, 18, 18]
    assert [months["mill", month] for month in (1, 2, 3, 4)] == [18, 18, 18, 18]


def test_a_unit_that_the_value_table_withholds_is_told_by_no_other_name(opened: Opened) -> None:
    """The shop is fourteen people; with the figure of east it would tell of the three of the web shop."""
    shop = ("unit = 'shop'",)
    assert told(opened, where=shop, grain="month") == {1: None, 2: 14, 3: 18, 4: 18}
    assert told(opened, by=("channel",), where=shop, end=date(2025, 1, 31)) == {"x": None, "y": None}
    assert told(opened, by=("channel",), where=shop, start=date(2025, 2, 1), end=date(2025, 2, 28)) == {"x": 6, "y": 8}
    assert told(opened, where=("unit IN ('shop', 'works', 'mill')",), end=date(2025, 1, 31)) == {(): None}
    assert told(opened, where=("unit <> 'web'",), end=date(2025, 1, 31)) == {(): None}
    for by in ("unit.division",), ("unit.company",), ("unit.division", "unit.department"), ("channel", "unit.company"):
        assert set(told(opened, by=by, where=shop, end=date(2025, 1, 31)).values()) == {None}, by
    assert told(opened, by=("unit.division",), where=("unit <> 'web'",), end=date(2025, 1, 31)) == {
        "east": None, "west": 36,
    }  # fmt: skip


def test_what_a_unit_has_of_its_own_is_withheld_beside_a_small_one_below_it(opened: Opened) -> None:
    """East is 27 people, of whom 18 are the shop's: with the six of its own, three would be left for the web shop."""
    march = {"start": date(2025, 3, 1), "end": date(2025, 3, 31)}
    assert told(opened, by=("unit.division",), **march) == {"east": 27, "west": 23}
    assert told(opened, by=("unit",), **march) == {"east": None, "shop": 18, "web": None, "works": None, "mill": 18}
    assert told(opened, where=("unit.division = 'east'", "unit.department IS NULL"), **march) == {(): None}


def test_a_whole_whose_parts_are_withheld_is_told(opened: Opened) -> None:
    january = {"end": date(2025, 1, 31)}
    assert told(opened, by=("channel",), **january) == {"x": 25, "y": 28}
    assert told(opened, where=("unit = 'east'",), **january) == {(): 17}
    assert told(opened, by=("unit.division",), **january) == {"east": 17, "west": 36}


def test_a_time_with_a_withheld_month_in_it_is_withheld_and_any_other_is_told(opened: Opened) -> None:
    shop = ("unit = 'shop'",)
    assert told(opened, where=shop) == {(): None}
    assert told(opened, where=shop, start=date(2025, 2, 1)) == {(): 50}
    assert told(opened, where=shop, end=date(2025, 1, 31)) == {(): None}
    assert told(opened, where=shop, grain="quarter") == {1: None, 4: 18}
    web = ("unit = 'web'",)
    assert told(opened, where=web, start=date(2025, 2, 1), end=date(2025, 2, 28)) == {(): 14}
    assert told(opened, where=web, start=date(2025, 2, 1), end=date(2025, 3, 31)) == {(): None}


def test_days_that_count_end_where_they_end(opened: Opened) -> None:
    """A month that still runs is told up to the last day that counts, and to no other."""
    running = replace(sight_of(opened), as_of=date(2025, 4, 6))
    asked = Query(("answers",), where=("unit = 'west'",), start=date(2025, 4, 1), end=date(2025, 4, 6))
    assert ask(opened.engine(), running, asked).to_pylist() == [{"answers": 6 * 6}]  # of three units, two a day
    for end in (date(2025, 4, 5), date(2025, 3, 10)):
        with pytest.raises(QueryError, match="is told for whole months"):
            ask(opened.engine(), running, replace(asked, start=None, end=end))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"calendar": "weeks", "grain": "month"}, "workspace's own calendar"),
        ({"history": "restated", "by": ("unit.division",), "end": date(2025, 1, 31)}, "units as units.yaml has them"),
        ({"history": "as_was"}, "units as units.yaml has them"),
        ({"metrics": ("of_x",), "grain": "day"}, "for whole months, quarters and years"),
        ({"grain": "week"}, "for whole months, quarters and years"),
        ({"start": date(2025, 1, 2)}, "for whole months, quarters and years"),
    ],
)
def test_other_cuts_of_time_and_units_would_differ_by_few(opened: Opened, asked: dict[str, Any], words: str) -> None:
    """In January's east of today's tree, say, the three of the web shop are missing."""
    with pytest.raises(QueryError, match=words):
        answer(opened, Query(**{"metrics": ("answers",), "absent": "zero"} | asked))


def test_a_metric_by_quarter_is_told_for_whole_quarters(opened: Opened) -> None:
    """In January and February the web shop's seventeen are no value of the table, and might be three."""

    def by_quarter(**asked: Any) -> list[float | None]:
        table = answer(opened, Query(("by_quarter", "answers"), where=("unit = 'east'",), absent="zero", **asked))
        return list(table["by_quarter"].to_pylist())

    whole = count(1, "shop", "web") + count(2, "shop", "web") + count(3, "shop", "web", "east")
    march, february = date(2025, 3, 31), date(2025, 2, 28)
    assert by_quarter(end=march) == by_quarter(end=march, grain="quarter") == by_quarter(end=march, grain="year")
    assert by_quarter(start=date(2025, 1, 1), end=march) == [whole]
    assert by_quarter(start=date(2025, 2, 1), grain="month") == [None, whole, None]
    assert by_quarter(start=date(2025, 2, 1), end=march) == by_quarter(start=date(2025, 1, 1), end=february) == [None]
    assert by_quarter(end=february, grain="year") == by_quarter(end=february, grain="quarter") == [None]
    assert by_quarter(grain="quarter") == [whole, count(4, "shop")]


def test_a_metric_by_year_is_not_told_by_quarters(opened: Opened) -> None:
    """The table has no quarter of it in which somebody small could be withheld."""
    asked = Query(("by_year",), where=("unit = 'east'",), absent="zero")
    assert answer(opened, replace(asked, grain="quarter")).column("by_year").to_pylist() == [None, None]
    whole = count(1, "shop", "web") + count(2, "shop", "web") + count(3, "shop", "web", "east") + count(4, "shop")
    assert answer(opened, replace(asked, grain="year")).column("by_year").to_pylist() == [whole]


def test_a_single_person_is_withheld_where_two_are_told(opened: Opened) -> None:
    def of_x(**asked: Any) -> dict[str, float | None]:
        rows = answer(opened, Query(("of_x",), by=("unit.department",), **asked)).to_pylist()
        return {row["unit.department"]: row["of_x"] for row in rows}

    january = {"end": date(2025, 1, 31)}
    assert of_x(**january) == {"web": None, "shop": None, "works": 9, "mill": 9}
    assert of_x(where=("unit = 'shop'",), **january) == {"shop": None}


def test_what_is_not_about_people_is_told_of_any_day_and_of_chosen_rows(opened: Opened) -> None:
    asked = Query(("revenue",), where=("channel = 'x'",), start=date(2025, 1, 10), end=date(2025, 1, 10), absent="zero")
    assert answer(opened, asked).to_pylist() == [{"revenue": 100}]


def test_members_of_a_withheld_unit_are_withheld_with_it(opened: Opened) -> None:
    def members(unit: str) -> dict[str, tuple[float | None, int, str]]:
        found = slice_metric(opened.engine(), sight_of(opened), "answers", "channel", unit, JANUARY)
        return {one.member: (one.value, one.rows, one.why) for one in found}

    small, beside = (None, 0, REASONS[SMALL]), (None, 0, REASONS[BESIDE])
    assert members("shop") == {"x": beside, "y": beside}
    assert members("web") == {"x": small, "y": small}
    assert members("works") == {"x": (9, 9, ""), "y": (9, 9, "")}
