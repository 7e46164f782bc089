"""MetricFlow as one process that answers questions: run by the Python of its own environment, never imported by ours.

Reads one JSON object a line and answers with one a line: `load` a manifest, `by` which group-bys some metrics allow,
`sql` what MetricFlow would run on DuckDB, `transform` the manifest after MetricFlow's own rules.
"""

import json
import sys
from datetime import datetime
from importlib import import_module
from typing import Any

INTERFACES = "metricflow_semantic_interfaces"


class Renderer:
    """Enough of a SQL client for an engine that only explains: the dialect, and nothing that runs."""

    def __init__(self) -> None:
        duckdb = import_module("metricflow.sql.render.duckdb_renderer")
        self.sql_engine_type = import_module("metricflow.protocols.sql_client").SqlEngine.DUCKDB
        self.sql_plan_renderer = duckdb.DuckDbSqlPlanRenderer()

    def render_bind_parameter_key(self, key: str) -> str:
        return f"${key}"

    def close(self) -> None:
        """Nothing is open."""


class Oracle:
    """One manifest at a time, and the engine that stands on it."""

    def __init__(self) -> None:
        self.engine: Any = None
        self.manifest: Any = None

    def load(self, manifest: dict[str, Any], validate: bool = True) -> dict[str, Any]:
        """Transform and validate as dbt would, then build the engine."""
        parsed = self._parsed(manifest)
        if validate:
            validations = import_module(f"{INTERFACES}.validations.semantic_manifest_validator")
            validations.SemanticManifestValidator().checked_validations(parsed)
        lookup = import_module("metricflow_semantics.model.semantic_manifest_lookup").SemanticManifestLookup(parsed)
        engine = import_module("metricflow.engine.metricflow_engine")
        self.manifest, self.engine = parsed, engine.MetricFlowEngine(lookup, Renderer())
        return {"metrics": sorted(metric.name for metric in parsed.metrics)}

    def _parsed(self, manifest: dict[str, Any]) -> Any:
        model = import_module(f"{INTERFACES}.implementations.semantic_manifest").PydanticSemanticManifest
        transformer = import_module(f"{INTERFACES}.transformations.semantic_manifest_transformer")
        return transformer.PydanticSemanticManifestTransformer.transform(model.parse_obj(manifest))

    def transform(self, manifest: dict[str, Any]) -> dict[str, Any]:
        return {"manifest": json.loads(self._parsed(manifest).json())}

    def by(self, metrics: list[str]) -> dict[str, Any]:
        """Every group-by that MetricFlow allows for these metrics, with grains and date parts, by its dundered name."""
        lookup = self.engine._semantic_manifest_lookup.metric_lookup
        reference = import_module(f"{INTERFACES}.references").MetricReference
        element_filter = import_module("metricflow_semantics.model.semantics.element_filter").GroupByItemSetFilter
        found = lookup.get_common_group_by_items(
            metric_references=tuple(reference(element_name=name) for name in metrics),
            set_filter=element_filter.create(),
        )
        rows = [
            {
                "name": item.spec.dunder_name,
                "type": item.element_type.value if hasattr(item.element_type, "value") else str(item.element_type),
                "links": [link.element_name for link in item.spec.entity_links],
                "element": item.spec.element_name,
                "grain": item.time_grain.name if item.time_grain is not None else None,
                "part": item.date_part.value if item.date_part is not None else None,
            }
            for item in found.annotated_specs
        ]
        return {"by": sorted(rows, key=json.dumps)}

    def sql(self, **asked: Any) -> dict[str, Any]:
        engine = import_module("metricflow.engine.metricflow_engine")
        asked["group_by"] = [_parameter(**one) for one in asked.pop("group_by", ())] or None
        for end in ("time_constraint_start", "time_constraint_end"):
            if asked.get(end):
                asked[end] = datetime.fromisoformat(asked[end])
        statement = self.engine.explain(engine.MetricFlowQueryRequest.create(**asked)).sql_statement
        return {"sql": statement.sql}


def _parameter(kind: str, name: str, grain: str | None = None, part: str | None = None) -> Any:
    """A group-by as MetricFlow's engine takes it; a name in dunders carries the entities on the way."""
    parameters = import_module("metricflow_semantics.specs.query_param_implementations")
    if kind != "time_dimension":
        return parameters.DimensionOrEntityParameter(name=name)
    parts = import_module(f"{INTERFACES}.type_enums.date_part").DatePart
    return parameters.TimeDimensionParameter(name=name, grain=grain, date_part=parts(part) if part else None)


def main() -> None:
    """Answer until the input ends; what MetricFlow refuses is an answer too."""
    oracle = Oracle()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = getattr(oracle, asked.pop("op"))(**asked)
        except Exception as error:  # noqa: BLE001  whatever MetricFlow raises is its answer
            answer = {"error": type(error).__name__, "text": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
