"""Reads a dbt project's semantic definitions from any of the forms in which they come, and tells what stays behind."""

from collections.abc import Mapping
from typing import Any

from metrics.interop.latest import is_latest, latest_metric, latest_model, latest_spine
from metrics.interop.ledger import Ledger, Left, Node
from metrics.interop.older import Measured, OlderMetrics, older_models, older_spines
from metrics.interop.semantics import Metric, Model, Semantics, Spine

NOT_METRICS = (
    "saved_queries",
    "exports",
    "exposures",
    "sources",
    "seeds",
    "snapshots",
    "macros",
    "groups",
    "unit_tests",
)


def read_dbt(documents: Mapping[str, Any]) -> tuple[Semantics, list[Left]]:
    """All semantic definitions of these documents (name > parsed JSON or YAML), and everything that stays behind."""
    ledgers = [Ledger(name, content) for name, content in documents.items()]
    models: dict[str, Model] = {}
    metrics: dict[str, Metric] = {}
    spines: list[Spine] = []
    measures: dict[str, tuple[str, Measured]] = {}
    later: list[Node] = []
    for ledger in ledgers:
        root = ledger.root()
        root.get("version")
        for model in older_models(root, measures):
            models[model.name] = model
        spines += older_spines(root)
        _models(root, models, metrics, spines)
        later += root.nodes("metrics")
        for key in NOT_METRICS:
            root.leave(
                key, "it is no metric and no table of one", "ask the same with `fourfold query`, or leave it to dbt"
            )
    older = OlderMetrics(measures)
    for node in later:
        found = older.read(node) if "type_params" in node.content else latest_metric(node, None)
        if found:
            metrics[found.name] = found
    for name, (model_name, measured) in measures.items():
        if measured.create_metric and name not in metrics:
            words = (measured.title, measured.description)
            metrics[name] = Metric(name, measured.simple(model_name), (), *words, place=measured.place)
    metrics |= {name: metric for name, metric in older.made.items() if name not in metrics}
    return Semantics(models, metrics, tuple(spines)), [left for one in ledgers for left in (*one.left, *one.unread())]


def _models(root: Node, models: dict[str, Model], metrics: dict[str, Metric], spines: list[Spine]) -> None:
    for node in root.nodes("models"):
        spine = latest_spine(node)
        if spine:
            spines.append(spine)
        if not is_latest(node):
            continue
        model = latest_model(node)
        models[model.name] = model
        for one in node.nodes("metrics"):
            found = latest_metric(one, model)
            if found:
                metrics[found.name] = found
