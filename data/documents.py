"""Reads YAML 1.2 documents so that every later error can name file, line, column, field and the nearest right name."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean
from ruamel.yaml.scalarfloat import ScalarFloat
from ruamel.yaml.scalarint import ScalarInt
from ruamel.yaml.scalarstring import ScalarString
from ruamel.yaml.timestamp import TimeStamp

from data.endless import endless, too_long
from data.errors import DefinitionError
from data.plainly import read_plainly

Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """One thing wrong at one place. `line` and `column` count from 1; None where the whole file is meant.

    `code` is that of a refusal (docs/refusals.md), where it is one.
    """

    file: str
    message: str
    line: int | None = None
    column: int | None = None
    field: str = ""
    hint: str = ""
    caret: str = ""
    code: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        field = f" {self.field}:" if self.field else ""
        hint = f" ({self.hint})" if self.hint else ""
        code = f" [{self.code}]" if self.code else ""
        return f"{place}:{field} {self.message}{hint}{code}" + (f"\n{self.caret}" if self.caret else "")


@dataclass(frozen=True)
class Document:
    """A parsed file: plain `content` (dicts, lists, scalars) and where each node stands."""

    path: Path
    name: str
    content: Any
    places: dict[Path_, tuple[int, int]]
    lines: tuple[str, ...]

    def problem(self, path: Path_, message: str, hint: str = "", code: str = "") -> Problem:
        """A `Problem` at the node with this path, or at its nearest known ancestor."""
        at = path
        while at and at not in self.places:
            at = at[:-1]
        line, column = self.places.get(at, (0, 0))
        text = self.lines[line] if line < len(self.lines) else ""
        caret = f"    {text}\n    {' ' * column}^" if text else ""
        field = ".".join(str(part) for part in path)
        return Problem(self.name, message, line + 1, column + 1, field, hint, caret, code)


class Problems:
    """Collects problems so that all are told at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, problem: Problem) -> None:
        """Remember one more problem."""
        self.found.append(problem)

    def raise_if_any(self) -> None:
        """Raise one `DefinitionError` with everything that was found."""
        if self.found:
            raise DefinitionError(tuple(sorted(self.found, key=lambda p: (p.file, p.line or 0, p.column or 0))))


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the nearest known name, the list if it is short, else an empty string."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.55)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= 12 else ""


def read(path: Path, root: Path, problems: Problems) -> Document | None:
    """Parse one YAML file; what is wrong goes to `problems` and gives None. Byte-order mark and CRLF are fine."""
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.add(Problem(name, "the file is missing"))
        return None
    except UnicodeDecodeError as error:
        problems.add(
            Problem(name, f"is not UTF-8 text: byte {error.start} cannot be read", hint="save the file as UTF-8")
        )
        return None
    return parse(text, path, name, problems)


def parse(text: str, path: Path, name: str, problems: Problems) -> Document | None:
    """The text of one YAML file as a document; what is wrong goes to `problems` and gives None."""
    fault = too_long(text)
    plain = read_plainly(text) if fault is None else None
    if plain is not None:
        content, known = plain
        return Document(path, name, {} if content is None else content, known, tuple(text.splitlines()))
    fault = fault or endless(text)
    if fault is not None:
        problems.add(Problem(name, fault[1], fault[0]))
    tree = _thoroughly(text, name, problems) if fault is None else None
    if tree is None:
        return None
    places: dict[Path_, tuple[int, int]] = {(): (0, 0)}
    try:
        content = _plain(tree[0], (), places)
    except _Unreadable as error:
        place = places[error.path]
        problems.add(Problem(name, error.message, place[0] + 1, place[1] + 1))
        return None
    return Document(path, name, {} if content is None else content, places, tuple(text.splitlines()))


def _thoroughly(text: str, name: str, problems: Problems) -> tuple[Any] | None:
    """The tree that ruamel.yaml makes of a text; what is wrong goes to `problems` and gives None."""
    try:
        return (YAML(typ="rt").load(text),)
    except DuplicateKeyError as error:
        problems.add(_yaml_problem(name, text, error, "the same key stands twice; keep one of them"))
    except MarkedYAMLError as error:
        problems.add(_yaml_problem(name, text, error, f"is not valid YAML: {error.problem}"))
    except (YAMLError, ValueError) as error:  # a character that is none, a number without end, a day that never was
        problems.add(Problem(name, f"holds what cannot be read: {str(error).splitlines()[0]}"))
    except RuntimeError as error:  # ruamel.yaml gives up on the places of some comments
        problems.add(Problem(name, f"has a remark that cannot be placed: {error}", hint="move or drop the remark"))
    return None


