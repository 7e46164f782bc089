"""What the strategy's lint says of the units that a viewer sees: by gravity and rule, with the way to mend each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from access.policy import Refused
from flows.strategy_lint import LEVELS, RULES, Finding, Kind, Level, case_of, lint
from strategy.commands import new_key
from strategy.maps.exempting import EndExemption, GrantExemption
from strategy.maps.tables import Exemption
from views.desk import Desk
from views.picks import Picks
from views.wording import counted, sentence

WORDS: Mapping[Level, tuple[str, str]] = {  # what a level is called here, and the status whose mark it gets
    "error": ("To mend", "red"),
    "warning": ("To decide on", "amber"),
    "note": ("To think of", "no_data"),
}
PAGES: Mapping[Kind, tuple[str, str]] = {  # where a thing is mended, and which part of the address names it
    "objective": ("objectives", "objective"),
    "link": ("map", "link"),
    "unit": ("objectives", "unit"),
    "person": ("governance", ""),
    "metric": ("metric", "metric"),
    "decision": ("governance", ""),
    "initiative": ("map", ""),
}
GOVERNED: Mapping[str, str] = {  # mended under governance, whatever they are about: in which part of it
    "unit_without_champion": "answers",
    "nobody_responsible": "answers",
    "answers_for_too_much": "answers",
    "nobody_decides": "rules",
}


@dataclass(frozen=True)
class Line:
    """A finding in words, with the way to what it is about, and the way to pass it over, where the viewer may."""

    title: str
    href: str
    unit: str
    message: str
    remedy: str
    pass_href: str = ""
    excused: str = ""
    excuse_href: str = ""


@dataclass(frozen=True)
class Group:
    """The findings of one rule; `says` is what it wants. `message` and `remedy`: what all lines would say alike."""

    rule: str
    says: str
    level: str
    mark: str
    lines: tuple[Line, ...]
    message: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class CheckView:
    """All findings of a unit and what lies below it, the gravest first; then what is passed over."""

    title: str
    subtitle: str
    counts: tuple[tuple[str, str, int], ...]
    groups: tuple[Group, ...]
    excused: tuple[Group, ...]
    empty: str


def build(desk: Desk, picks: Picks) -> CheckView:
    """The check of the picked unit and everything below it, as far as the viewer sees it."""
    case = case_of(desk.state, desk.opened, desk.office.today)
    below = set(desk.opened.tree.descendants(picks.unit, desk.as_of)) & desk.office.scope()
    found = [one for one in lint(case) if one.unit in below]
    open_ones = [one for one in found if not one.excused]
    empty = ""
    if not any(goal.unit in below for goal in case.objectives.values()):
        empty = (
            "No objective of their own is active in these units yet. Write one under Objectives, and put it in force."
        )
    elif not found:
        empty = "Nothing to tell: objectives, map, people and decision rights hold against every rule."
    return CheckView(
        f"Strategy check of {picks.unit_title}",
        f"{counted(len(RULES), 'rule')}, held against plan, map, people and the newest closed month",
        tuple((*WORDS[level], sum(one.level == level for one in open_ones)) for level in LEVELS),
        _groups(desk, picks, open_ones),
        _groups(desk, picks, [one for one in found if one.excused]),
        empty,
    )


def exempt(desk: Desk, rule: str, of: str, unit: str, reason: str, until: date | None, key: str) -> None:
    """Pass a rule over for one thing of a unit."""
    if rule not in RULES:
        raise Refused(f"there is no rule '{rule}'")
    desk.office.do(GrantExemption(key, unit, rule, of, reason, until))


def may_resume(desk: Desk, key: str) -> bool:
    """Whether there is such an exemption in the viewer's units, and he may end it."""
    found = desk.office.read(Exemption, Exemption.key == key)
    return any(desk.may("strategy.plan", one.unit) for one in found)


def resume(desk: Desk, key: str) -> None:
    """Let the check speak of it again."""
    found = desk.office.one(Exemption, key)
    desk.office.do(EndExemption(key, found.version))


def finding_of(desk: Desk, rule: str, of: str, unit: str) -> Finding | None:
    """The finding that an address means, in the units that the viewer sees; None where there is none (any more)."""
    if unit not in desk.office.scope() or rule not in RULES:
        return None
    case = case_of(desk.state, desk.opened, desk.office.today)
    return next((one for one in lint(case) if (one.rule, one.of, one.unit) == (rule, of, unit)), None)


def _groups(desk: Desk, picks: Picks, found: Iterable[Finding]) -> tuple[Group, ...]:
    rules: dict[str, list[Finding]] = {}
    for one in found:
        rules.setdefault(one.rule, []).append(one)
    return tuple(
        Group(
            rule,
            RULES[rule].says,
            *WORDS[RULES[rule].level],
            tuple(_line(desk, picks, one) for one in ones),
            *_alike(ones),
        )
        for rule, ones in rules.items()
    )


def _alike(ones: Sequence[Finding]) -> tuple[str, str]:
    """What several findings say in the same words."""
    said = {(one.message, one.remedy) for one in ones}
    message, remedy = next(iter(said))
    return (sentence(message), sentence(remedy)) if len(said) == 1 < len(ones) else ("", "")


def _line(desk: Desk, picks: Picks, one: Finding) -> Line:
    units = desk.opened.tree.units
    may = desk.office.may("strategy.plan", one.unit)
    asked = {"rule": one.rule, "of": one.of, "at": one.unit}
    return Line(
        one.title,
        _href(picks, one),
        units[one.unit].title if one.unit in units else one.unit,
        sentence(one.message),
        sentence(one.remedy),
        picks.to("strategy_check", **asked) if may and not one.excused else "",
        one.excused,
        picks.to("strategy_check", resume=one.exemption) if may and one.excused else "",
    )


def _href(picks: Picks, one: Finding) -> str:
    if one.rule in GOVERNED:
        return picks.to("governance", unit=one.unit, show=GOVERNED[one.rule])
    page, name = PAGES[one.kind]
    return picks.to(page, **({name: one.of} if name else {"unit": one.unit}))


__all__ = ["CheckView", "Group", "Line", "build", "exempt", "finding_of", "new_key", "resume"]
