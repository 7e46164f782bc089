"""Reads dbt's semantic manifest (semantic_manifest.json) and its older YAML: semantic_models and metrics on top."""

from typing import cast

from metrics.interop.fields import (
    filters_of,
    grain_of,
    input_of,
    inputs_of,
    period_agg_of,
    relation_of,
    window_of,
)
from metrics.interop.ledger import Node
from metrics.interop.semantics import (
    Conversion,
    Cumulative,
    Derived,
    Dimension,
    Entity,
    EntityKind,
    Input,
    Level,
    Metric,
    Model,
    Ratio,
    Simple,
    Spine,
)

PASSED_BY = ("metadata", "fqn", "unique_id", "original_file_path", "package_name", "path", "resource_type")
"""Where dbt keeps a definition, not what it says."""


def passed_by(node: Node) -> None:
    """Fields that only say where a definition lies in dbt's own project."""
    for key in PASSED_BY:
        node.get(key)


def described(node: Node) -> None:
    """Words of the organisation that dbt keeps in `config`: told, not carried."""
    config = node.node("config")
    if config is not None:
        for key in config.content:
            config.leave(
                key, "settings of dbt's project have no place here", "write what matters into description or tags"
            )


def older_models(root: Node, measures: dict[str, tuple[str, "Measured"]]) -> list[Model]:
    """Every semantic model; the measures go to `measures` by name, with the model they belong to."""
    return [_model(node, measures) for node in root.nodes("semantic_models")]


def _model(node: Node, measures: dict[str, tuple[str, "Measured"]]) -> Model:
    passed_by(node)
    described(node)
    name = (node.text("name") or "").lower()
    defaults = node.node("defaults")
    for one in node.nodes("measures"):
        measured = Measured(one)
        measures[measured.name] = (name, measured)
    return Model(
        name=name,
        relation=relation_of(node, "node_relation" if "node_relation" in node.content else "model"),
        time=_lower(defaults.text("agg_time_dimension")) if defaults else None,
        primary=_lower(node.text("primary_entity")) or _primary(node),
        entities=tuple(entity_of(one) for one in node.nodes("entities")),
        dimensions=tuple(dimension_of(one) for one in node.nodes("dimensions")),
        label=node.text("label") or "",
        description=node.text("description") or "",
        place=node.place,
    )


def _primary(node: Node) -> str | None:
    for one in node.nodes("entities"):
        if one.word("type") == "primary":
            return (one.text("name") or "").lower()
    return None


def entity_of(node: Node, column: str | None = None) -> Entity:
    """A key; `column` is the column it stands at, in the 2026 form."""
    passed_by(node)
    described(node)
    name = (node.text("name") or column or "").lower()
    for key in ("label", "description"):
        node.leave(key, "keys of tables have no words of their own", "say it in the description of the table")
    node.leave("role", "a role of an entity changes nothing in dbt either", "name the join by its role")
    kind = node.word("type") or "foreign"
    return Entity(name, cast("EntityKind", kind), node.text("expr") or column or name)


def dimension_of(node: Node, column: str | None = None, grain: str | None = None) -> Dimension:
    """A column to group by; `column` and `grain` are told by the column it stands at, in the 2026 form."""
    passed_by(node)
    described(node)
    params = node.node("type_params")
    validity = (params or node).node("validity_params")
    bound = None
    if validity is not None:
        starts, ends = validity.flag("is_start"), validity.flag("is_end")
        bound = "start" if starts else "end" if ends else None
    name = (node.text("name") or column or "").lower()
    node.leave("description", "a dimension has a title only", "say it in the description of the table")
    node.leave("datatype", "the types of columns stand in the contract of a dataset", "declare the column there")
    is_time = node.word("type") == "time"
    told = params.text("time_granularity") if params else node.text("granularity")
    return Dimension(
        name,
        node.text("expr") or column or name,
        (grain_of(told) or grain or "day") if is_time else None,
        bound,  # type: ignore[arg-type]
        node.flag("is_partition"),
        node.text("label") or "",
    )