def check(model: type[Model], document: Document, problems: Problems, at: Path_ = ()) -> Model | None:
    """The document's node at `at` as `model`; every violation becomes a problem with place and remedy."""
    node = document.content
    for part in at:
        node = node[part]
    try:
        return model.model_validate(node)
    except ValidationError as error:
        for detail in _telling(document, at, [dict(detail) for detail in error.errors()]):
            problems.add(_validation_problem(document, at, model, detail))
        return None


def misplaced(field: str, message: str, code: str = "") -> PydanticCustomError:
    """An error of a whole model that is about one of its fields: raised by a validator, told at that field."""
    return PydanticCustomError("misplaced", "{message}", {"message": message, "field": field, "code": code})


def _telling(document: Document, at: Path_, details: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what the other branches of a union say: that the thing is not of their kind at all."""
    found = []
    for detail in details:
        path = _steps(document, at, tuple(detail["loc"]))
        while path and path not in document.places:
            path = path[:-1]
        found.append((detail, path))
    exact = [path for detail, path in found if not _is_of_another_kind(detail)]
    return [
        detail
        for detail, path in found
        if not _is_of_another_kind(detail) or not any(other[: len(path)] == path for other in exact)
    ]


def _is_of_another_kind(detail: Mapping[str, Any]) -> bool:
    kind = str(detail["type"])
    return kind.endswith(("_type", "_parsing")) or (kind == "literal_error" and not isinstance(detail["input"], str))


def _yaml_problem(name: str, text: str, error: MarkedYAMLError, message: str) -> Problem:
    mark = error.problem_mark
    if mark is None:
        return Problem(name, message)
    lines = text.splitlines()
    caret = f"    {lines[mark.line]}\n    {' ' * mark.column}^" if mark.line < len(lines) else ""
    return Problem(name, message, mark.line + 1, mark.column + 1, caret=caret)


PLAIN: tuple[tuple[type, Any], ...] = (
    (ScalarString, str),
    (ScalarBoolean, bool),
    (ScalarInt, int),
    (ScalarFloat, float),
    (TimeStamp, TimeStamp.isoformat),
)


MOST_NODES = 100_000  # an alias inside an alias inside an alias ... grows without end
TEXT_TAG = "tag:yaml.org,2002:str"


class _Unreadable(Exception):
    """Valid YAML that cannot be a definition; `path` is the node it is about."""

    def __init__(self, path: Path_, message: str) -> None:
        self.path, self.message = path, message


def _plain(node: Any, path: Path_, places: dict[Path_, tuple[int, int]]) -> Any:
    if len(places) > MOST_NODES or len(path) > 100:
        raise _Unreadable(path, "grows without end, by aliases of aliases")
    tag = getattr(getattr(node, "tag", None), "value", None)
    if isinstance(node, TaggedScalar) and tag == TEXT_TAG:
        return str(node.value)
    if tag is not None:
        raise _Unreadable(path, f"the tag {tag} means nothing here; leave it out")
    if isinstance(node, CommentedMap):
        for key in node:
            places[(*path, str(key))] = _place(node.lc, node.lc.key, key)
        return {str(key): _plain(value, (*path, str(key)), places) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        for index in range(len(node)):
            places[(*path, index)] = _place(node.lc, node.lc.item, index)
        return [_plain(value, (*path, index), places) for index, value in enumerate(node)]
    found = next((plain(node) for kind, plain in PLAIN if isinstance(node, kind)), node)
    if isinstance(found, float) and not math.isfinite(found):
        raise _Unreadable(path, f"{found} is no number that can be counted with")
    if found is not None and not isinstance(found, str | bool | int | float | date):
        raise _Unreadable(path, f"a {type(found).__name__} means nothing here; write text, numbers, lists and fields")
    return found


def _place(at: Any, of: Callable[[Any], tuple[int, int] | None], key: object) -> tuple[int, int]:
    """Where a key or item stands; one that was merged from elsewhere (`<<`) stands where its map begins."""
    try:
        found = of(key)
    except KeyError:
        found = None
    return found if found is not None else (int(at.line or 0), int(at.col or 0))


def _validation_problem(document: Document, at: Path_, model: type[BaseModel], detail: dict[str, Any]) -> Problem:
    inside: Path_ = tuple(part for part in detail["loc"])
    known = _steps(document, at, inside)
    if detail["type"] == "misplaced":
        known = (*known, str(detail["ctx"]["field"]))
    message, hint, code = str(detail["msg"]), "", str(detail.get("ctx", {}).get("code", ""))
    if detail["type"] == "extra_forbidden":
        fields = _fields_near(model, inside)
        message = f"'{inside[-1]}' is not a field here"
        hint = nearest(str(inside[-1]), fields)
    elif detail["type"] == "missing":
        message = f"the field '{inside[-1]}' is missing"
        known = known[:-1] if known and known[-1] == inside[-1] else known
    elif detail["type"] == "literal_error":
        expected = str(detail.get("ctx", {}).get("expected", ""))
        options = [part.strip(" '") for part in expected.replace(" or ", ", ").split(",")]
        message, hint = f"'{detail['input']}' is not one of {expected}", _guess(str(detail["input"]), options)
    else:
        message = plainly(detail)
    return document.problem(known, message, hint, code)


def plainly(detail: Mapping[str, Any]) -> str:
    """What pydantic says of one value, in words that tell what to write."""
    if str(detail["type"]).startswith("date_"):
        return f"'{detail['input']}' is not a date; write it as 2025-01-31"
    message = str(detail["msg"])
    if detail["type"] == "string_pattern_mismatch":
        return f"'{detail['input']}' {_PATTERNS.get(detail['ctx']['pattern'], message)}"
    return _KINDS.get(str(detail["type"]), "{0}").format(message.removeprefix("Value error, "), detail["input"])


_KINDS: Mapping[str, str] = {  # {0}: pydantic's own words, {1}: what was written
    "string_type": "'{1}' is not text; put it in quotes",
    "model_type": "fields are wanted here, written as `name: value`",
    "dict_type": "keys with values are wanted here, written as `key: value`",
    "tuple_type": "a list is wanted here, written as `[one, two]`",
    "list_type": "a list is wanted here, written as `[one, two]`",
    "int_parsing": "'{1}' is not a whole number",
    "int_type": "'{1}' is not a whole number",
    "float_parsing": "'{1}' is not a number",
    "float_type": "'{1}' is not a number",
    "bool_parsing": "'{1}' is neither true nor false",
    "bool_type": "'{1}' is neither true nor false",
}
_PATTERNS: Mapping[str, str] = {
    r"^[a-z][a-z0-9_]*$": "is not a key; write it in small letters, digits and underscores, a letter first",
    r"^[A-Z]{3}$": "is not a currency; write its three capital letters, such as EUR",
    r"^\d+ days?$": "is not a number of days; write for example '3 days'",
}


def _guess(name: str, options: Sequence[str]) -> str:
    close = get_close_matches(name, list(options), n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else ""


def _steps(document: Document, at: Path_, inside: Path_) -> Path_:
    """Pydantic's location without names of union branches: only steps that the document has, and a last key."""
    path = at
    node = document.content
    for part in at:
        node = node[part]
    for index, part in enumerate(inside):
        if isinstance(node, dict) and str(part) in node:
            path, node = (*path, str(part)), node[str(part)]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            path, node = (*path, part), node[part]
        elif index == len(inside) - 1 and isinstance(part, str) and isinstance(node, dict):
            path = (*path, part)
    return path


def _fields_near(model: type[BaseModel], inside: Path_) -> set[str]:
    """Names allowed where the unknown one stood: followed through nested models, else all names of the model."""
    current: list[type[BaseModel]] = [model]
    for part in inside[:-1]:
        following = [
            inner for one in current if str(part) in _names(one) for inner in _models(_names(one)[str(part)].annotation)
        ]
        current = following or current
    return {name for one in current for name in _names(one)}


def _names(model: type[BaseModel]) -> dict[str, Any]:
    return {(field.alias or name): field for name, field in model.model_fields.items()}


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in getattr(annotation, "__args__", ()) for model in _models(argument)]
