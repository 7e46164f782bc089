"""The form of a definition: its fields, read from the YAML text beside it and written back into it, none of its own.

Which fields a kind has is asked of the model that checks it, so a new kind has its form without being named here.
"""

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from data.documents import Problem
from data.editing import GONE, edited, flow, parsed, value_at
from data.errors import CommandError
from flows.workspace import Workspace
from metrics.definitions.kinds import KINDS, Aggregate
from metrics.definitions.metric import Metric

Path_ = tuple[str, ...]
Widget = Literal["line", "words", "yaml", "choice", "flag"]
KIND, IS = "__kind", "__is"  # choices that are no field of the file: which kind, and what a part of a ratio is
TAIL = ("target", "anchors", "labels", "nulls", "cadence", "due_after_days", "decimals", "tests", "guardrails", "tags")
FACTS: tuple[Path_, ...] = (("title",), ("description",), ("owner",), ("measured_in",), ("indicator",), ("direction",))
AIMS: tuple[Path_, ...] = (("target",), ("anchors",))
REST: tuple[Path_, ...] = (("nulls",), ("cadence",), ("decimals",), ("guardrails",), ("tags",), ("tests",))
RARE = ("percentile", "discrete", "later", "over_time", "inclusive")  # asked for below, unless they say something
SAYS: Mapping[str, str] = {
    "measured_in": 'EUR, "%", days, count, hours/person',
    "target": "95 %, a number, a list of dated steps, or {table: ..., expr: ...}",
    "anchors": "{goal: target, red: 10 % of target}",
    "expr": "SQL over the columns of one row; of a formula: metrics and + - * / ( )",
    "filter": "SQL condition over the columns of one row",
    "time": "another date column than the table's own",
    "tests": "[{period: 2025-01, equals: 125000, from: ...}, {range: [0, 1]}]",
    "guardrails": "[metrics that must not suffer]",
    "tags": "[words to find it by]",
    "decimals": "how many are shown",
}
WORDS: Mapping[str, str] = {"expr": "Expression", "measured_in": "Measured in", "over_time": "Over time", "as": "As"}
TITLES: Mapping[str, str] = {
    "agg": "Aggregation of rows",
    "ratio": "Ratio",
    "expr": "Formula of metrics",
    "change": "Change against earlier",
    "to_date": "To date",
    "rolling": "Rolling window",
    "stock": "Stock, open at the end",
    "first_per": "First events",
    "maintain": "Service level kept",
}


@dataclass(frozen=True)
class Entry:
    """One field of the form. `shown` is what the widget holds; for a choice None is nothing chosen.

    `problem` is what the workspace says of it; `options` are (key, title) pairs.
    """

    path: Path_
    label: str
    widget: Widget
    shown: str | None
    options: tuple[tuple[str, str], ...] = ()
    optional: bool = True
    help: str = ""
    problem: str = ""

    @property
    def name(self) -> str:
        """The path as one word, for keys of widgets."""
        return ".".join(self.path)