class Measured:
    """A measure of the older form: an aggregation that metrics name."""

    def __init__(self, node: Node) -> None:
        passed_by(node)
        described(node)
        self.name = (node.text("name") or "").lower()
        self.agg = node.word("agg") or "sum"
        self.expr = node.text("expr") or self.name
        self.time = _lower(node.text("agg_time_dimension"))
        self.create_metric = node.flag("create_metric")
        self.label, self.description = node.text("label") or "", node.text("description") or ""
        self.title = node.text("create_metric_display_name") or self.label
        self.params = node.node("agg_params")
        self.percentile = self.params.number("percentile") if self.params else None
        self.discrete = self.params.flag("use_discrete_percentile") if self.params else False
        self.approximate = self.params.flag("use_approximate_percentile") if self.params else False
        self.level = level_of(node.node("non_additive_dimension"))
        self.place = node.place

    def simple(self, model: str, fill: float | None = None, spine: bool = False) -> Simple:
        """The aggregation as a simple metric has it."""
        return Simple(
            model,
            self.agg,
            self.expr,
            self.time,
            self.percentile,
            self.discrete,
            self.approximate,
            self.level,
            fill,
            spine,
        )


def level_of(node: Node | None) -> Level | None:
    """The dimension over which a measure does not add, in either form's words."""
    if node is None:
        return None
    choice = node.word("window_choice") or node.word("window_agg") or "min"
    groupings = node.texts("window_groupings") or node.texts("group_by")
    return Level((node.text("name") or "").lower(), choice, groupings)


def _lower(text: str | None) -> str | None:
    return text.lower() if text else None


