"""A conversion belongs to the latest base event before it, in its window, of the same entity; each is counted once."""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from data.errors import DefinitionError
from flows.refresh import refresh
from tests.making import SOURCE, make, sales, table, values

VISITS = """\
  visits: {path: visits.csv, columns: {id: integer, day: date, unit: text, visitor: text, channel: text, paid: boolean}}
"""
MODEL = """\
source: visits
grain: [id]
time: {column: day}
unit: {column: unit}
entities: {customer: visitor}
dimensions: {channel: channel}
"""
SALES = """\
source: sales
grain: [id]
time: {column: day}
unit: {column: unit}
entities: {customer: customer}
"""
CONVERSION = """\
title: Conversion
measured_in: count
conversion:
  base: {table: visits}
  converted: {table: sales, filter: ok}
  entity: customer
  window: 7 days
  as: count
"""
RATE = CONVERSION.replace("  as: count\n", "").replace("measured_in: count", 'measured_in: "%"')
HEADER = "id,day,unit,visitor,channel,paid\n"


def visits(*rows: str) -> str:
    return HEADER + "".join(f"{number},{row}\n" for number, row in enumerate(rows, 1))


def workspace(tmp_path: Path, visit_rows: list[str], sale_rows: list[str], **metrics: str) -> Path:
    files = {
        "sources/books.yaml": SOURCE + VISITS,
        "models/visits.yaml": MODEL,
        "models/sales.yaml": SALES,
        "files/visits.csv": visits(*visit_rows),
        "files/sales.csv": sales(*sale_rows),
    }
    return make(tmp_path, {**files, **{f"metrics/customer/{key}.yaml": text for key, text in metrics.items()}})


def bought(day: str, who: str, channel: str = "x", ok: str = "true") -> str:
    return f"{day},works,1,1,{who},{channel},{ok}"


def test_each_conversion_counts_once_for_the_latest_base_event_before_it(tmp_path: Path) -> None:
    folder = workspace(
        tmp_path,
        ["2025-01-01,shop,a,x,true", "2025-01-03,web,a,x,true", "2025-01-20,shop,a,x,true", "2025-02-01,shop,b,x,true"],
        [
            bought("2025-01-04", "a"),  # belongs to web, the later visit
            bought("2025-01-05", "a"),  # to web too
            bought("2025-01-20", "a"),  # on the day of a visit: to that
            bought("2025-01-31", "b"),  # before any visit
            bought("2025-02-08", "b"),  # seven days after: too late
            bought("2025-02-07", "c"),  # nobody's
            bought("2025-02-02", "b", ok="false"),  # filtered away
        ],
        conv=CONVERSION,
        rate=RATE,
        ever=CONVERSION.replace("  window: 7 days\n", ""),
    )
    found, rate, ever = (values(folder, key) for key in ("conv", "rate", "ever"))
    assert [found[unit, "2025-01"] for unit in ("company", "east", "shop", "web")] == [3, 3, 1, 2]
    assert rate["east", "2025-01"] == 1.0  # three of three visits
    assert (rate["shop", "2025-01"], rate["web", "2025-01"]) == (0.5, 2.0)
    assert (found["shop", "2025-02"], rate["shop", "2025-02"], ever["shop", "2025-02"]) == (0, 0, 1)


def test_a_constant_property_must_be_the_same_on_both_sides(tmp_path: Path) -> None:
    folder = workspace(
        tmp_path,
        ["2025-01-01,shop,a,x,true", "2025-01-03,shop,a,y,true", "2025-01-03,shop,b,,true"],
        [bought("2025-01-04", "a", "x"), bought("2025-01-04", "a", "z"), bought("2025-01-04", "b", "")],
        conv=CONVERSION + "  constant: [channel]\n",
    )
    assert values(folder, "conv")["shop", "2025-01"] == 1  # only x; what is not known is the same as nothing


