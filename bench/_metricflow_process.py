"""Compiles questions with MetricFlow: run by the Python of its own environment, never imported by ours.

Reads {manifest, by, questions: name > metrics} as JSON from its input; answers name > {sql, seconds} as JSON.
"""

import json
import sys
import time
from importlib import import_module
from typing import Any

INTERFACES = "metricflow_semantic_interfaces"


class Renderer:
    """Enough of a SQL client for an engine that only explains: the dialect, and nothing that runs."""

    def __init__(self) -> None:
        self.sql_engine_type = import_module("metricflow.protocols.sql_client").SqlEngine.DUCKDB
        self.sql_plan_renderer = import_module("metricflow.sql.render.duckdb_renderer").DuckDbSqlPlanRenderer()

    def render_bind_parameter_key(self, key: str) -> str:
        """The name of a parameter in SQL."""
        return f"${key}"

    def close(self) -> None:
        """Nothing is open."""


def engine_of(manifest: dict[str, Any]) -> Any:
    """MetricFlow's engine over a manifest, after its own rules."""
    model = import_module(f"{INTERFACES}.implementations.semantic_manifest").PydanticSemanticManifest
    transformer = import_module(f"{INTERFACES}.transformations.semantic_manifest_transformer")
    parsed = transformer.PydanticSemanticManifestTransformer.transform(model.parse_obj(manifest))
    lookup = import_module("metricflow_semantics.model.semantic_manifest_lookup").SemanticManifestLookup(parsed)
    return import_module("metricflow.engine.metricflow_engine").MetricFlowEngine(lookup, Renderer())


def group_by(kind: str, name: str, grain: str | None = None) -> Any:
    """A group-by as MetricFlow's engine takes it."""
    parameters = import_module("metricflow_semantics.specs.query_param_implementations")
    if kind == "time_dimension":
        return parameters.TimeDimensionParameter(name=name, grain=grain)
    return parameters.DimensionOrEntityParameter(name=name)


def main() -> None:
    """Answer once; the first question is asked twice, since it pays for what is imported late."""
    asked = json.load(sys.stdin)
    engine, by = engine_of(asked["manifest"]), [group_by(**one) for one in asked["by"]]
    request = import_module("metricflow.engine.metricflow_engine").MetricFlowQueryRequest
    found = {}
    for name, metrics in [*list(asked["questions"].items())[:1], *asked["questions"].items()]:
        start = time.perf_counter()
        sql = engine.explain(request.create(metric_names=metrics, group_by=by)).sql_statement.sql
        found[name] = {"sql": sql, "seconds": time.perf_counter() - start}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
