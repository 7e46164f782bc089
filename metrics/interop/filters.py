"""dbt's conditions: SQL with `{{ Dimension('order__channel') }}` in it, read without running any template."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from data.errors import FourfoldError
from metrics.interop.fields import GRAINS, grain_of

_HOLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
PARTS = ("year", "quarter", "month", "day", "dow", "doy")


class FilterError(FourfoldError):
    """A condition that cannot be read; the text says why."""


@dataclass(frozen=True)
class Item:
    """What a condition or a query asks for: a dimension, a time, an entity, a metric by entities.

    `links` are the entities on the way to it, its own table's included; `element` is its name.
    """

    kind: str
    links: tuple[str, ...]
    element: str
    grain: str | None = None
    part: str | None = None
    by: tuple[str, ...] = ()

    @property
    def is_metric_time(self) -> bool:
        """Whether this is the time of the metric at hand, whichever column that is."""
        return self.element == "metric_time" and not self.links


def item_named(name: str, kind: str = "dimension", grains: tuple[str, ...] = GRAINS) -> Item:
    """`customer__segment`, `metric_time__month`, `order__ordered_on__extract_year` as an item."""
    *links, element = name.lower().split("__")
    grain = part = None
    if links and element in grains:
        grain, element = element, links.pop()
    elif links and element.startswith("extract_"):
        part, element = element.removeprefix("extract_"), links.pop()
    if element == "metric_time" or grain or part:
        kind = "time"
    return Item(kind, tuple(links), element, grain, part)


def pieces(text: str) -> list[str | Item]:
    """A condition as texts of SQL and the items between them; FilterError for a template that does more."""
    found: list[str | Item] = []
    at = 0
    for hole in _HOLE.finditer(text):
        found += [text[at : hole.start()], _called(hole[1].strip(), text)]
        at = hole.end()
    rest = text[at:]
    if "{%" in text or "{{" in rest:
        raise FilterError(f"'{text}' is a template that does more than name things")
    return [*found, rest]


def written(text: str, resolve: Callable[[Item], str]) -> str:
    """A condition with every item replaced by SQL."""
    return " ".join("".join(piece if isinstance(piece, str) else resolve(piece) for piece in pieces(text)).split())


def _called(text: str, whole: str) -> Item:
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        raise FilterError(f"'{text}' in '{whole}' cannot be read") from None
    grain = part = None
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "grain":
            grain = str(_argument(node, 0, "time_granularity"))
        elif node.func.attr == "date_part":
            part = str(_argument(node, 0, "date_part_name"))
        else:
            raise FilterError(f"'.{node.func.attr}' in '{whole}' is not known")
        node = node.func.value
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in BUILDERS:
        raise FilterError(f"'{text}' in '{whole}' names none of {', '.join(BUILDERS)}")
    item = BUILDERS[node.func.id](node)
    return Item(
        "time" if grain or part else item.kind,
        item.links,
        item.element,
        grain_of(grain) or item.grain,
        (part or item.part or "").lower() or None,
        item.by,
    )


def _argument(node: ast.Call, at: int, name: str) -> Any:
    try:
        for keyword in node.keywords:
            if keyword.arg == name:
                return ast.literal_eval(keyword.value)
        return ast.literal_eval(node.args[at]) if at < len(node.args) else None
    except ValueError:
        raise FilterError(f"'{ast.unparse(node)}' holds more than words") from None


def _path(node: ast.Call, at: int) -> tuple[str, ...]:
    return tuple(str(one).lower() for one in _argument(node, at, "entity_path") or ())


def _dimension(node: ast.Call) -> Item:
    named = item_named(str(_argument(node, 0, "name")))
    return Item(named.kind, (*_path(node, 1), *named.links), named.element, named.grain, named.part)


def _time(node: ast.Call) -> Item:
    named = item_named(str(_argument(node, 0, "time_dimension_name")), "time")
    grain = _argument(node, 1, "time_granularity_name")
    part = _argument(node, 4, "date_part_name")
    links = (*_path(node, 2), *named.links)
    told = grain_of(str(grain)) if grain else named.grain
    return Item("time", links, named.element, told, str(part).lower() if part else named.part)


def _entity(node: ast.Call) -> Item:
    *links, element = str(_argument(node, 0, "entity_name")).lower().split("__")
    return Item("entity", (*_path(node, 1), *links), element)


def _metric(node: ast.Call) -> Item:
    by = _argument(node, 1, "group_by")
    names = (by,) if isinstance(by, str) else tuple(by or ())
    return Item(
        "metric", (), str(_argument(node, 0, "metric_name")).lower(), by=tuple(str(one).lower() for one in names)
    )


BUILDERS: dict[str, Callable[[ast.Call], Item]] = {
    "Dimension": _dimension,
    "TimeDimension": _time,
    "Entity": _entity,
    "Metric": _metric,
}