def test_filters_hold_beside_a_constant_property(tmp_path: Path) -> None:
    """The visit that nobody paid for is no base event, and what is not `ok` is no conversion."""
    folder = workspace(
        tmp_path,
        ["2025-01-01,shop,a,x,true", "2025-01-03,web,a,x,false"],
        [bought("2025-01-04", "a", "x"), bought("2025-01-05", "a", "x", ok="false")],
        conv=CONVERSION.replace("table: visits", "table: visits, filter: paid") + "  constant: [channel]\n",
    )
    found = values(folder, "conv")
    assert (found["shop", "2025-01"], found["east", "2025-01"]) == (1, 1)


def test_what_happens_after_the_last_day_that_counts_is_no_conversion(tmp_path: Path) -> None:
    folder = workspace(
        tmp_path,
        ["2025-07-03,shop,a,x,true", "2025-07-03,shop,b,x,true"],
        [bought("2025-07-04", "a"), bought("2025-07-05", "b")],
        conv=CONVERSION,
    )
    (folder / "workspace.yaml").write_text("name: Small company\ntoday: 2025-07-05\nopen_period: show\n")
    assert values(folder, "conv")["shop", "2025-07"] == 1


def test_a_conversion_rate_of_all_is_not_the_mean_of_rates(tmp_path: Path) -> None:
    folder = workspace(
        tmp_path,
        ["2025-01-01,shop,a,x,true"] + [f"2025-01-02,web,v{n},x,true" for n in range(9)],
        [bought("2025-01-02", "a"), bought("2025-01-03", "v0")],
        rate=RATE,
    )
    rate = values(folder, "rate")
    assert (rate["shop", "2025-01"], rate["web", "2025-01"], rate["east", "2025-01"]) == (1, 1 / 9, 0.2)


def recounted(base: list[tuple[date, str, str, str]], then: list[tuple[date, str, str]], days: int) -> dict[str, int]:
    """By unit: conversions of random events, each given to its base event in plain loops."""
    found: dict[str, int] = defaultdict(int)
    for day, who, channel in then:
        before = [
            event for event in base
            if event[2] == who and event[3] == channel and event[0] <= day < event[0] + timedelta(days=days)
        ]  # fmt: skip
        if before:
            latest = max(event[0] for event in before)
            found[min(event[1] for event in before if event[0] == latest)] += 1
    return found


@pytest.mark.parametrize("seed", range(4))
def test_random_events_agree_with_plain_loops(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    start = date(2025, 1, 1)
    base, taken = [], set()
    for _ in range(60):
        event = (start + timedelta(days=random.randrange(120)), random.choice(["shop", "web"]),
                 random.choice("abc"), random.choice("xy"))  # fmt: skip
        if (event[0], event[2], event[3]) not in taken:  # at one time an entity is at one place
            taken.add((event[0], event[2], event[3]))
            base.append(event)
    then = [(start + timedelta(days=random.randrange(150)), random.choice("abcd"), random.choice("xy"))
            for _ in range(60)]  # fmt: skip
    folder = workspace(
        tmp_path,
        [f"{day},{unit},{who},{channel},true" for day, unit, who, channel in base],
        [bought(day.isoformat(), who, channel) for day, who, channel in then],
        conv=CONVERSION.replace("7 days", "30 days") + "  constant: [channel]\nnulls: zero\n",
    )
    found = values(folder, "conv", span="ytd")
    expected = recounted(base, then, 30)
    assert {unit: found[unit, "2025-06"] for unit in ("shop", "web")} == {u: expected[u] for u in ("shop", "web")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("entity: customer", "entity: visitor"), r"conversion.entity: sales does not know 'visitor'.*\[F123\]"),
        (("table: visits", "table: visit"), r"'visit' is not a table"),
        (("filter: ok", "filter: okay"), r"conversion.converted.filter: 'okay' is not a column of sales"),
        (("window: 7 days", "window: soon"), r"'soon' is no window; write for example '7 days'"),
    ],
)
def test_what_cannot_be_matched_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    folder = workspace(tmp_path, ["2025-01-01,shop,a,x,true"], [bought("2025-01-01", "a")],
                       conv=CONVERSION.replace(*change))  # fmt: skip
    with pytest.raises(DefinitionError, match=message):
        refresh(folder)


