"""An entry of the library as the text of a metric's file: the definition first, advice as comments behind it."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from metrics.library.entry import CURRENCY, Entry

PLAIN = re.compile(r"[A-Za-z_][\w/]*( [A-Za-z_0-9][\w/,()%;.-]*)*")
MEANS_ELSE = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
WIDTH = 110  # characters of a comment's line


def metric_text(
    entry: Entry, formula: Mapping[str, Any], currency: str, known: Collection[str], owner: str = ""
) -> str:
    """The file. `known` are the metrics that the workspace will have: other guardrails are told, not written."""
    fields: dict[str, Any] = {
        "title": entry.title,
        "description": entry.description,
        **({"owner": owner} if owner else {}),
        "indicator": entry.indicator,
        "direction": entry.direction,
        "measured_in": entry.measured_in.replace(CURRENCY, currency),
    }
    lines = [f"# From the library (`fourfold library {entry.key}`). The file is yours: change what you need."]
    lines += [f"{name}: {flow(value)}" for name, value in fields.items()]
    lines += _formula(formula)
    if entry.nulls != "null":
        lines.append(f"nulls: {entry.nulls}")
    if entry.cadence != "month":
        lines.append(f"cadence: {entry.cadence}")
    lines.append(f"decimals: {entry.decimals}")
    here = [key for key in entry.guardrails if key in known]
    if here:
        lines.append(f"guardrails: [{', '.join(here)}]")
    return "\n".join([*lines, *_advice(entry, [key for key in entry.guardrails if key not in known])]) + "\n"


def _formula(formula: Mapping[str, Any]) -> list[str]:
    ((kind, body),) = formula.items()
    if kind == "ratio":
        return ["ratio:", *(f"  {part}: {flow(one)}" for part, one in body.items())]
    return [f"{kind}: {json.dumps(body) if isinstance(body, str) else flow(body)}"]


def _advice(entry: Entry, guardrails: Collection[str]) -> list[str]:
    told = []
    if not entry.block:
        told += wrapped(f"target: none yet. {entry.advice}".rstrip())
    if entry.partners:
        told += wrapped(f"Typical leading partners, for drivers.yaml: {', '.join(entry.partners)}")
    if guardrails:
        told += wrapped(f"Guardrails to think of: {', '.join(guardrails)}")
    told.append("Take care:")
    for one in entry.pitfalls:
        first, *rest = wrapped(one, WIDTH - 2)
        told += [f"- {first}", *(f"  {line}" for line in rest)]
    return [f"# {line}" for line in told]


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {flow(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    if isinstance(value, str):
        plain = PLAIN.fullmatch(value) and value.casefold() not in MEANS_ELSE and ", " not in value
        return value if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def wrapped(text: str, width: int = WIDTH) -> list[str]:
    """A text in lines of at most so many characters."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + len(word) >= width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]
