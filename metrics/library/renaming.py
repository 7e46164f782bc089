"""Puts a company's own names into a formula of the library; what is no name of a column stays as it is written."""

from collections.abc import Mapping
from typing import Any

import sqlglot
from sqlglot.tokenizer_core import TokenType

from metrics.library.entry import EXPRESSIONS, RoleTable
from metrics.library.matching import Match

NAMES = frozenset({TokenType.VAR, TokenType.IDENTIFIER})


def renamed(text: str, names: Mapping[str, str]) -> str:
    """A SQL expression with the columns in `names` replaced: by a name, or by an expression, then in parentheses."""
    tokens = sqlglot.tokenize(text, read="duckdb")
    pieces, at = [], 0
    for place, token in enumerate(tokens):
        follows = tokens[place + 1].token_type if place + 1 < len(tokens) else None
        called = token.text in names and follows != TokenType.L_PAREN
        if called and text[token.start] != "'" and (place == 0 or tokens[place - 1].token_type != TokenType.DOT):
            own = names[token.text]
            alone = len(tokens) == 1 or own.replace(".", "_").isidentifier() or own.startswith(('"', "CAST("))
            pieces += [text[at : token.start], own if alone else f"({own})"]
            at = token.end + 1
    return "".join(pieces) + text[at:]


def rebound(
    node: Any, roles: Mapping[str, RoleTable], found: Mapping[str, Match], times: Mapping[str, str | None]
) -> Any:
    """A formula with own tables and columns. `times`: the column of its time, by role; left out where it is that."""
    if isinstance(node, list | tuple):
        return [rebound(one, roles, found, times) for one in node]
    if not isinstance(node, dict):
        return node
    if not isinstance(node.get("table"), str):
        whole = {name: rebound(value, roles, found, times) for name, value in node.items()}
        return whole | {"entity": _entity(node, found)} if "base" in node else whole
    role = node["table"]
    body = {**node, "table": found[role].table}
    if "opened" not in body:
        body.setdefault("time", roles[role].time)
    for name in EXPRESSIONS:
        if isinstance(body.get(name), str):
            compared = name in ("expr", "filter")
            body[name] = renamed(body[name], found[role].compared if compared else found[role].columns)
    if body.get("time") == times[role]:
        del body["time"]
    return body


def _entity(node: Mapping[str, Any], found: Mapping[str, Match]) -> str:
    """What both events call their entity; where they differ the role's name, which `entities:` of the tables tells."""
    name: str = node["entity"]
    own = {found[node[event]["table"]].columns[name] for event in ("base", "converted")}
    return own.pop() if len(own) == 1 else name


def with_metrics(kind: str, body: Any, keys: Mapping[str, str]) -> Any:
    """A formula over metrics with own keys in place of the library's."""
    if isinstance(body, str):
        return renamed(body, keys)
    if kind == "ratio":
        return {part: keys.get(one, one) if isinstance(one, str) else one for part, one in body.items()}
    if isinstance(body.get("metric"), str):
        return {**body, "metric": keys.get(body["metric"], body["metric"])}
    return body
