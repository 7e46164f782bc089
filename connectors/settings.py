"""Settings of a source with ${NAME} replaced from the environment, so that no secret stands in a workspace."""

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from pydantic import BaseModel

from data.errors import SourceError

SHORTEST = 3  # letters of what is hidden: less is no secret, and stands in many a word
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def resolve(source: str, settings: BaseModel, environment: Mapping[str, str] | None = None) -> Any:
    """The same settings with every ${NAME} replaced; SourceError names the source and each variable not set."""
    values = os.environ if environment is None else environment
    content = settings.model_dump(by_alias=True)
    missing = sorted({name for name in _names(content) if name not in values})
    if missing:
        listed = ", ".join(missing)
        raise SourceError(f"source '{source}': the environment variable {listed} is not set; set it before the refresh")
    return type(settings).model_validate(_replaced(content, values))


def hushed(words: str, settings: BaseModel, environment: Mapping[str, str] | None = None) -> str:
    """Words without what the environment put into the settings: a driver may repeat an address with its password."""
    values = os.environ if environment is None else environment
    for name in sorted(set(_names(settings.model_dump(by_alias=True)))):
        value = values.get(name, "")
        for told in (value, quote(value), quote_plus(value)):
            if len(told) >= SHORTEST:
                words = words.replace(told, f"${{{name}}}")
    return words


def _names(node: Any) -> list[str]:
    if isinstance(node, str):
        return _REFERENCE.findall(node)
    children = node.values() if isinstance(node, dict) else node if isinstance(node, (list, tuple)) else ()
    return [name for child in children for name in _names(child)]


def _replaced(node: Any, values: Mapping[str, str]) -> Any:
    if isinstance(node, str):
        return _REFERENCE.sub(lambda match: values[match[1]], node)
    if isinstance(node, dict):
        return {key: _replaced(child, values) for key, child in node.items()}
    if isinstance(node, (list, tuple)):
        return [_replaced(child, values) for child in node]
    return node
