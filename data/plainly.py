"""The fast road for YAML: plain documents by libyaml, with places, exactly as the thorough reader would read them.

libyaml knows YAML 1.1. Whatever the two versions might read differently, and whatever is wrong, is left to ruamel.yaml.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from math import isfinite
from typing import Any

from yaml import MappingNode, Node, ScalarNode, SequenceNode, YAMLError
from yaml.cyaml import CParser

Steps = tuple[str | int, ...]

DOUBTFUL = re.compile(
    r"^(?:%|---|\.\.\.)"  # directives, several documents
    r"|(?:^|[\s\[{,:-])(?:[&*]\S|<<|!(?:[\s,\]}]|$))"  # anchors, aliases, merges, a tag without a name
    r"|[\t\x85\u2028\u2029\ufeff]"  # tabs, and breaks that only YAML 1.1 takes for line ends
    r"|[\"']:[^\s,\]}]"  # a value that touches its quoted key
    r"|[|>][-+\d]*(?:#| *(?:#.*)?\r?\n *\r?\n)",  # a block of text that begins with a remark or a blank line
    re.MULTILINE,
)
PLAIN = "plain"  # the tag of what bears none
DEEPEST, MOST = 100, 100_000  # steps and nodes, as the thorough reader allows
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS: Mapping[str, bool] = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"[-+]?(?:0|[1-9]\d*)"), int),
    (re.compile(r"[-+]?(?:0|[1-9]\d*)\.\d+(?:[eE][-+]?\d+)?|[-+]?[1-9]\d*[eE][-+]?\d+"), float),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), date.fromisoformat),
)
_TEXT = re.compile(r"[-+]|[A-Za-z_(/\"'$€].*|\d+(?:\.\d+)? [%A-Za-z].*|\d{4}-\d{2}|\d{4}-Q\d", re.DOTALL)


class _Doubt(Exception):
    """Not read: the thorough reader knows what is meant, or what is wrong."""


class _Loader(CParser):  # type: ignore[misc]  # yaml ships no types
    """libyaml's parser and composer; scalars keep their text, what they mean is decided here."""

    def resolve(self, _kind: Any, _value: Any, _implicit: Any) -> str:
        return PLAIN

    def descend_resolver(self, *_place: Any) -> None:
        """Nothing is resolved by its place."""

    def ascend_resolver(self) -> None:
        """Nothing is resolved by its place."""


def read_plainly(text: str) -> tuple[Any, dict[Steps, tuple[int, int]]] | None:
    """Content and places (line and column from 0) of a plain document; None where the thorough reader has to look."""
    if DOUBTFUL.search(text):
        return None
    places: dict[Steps, tuple[int, int]] = {(): (0, 0)}
    try:
        root = _Loader(text).get_single_node()
        content = None if root is None else _node(root, (), places)
    except (YAMLError, _Doubt, ValueError, RecursionError):
        return None
    return content, places


def _node(node: Node, path: Steps, places: dict[Steps, tuple[int, int]]) -> Any:
    if node.tag != PLAIN or len(path) > DEEPEST or len(places) > MOST:
        raise _Doubt
    if isinstance(node, ScalarNode):
        return node.value if node.style else scalar(node.value)
    if isinstance(node, MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or key.style in ("|", ">"):
                raise _Doubt
            name = key.value if key.style else _key(key.value)
            if name in found:
                raise _Doubt
            places[(*path, name)] = (key.start_mark.line, key.start_mark.column)
            found[name] = None
            found[name] = _node(value, (*path, name), places)
        return found
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            places[(*path, index)] = (item.start_mark.line, item.start_mark.column)
        return [_node(item, (*path, index), places) for index, item in enumerate(node.value)]
    raise _Doubt


def _key(text: str) -> str:
    if not isinstance(scalar(text), str) and not text.isdigit():
        raise _Doubt
    return text


@lru_cache(maxsize=8192)
def scalar(text: str) -> Any:
    """What a plain scalar means in YAML 1.2; raises where that takes more than a look."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    for pattern, kind in _NUMBERS:
        if pattern.fullmatch(text):
            return _finite(kind(text))
    if _TEXT.fullmatch(text):
        return text
    raise _Doubt


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not isfinite(value):
        raise _Doubt
    return value
