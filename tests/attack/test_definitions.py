"""Every text of every definition, found by walking: SQL is refused, words stay words to the last row."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from data.errors import DefinitionError, FourfoldError
from flows.workspace import assemble
from metrics.definitions.driver import Driver
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from tests.attacks import Attack
from tests.making import SOURCE, UNITS, WORKSPACE, make, rows, sales

HOSTILE = "(SELECT max(content) FROM read_text('/etc/passwd'))"
BREAKING = "x\"'); DROP TABLE sales; --"
# words, names of months and of roles: no statement is made of them
FREE = frozenset(
    {
        "title",
        "description",
        "owner",
        "because",
        "tags",
        "deprecated",
        "label",
        "aliases",
        "from",
        "measured_in",
        "confidential",
    }
)
FILES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "definitions.yaml").read_text(encoding="utf-8"))


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a text stands."""
    if isinstance(node, str):
        yield path
    elif isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*path, key))


def put(content: Any, path: tuple[Any, ...], text: str) -> Any:
    """The same with another text at one place."""
    changed = copy.deepcopy(content)
    node = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = text
    return changed


def written(folder: Path) -> Path:
    """The company with a definition of every kind."""
    files = {name: yaml.safe_dump(content) for name, content in FILES.items()}
    return make(folder, {"metrics/financial/revenue.yaml": "", **files})


PLACES = [(name, path) for name, content in FILES.items() for path in leaves(content)]
WORDS = [
    (name, path)
    for name, path in PLACES
    if {one for one in path if isinstance(one, str)} & FREE and path != (0, "from", 0)
]
OTHERS = [place for place in PLACES if place not in WORDS]


def test_the_walk_meets_every_field_of_text() -> None:
    """A new field of text must stand in one of the definitions above."""
    met = {str(one) for _, path in PLACES for one in path if isinstance(one, str)}
    for model in (Metric, Table, Driver):
        for field in fields_of(model):
            assert field in met | IMPLIED, f"{model.__name__}: '{field}' is attacked nowhere"


# told by the file's name, or an enumeration, a number, a date, or part of what only some kinds have
IMPLIED = frozenset(
    """key perspective sql sql_text indicator direction nulls cadence every_period due_after_days decimals lint labels
    label score tests goal worst best each convert percentile discrete later over_time per into rate rates currency
    holds inverse at align months read tolerance orphans cardinality inclusive value sign kind equals within period span
    range same_as sum_of adds_up of ignore unit smallest_group""".split()  # noqa: SIM905
)


def fields_of(model: type[BaseModel], seen: frozenset[type] = frozenset()) -> Iterator[str]:
    """The names of all fields of a model and of the models inside it, as they are written."""
    for name, field in model.model_fields.items():
        yield field.alias or name
        waiting = [field.annotation]
        while waiting:
            one = waiting.pop()
            if isinstance(one, type) and issubclass(one, BaseModel) and one not in seen:
                yield from fields_of(one, seen | {one})
            waiting += get_args(one)


def test_sql_in_any_field_is_refused(tmp_path: Path, attack: Attack) -> None:
    folder = written(tmp_path)
    assert len(assemble(folder).metrics) == sum(name.startswith("metrics/") for name in FILES), (
        "the control: without the attack all of it is sound"
    )
    for name, path in OTHERS:
        for text in (HOSTILE, BREAKING):
            changed = yaml.safe_dump(put(FILES[name], path, text))
            with attack.refused("SQL in every field of definitions", DefinitionError):
                assemble(folder, {name: changed})


def test_hostile_words_stay_words_to_the_last_row(tmp_path: Path, attack: Attack) -> None:
    """All texts at once; then a refresh runs every statement that they could have reached."""
    plain = {
        "workspace.yaml": WORKSPACE,
        "units.yaml": UNITS,
        "sources/books.yaml": SOURCE,
        "files/sales.csv": sales("2025-01-10,shop,7,1,c,web,true"),
    }
    content = {
        "title": "t",
        "measured_in": "EUR",
        "description": "d",
        "owner": "o",
        "tags": ["t"],
        "agg": {"table": "sales", "function": "sum", "expr": "amount"},
    }
    for path in leaves(content):
        if path[0] != "agg":
            content = put(content, path, BREAKING)
            attack.held("SQL in every field of definitions")
    folder = make(tmp_path, {**plain, "metrics/financial/revenue.yaml": yaml.safe_dump(content)})
    try:
        assert 7.0 in {row["value"] for row in rows(folder)}
    except FourfoldError as error:
        pytest.fail(f"words are taken for more: {error}")