@dataclass(frozen=True)
class Group:
    """Fields that stand together."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Form:
    """The whole form; `left` are the problems of the file that no field of the form can show."""

    groups: tuple[Group, ...]
    left: tuple[Problem, ...]


def form_of_text(text: str, workspace: Workspace, problems: Sequence[Problem] = ()) -> Form:
    """The form of a text; CommandError where the text is no YAML."""
    kind = kind_of(text)
    entries = [_kind_entry(kind), *(_entries_of_kind(text, kind, workspace) if kind else ())]
    rare = [entry for entry in entries if entry.path[-1] in RARE and not entry.shown]
    computed = [entry for entry in entries if entry not in rare]
    groups = [
        Group("What it says", tuple(_top(text, path, workspace) for path in FACTS)),
        Group("How it is computed", tuple(computed)),
        Group("What is wanted of it", tuple(_top(text, path, workspace) for path in AIMS)),
        Group("Further", (*(_top(text, path, workspace) for path in REST), *rare)),
    ]
    return _with_problems(groups, problems)


def kind_of(text: str) -> str:
    """The kind that a text names, the first of several; empty without one."""
    return next((kind for kind in KINDS if value_at(text, (kind,)) is not None), "")


def written(text: str, path: Path_, shown: str | None, workspace: Workspace) -> str:
    """The text with what a widget now holds; CommandError where that is no YAML."""
    if path == (KIND,):
        return _with_kind(text, shown or "", workspace)
    if path[-1] == IS:
        template: Any = next(iter(workspace.metrics)) if shown == "metric" else _template(Aggregate, workspace)
        return edited(text, path[:-1], template)
    before = value_at(text, path)
    if before is not None and shown is not None and flow(before) == shown.strip():
        return text
    if shown is None or not shown.strip():
        return edited(text, path, GONE)
    value: Any = shown.strip()
    if _is_text(path):
        value = value.replace("\r\n", "\n")
    elif shown in ("true", "false"):
        value = shown == "true"
    else:
        value = parsed(value)
    return edited(text, path, value, TAIL if len(path) == 1 and path[0] not in TAIL else _after(path[0]))


def _after(name: str) -> tuple[str, ...]:
    return TAIL[TAIL.index(name) + 1 :] if name in TAIL else ()


def _is_text(path: Path_) -> bool:
    """Whether a field holds words that are written as they are, never read as YAML."""
    return path[-1] not in ("percentile", "target", "anchors", "tests", "decimals", "guardrails", "tags") and not any(
        kind in ("yaml", "flag") for kind in [_widget(_annotation(path))]
    )


def _with_kind(text: str, kind: str, workspace: Workspace) -> str:
    old = kind_of(text)
    if kind not in KINDS or kind == old:
        return text
    if old:
        text = edited(text, (old,), GONE)
    annotation = _annotation((kind,))
    model = _model(annotation)
    body: Any = next(iter(workspace.metrics)) if model is None else _template(model, workspace)
    return edited(text, (kind,), body, TAIL)


def _template(model: type[BaseModel], workspace: Workspace) -> dict[str, Any]:
    """What a kind needs at least, with the first thing there is in each place."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if not field.is_required():
            continue
        key = field.alias or name
        choices = _choices(key, field.annotation, workspace)
        number = {"months": 12, "back": "1 year"}.get(key)
        inner = Aggregate if Aggregate in _parts(field.annotation) else None
        found[key] = _template(inner, workspace) if inner else choices[0][0] if choices else number or "..."
    if model is Aggregate:
        found["function"] = "count"
    return found


def _top(text: str, path: Path_, workspace: Workspace) -> Entry:
    annotation = _annotation(path)
    value = value_at(text, path)
    if path == ("owner",):
        people = tuple((key, f"{person.name}, {person.title}") for key, person in workspace.people.items())
        known = people if value is None or value in workspace.people else (*people, (str(value), str(value)))
        return Entry(path, "Owner", "choice", value, known)
    widget = "words" if path == ("description",) else _widget(annotation)
    return _entry(
        path, path[-1], annotation, widget, value, workspace, optional=path[-1] not in ("title", "measured_in")
    )


def _kind_entry(kind: str) -> Entry:
    options = tuple((one, TITLES.get(one, one.replace("_", " ").capitalize())) for one in KINDS)
    return Entry((KIND,), "Kind", "choice", kind or None, options, optional=False)


def _entries_of_kind(text: str, kind: str, workspace: Workspace) -> Iterator[Entry]:
    model = _model(_annotation((kind,)))
    if model is None:
        yield _entry((kind,), kind, str, "line", value_at(text, (kind,)), workspace, optional=False)
    else:
        yield from _entries_of_model(text, (kind,), model, workspace)


def _entries_of_model(text: str, at: Path_, model: type[BaseModel], workspace: Workspace) -> Iterator[Entry]:
    for name, field in model.model_fields.items():
        key = field.alias or name
        path = (*at, key)
        value = value_at(text, path)
        if Aggregate in _parts(field.annotation) and str in _parts(field.annotation):
            yield from _operand(text, path, value, workspace)
        else:
            optional = not field.is_required()
            label = key if len(at) == 1 else f"{at[-1]}: {WORDS.get(key, key).lower()}"
            yield _entry(path, label, field.annotation, _widget(field.annotation), value, workspace, optional=optional)


