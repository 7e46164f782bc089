"""Finds every kind of source in this folder and reads sources/*.yaml with the right model."""

import pkgutil
from functools import cache
from importlib import import_module
from typing import Literal

from pydantic import Field, create_model

import connectors
from connectors.base import Connector, SourceModel
from data.documents import Document, Problems, check, nearest


@cache
def kinds() -> dict[str, Connector]:
    """Every connector by its kind: each module of this folder that has a CONNECTOR."""
    modules = (import_module(f"connectors.{found.name}") for found in pkgutil.iter_modules(connectors.__path__))
    found: list[Connector] = [module.CONNECTOR for module in modules if hasattr(module, "CONNECTOR")]
    return {connector.kind: connector for connector in sorted(found, key=lambda one: one.kind)}


@cache
def source_model(kind: str) -> type[SourceModel]:
    """The model of a sources/*.yaml whose connector is `kind` (which must be known)."""
    connector = kinds()[kind]
    return create_model(
        f"{kind.title()}Source",
        __base__=SourceModel,
        __doc__=f"A source read by the connector '{kind}'.",
        connector=(Literal[kind], ...),  # type: ignore[arg-type]  # made at run time
        settings=(connector.settings, Field(default_factory=connector.settings, validate_default=True)),
        datasets=(dict[str, connector.dataset], Field(min_length=1)),  # type: ignore[name-defined]  # made at run time
    )


def read_source(document: Document, problems: Problems) -> SourceModel | None:
    """One sources/*.yaml; what is wrong goes to `problems` with its line and gives None."""
    content = document.content
    if not isinstance(content, dict) or "connector" not in content:
        problems.add(document.problem((), "the field 'connector' is missing", f"one of {', '.join(kinds())}"))
        return None
    kind = str(content["connector"])
    if kind not in kinds():
        problems.add(document.problem(("connector",), f"'{kind}' is no kind of source", nearest(kind, kinds())))
        return None
    return check(source_model(kind), document, problems)
