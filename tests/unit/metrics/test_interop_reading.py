"""dbt's definitions are read alike in every form, and what nobody reads is told: nothing is dropped."""

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from metrics.interop.filters import FilterError, Item, item_named, pieces
from metrics.interop.ledger import Ledger
from metrics.interop.reading import read_dbt
from metrics.interop.semantics import Semantics

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "dbt"


def content(name: str) -> Any:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return json.loads(text) if name.endswith(".json") else YAML(typ="safe", pure=True).load(text)


def placeless(semantics: Semantics) -> Semantics:
    return Semantics(
        {key: replace(model, place="") for key, model in semantics.models.items()},
        {key: replace(metric, place="") for key, metric in sorted(semantics.metrics.items()) if not metric.hidden},
        semantics.spines,
    )


@pytest.mark.parametrize("other", ["latest.yml", "semantic_manifest.json"])
def test_every_form_says_the_same(other: str) -> None:
    older, left = read_dbt({"older.yml": content("older.yml")})
    assert left == []
    found, left = read_dbt({other: content(other)})
    assert left == []
    assert placeless(found) == placeless(older)
    assert {"orders", "customers", "products"} == set(found.models)
    assert len(placeless(found).metrics) == 10


PASSED_BY = ("metadata", "input_measures", "dsi_package_version")  # where dbt keeps a definition, or says it twice


def spots(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every mapping of a document that says something."""
    if set(PASSED_BY) & set(path):
        return []
    found = [path] if isinstance(node, dict) else []
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return found + [spot for key, child in children for spot in spots(child, (*path, key))]


@given(st.randoms(use_true_random=False), st.sampled_from(["older.yml", "latest.yml", "semantic_manifest.json"]))
def test_an_unknown_field_anywhere_is_told(random: Random, name: str) -> None:
    document = deepcopy(content(name))
    spot = random.choice(spots(document))
    node = document
    for step in spot:
        node = node[step]
    node["brand_new"] = "what dbt says next year"
    _, left = read_dbt({name: document})
    assert len(left) == 1
    assert "brand_new" in left[0].what and "what dbt says next year" in left[0].what
    assert left[0].place.startswith(name)
    assert left[0].remedy


def test_known_fields_that_have_no_place_are_told() -> None:
    document = deepcopy(content("older.yml"))
    document["saved_queries"] = [{"name": "weekly", "query_params": {"metrics": ["revenue"]}}]
    document["metrics"][0]["config"] = {"group": "finance", "meta": {"owner": "Ann"}}
    document["semantic_models"][0]["dimensions"][1]["description"] = "How it was sold"
    _, left = read_dbt({"older.yml": document})
    assert len(left) == 4
    told = "\n".join(map(str, left))
    for word in ("older.yml: saved_queries", "group = finance", "meta = ", "How it was sold"):
        assert word in told


def test_a_metric_of_an_unknown_kind_is_told() -> None:
    semantics, left = read_dbt({"x": {"metrics": [{"name": "odd", "type": "astrology", "type_params": {}}]}})
    assert semantics.metrics == {}
    assert "astrology" in left[0].what


def test_places_name_elements_of_lists() -> None:
    ledger = Ledger("file", {"metrics": [{"name": "revenue", "deep": {"x": 1}}]})
    assert ledger.place(("metrics", 0, "deep")) == "file: metrics[revenue].deep"


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("{{ Dimension('order__channel') }}", Item("dimension", ("order",), "channel")),
        ('{{ Dimension("order__ordered_on").grain("week") }}', Item("time", ("order",), "ordered_on", "week")),
        ("{{Dimension('order__ordered_on').date_part('dow')}}", Item("time", ("order",), "ordered_on", None, "dow")),
        ("{{ TimeDimension('metric_time', 'MONTH') }}", Item("time", (), "metric_time", "month")),
        ("{{ TimeDimension('order__ordered_on__month') }}", Item("time", ("order",), "ordered_on", "month")),
        ("{{ Entity('region', entity_path=['customer']) }}", Item("entity", ("customer",), "region")),
        ("{{ Entity('customer__region') }}", Item("entity", ("customer",), "region")),
        ("{{ Metric('visits', group_by=['customer']) }}", Item("metric", (), "visits", by=("customer",))),
        (
            "{{ Dimension('region__country', entity_path=['customer']) }}",
            Item("dimension", ("customer", "region"), "country"),
        ),
    ],
)
def test_items_of_conditions(text: str, item: Item) -> None:
    assert pieces(f"{text} > 1") == ["", item, " > 1"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ Dimension('a__b') ",
        "{% if x %} 1 {% endif %}",
        "{{ open('/etc/passwd') }}",
        "{{ Dimension(name_of()) }} = 1",
        "{{ Dimension('a__b').lower() }} = 1",
        "{{ 1 + }}",
    ],
)
def test_templates_that_do_more_are_refused(text: str) -> None:
    with pytest.raises(FilterError):
        pieces(text)


def test_dundered_names() -> None:
    assert item_named("metric_time__extract_year") == Item("time", (), "metric_time", None, "year")
    assert item_named("customer__segment") == Item("dimension", ("customer",), "segment")
    assert item_named("channel") == Item("dimension", (), "channel")
    assert item_named("day") == Item("dimension", (), "day")