class OlderMetrics:
    """Reads metrics with `type_params`; measures that they name become metrics of their own where none is there."""

    def __init__(self, measures: dict[str, tuple[str, Measured]]) -> None:
        self.measures = measures
        self.made: dict[str, Metric] = {}

    def read(self, node: Node) -> Metric | None:
        """One metric; None where its kind is unknown or what it names is missing, which the ledger tells."""
        passed_by(node)
        described(node)
        for key in ("unrendered_config", "meta", "tags", "group"):
            node.leave(
                key, "settings of dbt's project have no place here", "write what matters into description or tags"
            )
        params = node.node("type_params")
        kind = node.word("type")
        if params is None or kind not in READERS:
            node.leave("type", "its kind or its parameters are missing or unknown", "name one of " + ", ".join(READERS))
            return None
        for key in ("input_measures", "is_private"):
            params.get(key)
        for key in ("join_to_timespine", "fill_nulls_with") if kind != "simple" else ():
            params.leave(key, "dbt fills simple metrics only", "say it at the simple metric below")
        node.leave("datatype", "a metric is a number here", "write `measured_in` at the metric")
        return self._whole(node, params, kind)

    def _whole(self, node: Node, params: Node, kind: str) -> Metric | None:
        filters = filters_of(node)
        body = getattr(self, READERS[kind])(params)
        if kind == "simple" and body is not None:
            body, more = body
            filters = (*more, *filters)
        if body is None:
            node.leave("type_params", "what it names is missing", "define the measure or metric that it names")
            return None
        return Metric(
            (node.text("name") or "").lower(),
            body,
            filters,
            node.text("label") or "",
            node.text("description") or "",
            bool(params.content.get("is_private")),
            grain_of(node.text("time_granularity")),
            node.place,
        )

    def _simple(self, params: Node) -> tuple[Simple, tuple[str, ...]] | None:
        told = params.node("metric_aggregation_params")
        fill, spine = params.number("fill_nulls_with"), params.flag("join_to_timespine")
        measure = params.node("measure")
        name = (measure.text("name") if measure else params.text("measure") or "") or ""
        filters = filters_of(measure) if measure else ()
        if measure is not None:
            measure.get("alias")  # a simple metric is called by its own name
            fill = measure.number("fill_nulls_with") if fill is None else fill
            spine = measure.flag("join_to_timespine") or spine
        expr = params.text("expr")
        if told is not None:
            agg = told.node("agg_params")
            found = Simple(
                (told.text("semantic_model") or "").lower(),
                told.word("agg") or "sum",
                expr or "",
                _lower(told.text("agg_time_dimension")),
                agg.number("percentile") if agg else None,
                agg.flag("use_discrete_percentile") if agg else False,
                agg.flag("use_approximate_percentile") if agg else False,
                level_of(told.node("non_additive_dimension")),
                fill,
                spine,
            )
            return found, filters
        if name.lower() not in self.measures:
            return None
        model, measured = self.measures[name.lower()]
        return measured.simple(model, fill, spine), filters

    def _ratio(self, params: Node) -> Ratio | None:
        top, bottom = input_of(params, "numerator"), input_of(params, "denominator")
        return Ratio(top, bottom) if top and bottom else None

    def _derived(self, params: Node) -> Derived | None:
        expr, inputs = params.text("expr"), inputs_of(params, "metrics")
        return Derived(expr, inputs) if expr and inputs else None

    def _cumulative(self, params: Node) -> Cumulative | None:
        told = params.node("cumulative_type_params")
        inner = input_of(told, "metric") if told else None
        measure = None if inner else self._of_measure(params, "measure")
        if inner:
            params.get("measure")
        window = (window_of(told, "window") if told else None) or window_of(params, "window")
        to_date = (grain_of(told.text("grain_to_date")) if told else None) or grain_of(params.text("grain_to_date"))
        source = inner or measure
        return Cumulative(source, window, to_date, period_agg_of(told) if told else "first") if source else None

    def _conversion(self, params: Node) -> Conversion | None:
        told = params.node("conversion_type_params")
        if told is None:
            return None
        sides = []
        for side in ("base", "conversion"):
            inner = input_of(told, f"{side}_metric")
            if inner:
                told.get(f"{side}_measure")
            sides.append(inner or self._of_measure(told, f"{side}_measure"))
        base, conversion = sides
        constants = tuple(
            (one.text("base_property") or "", one.text("conversion_property") or "")
            for one in told.nodes("constant_properties")
        )
        entity = told.text("entity") or ""
        calculation = told.word("calculation") or "conversion_rate"
        window = window_of(told, "window")
        return Conversion(base, conversion, entity, calculation, window, constants) if base and conversion else None

    def _of_measure(self, params: Node, key: str) -> Input | None:
        """A measure where a metric is wanted: the simple metric of it, made where it is not there."""
        inner = params.node(key)
        name = ((inner.text("name") if inner else params.text(key)) or "").lower()
        if name not in self.measures:
            return None
        model, measured = self.measures[name]
        fill = inner.number("fill_nulls_with") if inner else None
        spine = inner.flag("join_to_timespine") if inner else False
        alias = inner.text("alias") if inner else None
        key_of = "_".join([name, "measure", *(["filled"] if fill is not None else []), *(["spine"] if spine else [])])
        self.made.setdefault(
            key_of,
            Metric(
                key_of,
                measured.simple(model, fill, spine),
                (),
                measured.label,
                measured.description,
                True,
                None,
                measured.place,
            ),
        )
        return Input(key_of, alias, filters_of(inner) if inner else ())


READERS = {
    "simple": "_simple",
    "ratio": "_ratio",
    "derived": "_derived",
    "cumulative": "_cumulative",
    "conversion": "_conversion",
}


def older_spines(root: Node) -> list[Spine]:
    """Time spines of the manifest's project configuration."""
    project = root.node("project_configuration")
    if project is None:
        return []
    passed_by(project)
    project.get("dsi_package_version")
    found = [
        Spine(
            relation_of(node, "node_relation"),
            primary.text("name") or "",
            grain_of(primary.text("time_granularity")) or "day",
            tuple(
                (one.text("name") or "", one.text("column_name") or one.text("name") or "")
                for one in node.nodes("custom_granularities")
            ),
        )
        for node in project.nodes("time_spines")
        if (primary := node.node("primary_column")) is not None
    ]
    found += [
        Spine(
            (node.text("location") or "").rsplit(".", 1)[-1],
            node.text("column_name") or "",
            grain_of(node.text("grain")) or "day",
        )
        for node in project.nodes("time_spine_table_configurations")
    ]
    return found
