"""What the library says of a measure, in words: for the command line and for the documentation."""

from collections.abc import Mapping

from metrics.library.entry import CURRENCY, Entry
from metrics.library.shelf import SHELVES, Library
from metrics.library.writing import flow

TITLES: Mapping[str, str] = {
    "financial": "Financial",
    "customer": "Customer",
    "process": "Internal process",
    "people": "People",
    "execution": "Strategy execution",
}
DIRECTIONS: Mapping[str, str] = {"up": "higher is better", "down": "lower is better", "band": "between two bounds"}


def formula(entry: Entry) -> str:
    """The formula as a metric's file would have it, on one line."""
    ((kind, body),) = entry.formula.items()
    return f"{kind}: {flow(body)}"


def facts(entry: Entry, shelf: Library) -> list[tuple[str, str]]:
    """Everything there is to know of an entry, as (word, text), without its title and description."""
    found = [("Key", entry.key), ("Measured in", unit(entry)), ("Direction", DIRECTIONS[entry.direction])]
    found += [("Indicator", entry.indicator), ("Formula", formula(entry))]
    if entry.needs:
        found.append(("Needs", ", ".join(entry.needs)))
    for table, columns in entry.columns(shelf.tables).items():
        role = shelf.tables[table]
        found.append((f"Table {table}", role.row))
        found += [(f"  {name}", f"{role.columns[name].type}: {role.columns[name].meaning}") for name in columns]
    for word, keys in (("Leading partners", entry.partners), ("Guardrails", entry.guardrails)):
        if keys:
            found.append((word, ", ".join(keys)))
    found += [("Take care", one) for one in entry.pitfalls]
    found += [(word, text) for word, text in (("Targets", entry.advice), ("Source", entry.source)) if text]
    return found


def unit(entry: Entry) -> str:
    """What it is measured in."""
    return entry.measured_in.replace(CURRENCY, "currency")


def measured(entry: Entry) -> str:
    """The same as the end of a sentence: `in days`, `as a ratio`."""
    return f"as a {unit(entry)}" if unit(entry) in ("ratio", "rank") else f"in {unit(entry)}"


def document(shelf: Library) -> str:
    """docs/library.md: every entry, and the tables that they ask for."""
    every = list(shelf.entries.values())
    whole = [entry for entry in every if not entry.block]
    lines = [
        "# The library",
        "",
        f"{len(whole)} ready measures and {len(every) - len(whole)} parts that they are built from. "
        "`./run fourfold add <key> -w <workspace>` brings one into a workspace: it finds the table and the columns, "
        "writes the metric's file and those that it needs, and overwrites nothing. "
        "`./run fourfold library <words>` searches.",
        "",
        "Made from the files in `metrics/library/` (`./run fourfold library --markdown`); do not edit.",
    ]
    for name in SHELVES:
        lines += ["", f"## {TITLES[name]}"]
        for entry in sorted((one for one in every if one.shelf == name), key=lambda one: (one.block, one.title)):
            lines += _entry(entry)
    return "\n".join([*lines, *_tables(shelf)]) + "\n"


def _entry(entry: Entry) -> list[str]:
    part = " A part of other measures." if entry.block else ""
    lines = ["", f"### {entry.title}", "", f"`{entry.key}`: {entry.description}{part}", ""]
    lines.append(f"- {entry.indicator}, {DIRECTIONS[entry.direction]}, {measured(entry)}; `{formula(entry)}`")
    for word, keys in (("led by", entry.partners), ("guard", entry.guardrails)):
        if keys:
            lines.append(f"- {word} " + ", ".join(f"`{key}`" for key in keys))
    lines += [f"- {one}" for one in entry.pitfalls]
    lines += [f"- {word}: {text}" for word, text in (("targets", entry.advice), ("source", entry.source)) if text]
    return lines


def _tables(shelf: Library) -> list[str]:
    lines = ["", "## Tables", "", "What the formulas ask for. Names need not be these: `--table` and `--column` bind."]
    for role in shelf.tables.values():
        lines += ["", f"### {role.key}", "", f"{role.row[:1].upper()}{role.row[1:]}; by `{role.time}`.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{name}` | {column.type} | {column.meaning} |" for name, column in role.columns.items()]
    return lines
