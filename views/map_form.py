"""The form of a link: filled in with what is known, and what becomes of it when it is handed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from access.policy import Refused
from flows.hypotheses import proposed
from strategy.commands import new_key
from strategy.maps.commands import DrawLink, EndLink, RestoreLink, ReviseLink
from strategy.maps.tables import ACTIVE, Link
from strategy.reading import read
from views.desk import Desk
from views.map_link import LinkView, link_of, title_of
from views.map_links import why_not


@dataclass(frozen=True)
class LinkForm:
    """What a form for a link begins with; `leading` and `lagging` offer metrics by key, those of the ends first."""

    title: str
    unit: str
    cause: str
    effect: str
    because: str
    leading: str | None
    lagging: str | None
    sign: int
    lag_months: int | None
    by: date | None
    leading_options: Mapping[str, str]
    lagging_options: Mapping[str, str]
    hint: str = ""


@dataclass(frozen=True)
class Filled:
    """A form as somebody has filled it in."""

    because: str
    leading: str | None
    lagging: str | None
    sign: int
    lag_months: int | None
    by: date | None


def form_of_link(desk: Desk, key: str) -> LinkForm:
    """The form of a link that is on the map."""
    link = link_of(desk, key)
    goals = desk.workspace.plan.known
    return LinkForm(
        f"{title_of(goals, link.cause)} \u2192 {title_of(goals, link.effect)}",
        link.unit,
        link.cause,
        link.effect,
        link.because,
        link.leading,
        link.lagging,
        link.sign,
        link.lag_months,
        link.by,
        _options(desk, link.cause, link.leading),
        _options(desk, link.effect, link.lagging),
    )


def new_form(desk: Desk, cause: str, effect: str) -> LinkForm:
    """The form of a link to be drawn, filled with what is known; `Refused` where it may not be drawn."""
    goals = desk.workspace.plan.objectives
    if cause not in goals or effect not in goals:
        raise Refused("a link joins two active objectives; choose them on the map")
    links = read(desk.state, Link, Link.state == ACTIVE)
    if reason := why_not(desk, cause, effect, links):
        raise Refused(f"no link from '{goals[cause].title}' to '{goals[effect].title}': {reason.lower()}")
    best = proposed(desk.workspace, goals[cause].metrics, goals[effect].metrics)
    return LinkForm(
        f"{goals[cause].title} \u2192 {goals[effect].title}",
        goals[effect].unit or desk.opened.tree.root,
        cause,
        effect,
        best.because if best else "",
        best.leading if best else None,
        best.lagging if best else None,
        best.sign if best else 1,
        best.months if best else None,
        None,
        _options(desk, cause, best.leading if best else None),
        _options(desk, effect, best.lagging if best else None),
        "Filled in from drivers.yaml; change what you see otherwise." if best and best.declared else "",
    )


def draw(desk: Desk, form: LinkForm, filled: Filled, key: str) -> None:
    """Draw the link that a form describes."""
    said = filled
    desk.office.do(
        DrawLink(
            key,
            form.unit,
            form.cause,
            form.effect,
            said.because,
            said.leading,
            said.lagging,
            said.sign,
            said.lag_months,
            said.by,
        )
    )


def revise(desk: Desk, shown: LinkView, filled: Filled) -> None:
    """Say the hypothesis of a link anew."""
    said = filled
    desk.office.do(
        ReviseLink(
            shown.key, shown.version, said.because, said.leading, said.lagging, said.sign, said.lag_months, said.by
        )
    )


def end(desk: Desk, shown: LinkView, reason: str) -> None:
    """Take a link off the map."""
    desk.office.do(EndLink(shown.key, shown.version, reason))


def restore(desk: Desk, shown: LinkView) -> None:
    """Put a link back on the map."""
    desk.office.do(RestoreLink(shown.key, shown.version))


def _options(desk: Desk, objective: str, kept: str | None) -> dict[str, str]:
    """Metrics to choose from: those of the objective first, then all others by title."""
    metrics, goals = desk.workspace.metrics, desk.workspace.plan.known
    own = [key for key in (goals[objective].metrics if objective in goals else ()) if key in metrics]
    rest = sorted((key for key in metrics if key not in own), key=lambda key: metrics[key].title)
    titles = {key: metrics[key].title for key in [*own, *rest]}
    return titles if kept is None or kept in titles else {kept: kept, **titles}


__all__ = ["Filled", "LinkForm", "draw", "end", "form_of_link", "new_form", "new_key", "restore", "revise"]
