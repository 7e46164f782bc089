"""Known answers: values that people know from elsewhere, beside the definitions, held against what was computed."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from data.calendar import Period
from flows.workspace import Workspace


@dataclass(frozen=True)
class Answer:
    """One known answer: what was expected of a metric, what came out (None: no value), and whether they agree."""

    metric: str
    unit: str
    period: str
    expected: float
    found: float | None
    ok: bool
    source: str

    @staticmethod
    def schema() -> pa.Schema:
        """The Arrow schema of a table of answers."""
        return pa.schema(
            [
                ("metric", pa.string()),
                ("unit", pa.string()),
                ("period", pa.string()),
                ("expected", pa.float64()),
                ("found", pa.float64()),
                ("ok", pa.bool_()),
                ("source", pa.string()),
            ]
        )


def compare_answers(workspace: Workspace, values: pa.Table, root: str) -> list[Answer]:
    """Every known answer under `tests:` of every metric against the values.

    Periods are named as in links (2025-01, 2025-Q1). An answer without a unit is about the `root`.
    """
    wanted = [(metric, test) for metric in workspace.metrics.values() for test in metric.answers]
    if not wanted:
        return []
    keys = pa.array(sorted({metric.key for metric, _ in wanted}))
    rows = (
        values.filter(pc.is_in(values.column("metric"), value_set=keys))
        .select(["metric", "unit", "span", "period_start", "period_end", "value"])
        .to_pylist()
    )
    found = {
        (r["metric"], r["unit"], workspace.calendar.name(Period(r["span"], r["period_start"], r["period_end"]))): r[
            "value"
        ]
        for r in rows
    }
    answers = []
    for metric, test in wanted:
        unit = test.unit or root
        value = found.get((metric.key, unit, test.period))
        ok = value is not None and abs(value - test.equals) <= test.within * max(1.0, abs(test.equals))
        answers.append(Answer(metric.key, unit, test.period, test.equals, value, ok, test.from_))
    return answers
