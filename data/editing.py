"""Edits single fields of a YAML text and leaves the rest, remarks included, as it was written."""

import os
from io import StringIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString

from data.errors import CommandError
from data.warehouse import sync

WIDE = 10_000  # no line is broken that was not
GONE = object()  # the value of a field that is to be taken out


def value_at(text: str, path: tuple[str, ...]) -> Any:
    """The value of a field as plain data; None where it is not there. CommandError for a text that is no YAML."""
    node = _loaded(text)
    for part in path:
        if not isinstance(node, dict) or part not in node:
            return None
        node = node[part]
    return node


def edited(text: str, path: tuple[str, ...], value: Any, after: tuple[str, ...] = ()) -> str:
    """The text with one field set, or taken out (`GONE`); maps on the way to it are made, and dropped when empty.

    A new field of the top level is put before the first of those in `after` that is there, else at the end.
    """
    tree = _loaded(text)
    if tree is None:
        tree = CommentedMap()
    if not isinstance(tree, dict):
        raise CommandError("the text holds no fields; write `title: ...` first")
    if isinstance(value, str) and "\n" in value:
        value = LiteralScalarString(value)
    if value is GONE:
        _take_out(tree, path)
    else:
        _put(tree, path, value, after)
    return _dumped(tree, text)


def flow(value: Any) -> str:
    """A value on one line, as it would stand behind its key: `[{value: 94 %, to: 2024-12}, ...]`."""
    if isinstance(value, str):
        return value
    out = StringIO()
    yaml = YAML(typ="rt")
    yaml.width, yaml.default_flow_style = WIDE, True
    yaml.dump(_plain(value), out)
    return out.getvalue().removesuffix("\n").removesuffix("\n...").strip()


def parsed(text: str) -> Any:
    """A value from one line; CommandError with the place where it is no YAML."""
    return _loaded(text)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def _take_out(tree: dict[str, Any], path: tuple[str, ...]) -> None:
    way = [tree]
    for part in path[:-1]:
        inner = way[-1].get(part)
        if not isinstance(inner, dict):
            return
        way.append(inner)
    for node, part in zip(reversed(way), reversed(path), strict=True):
        node.pop(part, None)
        if node:
            return


def _put(tree: dict[str, Any], path: tuple[str, ...], value: Any, after: tuple[str, ...]) -> None:
    node = tree
    for part in path[:-1]:
        if not isinstance(node.get(part), dict):
            made = CommentedMap()
            made.fa.set_flow_style()
            _insert(node, part, made, after if node is tree else ())
        node = node[part]
    if path[-1] in node:
        node[path[-1]] = value
    else:
        _insert(node, path[-1], value, after if node is tree else ())


def _insert(node: dict[str, Any], key: str, value: Any, after: tuple[str, ...]) -> None:
    place = next((place for place, name in enumerate(node) if name in after), None)
    if place is None or not isinstance(node, CommentedMap):
        node[key] = value
    else:
        node.insert(place, key, value)


def _loaded(text: str) -> Any:
    try:
        yaml = YAML(typ="rt")
        yaml.preserve_quotes = True
        return yaml.load(text)
    except (YAMLError, RuntimeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise CommandError(f"{place}is not valid YAML: {getattr(error, 'problem', error)}") from None


def _dumped(tree: Any, like: str) -> str:
    """The tree as text, its lists indented like those of the text before."""
    out = StringIO()
    yaml = YAML(typ="rt")
    yaml.width, yaml.preserve_quotes = WIDE, True
    flat = any(line.startswith("- ") for line in like.splitlines())
    yaml.indent(mapping=2, sequence=2 if flat else 4, offset=0 if flat else 2)
    yaml.dump(tree, out)
    return out.getvalue()


def write_whole(path: Path, text: str) -> None:
    """Put a text in the place of a file in one step: a reader sees the old one or the new one, also after a kill."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
    sync(path.parent)
