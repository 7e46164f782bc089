"""What is drawn is escaped, complete and true to its view: no title can break out, no status speaks by colour alone."""

import re
from dataclasses import replace

import pytest

from views.attention import Concern, Mention
from views.draw import marks
from views.draw.executive import executive
from views.draw.strategymap import map_table, strategy_map
from views.draw.waterfall import waterfall
from views.executive import ExecutiveView, Half, Linked, Tile
from views.map_links import Arrow
from views.priorities import Priority
from views.stamps import Stamp
from views.strategymap import Bubble, Lane, MapView
from views.why import Step, Why
from views.wording import STATUSES

EVIL = '<img src=x onerror="alert(1)">'


def concern(title: str) -> Concern:
    return Concern(
        "k",
        title,
        "metric?metric=k",
        title,
        "red",
        title,
        "newly red",
        "1",
        "2",
        1.0,
        "+1",
        (1.0, None, 2.0),
        (2.0, 2.0, 2.0),
        title,
        title,
    )


def view(title: str) -> ExecutiveView:
    tile = Tile(
        title,
        "map",
        5.0,
        "amber",
        title,
        "0.5 vs Sep",
        False,
        False,
        (1.0, None, 3.0),
        (Half("Leading", None, "no_data"), Half("Lagging", 5.0, "amber")),
        {"red": 1},
        Linked(title, "metric"),
        1,
        2,
        0.5,
        Stamp(EVIL, EVIL, True),
    )
    steps = (
        Step("Sep", 0, 6, "6.00", "total"),
        Step(title, 6, 5, "-1.00", "moved", "metric", title),
        Step("Oct", 0, 5, "5.00", "total"),
    )
    mention = Mention(title, "metric", "no_data", title, title)
    return ExecutiveView(
        title,
        title,
        5.0,
        "amber",
        "24 months",
        ("Sep", "Oct", "Nov"),
        (tile,),
        (concern(title),),
        1,
        Why(title, title, steps, "", ((title, title),)),
        (Priority(title, "map", "red", -0.5, 0.8, 1.0, "lost ground", title),),
        (mention,),
        1,
        (mention,),
        1,
    )


def test_no_title_breaks_out_of_the_executive_screen() -> None:
    drawn = executive(view(EVIL))
    assert "<img" not in drawn
    assert drawn.count("&lt;img") > 10


def test_no_title_breaks_out_of_the_map() -> None:
    bubble = Bubble("a", EVIL, "map?objective=a", "green", 7.0, EVIL, (), 0, 1)
    lane = Lane(EVIL, "green", 7.0, (bubble, replace(bubble, key="b")), Stamp(EVIL, EVIL, False))
    shown = MapView(EVIL, EVIL, "green", 7.0, (lane,), (Arrow("a", "b", EVIL),), "a", None)
    drawn = strategy_map(shown) + map_table(shown)
    assert "<img" not in drawn


def test_empty_places_say_what_to_do() -> None:
    bare = replace(
        view("x"),
        concerns=(),
        concern_count=0,
        priorities=(),
        strengths=(),
        gaps=(),
        why=Why("Why", "", (), "No score yet.", ()),
    )
    drawn = executive(bare)
    for words in (
        "Nothing is off target",
        "No priorities yet",
        "on the page Objectives",
        "No score yet.",
        "Every metric has a score",
    ):
        assert words in drawn
    nothing = strategy_map(MapView("", "", "no_data", None, (), (), None, None))
    assert "strategy.yaml" in nothing


@pytest.mark.parametrize("key", STATUSES)
def test_a_status_has_its_word_even_where_only_the_mark_is_seen(key: str) -> None:
    assert STATUSES[key].word in marks.status_mark(key, worded=False)
    drawn = {other: re.search(r"<svg.*</svg>", marks.status_mark(other)) for other in STATUSES}
    shapes = {other: found[0] for other, found in drawn.items() if found}
    assert sum(shape == shapes[key] for shape in shapes.values()) == 1


def test_a_gap_in_a_line_stays_a_gap() -> None:
    line = marks.sparkline([1.0, 2.0, None, 3.0, 4.0])
    assert line.count('class="trace"') == 2
    assert "no history" in marks.sparkline([None, None])
    assert marks.sparkline([1.0]).count("<circle") == 2  # a lone point is still seen


@pytest.mark.parametrize("ends", [(6.4, 5.9), (0.0, 10.0), (5.0, 5.0), (0.2, 0.1)])
def test_bars_of_a_waterfall_stay_inside_their_track(ends: tuple[float, float]) -> None:
    before, after = ends
    steps = [Step("a", 0, before, "", "total"), Step("b", before, after, "", "value"), Step("c", 0, after, "", "total")]
    for left, width in re.findall(r"left:([\d.]+)%;width:([\d.]+)%", waterfall(steps)):
        assert 0 <= float(left) <= 100.01
        assert float(left) + float(width) <= 100.01
