"""Reads dbt's YAML of 2026: semantic models inside models, keys and dimensions at columns, metrics inline."""

from collections.abc import Mapping

from metrics.interop.fields import (
    filters_of,
    grain_of,
    input_of,
    inputs_of,
    period_agg_of,
    window_of,
)
from metrics.interop.ledger import Node
from metrics.interop.older import described, dimension_of, entity_of, level_of, passed_by
from metrics.interop.semantics import (
    Body,
    Conversion,
    Cumulative,
    Derived,
    Dimension,
    Entity,
    Metric,
    Model,
    Ratio,
    Simple,
    Spine,
)

OF_DBT = (
    "data_tests",
    "tests",
    "constraints",
    "meta",
    "tags",
    "quote",
    "docs",
    "version",
    "versions",
    "latest_version",
)
OF_DBT_REMEDY = "leave it to dbt, or state the contract of the dataset in sources/"


def is_latest(node: Node) -> bool:
    """Whether a model of this file carries a semantic model in the form of 2026."""
    told = node.content.get("semantic_model")
    return told is True or (isinstance(told, Mapping) and told.get("enabled", True) is not False)


def latest_model(node: Node) -> Model:
    """The semantic model inside a model."""
    passed_by(node)
    described(node)
    settings = node.node("semantic_model")
    relation = node.text("name") or ""
    name = (settings.text("name") if settings else None) or relation
    if settings:
        settings.get("enabled")
        described(settings)
        settings.leave("group", "groups of dbt's project have no place here", "give the metrics an owner")
    else:
        node.get("semantic_model")
    for key in OF_DBT:
        node.leave(key, "it is about dbt's own tests and builds", OF_DBT_REMEDY)
    entities: list[Entity] = []
    dimensions: list[Dimension] = []
    for column in node.nodes("columns"):
        _column(column, entities, dimensions)
    derived = node.node("derived_semantics")
    if derived:
        entities += [entity_of(one) for one in derived.nodes("entities")]
        dimensions += [dimension_of(one) for one in derived.nodes("dimensions")]
    primary = (node.text("primary_entity") or "").lower()
    named = next((one.name for one in entities if one.kind == "primary"), None)
    time = node.text("agg_time_dimension")
    return Model(
        name.lower(),
        relation,
        time.lower() if time else None,
        primary or named,
        tuple(entities),
        tuple(dimensions),
        "",
        node.text("description") or "",
        node.place,
    )


def _column(node: Node, entities: list[Entity], dimensions: list[Dimension]) -> None:
    name = node.text("name") or ""
    grain = grain_of(node.text("granularity"))
    described(node)
    for key in OF_DBT:
        node.leave(key, "it is about dbt's own tests and builds", OF_DBT_REMEDY)
    node.leave("description", "a column has a title only", "say it in the description of the table")
    node.leave("data_type", "the types of columns stand in the contract of a dataset", "declare the column there")
    entity, dimension = node.node("entity"), node.node("dimension")
    if entity:
        entities.append(entity_of(entity, name))
    elif word := node.word("entity"):
        entities.append(Entity(name.lower(), word, name))  # type: ignore[arg-type]
    if dimension:
        dimensions.append(dimension_of(dimension, name, grain))
    elif word := node.word("dimension"):
        dimensions.append(Dimension(name.lower(), name, (grain or "day") if word == "time" else None))


def latest_metric(node: Node, model: Model | None) -> Metric | None:
    """A metric without `type_params`, of a model or of the top level; None where it cannot be read, which is told."""
    passed_by(node)
    described(node)
    kind = node.word("type") or "simple"
    reader = READERS.get(kind)
    body = reader(node, model) if reader else None
    if body is None:
        node.leave("type", "its kind is unknown, or what it needs is missing", "see dbt's reference of metrics")
        return None
    return Metric(
        (node.text("name") or "").lower(),
        body,
        filters_of(node),
        node.text("label") or "",
        node.text("description") or "",
        node.flag("hidden"),
        grain_of(node.text("time_granularity")),
        node.place,
    )


def _simple(node: Node, model: Model | None) -> Body | None:
    if model is None or node.word("agg") is None:
        return None
    time = node.text("agg_time_dimension")
    return Simple(
        model.name,
        node.word("agg") or "sum",
        node.text("expr") or (node.text("name") or "").lower(),
        time.lower() if time else None,
        node.number("percentile"),
        node.word("percentile_type") == "discrete",
        False,
        level_of(node.node("non_additive_dimension")),
        node.number("fill_nulls_with"),
        node.flag("join_to_timespine"),
    )


def _ratio(node: Node, _: Model | None) -> Body | None:
    top, bottom = input_of(node, "numerator"), input_of(node, "denominator")
    return Ratio(top, bottom) if top and bottom else None


def _derived(node: Node, _: Model | None) -> Body | None:
    expr, inputs = node.text("expr"), inputs_of(node, "input_metrics")
    return Derived(expr, inputs) if expr and inputs else None


def _cumulative(node: Node, _: Model | None) -> Body | None:
    inner = input_of(node, "input_metric")
    to_date = grain_of(node.text("grain_to_date"))
    return Cumulative(inner, window_of(node, "window"), to_date, period_agg_of(node)) if inner else None


def _conversion(node: Node, _: Model | None) -> Body | None:
    base, conversion = input_of(node, "base_metric"), input_of(node, "conversion_metric")
    constants = tuple(
        (one.text("base_property") or "", one.text("conversion_property") or "")
        for one in node.nodes("constant_properties")
    )
    calculation = node.word("calculation") or "conversion_rate"
    window = window_of(node, "window")
    if not base or not conversion:
        return None
    return Conversion(base, conversion, node.text("entity") or "", calculation, window, constants)


READERS = {
    "simple": _simple,
    "ratio": _ratio,
    "derived": _derived,
    "cumulative": _cumulative,
    "conversion": _conversion,
}


def latest_spine(node: Node) -> Spine | None:
    """A model that is the table of days; None where it is another one."""
    told = node.node("time_spine")
    if told is None:
        return None
    column = told.text("standard_granularity_column") or ""
    grains = {one.text("name"): grain_of(one.text("granularity")) for one in node.nodes("columns")}
    custom = tuple(
        (one.text("name") or "", one.text("column_name") or one.text("name") or "")
        for one in told.nodes("custom_granularities")
    )
    return Spine(node.text("name") or "", column, grains.get(column) or "day", custom)