def _operand(text: str, path: Path_, value: Any, workspace: Workspace) -> Iterator[Entry]:
    """A part of a ratio: another metric, or an aggregation in place; what is neither is shown as YAML."""
    label = path[-1].replace("_", " ").capitalize()
    if isinstance(value, dict) and "stock" in value:
        yield Entry(path, label, "yaml", flow(value), optional=False)
        return
    what = "rows" if isinstance(value, dict) else "metric"
    yield Entry(
        (*path, IS), f"{label} is", "choice", what, (("metric", "another metric"), ("rows", "rows of a table")), False
    )
    if what == "rows":
        yield from _entries_of_model(text, path, Aggregate, workspace)
    else:
        known = tuple((key, metric.title) for key, metric in workspace.metrics.items())
        yield Entry(path, label, "choice", value if isinstance(value, str) else None, known, optional=False)


def _entry(
    path: Path_,
    label: str,
    annotation: Any,
    widget: Widget,
    value: Any,
    workspace: Workspace,
    *,
    optional: bool,
) -> Entry:
    words = WORDS.get(label, label.replace("_", " "))
    options = _choices(path[-1], annotation, workspace)
    if options:
        widget = "choice"
        known = {key for key, _ in options}
        if isinstance(value, str) and value not in known:
            options = (*options, (value, value))
    shown = None if value is None else flow(value)
    if widget not in ("choice", "flag"):
        shown = shown or ""
    return Entry(path, words[:1].upper() + words[1:], widget, shown, options, optional, SAYS.get(path[-1], ""))


def _choices(key: str, annotation: Any, workspace: Workspace) -> tuple[tuple[str, str], ...]:
    if key == "table":
        return tuple((name, table.title or name) for name, table in workspace.catalog.tables.items())
    if key == "metric":
        return tuple((name, metric.title) for name, metric in workspace.metrics.items())
    parts = [part for part in _parts(annotation) if part is not type(None)]
    if parts and all(get_origin(part) is Literal for part in parts):
        return tuple((str(one), str(one).replace("_", " ")) for part in parts for one in get_args(part))
    return ()


def _widget(annotation: Any) -> Widget:
    parts = _parts(annotation)
    if bool in parts:
        return "flag"
    if set(parts) <= {str, type(None)}:
        return "line"
    return "line" if all(get_origin(part) is Literal or part is type(None) for part in parts) else "yaml"


def _annotation(path: Path_) -> Any:
    """What the models say of a field: followed through kinds, and through the parts of a ratio."""
    model: type[BaseModel] = Metric
    annotation: Any = None
    for part in path:
        fields = {(field.alias or name): field for name, field in model.model_fields.items()}
        if part not in fields:
            return None
        annotation = fields[part].annotation
        model = next((one for one in _parts(annotation) if isinstance(one, type) and issubclass(one, BaseModel)), model)
    return annotation


def _model(annotation: Any) -> type[BaseModel] | None:
    return next((one for one in _parts(annotation) if isinstance(one, type) and issubclass(one, BaseModel)), None)


def _parts(annotation: Any) -> tuple[Any, ...]:
    """The plain types that an annotation allows."""
    if get_origin(annotation) is Annotated:
        return _parts(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(part for one in get_args(annotation) for part in _parts(one))
    return (annotation,)


def _with_problems(groups: Sequence[Group], problems: Sequence[Problem]) -> Form:
    """Each problem at the field that it is about, or at the nearest one above it."""
    names = {entry.name for group in groups for entry in group.entries}
    told: dict[str, list[str]] = {}
    left: list[Problem] = []
    for problem in problems:
        parts = problem.field.split(".") if problem.field else []
        while parts and ".".join(parts) not in names:
            parts = parts[:-1]
        if parts:
            words = problem.message + (f" ({problem.hint})" if problem.hint else "")
            told.setdefault(".".join(parts), []).append(words)
        else:
            left.append(problem)
    made = [Group(g.title, tuple(_told(entry, told.get(entry.name, [])) for entry in g.entries)) for g in groups]
    return Form(tuple(made), tuple(left))


def _told(entry: Entry, problems: Sequence[str]) -> Entry:
    fields = {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
    return Entry(**{**fields, "problem": "; ".join(problems)})


__all__ = ["CommandError", "Entry", "Form", "Group", "Problem", "form_of_text", "kind_of", "written"]
