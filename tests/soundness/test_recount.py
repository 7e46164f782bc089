"""Every value of random companies, for every metric, unit, span and period, against an independent slow reckoning."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.making import rows
from tests.soundness.companies import METRICS, Drawn, company, drawn, month_of, workspace
from tests.soundness.recount import Company

KINDS = {"month": "month", "quarter": "quarter", "year": "year", "ytd": "year", "r12": "12"}
STEPS = {"month": 1, "quarter": 3, "year": 12, "ytd": 12, "r12": 1}
EXAMPLES = max(6, settings().max_examples // 5)


@settings(max_examples=EXAMPLES)
@given(what=drawn)
def test_value_table_equals_slow_reckoning(what: Drawn) -> None:
    slow = company(what)
    with tempfile.TemporaryDirectory() as folder:
        table = rows(workspace(Path(folder), what, slow))
    found = {(r["metric"], r["unit"], r["span"], month_at(slow, r)): r for r in table}
    wrong = [line for key in expected_keys(slow, found) for line in differences(slow, key, found.get(key))]
    assert not wrong, "\n".join(wrong[:12])


def month_at(slow: Company, row: dict[str, Any]) -> int:
    """The month at which a period is read: its last, or the running one."""
    return min(month_of(row["period_end"]), month_of(slow.as_of))


def expected_keys(slow: Company, found: dict[tuple[str, str, str, int], Any]) -> list[tuple[str, str, str, int]]:
    """Every row of the table, and every period for which there might be one."""
    last = month_of(slow.as_of)
    keys = set(found)
    for span in KINDS:
        for month in range(slow.first, last + 1):
            ends = {"quarter": slow.quarter_start(month) + 2, "year": slow.year_start(month) + 11}.get(span, month)
            if month in (ends, last):
                keys |= {(metric, unit, span, month) for metric in METRICS for unit in slow.parents}
    return sorted(keys)


def differences(slow: Company, key: tuple[str, str, str, int], row: dict[str, Any] | None) -> list[str]:
    metric, unit, span, month = key
    kind = KINDS[span]
    wanted = {
        "value": slow.value(metric, unit, month, kind),
        "previous": slow.earlier(metric, unit, month, kind, STEPS[span]),
        "previous_year": slow.earlier(metric, unit, month, kind, 12),
    }
    if row is None:
        return [f"{key}: no row, {wanted['value']} expected"] if wanted["value"] is not None else []
    return [
        f"{key} {name}: {row[name]} found, {value} expected"
        for name, value in wanted.items()
        if not same(row[name], value)
    ]


def same(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return found == pytest.approx(expected, rel=1e-9, abs=1e-9)