def test_both_sides_are_filtered_by_what_they_join(tmp_path: Path) -> None:
    """Conversions by a column of who bought, base events by one of where they came from; also in a rate."""
    people = "  people: {path: people.csv, columns: {who: text, segment: text}}\n"
    ways = "  ways: {path: ways.csv, columns: {way: text, owned: boolean}}\n"
    filtered = CONVERSION.replace("table: visits", "table: visits, filter: via.owned").replace(
        "filter: ok", "filter: \"buyer.segment = 'private'\""
    )
    folder = workspace(
        tmp_path,
        ["2025-01-01,shop,a,x,true", "2025-01-02,shop,a,y,true", "2025-01-05,shop,b,x,true", "2025-01-06,web,c,x,true"],
        [bought("2025-01-03", "a"), bought("2025-01-06", "b"), bought("2025-01-07", "c"), bought("2025-01-08", "c")],
        conv=filtered,
        rate=filtered.replace("  as: count\n", "").replace("measured_in: count", 'measured_in: "%"'),
    )
    more = {
        "sources/books.yaml": SOURCE + VISITS + people + ways,
        "models/people.yaml": "source: people\ngrain: [who]\n",
        "models/ways.yaml": "source: ways\ngrain: [way]\n",
        "models/visits.yaml": MODEL + "joins: {via: {table: ways, key: channel}}\n",
        "models/sales.yaml": SALES + "joins: {buyer: {table: people, key: customer}}\n",
        "files/people.csv": "who,segment\na,private\nb,firm\nc,private\n",
        "files/ways.csv": "way,owned\nx,true\ny,false\n",
    }
    for name, text in more.items():
        (folder / name).write_text(text)
    found, rate = values(folder, "conv"), values(folder, "rate")
    assert (found["shop", "2025-01"], found["web", "2025-01"]) == (1, 2)  # a's by the visit of an owned channel
    assert (rate["shop", "2025-01"], rate["web", "2025-01"]) == (0.5, 2.0)


def test_a_running_month_is_held_against_conversions_that_were_as_early(tmp_path: Path) -> None:
    """By 4 June: of May, only what was seen and bought in its first four days counts."""
    folder = workspace(
        tmp_path,
        [f"{day},shop,{who},x,true" for day, who in (
            ("2025-05-02", "a"), ("2025-05-03", "b"), ("2025-05-20", "c"), ("2025-05-01", "d"), ("2025-06-02", "e"),
        )],
        [
            bought("2025-05-04", "a"), bought("2025-05-20", "b"), bought("2025-05-21", "c"), bought("2025-06-02", "d"),
            bought("2025-06-03", "e"),
        ],
        conv=CONVERSION.replace("7 days", "60 days"),
    )  # fmt: skip
    (folder / "workspace.yaml").write_text("name: Small company\ntoday: 2025-06-05\nopen_period: show\n")
    found = table(folder, "conv")
    assert found["shop", "month", "2025-05"]["value"] == 4
    june = found["shop", "month", "2025-06"]
    assert (june["value"], june["previous"], june["partial"]) == (1, 1, True)


def test_a_late_conversion_changes_the_month_of_its_base_event(tmp_path: Path) -> None:
    visited = ["2025-01-30,shop,a,x,true", "2025-02-20,shop,b,x,true"]
    folder = workspace(tmp_path, visited, [bought("2025-02-21", "b")], conv=CONVERSION)
    assert values(folder, "conv")["shop", "2025-01"] == 0
    (folder / "files" / "sales.csv").write_text(sales(bought("2025-02-21", "b"), bought("2025-02-01", "a")))
    assert values(folder, "conv")["shop", "2025-01"] == 1
