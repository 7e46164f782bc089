"""The same metrics by MetricFlow: it writes SQL for DuckDB in a Python of its own, to be run on the same facts."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.errors import QueryError
from metrics.engines.duck import Engine

VARIABLE = "FOURFOLD_METRICFLOW_PYTHON"
PROCESS = Path(__file__).with_name("_metricflow_process.py")
BY = [
    {"kind": "dimension", "name": "fact__unit"},
    {"kind": "time_dimension", "name": "fact__happened", "grain": "month"},
]
NUMBERS = tuple(f"n{i}" for i in range(10))


@dataclass(frozen=True)
class Compiled:
    """SQL that MetricFlow wrote, and the seconds that it took to."""

    sql: str
    seconds: float


def compiled(questions: dict[str, list[str]]) -> dict[str, Compiled] | None:
    """For each question its metrics by unit and month in one query; None where there is no MetricFlow to ask."""
    python = os.environ.get(VARIABLE)
    if not python:
        return None
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    asked = json.dumps({"manifest": manifest(), "by": BY, "questions": questions})
    command = [python, "-W", "ignore", str(PROCESS)]
    answer = subprocess.run(command, input=asked, capture_output=True, text=True, env=plain, check=False)
    if answer.returncode:
        raise QueryError(f"{VARIABLE}: MetricFlow did not answer: {answer.stderr.strip().splitlines()[-1]}")
    return {name: Compiled(**told) for name, told in json.loads(answer.stdout).items()}


def write_days(engine: Engine) -> None:
    """The time spine that cumulative metrics are joined to."""
    engine.run(
        "CREATE OR REPLACE TABLE source.days AS SELECT CAST(d AS DATE) AS ds "
        "FROM range(DATE '2022-11-01', DATE '2026-11-01', INTERVAL 1 DAY) AS r(d)"
    )


def manifest() -> dict[str, Any]:
    """The company's metrics in the shape of semantic_manifest.json."""
    measures: list[dict[str, Any]] = [{"name": f"sum_{n}", "agg": "sum", "expr": n} for n in NUMBERS]
    measures += [{"name": f"average_{n}", "agg": "average", "expr": n} for n in NUMBERS[:6]]
    measures += [{"name": "count", "agg": "count", "expr": "1"}]
    flag = "CASE WHEN status = 'paid' AND {} > 500 THEN 1 END"
    measures += [{"name": f"count_{n}", "agg": "count", "expr": flag.format(n)} for n in NUMBERS[:3]]
    measures += [{"name": "customers", "agg": "count_distinct", "expr": "customer"}]
    measures += [{"name": "payers", "agg": "count_distinct", "expr": "CASE WHEN status = 'paid' THEN customer END"}]
    measures += [_percentile("days", "days", 0.5), _percentile("minutes", "minutes", 0.9)]
    measures += [_percentile("longest", "CASE WHEN status = 'paid' THEN minutes END", 0.95, discrete=True)]
    simple = [_metric(one["name"], "simple", {"measure": {"name": one["name"]}}) for one in measures]
    return {
        "semantic_models": [
            {
                "name": "facts",
                "node_relation": {"alias": "facts", "schema_name": "source"},
                "defaults": {"agg_time_dimension": "happened"},
                "entities": [{"name": "fact", "type": "primary", "expr": "id"}],
                "dimensions": [
                    {"name": "happened", "expr": "day", "type": "time", "type_params": {"time_granularity": "day"}},
                    {"name": "unit", "type": "categorical"},
                ],
                "measures": measures,
            }
        ],
        "metrics": [*simple, *_derived()],
        "project_configuration": {
            "time_spines": [
                {
                    "node_relation": {"alias": "days", "schema_name": "source"},
                    "primary_column": {"name": "ds", "time_granularity": "day"},
                }
            ]
        },
        "saved_queries": [],
    }


def _percentile(name: str, expr: str, share: float, *, discrete: bool = False) -> dict[str, Any]:
    params = {"percentile": share, "use_discrete_percentile": discrete, "use_approximate_percentile": False}
    return {"name": name, "agg": "percentile", "expr": expr, "agg_params": params}


def _metric(name: str, kind: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "type": kind, "type_params": params}


def _derived() -> list[dict[str, Any]]:
    found = []
    for k in range(4):
        sides = {"numerator": {"name": f"sum_n{k}"}, "denominator": {"name": f"sum_n{k + 5}"}}
        found.append(_metric(f"ratio_{k}", "ratio", sides))
    for n, window in (("n0", "3 months"), ("n1", "3 months"), ("n2", "3 months")):
        found.append(_rolling(f"rolling_{n}", f"sum_{n}", window))
    return [*found, _rolling("rolling_customers", "customers", "3 months")]


def _rolling(name: str, measure: str, window: str) -> dict[str, Any]:
    count, grain = window.split()
    params = {"window": {"count": int(count), "granularity": grain.removesuffix("s")}}
    return _metric(name, "cumulative", {"measure": {"name": measure}, "cumulative_type_params": params})


PLAIN = [
    *(f"sum_{n}" for n in NUMBERS),
    *(f"average_{n}" for n in NUMBERS[:6]),
    "count",
    *(f"count_{n}" for n in NUMBERS[:3]),
    "customers",
    "payers",
    "days",
    "minutes",
    "longest",
    *(f"ratio_{k}" for k in range(4)),
]
ROLLING = ["rolling_n0", "rolling_n1", "rolling_n2", "rolling_customers"]
