"""A review's pack in words: what the page shows and what is downloaded say the same, from its frozen content alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from data.calendar import last_day, parse_month
from data.errors import FourfoldError
from strategy.reviews.agenda import SECTIONS
from strategy.reviews.tables import Pack
from views.desk import Desk
from views.wording import counted, day, moment, number_format, status_of

HOW = {
    "not_reached": "Not reached",
    "red_not_on_agenda": "Off target, not on the agenda",
}
THERE = {"present": "was there", "absent": "was missing", "declined": "had declined"}


@dataclass(frozen=True)
class PackRow:
    """A number of the pack."""

    title: str
    where: str
    value: str
    target: str
    status: str
    owner: str
    reason: str


@dataclass(frozen=True)
class PackItem:
    """An item of the agenda with what was said and what came of it."""

    title: str
    where: str
    number: str
    target: str
    status: str
    narrative: str
    minutes: str
    note: str
    came: tuple[str, ...]


@dataclass(frozen=True)
class PackView:
    """A pack in words. `reds` and `gaps` come from the numbers on the table, whatever was talked about."""

    key: str
    title: str
    subtitle: str
    summary: str
    counts: str
    reds: tuple[PackRow, ...]
    gaps: tuple[PackRow, ...]
    rows: tuple[PackRow, ...]
    sections: Mapping[str, tuple[PackItem, ...]]
    decisions: tuple[tuple[str, str, tuple[str, ...]], ...]
    actions: tuple[tuple[str, str], ...]
    people: tuple[str, ...]
    omissions: tuple[tuple[str, str], ...]
    cut: str
    foot: str


def pack_view(desk: Desk, pack: Pack) -> PackView:
    """The content of a pack as people read it; FourfoldError where its content is not what was sealed."""
    if not pack.sound:
        raise FourfoldError(f"the pack of '{pack.title}' is not as it was published: its digest does not fit")
    content, name = pack.content, desk.office.name
    review, facts = content["review"], content["facts"]
    rows = tuple(_row(row) for row in facts.get("metrics", ()))
    known = {(row["metric"], row["unit"]): row for row in facts.get("metrics", ())}
    came = _came(content, name)
    cut = facts.get("cut", {})
    return PackView(
        key=pack.review,
        title=review["title"],
        subtitle=f"{_unit(desk, review['unit'])} \u00b7 held {_moment(review['closed_at'])} by {name(review['chair'])}"
        f" \u00b7 numbers of {_period(review['period'])}",
        summary=review["summary"],
        counts=_counts(facts.get("metrics", ())),
        reds=tuple(row for row in rows if row.status in ("red", "error")),
        gaps=tuple(row for row in rows if row.status not in ("red", "error", "amber", "green", "not_due")),
        rows=rows,
        sections=_sections(desk, content, known, came),
        decisions=tuple(
            (one["title"], _decided(one, name), tuple(_cite(desk, each, known) for each in one["cites"]))
            for one in content["decisions"]
        ),
        actions=tuple((one["title"], _given(one, known, name)) for one in content["actions"]),
        people=tuple(_person(one, name) for one in content["people"]),
        omissions=_omissions(desk, content["omissions"]),
        cut="; ".join(f"{SECTIONS[key]}: {', '.join(titles)}" for key, titles in cut.items() if titles),
        foot=f"Snapshot {pack.snapshot} \u00b7 facts up to {_date(facts.get('as_of'))} \u00b7 SHA-256 {pack.digest}",
    )


def _row(row: Mapping[str, Any]) -> PackRow:
    value, target = _written(row, row["value"], row["target"])
    return PackRow(row["title"], row["unit_title"], value, target, row["status"], row["owner"], row["reason"] or "")


def _written(row: Mapping[str, Any] | None, value: float | None, target: float | None) -> tuple[str, str]:
    measured_in, decimals = (row["measured_in"], row["decimals"]) if row else ("", None)
    form = number_format(measured_in, value, target, decimals=decimals)
    return form.value(value), form.value(target)


def _counts(rows: Any) -> str:
    counts = Counter(row["status"] for row in rows)
    told = [f"{counts[key]} {status_of(key).word.lower()}" for key in ("red", "amber", "green") if counts[key]]
    rest = sum(counts.values()) - sum(counts[key] for key in ("red", "amber", "green"))
    told += [f"{rest} without a colour"] if rest else []
    return f"{counted(sum(counts.values()), 'metric')}: {', '.join(told)}"


def _came(content: Mapping[str, Any], name: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in content["decisions"]:
        if one["item"]:
            found.setdefault(one["item"], []).append(f"Decided: {one['title']}")
    for one in content["actions"]:
        if one["item"]:
            told = f"Action: {one['title']} ({name(one['owner'])}, due {_date(one['due'])})"
            found.setdefault(one["item"], []).append(told)
    return found


def _sections(
    desk: Desk, content: Mapping[str, Any], known: Mapping[tuple[str, str], Any], came: Mapping[str, list[str]]
) -> dict[str, tuple[PackItem, ...]]:
    found = {}
    for key, title in SECTIONS.items():
        items = [one for one in content["items"] if one["section"] == key]
        if items:
            found[title] = tuple(_item(desk, one, known, came.get(one["key"], [])) for one in items)
    return found


def _item(desk: Desk, one: Mapping[str, Any], known: Mapping[tuple[str, str], Any], came: list[str]) -> PackItem:
    number, target = one["number"], ""
    if one["metric"]:
        number, target = _written(known.get((one["metric"], one["about"])), one["value"], one["target"])
    note = {"left_out": f"Left out: {one['why_out']}", "open": "Not reached"}.get(one["state"], "")
    return PackItem(
        one["title"],
        _unit(desk, one["about"]),
        number,
        target,
        one["status"],
        one["narrative"],
        one["minutes"],
        note,
        tuple(came),
    )


def _decided(one: Mapping[str, Any], name: Any) -> str:
    parts = [name(one["owner"]), one["because"]]
    parts += [f"look back on {_date(one['revisit_on'])}"] if one["revisit_on"] else []
    return " \u00b7 ".join(part for part in parts if part)


def _cite(desk: Desk, one: Mapping[str, Any], known: Mapping[tuple[str, str], Any]) -> str:
    row = known.get((one["metric"], one["unit"]))
    value, target = _written(row, one["value"], one["target"])
    title = row["title"] if row else one["metric"]
    against = f", target {target}" if one["target"] is not None else ""
    return f"{title} of {_unit(desk, one['unit'])}, {_period(one['period'])}: {value}{against}"


def _given(one: Mapping[str, Any], known: Mapping[tuple[str, str], Any], name: Any) -> str:
    told = f"{name(one['owner'])}, due {_date(one['due'])}"
    row = next((row for (metric, _), row in known.items() if metric == one["expected_metric"]), None)
    if row is None or one["expected_change"] is None:
        return told
    form = number_format(row["measured_in"], one["value_before"], decimals=row["decimals"])
    by = f" by {_date(one['expected_by'])}" if one["expected_by"] else ""
    return f"{told}; should move {row['title']} by {form.difference(one['expected_change'])}{by}"


def _person(one: Mapping[str, Any], name: Any) -> str:
    who = ", ".join(part for part in (name(one["person"]), THERE.get(one["state"], "")) if part)
    return f"{who}: {one['words']}" if one["words"] else who


def _omissions(desk: Desk, found: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """What was left out, each with its reason; what was not reached, and reds that no item is about, in a line each."""
    told = [
        (f"{one['title']}, {_unit(desk, one['about'])}", f"Left out: {one['why']}")
        for one in found
        if one["how"] == "left_out"
    ]
    for how, words in HOW.items():
        titles = [one["title"] for one in found if one["how"] == how]
        if titles:
            told.append((words, ", ".join(titles)))
    return tuple(told)


def _unit(desk: Desk, unit: str) -> str:
    known = desk.opened.tree.units.get(unit)
    return known.title if known else unit


def _date(text: str | None) -> str:
    return day(date.fromisoformat(text)) if text else ""


def _moment(text: str) -> str:
    return f"{moment(datetime.fromisoformat(text))} UTC"


def _period(key: str) -> str:
    plain = len(key) == 7 and key[4] == "-" and key[5:].isdigit()
    return f"{last_day(parse_month(key)):%B %Y}" if plain else key
