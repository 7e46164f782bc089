"""A copy of the demo in which every role is held by somebody, over a part of the company and over the whole."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML

from access.roles import BUILT_IN

PART, WHOLE = "operations", "velora"


def person(role: str, unit: str) -> str:
    """The key of who holds a role over a unit."""
    return f"{role}_of_{unit}"


def name(role: str, unit: str) -> str:
    """What that person is called."""
    return f"{role.title()} of {unit.title()}"


def with_everybody(demo: Path, target: Path) -> Path:
    """The demo, refreshed, as if these people had stood in people.yaml."""
    shutil.copytree(demo, target, ignore=shutil.ignore_patterns("files", "tmp", "states"))
    snapshot = target / "var" / "snapshots" / (target / "var" / "CURRENT").read_text(encoding="utf-8").strip()
    for file in (target / "people.yaml", snapshot / "definitions" / "people.yaml"):
        document: Mapping[str, dict[str, object]] = YAML().load(file)
        for role in BUILT_IN:
            for unit in (PART, WHOLE):
                roles = [{"role": role, "units": [unit]}]
                document["people"][person(role, unit)] = {
                    "name": name(role, unit),
                    "title": role.title(),
                    "roles": roles,
                }
        YAML().dump(document, file)
    return target
