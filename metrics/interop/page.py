"""What becomes of everything that dbt's semantic layer says: the table of docs/interop.md, held against the code."""

from collections.abc import Mapping
from dataclasses import fields

from metrics.interop import semantics
from metrics.interop.carry import AGGREGATES
from metrics.interop.ossie_read import DIALECTS

BECOMES: Mapping[str, Mapping[str, str]] = {
    "Model": {
        "name": "the table's key, models/&lt;name&gt;.yaml",
        "relation": "`source:`, the dataset of that name; beside SQL where keys or dimensions are expressions",
        "time": "`time:`",
        "primary": "`grain:`, and names that begin with it mean the table's own dimensions",
        "entities": "`entities:`, and a join to every table that has the entity as primary, unique or natural",
        "dimensions": "`dimensions:`",
        "label": "`title:`",
        "description": "`description:`",
        "place": "where it stood, for messages",
    },
    "Entity": {
        "name": "the name of the entity, and of the join",
        "kind": "primary: `grain:`; unique: `unique:`; natural: `grain:` with the validity of rows; foreign: our side",
        "expr": "the column, or one that SQL beside makes",
    },
    "Dimension": {
        "name": "the name of the dimension",
        "expr": "the column, or one that SQL beside makes",
        "grain": "the grain of `time:`; finer than a day is listed, and asked by day",
        "validity": "`valid: {from, to}` of every join to the table",
        "partition": "listed where two tables would be joined by it",
        "label": "`title:`",
    },
    "Spine": {
        "relation": "nothing: days are counted, not looked up; from the first fact, or the start of a question",
        "column": "nothing, as above",
        "grain": "nothing, as above",
        "custom": "listed; a calendar of the workspace has grains of its own",
    },
    "Input": {
        "metric": "the metric itself, or one of its own for each way in which it is used",
        "alias": "part of that metric's key and title",
        "filters": "conditions in `filter:` of every aggregation below",
        "offset": "`later: 1 month` at every aggregation below",
        "to_grain": "`later: rest of month` at every aggregation below",
    },
    "Window": {"count": "the number of periods", "grain": "day to year; others are listed"},
    "Level": {
        "dimension": "must be the time of the table, else listed",
        "choice": "`over_time: last` (max) or `first` (min)",
        "groupings": "`per: [entities]`; none is `per: []`",
    },
    "Simple": {
        "model": "`agg: {table}`",
        "agg": "`function:`, see below",
        "expr": "`expr:`",
        "time": "`time:` of the aggregation, where it is not the table's own",
        "percentile": "`percentile:`",
        "discrete": "`discrete: true`",
        "approximate": "listed: percentiles are exact here",
        "level": "`over_time:` with `per:`",
        "fill": "0: `nulls: zero`; another number is listed",
        "spine": "`every_period: true`",
    },
    "Ratio": {"numerator": "`ratio: {numerator}`", "denominator": "`ratio: {denominator}`"},
    "Derived": {"expr": "`expr:` with + - * / and parentheses; more is listed", "inputs": "metrics, see above"},
    "Cumulative": {
        "input": "`running: {metric}`",
        "window": "`window: 7 days`",
        "to_date": "`since: month`; neither is `since: ever`",
        "period_agg": "`read: first`, `last` or `mean`",
    },
    "Conversion": {
        "base": "`conversion: {base}`: a metric that counts rows; another is listed",
        "conversion": "`conversion: {converted}`, likewise",
        "entity": "`entity:`",
        "calculation": "`as: rate` or `count`",
        "window": "`window:`",
        "constants": "`constant:`",
    },
    "Metric": {
        "name": "the metric's key, metrics/&lt;perspective&gt;/&lt;name&gt;.yaml",
        "body": "its kind, see above",
        "filters": "conditions in `filter:` of every aggregation below",
        "label": "`title:`",
        "description": "`description:`",
        "hidden": "`tags: [part]`",
        "grain": "listed: a question names its grain",
        "place": "where it stood, for messages",
    },
}


def told() -> dict[str, set[str]]:
    """Every kind of thing that is read, with its fields."""
    found = {name: getattr(semantics, name) for name in BECOMES}
    return {name: {one.name for one in fields(kind)} for name, kind in found.items()}


def tables() -> str:
    """The generated part of docs/interop.md."""
    lines = ["| dbt says | as | Fourfold has |", "| --- | --- | --- |"]
    lines += [f"| {kind} | {name} | {words} |" for kind, rows in BECOMES.items() for name, words in rows.items()]
    lines += ["", "Aggregations: " + ", ".join(f"`{name}`" for name in AGGREGATES) + "."]
    lines += [
        "",
        "Dialects of Ossie that are read, the first one first: " + ", ".join(f"`{name}`" for name in DIALECTS) + ".",
    ]
    return "\n".join(lines)
