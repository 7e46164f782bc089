"""What may stand in a workspace's files, from the models that check them: JSON Schemas for editors, a reference."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from access.roles import PeopleModel, RolesModel
from connectors.registry import kinds, source_model
from data.organisation import Settings, UnitsModel
from flows.workspace import Drivers
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from strategy.plan import Plan, Scorecard

FROM_PATH: Mapping[str, frozenset[str]] = {
    "metrics": frozenset({"key", "perspective"}),
    "models": frozenset({"key", "sql_text"}),
}
BASICS = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "null": "nothing",
}


def models() -> dict[str, tuple[str, type[BaseModel]]]:
    """Every kind of file: name > (which files, the model that checks them)."""
    found: dict[str, tuple[str, type[BaseModel]]] = {
        "workspace": ("workspace.yaml", Settings),
        "units": ("units.yaml", UnitsModel),
    }
    found |= {f"sources_{kind}": (f"sources/*.yaml (connector: {kind})", source_model(kind)) for kind in kinds()}
    return found | {
        "models": ("models/*.yaml", Table),
        "metrics": ("metrics/<perspective>/*.yaml", Metric),
        "drivers": ("drivers.yaml", Drivers),
        "strategy": ("strategy.yaml", Plan),
        "scorecards": ("scorecards/*.yaml", Scorecard),
        "people": ("people.yaml", PeopleModel),
        "roles": ("roles.yaml", RolesModel),
    }


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of one kind of file, without the fields that come from its path."""
    schema = models()[name][1].model_json_schema(by_alias=True)
    for field in FROM_PATH.get(name, ()):
        schema["properties"].pop(field, None)
        if field in schema.get("required", ()):
            schema["required"].remove(field)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema to `folder` as <name>.json; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in models():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(schema_of(name), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


def reference() -> str:
    """The reference of all files as Markdown: each field, what it takes, its default."""
    lines = [
        "# Reference of the workspace's files",
        "",
        "Made from the models that check the files (`./run fourfold reference`); do not edit.",
    ]
    for name, (files, _) in models().items():
        schema = schema_of(name)
        lines += ["", f"## {files}", "", schema.get("description", ""), ""]
        if "properties" in schema:
            lines += _table(schema)
        for title, part in schema.get("$defs", {}).items():
            if "properties" in part:
                lines += ["", f"### {_title(title)}", "", part.get("description", ""), "", *_table(part)]
    return "\n".join(lines).rstrip() + "\n"


def _table(schema: Mapping[str, Any]) -> list[str]:
    required = schema.get("required", ())
    rows = ["| field | takes | if left out |", "|---|---|---|"]
    for name, field in schema["properties"].items():
        default = "required" if name in required else _default(field)
        rows.append(f"| `{name}` | {_takes(field)} | {default} |")
    return rows


def _takes(field: Mapping[str, Any]) -> str:
    """What a field takes, in words."""
    if "$ref" in field:
        return _title(str(field["$ref"]).rsplit("/", 1)[-1])
    if "enum" in field or "const" in field:
        return " \\| ".join(f"`{one}`" for one in field.get("enum", [field.get("const")]))
    if "anyOf" in field or "oneOf" in field:
        every = field.get("anyOf") or field["oneOf"]
        return ", or ".join(dict.fromkeys(_takes(one) for one in every if one.get("type") != "null"))
    if field.get("type") == "array":
        items = field.get("items") or {}
        return f"a list of {_takes(items)}" if items else "a list"
    if field.get("type") == "object":
        inner = field.get("additionalProperties")
        return f"keys with {_takes(inner)}" if isinstance(inner, Mapping) else "keys with values"
    if field.get("format") == "date":
        return "a date"
    pattern = f" like `{field['pattern']}`" if "pattern" in field else ""
    return BASICS.get(str(field.get("type")), "a value, see the guide") + pattern.replace("|", "\\|")


def _default(field: Mapping[str, Any]) -> str:
    value = field.get("default")
    return "none" if value in (None, [], {}, "") else f"`{json.dumps(value, ensure_ascii=False)}`"


def _title(name: str) -> str:
    return f"*{name.removesuffix('Model').strip('_')}*"
