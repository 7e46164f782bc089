"""Every file of the library keeps its contract: named things exist, numbers are sound, and nothing stands twice."""

import json
import re

import pytest

from flows.schemas import models
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog
from metrics.language.faults import faults_of
from metrics.library.entry import Entry, RoleTable
from metrics.library.shelf import SHELVES, library
from metrics.library.telling import document, facts
from metrics.library.writing import metric_text
from tests.conftest import ROOT

ENTRIES = [pytest.param(entry, id=entry.key) for entry in library().entries.values()]
TABLES = [pytest.param(table, id=table.key) for table in library().tables.values()]
DASHES = "\u2013\u2014"


def test_the_library_is_as_rich_as_it_says() -> None:
    whole = [entry for entry in library().entries.values() if not entry.block]
    assert len(whole) >= 80
    assert all(sum(entry.shelf == shelf for entry in whole) >= 15 for shelf in SHELVES)


def test_every_formula_is_sound_over_its_role_tables() -> None:
    """The same check as a workspace's: columns, functions, types, cycles."""
    shelf = library()
    tables = {
        key: Table.model_validate(
            {"key": key, "source": key, "time": {"column": role.time}, "unit": {"column": "unit"}}
        )
        for key, role in shelf.tables.items()
    }
    columns = {
        key: {name: {"id": "text", "moment": "timestamp"}.get(one.type, one.type) for name, one in role.columns.items()}
        | {"unit": "text"}
        for key, role in shelf.tables.items()
    }
    catalog = Catalog(tables, {key: entry.metric for key, entry in shelf.entries.items()}, (), columns)
    assert [fault for fault in faults_of(catalog) if fault.of == "metric"] == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_says_what_there_is_to_know(entry: Entry) -> None:
    entries = library().entries
    assert entry.description.endswith("."), "a sentence"
    assert all(one.endswith(".") for one in entry.pitfalls)
    assert not set(DASHES) & set(json.dumps(entry.model_dump(mode="json"), ensure_ascii=False))
    assert entry.key not in (*entry.partners, *entry.guardrails)
    assert all(entries[key].indicator == "leading" for key in entry.partners), "a partner leads"
    if not entry.block:
        assert entry.guardrails, "what suffers when only this one counts?"
        assert entry.partners or entry.indicator == "leading", "what leads it?"
    if entry.measured_in == "%":
        kinds = {"ratio", "expr", "change", "conversion"}
        assert set(entry.formula) & kinds, "a share is recomputed from its parts, never averaged"


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_share_is_never_an_average_of_shares(entry: Entry) -> None:
    said = json.dumps(entry.formula)
    assert not re.search(r'"function": "average", "expr": "(is_|[a-z_]+_(rate|share))', said)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_roles_can_be_matched_without_doubt(table: RoleTable) -> None:
    names = [name for key, column in table.columns.items() for name in {key, *column.also}]
    assert len(names) == len(set(names)), "two columns go by one name"
    words = [word for column in table.columns.values() for word in column.words]
    assert len(words) == len(set(words)), "two conditions go by one word"
    read = {name for entry in library().entries.values() for name in entry.columns(library().tables).get(table.key, ())}
    assert set(table.columns) == read, "a column that no formula reads"


def test_no_two_formulas_say_the_same() -> None:
    said: dict[str, str] = {}
    for entry in library().entries.values():
        formula = json.dumps(entry.formula, sort_keys=True)
        assert formula not in said, f"{entry.key} is {said[formula]} once more"
        said[formula] = entry.key
    titles = [entry.title for entry in library().entries.values()]
    assert len(titles) == len(set(titles))


def test_every_block_is_a_part_of_something_or_guards_it() -> None:
    entries = library().entries
    used = {key for entry in entries.values() for key in (*entry.needs, *entry.guardrails)}
    assert {key for key, entry in entries.items() if entry.block} - used <= {"feedback_themes", "full_time_equivalents"}


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_becomes_a_file_that_a_workspace_reads(entry: Entry) -> None:
    from data.documents import Problems, check, parse

    text = metric_text(entry, entry.formula, "EUR", library().entries)
    problems = Problems()
    found = parse(text, ROOT / "x.yaml", "x.yaml", problems)
    assert found is not None
    extra = {"key": entry.key, "perspective": entry.perspective}
    whole = type(found)(found.path, found.name, {**found.content, **extra}, found.places, found.lines)
    metric = check(models()["metrics"][1], whole, problems)
    assert [str(problem) for problem in problems.found] == []
    assert metric is not None
    assert metric.model_copy(update={"guardrails": ()}) == entry.metric
    assert max(map(len, text.splitlines())) <= 400


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_is_told_of_an_entry_names_every_column_it_reads(entry: Entry) -> None:
    told = [word.strip() for word, _ in facts(entry, library())]
    assert all(name in told for columns in entry.columns(library().tables).values() for name in columns)


def test_the_documentation_is_current() -> None:
    committed = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    assert committed == document(library()), "write it anew: ./run fourfold library --markdown > docs/library.md"
