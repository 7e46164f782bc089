"""What the page of the audit shows: deeds in words, with every field before and after."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from data.cells import safe
from strategy.auditing import REFUSED, Told, Wanted, known, looked_up
from strategy.history import STAMPS, Change
from views.desk import Desk
from views.localtime import local
from views.wording import counted

PAGE_ROWS = 100
LONGEST = 160  # characters of a value on the page


@dataclass(frozen=True)
class Field:
    """One field of one item, before and after; empty where there was or is nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Item:
    """What one deed did to one item."""

    what: str
    key: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Line:
    """One deed."""

    id: int
    at: str
    who: str
    deed: str
    unit: str
    origin: str
    refused: str
    says: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class AuditView:
    """The newest deeds that fit, how many there are, and what may be chosen."""

    lines: tuple[Line, ...]
    count: int
    says: str
    people: Mapping[str, str]
    commands: Mapping[str, str]


def build(desk: Desk, query: Mapping[str, str], zone: tzinfo, offset: int = 0) -> AuditView:
    """The deeds that fit a query, within the units of the viewer; `Refused` without the right to look."""
    wanted = wanted_of(desk, query)
    found, count = looked_up(desk.state, wanted, PAGE_ROWS, offset)
    people, commands = known(desk.state) if wanted.units is None else ([], [])
    return AuditView(
        tuple(line_of(desk, one, zone) for one in found),
        count,
        f"{counted(count, 'deed')}, newest first",
        {key: desk.office.name(key) for key in people},
        {key: in_words(key) for key in commands},
    )


def wanted_of(desk: Desk, query: Mapping[str, str]) -> Wanted:
    """What an address asks for; who holds the right over a part sees that part's deeds alone."""
    desk.policy.require(desk.viewer, "audit.view", None)
    scope = desk.policy.scope(desk.viewer, "audit.view")
    whole = desk.opened.tree.root in scope
    return Wanted(
        query.get("who", ""),
        query.get("command", ""),
        query.get("text", ""),
        query.get("item", ""),
        _day(query.get("since", "")),
        _day(query.get("until", "")),
        query.get("refused") == "1",
        None if whole else scope,
    )


def line_of(desk: Desk, one: Told, zone: tzinfo) -> Line:
    """One deed in words."""
    unit = desk.opened.tree.units.get(one.unit or "")
    return Line(
        one.id,
        local(one.at, zone),
        desk.office.name(one.who),
        in_words(one.command.removesuffix(REFUSED)),
        unit.title if unit else one.unit or "",
        one.origin or "",
        one.refused,
        _said(one.payload),
        tuple(_item(change) for change in one.changes),
    )


def in_words(command: str) -> str:
    """`GiveAction` as Give action."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", command).split()
    return " ".join([*words[:1], *(word.lower() for word in words[1:])])


def exported(desk: Desk, query: Mapping[str, str]) -> str:
    """The deeds that fit as CSV, one line a changed field, at most 500 deeds; nothing in it is a formula."""
    found, _ = looked_up(desk.state, wanted_of(desk, query), 500)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["audit", "at_utc", "who", "command", "unit", "origin", "refused", "item", "key", "field", "before", "after"]
    )
    for one in found:
        head = [one.id, f"{one.at:%Y-%m-%d %H:%M:%S}", one.who, one.command, one.unit, one.origin, one.refused]
        rows = [
            [change.kind, change.key, field.name, field.before, field.after]
            for change in one.changes
            for field in _fields(change, None)
        ]
        for row in rows or [["", "", "", "", ""]]:
            writer.writerow([safe(cell) for cell in (*head, *row)])
    return text.getvalue()


def _item(change: Change) -> Item:
    return Item(change.kind.replace("_", " "), change.key, tuple(_fields(change, LONGEST)))


def _fields(change: Change, longest: int | None) -> list[Field]:
    before, after = change.before or {}, change.after or {}
    names = [name for name in dict.fromkeys((*before, *after)) if name not in STAMPS and name != "key"]
    return [
        Field(name, _value(before.get(name), longest), _value(after.get(name), longest))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _said(payload: Mapping[str, Any]) -> str:
    told = [
        f"{name.replace('_', ' ')}: {_value(value, 60)}"
        for name, value in payload.items()
        if value not in (None, "", [], {}) and name not in ("key", "unit", "version", "refused")
    ]
    return _cut(" \u00b7 ".join(told), 200)


def _value(value: object, longest: int | None) -> str:
    shown = float(f"{value:.12g}") if isinstance(value, float) else value  # 0.1 + 0.2 is 0.3 to people
    text = "" if shown is None else str(shown)
    return text if longest is None else _cut(text, longest)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}\u2026"


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d)", text) else None
