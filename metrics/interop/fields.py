"""The small forms in which dbt writes windows, filters and inputs, in JSON as in YAML of either age."""

import re
from typing import cast

from metrics.interop.ledger import Node
from metrics.interop.semantics import Input, PeriodAgg, Window

GRAINS = ("day", "week", "month", "quarter", "year")
_WINDOW = re.compile(r"^\s*(\d+)\s+([a-z_]+)\s*$")


def grain_of(text: str | None) -> str | None:
    """A grain in lower case and in the singular."""
    if text is None:
        return None
    word = text.lower()
    return word[:-1] if word.endswith("s") and word[:-1] in (*GRAINS, "hour", "minute", "second") else word


def window_of(node: Node, key: str) -> Window | None:
    """`7 days` or {count, granularity}; what is neither is left behind."""
    inner = node.node(key)
    if inner is not None and inner.number("count") is not None:
        return Window(int(inner.number("count") or 0), grain_of(inner.text("granularity")) or "day")
    value = node.get(key)
    match = _WINDOW.match(str(value).lower()) if value is not None else None
    if match:
        return Window(int(match[1]), grain_of(match[2]) or "day")
    if value is not None:
        node.leave(key, "it is no window", "write a number and a grain, such as 7 days")
    return None


def filters_of(node: Node, key: str = "filter") -> tuple[str, ...]:
    """Conditions of a filter: a text, a list of them, or {where_filters: [{where_sql_template}]}."""
    inner = node.node(key)
    if inner is not None:
        return filters_of(inner, "where_filters") or filters_of(inner, "where_sql_template")
    wrapped = [text for one in node.nodes(key) for text in filters_of(one, "where_sql_template")]
    return tuple(wrapped or [text.strip() for text in node.texts(key) if text.strip()])


def input_of(node: Node, key: str) -> Input | None:
    """A metric that another one uses: its name alone, or {name, alias, filter, offset_window, offset_to_grain}."""
    inner = node.node(key)
    if inner is not None:
        return whole_input(inner)
    name = node.text(key)
    return Input(name.lower()) if name else None


def whole_input(node: Node) -> Input:
    """A metric input that is written out."""
    return Input(
        (node.text("name") or "").lower(),
        node.text("alias"),
        filters_of(node),
        window_of(node, "offset_window"),
        grain_of(node.text("offset_to_grain")),
    )


def inputs_of(node: Node, key: str) -> tuple[Input, ...]:
    """A list of metric inputs, each written out or by its name alone."""
    value = node.content.get(key)
    if not isinstance(value, list):
        return ()
    written = {inner.path[-1]: whole_input(inner) for inner in node.nodes(key)}
    if len(written) < len(value):
        node.get(key)
    return tuple(written[at] if at in written else Input(str(one).lower()) for at, one in enumerate(value))


def period_agg_of(node: Node) -> PeriodAgg:
    """Which day of a longer period tells its value: first, last, or the average of all."""
    word = node.word("period_agg") or "first"
    if word not in ("first", "last", "average"):
        node.leave("period_agg", "it is none of first, last, average", "choose one of them")
        return "first"
    return cast("PeriodAgg", word)


def relation_of(node: Node, key: str) -> str:
    """The table below a model: the alias of a node relation, or the name inside ref('...')."""
    inner = node.node(key)
    if inner is None:
        text = node.text(key) or ""
        match = re.search(r"ref\(\s*(?:['\"][^'\"]+['\"]\s*,\s*)?['\"]([^'\"]+)['\"]", text)
        return match[1] if match else text.rsplit(".", 1)[-1]
    for part in ("schema_name", "database", "relation_name"):
        inner.get(part)  # where it lies is for the workspace's source to say
    return inner.text("alias") or (inner.text("relation_name") or "").rsplit(".", 1)[-1].strip('"')
